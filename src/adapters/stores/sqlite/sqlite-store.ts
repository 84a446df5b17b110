import type { DatabaseSync } from "node:sqlite";
import { fromCanonicalJson, toCanonicalJson } from "../../../core/canonical-json.ts";
import type { Request } from "../../../core/requests.ts";
import { PortError, ServiceBusy, StaleRevision, StoreUnusable } from "../../../ports.ts";
import type { ChainedEntry, Commit, Freeze, LostNotice, NewRelease, OwedNotice, Store, ToldNotice } from "../../../ports.ts";
import { createAccess } from "./access.ts";
import { pageBytes } from "./open-database.ts";
import { reserveBytes } from "./reserve.ts";
import type { Reserve } from "./reserve.ts";
import { prepareStatements } from "./statements.ts";
import type { Statements } from "./statements.ts";
import { findPage, findRelease, findStanding, parseHead, parsePage, parseRelease } from "./stories.ts";
import { full, toTrouble } from "./trouble.ts";

/** What a store is made of. */
export interface StoreParts {
  readonly database: DatabaseSync;
  /** Of its file, for messages. */
  readonly path: string;
  readonly reserve: Reserve;
  /** Called when the database is closed. */
  readonly afterClose: () => void;
}

/**
 * Answers the store in an open database. Every call is one transaction, done when it returns; `close` closes the database, then calls
 * `afterClose`. On a full disk what takes people home, and what says so, is written into the reserve; everything else is refused.
 */
export function createSqliteStore({ database, path, reserve, afterClose }: StoreParts): Store {
  const statements = prepareStatements(database);
  const read = <T>(what: () => T): T => inTransaction(database, { begin: "BEGIN", path, what });
  const { write, writeHomeward } = writers({ database, path, reserve });
  return {
    create: async (release) => write(() => createRelease(statements, release)),
    load: async (id) =>
      parseRelease(
        read(() => findRelease(statements, id)),
        { id, path },
      ),
    head: async (id) => {
      const found = read(() => statements.head.get(id));
      return found === undefined ? null : parseHead(found["head"], { id, path });
    },
    standing: async (id) => read(() => findStanding(statements, id)),
    since: async (id, page) =>
      parsePage(
        read(() => findPage(statements, id, page)),
        { id, path },
      ),
    list: async (options) => read(() => listReleases(statements, options)),
    active: async () => read(() => statements.active.all().map((found) => String(found["id"]))),
    commit: async (commit) => (isHomeward(commit) ? writeHomeward : write)(() => storeCommit(statements, commit)),
    ask: async (request) => (asksForHome(request) ? writeHomeward : write)(() => storeRequest(statements, request)),
    pending: async (release) => read(() => statements.pending.all(release).map((found) => parse(found["body"]) as Request)),
    owed: async ({ after, limit }) => read(() => statements.owed.all(after, limit).map(toOwedNotice)),
    delivered: async ({ release, revision, target }, atMs) =>
      writeHomeward(() => void statements.deliver.run(atMs, release, revision, target.notifier, target.to)),
    giveUp: async ({ release, revision, target }, { atMs, why }) =>
      writeHomeward(() => void statements.giveUp.run(atMs, why, release, revision, target.notifier, target.to)),
    lost: async (release) => read(() => statements.lost.all(release).map(toLostNotice)),
    told: async (release) => read(() => statements.told.all(release).map(toTold)),
    freeze: async ({ environment, sinceMs, by, reason, untilMs }) =>
      write(() => void statements.freezeByHand.run(environment, sinceMs, by, reason, untilMs)),
    freezes: async (nowMs) => read(() => statements.freezes.all(nowMs).map(toFreeze)),
    lift: async ({ environment, by, reason, atMs }) => write(() => statements.lift.run(atMs, by, reason, environment).changes > 0),
    access: createAccess(statements, { read, write }),
    close: async () => {
      if (!database.isOpen) return;
      database.close();
      afterClose();
    },
  };
}

/** True when the commit takes people back to stable, or ends that. */
function isHomeward({ entry }: Commit): boolean {
  const status = entry?.entry.decision.status.kind;
  return status === "rolling-back" || status === "rolled-back" || status === "stopped" || status === "halted";
}

/** True when the request may take people back to stable; what was refused before it came here does not. */
function asksForHome({ kind, denied }: Request): boolean {
  return (kind === "rollback" || kind === "stop") && denied === undefined;
}

type Write = <T>(what: () => T) => T;

/** How the store writes: what may wait, and what takes people home. */
function writers({ database, path, reserve }: Omit<StoreParts, "afterClose">): { readonly write: Write; readonly writeHomeward: Write } {
  const write: Write = (what) => inTransaction(database, { begin: "BEGIN IMMEDIATE", path, what });
  const isRoom = (): boolean => {
    try {
      return reserve.hold();
    } catch (error) {
      throw toTrouble(error, path);
    }
  };
  return {
    write(what) {
      if (!isRoom()) throw full(path, new Error("what is left is for the way home"));
      return write(what);
    },
    writeHomeward(what) {
      try {
        return write(what);
      } catch (error) {
        if (!(error instanceof StoreUnusable) || error.why !== "full") throw error;
        reserve.release();
        return beyondLimit(database, () => write(what));
      }
    },
  };
}

/** Lifts the bound on the file's pages by the size of the reserve while `what` runs: where the file is bounded, that is the disk. */
function beyondLimit<T>(database: DatabaseSync, what: () => T): T {
  const limit = Number(database.prepare("PRAGMA max_page_count").get()?.["max_page_count"]);
  database.exec(`PRAGMA max_page_count = ${limit + reserveBytes / pageBytes}`);
  try {
    return what();
  } finally {
    database.exec(`PRAGMA max_page_count = ${limit}`);
  }
}

interface Transaction<T> {
  readonly begin: "BEGIN" | "BEGIN IMMEDIATE";
  readonly path: string;
  readonly what: () => T;
}

function inTransaction<T>(database: DatabaseSync, { begin, path, what }: Transaction<T>): T {
  try {
    database.exec(begin);
    const result = what();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
    throw toTrouble(error, path);
  }
}

function createRelease(statements: Statements, release: NewRelease): string {
  const known = release.startKey === null ? undefined : statements.byStartKey.get(release.startKey);
  if (known !== undefined) return String(known["id"]);
  if (statements.standing.get(release.id) !== undefined)
    throw new PortError(`there already is a release ${release.id}`, { retry: "never" });
  statements.insertRelease.run(release.id, release.startKey, toCanonicalJson(release));
  occupy(statements, release);
  return release.id;
}

function occupy(statements: Statements, release: Pick<NewRelease, "id" | "services">): void {
  const busy = release.services.flatMap((service) => {
    const holder = statements.holder.get(service)?.["release"];
    return typeof holder === "string" && holder !== release.id ? [{ service, release: holder }] : [];
  });
  if (busy.length > 0) throw new ServiceBusy(busy);
  for (const service of release.services) statements.occupy.run(service, release.id);
}

function listReleases(statements: Statements, options: { readonly limit: number; readonly before: string | null }): NewRelease[] {
  const found = options.before === null ? statements.newest.all(options.limit) : statements.olderThan.all(options.before, options.limit);
  return found.map((release) => parse(release["head"]) as NewRelease);
}

function storeCommit(statements: Statements, commit: Commit): void {
  const { release, row, entry } = commit;
  const standing = statements.standing.get(release);
  if (standing === undefined) throw unknownRelease(release);
  if (standing["revision"] !== commit.expectRevision || standing["row_count"] !== commit.expectRows) {
    throw new StaleRevision(
      `release ${release} is at revision ${standing["revision"]} with ${standing["row_count"]} rows, not ${commit.expectRevision} with ${commit.expectRows}`,
    );
  }
  assertNumbers(commit);
  statements.insertRow.run(release, row.number, toCanonicalJson(row));
  if (entry !== null) insertEntry(statements, entry);
  for (const id of commit.seen) statements.see.run(release, id);
  for (const target of commit.owes) statements.owe.run(release, entry?.entry.revision ?? 0, target.notifier, target.to);
  if (commit.freeze !== null) statements.freeze.run(commit.freeze, release, row.observation.nowMs);
  if (commit.isOver) statements.vacate.run(release);
  else if (standing["is_over"] === 1) occupy(statements, parse(statements.head.get(release)?.["head"]) as NewRelease);
  statements.advance.run(entry?.entry.revision ?? commit.expectRevision, row.number, commit.isOver ? 1 : 0, release);
}

/** Our own mistake, never a race: a commit whose parts do not belong together. */
function assertNumbers({ release, row, entry, expectRevision, expectRows, owes }: Commit): void {
  const isRowRight = row.release === release && row.number === expectRows + 1;
  const isEntryRight = entry === null ? owes.length === 0 : entry.entry.release === release && entry.entry.revision === expectRevision + 1;
  if (isRowRight && isEntryRight) return;
  throw new PortError(`the parts of this commit to ${release} do not follow revision ${expectRevision} and row ${expectRows}`, {
    retry: "never",
  });
}

function insertEntry(statements: Statements, { entry, previous, rowsDigest, hash }: ChainedEntry): void {
  statements.insertEntry.run(entry.release, entry.revision, toCanonicalJson(entry), previous, rowsDigest, hash);
}

function storeRequest(statements: Statements, request: Request): void {
  if (statements.standing.get(request.release) === undefined) throw unknownRelease(request.release);
  statements.ask.run(request.release, request.id, toCanonicalJson(request));
}

function unknownRelease(id: string): PortError {
  return new PortError(`there is no release ${id}`, { retry: "never" });
}

type Found = Record<string, unknown>;

function parse(text: unknown): unknown {
  return fromCanonicalJson(String(text));
}

function toOwedNotice(found: Found): OwedNotice {
  const target = { notifier: String(found["notifier"]), to: String(found["target"]) };
  return { number: Number(found["seq"]), release: String(found["release"]), revision: Number(found["revision"]), target };
}

function toLostNotice(found: Found): LostNotice {
  const target = { notifier: String(found["notifier"]), to: String(found["target"]) };
  return { revision: Number(found["revision"]), target, atMs: Number(found["given_up_ms"]), why: String(found["why"]) };
}

function toTold(found: Found): ToldNotice {
  const target = { notifier: String(found["notifier"]), to: String(found["target"]) };
  const [deliveredMs, lostMs] = [numberOf(found["delivered_ms"]), numberOf(found["given_up_ms"])];
  return { revision: Number(found["revision"]), target, deliveredMs, lostMs, why: textOf(found["why"]) };
}

function toFreeze(found: Found): Freeze {
  return {
    environment: String(found["environment"]),
    release: textOf(found["release"]),
    sinceMs: Number(found["since_ms"]),
    by: textOf(found["frozen_by"]),
    reason: textOf(found["because"]),
    untilMs: numberOf(found["until_ms"]),
  };
}

function textOf(found: unknown): string | null {
  return typeof found === "string" ? found : null;
}

function numberOf(found: unknown): number | null {
  return typeof found === "number" ? found : null;
}
