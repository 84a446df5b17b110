import { fromCanonicalJson, toCanonicalJson } from "../core/canonical-json.ts";
import type { Request } from "../core/requests.ts";
import type { Row } from "../core/row.ts";
import { ServiceBusy, StaleRevision } from "../ports.ts";
import type { ChainedEntry, Freeze, NewRelease, OwedNotice, Store, StoredRelease } from "../ports.ts";

interface Kept {
  readonly head: NewRelease;
  readonly entries: ChainedEntry[];
  readonly rows: Row[];
  isOver: boolean;
}

/** A store whose disk is an object: what it acknowledged outlives every process of the simulation. */
export function memoryStore(): Store {
  const releases = new Map<string, Kept>();
  const requests = new Map<string, Request>();
  const seen = new Set<string>();
  const owed: OwedNotice[] = [];
  const freezes = new Map<string, Freeze>();
  const kept = (id: string): Kept => {
    const found = releases.get(id);
    if (!found) throw new Error(`there is no release ${id}`);
    return found;
  };
  const assertFree = (services: readonly string[], except: string): void => {
    const busy = [...releases.values()].filter((other) => !other.isOver && other.head.id !== except);
    const clashes = busy.flatMap((other) =>
      other.head.services.filter((service) => services.includes(service)).map((service) => ({ service, release: other.head.id })),
    );
    if (clashes.length > 0) throw new ServiceBusy(clashes);
  };
  return {
    async create(head) {
      const known = [...releases.values()].find((other) => head.startKey !== null && other.head.startKey === head.startKey);
      if (known) return known.head.id;
      assertFree(head.services, head.id);
      releases.set(head.id, { head, entries: [], rows: [], isOver: false });
      return head.id;
    },
    async load(id) {
      const found = releases.get(id);
      // As a real store gives it back: equal values, but not the same objects, and not in the order in which they were written down.
      return found
        ? (fromCanonicalJson(toCanonicalJson({ head: found.head, entries: found.entries, rows: found.rows })) as StoredRelease)
        : null;
    },
    async list({ limit, before }) {
      const newestFirst = [...releases.values()].map((release) => release.head).reverse();
      const from = before === null ? 0 : newestFirst.findIndex((head) => head.id === before) + 1;
      return newestFirst.slice(from, from + limit);
    },
    async active() {
      return [...releases.values()].filter((release) => !release.isOver).map((release) => release.head.id);
    },
    async commit(commit) {
      const found = kept(commit.release);
      if (found.entries.length !== commit.expectRevision || found.rows.length !== commit.expectRows) {
        throw new StaleRevision(`${commit.release} is at revision ${found.entries.length}, row ${found.rows.length}`);
      }
      if (found.isOver && !commit.isOver) assertFree(found.head.services, commit.release);
      found.rows.push(commit.row);
      if (commit.entry) found.entries.push(commit.entry);
      found.isOver = commit.isOver;
      for (const id of commit.seen) seen.add(id);
      if (commit.freeze !== null)
        freezes.set(commit.freeze, { environment: commit.freeze, release: commit.release, sinceMs: commit.row.observation.nowMs });
      if (commit.entry)
        for (const target of commit.owes) owed.push({ release: commit.release, revision: commit.entry.entry.revision, target });
    },
    async ask(request) {
      kept(request.release);
      if (!requests.has(request.id)) requests.set(request.id, request);
    },
    async pending(release) {
      return [...requests.values()].filter((request) => request.release === release && !seen.has(request.id));
    },
    async owed(limit) {
      return owed.slice(0, limit);
    },
    async delivered(notice) {
      const said = JSON.stringify(notice);
      const index = owed.findIndex((candidate) => JSON.stringify(candidate) === said);
      if (index >= 0) owed.splice(index, 1);
    },
    async freezes() {
      return [...freezes.values()];
    },
    async lift({ environment }) {
      return freezes.delete(environment);
    },
    async close() {},
  };
}
