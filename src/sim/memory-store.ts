import type { NoticeTarget } from "../core/plan.ts";
import type { Request } from "../core/requests.ts";
import type { Row } from "../core/row.ts";
import { PortError, ServiceBusy, StaleRevision } from "../ports.ts";
import type {
  ChainedEntry,
  Commit,
  Freeze,
  LostNotice,
  NewRelease,
  OwedNotice,
  Place,
  Store,
  StoredRelease,
  StoryPage,
  ToldNotice,
} from "../ports.ts";
import { MemoryAccess } from "./memory-access.ts";

interface Kept {
  readonly head: NewRelease;
  readonly entries: ChainedEntry[];
  readonly rows: Row[];
  isOver: boolean;
}

/** A store whose disk is an object: what it acknowledged outlives every process of the simulation. */
export class MemoryStore implements Store {
  readonly #releases = new Map<string, Kept>();
  /** What waits for its release. */
  readonly #requests = new Map<string, Request>();
  readonly #seen = new Set<string>();
  readonly #owed: OwedNotice[] = [];
  #owedSoFar = 0;
  readonly #told = new Map<string, readonly ToldNotice[]>();
  readonly access: MemoryAccess = new MemoryAccess();
  #freezes: readonly Freeze[] = [];

  async create(head: NewRelease): Promise<string> {
    const known = [...this.#releases.values()].find((other) => head.startKey !== null && other.head.startKey === head.startKey);
    if (known) return known.head.id;
    if (this.#releases.has(head.id)) throw new PortError(`there is a release ${head.id} already`, { retry: "never" });
    this.#assertFree(head.services, head.id);
    this.#releases.set(head.id, { head, entries: [], rows: [], isOver: false });
    return head.id;
  }

  async load(id: string): Promise<StoredRelease | null> {
    const found = this.#releases.get(id);
    return found ? { head: found.head, entries: [...found.entries], rows: [...found.rows] } : null;
  }

  async head(id: string): Promise<NewRelease | null> {
    return this.#releases.get(id)?.head ?? null;
  }

  async since(id: string, { after, limit }: { readonly after: Place; readonly limit: number }): Promise<StoryPage> {
    const found = this.#releases.get(id);
    const rows = found?.rows.slice(after.rows, after.rows + limit) ?? [];
    const left = found?.entries.slice(after.revision) ?? [];
    const last = rows.length < limit ? Number.POSITIVE_INFINITY : after.rows + limit;
    return { rows, entries: left.filter(({ entry }) => entry.row <= last) };
  }

  async standing(id: string): Promise<Place | null> {
    const found = this.#releases.get(id);
    return found ? { revision: found.entries.length, rows: found.rows.length } : null;
  }

  async list({ limit, before }: { readonly limit: number; readonly before: string | null }): Promise<readonly NewRelease[]> {
    const newestFirst = [...this.#releases.values()].map((release) => release.head).reverse();
    const at = newestFirst.findIndex((head) => head.id === before);
    const from = before === null ? 0 : at < 0 ? newestFirst.length : at + 1;
    return newestFirst.slice(from, from + limit);
  }

  async active(): Promise<readonly string[]> {
    const isAsked = (id: string): boolean => [...this.#requests.values()].some((request) => request.release === id);
    return [...this.#releases.values()].filter(({ head, isOver }) => !isOver || isAsked(head.id)).map(({ head }) => head.id);
  }

  async commit(commit: Commit): Promise<void> {
    const found = this.#kept(commit.release);
    if (found.entries.length !== commit.expectRevision || found.rows.length !== commit.expectRows) {
      throw new StaleRevision(`${commit.release} is at revision ${found.entries.length}, row ${found.rows.length}`);
    }
    if (found.isOver && !commit.isOver) this.#assertFree(found.head.services, commit.release);
    found.rows.push(commit.row);
    if (commit.entry) found.entries.push(commit.entry);
    found.isOver = commit.isOver;
    for (const id of commit.seen) {
      this.#seen.add(keyOf(commit.release, id));
      this.#requests.delete(keyOf(commit.release, id));
    }
    if (commit.freeze !== null) await this.freeze(haltFreeze(commit.freeze, commit));
    if (commit.entry) this.#owe(commit.release, commit.entry.entry.revision, commit.owes);
  }

  async ask(request: Request): Promise<void> {
    this.#kept(request.release);
    const key = keyOf(request.release, request.id);
    if (!this.#requests.has(key) && !this.#seen.has(key)) this.#requests.set(key, request);
  }

  async pending(release: string): Promise<readonly Request[]> {
    return [...this.#requests.values()].filter((request) => request.release === release);
  }

  async owed({ after, limit }: { readonly after: number; readonly limit: number }): Promise<readonly OwedNotice[]> {
    return this.#owed.filter(({ number }) => number > after).slice(0, limit);
  }

  async delivered(notice: Owed, atMs: number): Promise<void> {
    this.#end(notice, { deliveredMs: atMs, lostMs: null, why: null });
  }

  async giveUp(notice: Owed, { atMs, why }: { readonly atMs: number; readonly why: string }): Promise<void> {
    this.#end(notice, { deliveredMs: null, lostMs: atMs, why });
  }

  async lost(release: string): Promise<readonly LostNotice[]> {
    const told = await this.told(release);
    return told.flatMap(({ revision, target, lostMs, why }) =>
      lostMs === null ? [] : [{ revision, target, atMs: lostMs, why: why ?? "" }],
    );
  }

  async told(release: string): Promise<readonly ToldNotice[]> {
    const open = this.#owed.filter((owed) => owed.release === release);
    const owed = open.map(({ revision, target }): ToldNotice => ({ revision, target, deliveredMs: null, lostMs: null, why: null }));
    return [...(this.#told.get(release) ?? []), ...owed].toSorted((a, b) => a.revision - b.revision);
  }

  async freeze(freeze: Freeze): Promise<void> {
    this.#freezes = [...this.#freezes, freeze];
  }

  async freezes(nowMs: number): Promise<readonly Freeze[]> {
    return this.#freezes.filter((freeze) => holds(freeze, nowMs));
  }

  async lift({ environment, atMs }: { readonly environment: string; readonly atMs: number }): Promise<boolean> {
    const isLifted = (freeze: Freeze): boolean => freeze.environment === environment && holds(freeze, atMs);
    const before = this.#freezes.length;
    this.#freezes = this.#freezes.filter((freeze) => !isLifted(freeze));
    return this.#freezes.length < before;
  }

  async close(): Promise<void> {
    // An object needs no closing.
  }

  #end(notice: Owed, ended: Pick<ToldNotice, "deliveredMs" | "lostMs" | "why">): void {
    const index = this.#owed.findIndex((candidate) => isSame(candidate, notice));
    if (index < 0) return;
    this.#owed.splice(index, 1);
    const { release, revision, target } = notice;
    this.#told.set(release, [...(this.#told.get(release) ?? []), { revision, target, ...ended }]);
  }

  #kept(id: string): Kept {
    const found = this.#releases.get(id);
    if (!found) throw new PortError(`there is no release ${id}`, { retry: "never" });
    return found;
  }

  #assertFree(services: readonly string[], except: string): void {
    const busy = [...this.#releases.values()].filter((other) => !other.isOver && other.head.id !== except);
    const clashes = busy.flatMap(({ head }) =>
      head.services.filter((service) => services.includes(service)).map((service) => ({ service, release: head.id })),
    );
    if (clashes.length > 0) throw new ServiceBusy(clashes);
  }

  #owe(release: string, revision: number, targets: readonly NoticeTarget[]): void {
    for (const target of targets) {
      const notice = { release, revision, target };
      if (this.#owed.some((candidate) => isSame(candidate, notice))) continue;
      this.#owedSoFar += 1;
      this.#owed.push({ number: this.#owedSoFar, ...notice });
    }
  }
}

function haltFreeze(environment: string, { release, row }: Commit): Freeze {
  return { environment, release, sinceMs: row.observation.nowMs, by: null, reason: null, untilMs: null };
}

function holds({ untilMs }: Freeze, nowMs: number): boolean {
  return untilMs === null || untilMs > nowMs;
}

/** Request ids are a release's own. */
function keyOf(release: string, id: string): string {
  return `${release}/${id}`;
}

type Owed = Omit<OwedNotice, "number">;

function isSame(left: Owed, right: Owed): boolean {
  const isSameTarget = left.target.notifier === right.target.notifier && left.target.to === right.target.to;
  return left.release === right.release && left.revision === right.revision && isSameTarget;
}
