import { decide } from "../core/decide.ts";
import type { Decision } from "../core/decision.ts";
import { bookAfterRow, isReadable } from "../core/evidence-book.ts";
import { newsOf } from "../core/notices.ts";
import { frozenBy } from "../core/obstacles.ts";
import type { Observation, ReadingSeen } from "../core/observation.ts";
import type { Row } from "../core/row.ts";
import { isOver, keeps } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { isTrafficAsWanted } from "../core/wanted.ts";
import type { Commit } from "../ports.ts";
import { converge } from "./converge.ts";
import { startErrands } from "./errands.ts";
import { difference } from "./increments.ts";
import { remember } from "./replay.ts";
import type { Inbox, Run } from "./run.ts";

/** What a tick did: committed a decision (tick again at once), or not. */
export interface Turned {
  readonly decision: Decision | null;
}

/**
 * One tick: make the world match the record, see, decide, commit. Dying on any line is repaired by the next tick, because nothing outside
 * changes except to match what is already committed. Throws what the store throws; `StaleRevision` means that somebody else went on.
 */
export async function turn(run: Run): Promise<Turned> {
  const traffic = await converge(run);
  const seenMs = run.world.clock.monotonicMs();
  run.outside = { ...run.outside, traffic };
  // What was counted until the last row stands; from here on somebody may have been elsewhere.
  if (!isTrafficAsWanted(run.memory.release, run.outside) || isOverlooked(run, seenMs)) run.steadySinceMs = null;
  run.lookedMs = seenMs;
  startErrands(run);
  const { store } = run.world;
  const requests = await store.pending(run.id);
  const freezes = await store.freezes(run.nowMs());
  const { row, taken } = look(run, { requests, ...frozenBy(freezes), seenMs });
  const book = bookAfterRow(run.memory.book, run.memory.release, row.observation);
  const decision = decide(run.memory.release, book, row.observation);
  if (!decision && taken.readings.size === 0) return { decision: null };
  const next = remember(run.memory, { row, book, decision });
  // Until the store says that it has it, nobody knows whether it does.
  run.isOutdated = true;
  await store.commit(toCommit(run, row, decision, next.entry));
  run.isOutdated = false;
  run.memory = next.memory;
  if (decision) run.decidedMs = seenMs;
  handOver(run, taken);
  run.steadySinceMs = isTrafficAsWanted(next.memory.release, run.outside) ? seenMs : null;
  return { decision };
}

interface Asked {
  readonly requests: Observation["requests"];
  readonly frozen: readonly string[];
  readonly frozenSinceMs?: Readonly<Record<string, number>>;
  /** When the router was read back, monotonic ms. */
  readonly seenMs: number;
}

interface Look {
  readonly row: Row;
  /** What of the inbox is in the row. */
  readonly taken: Inbox;
}

/** Takes what the errands brought and puts it beside what was seen: the observation of this tick, as a row. */
function look(run: Run, { seenMs, ...asked }: Asked): Look {
  const { memory } = run;
  const nowMs = run.nowMs();
  const readings: Record<string, ReadingSeen> = {};
  const cursor: Record<string, Row["cursor"][string]> = {};
  const taken: Inbox = { readings: new Map(run.inbox.readings), checks: run.inbox.checks };
  for (const [quantity, reading] of taken.readings) {
    const differenced = difference(reading, memory.cursor[quantity], memory.book.answeredMs[quantity] ?? null);
    readings[quantity] = differenced.seen;
    if (Object.keys(differenced.cursor).length > 0) cursor[quantity] = differenced.cursor;
  }
  const observation: Observation = {
    nowMs,
    ...run.outside,
    readings,
    draws: drawsSince(run),
    observedMs: observedSince(run, { nowMs, seenMs }),
    ...asked,
    superseded: run.isSuperseded,
    checks: taken.checks,
  };
  return { row: { release: run.id, number: memory.rows + 1, observation, cursor }, taken };
}

/** Only what is stored leaves the inbox; what arrived meanwhile stays for the next tick. */
function handOver(run: Run, taken: Inbox): void {
  for (const [quantity, reading] of taken.readings) if (run.inbox.readings.get(quantity) === reading) run.inbox.readings.delete(quantity);
  if (run.inbox.checks === taken.checks) run.inbox.checks = [];
}

/**
 * New draws since the last row, when the router had the same share all the while; otherwise nobody can say at which share they were drawn.
 * So nothing is counted across a restart, a change, or a silence in which the lease may have taken people home.
 */
function drawsSince(run: Run): Observation["draws"] {
  if (run.steadySinceMs === null) return null;
  const now = run.outside.traffic;
  const then = run.memory.lastRow?.observation.traffic;
  if (now.kind !== "seen" || then?.kind !== "seen" || now.value.drawn === null || then.value.drawn === null) return null;
  if (now.value.sharePct !== then.value.sharePct || now.value.release !== then.value.release) return null;
  const canary = now.value.drawn.canary - then.value.drawn.canary;
  const stable = now.value.drawn.stable - then.value.drawn.stable;
  return canary < 0 || stable < 0 || canary + stable === 0 ? null : { canary, stable, sharePct: now.value.sharePct };
}

/** Time counts only between two looks that both saw the wanted share, and none between them another, while every metric was readable. */
function observedSince(run: Run, { nowMs, seenMs }: { readonly nowMs: number; readonly seenMs: number }): number {
  const { release, book } = run.memory;
  if (release.status.kind !== "observing" || run.steadySinceMs === null) return 0;
  return isReadable(release, book, nowMs) ? Math.round(seenMs - run.steadySinceMs) : 0;
}

/**
 * True when so long went by without a look that the router may have restarted, or its lease run out, and been told again by the very word that
 * stood before this look.
 */
function isOverlooked({ lookedMs, patience }: Run, seenMs: number): boolean {
  return lookedMs === null || seenMs - lookedMs > patience.heartbeatMs + 2 * patience.controlMs;
}

/** From the moment that a halt is committed nothing starts there: how long the way back takes must not matter. */
function isHalting(status: Status): boolean {
  return status.kind === "halted" || (status.kind === "rolling-back" && status.reaction.kind === "halt");
}

function toCommit(run: Run, row: Row, decision: Decision | null, entry: Commit["entry"]): Commit {
  const status = decision?.status ?? run.memory.release.status;
  return {
    release: run.id,
    expectRevision: run.memory.release.revision,
    expectRows: run.memory.rows,
    row,
    entry,
    seen: row.observation.requests.map((request) => request.id),
    isOver: isOver(status) && keeps(status) === null,
    freeze: isHalting(status) && !isHalting(run.memory.release.status) ? run.memory.release.plan.environment : null,
    owes: decision && newsOf(decision).length > 0 ? run.memory.release.plan.notify : [],
  };
}
