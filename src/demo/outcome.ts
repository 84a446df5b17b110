import { isExposed } from "../core/status.ts";
import type { Breach, Status } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import type { CrowdTally } from "./crowd-count.ts";
import type { End, Scenario } from "./scenario.ts";

/** What one release of the demo came to; `--json` prints it. Times are measured milliseconds, never scaled. */
export interface Outcome {
  readonly scenario: string;
  /** Kind of the status that the release ended in; of one that had to hold, the one that it held in until it was taken back by hand. */
  readonly status: string;
  /** Why it held at its end, and which gates or guards were named; `null` when it did not hold. */
  readonly hold: { readonly why: string; readonly checks: readonly string[] } | null;
  /** What was set off ("rollback"), by which guard or gate, in which phase; `null` when nothing was. */
  readonly reaction: string | null;
  readonly guard: string | null;
  readonly phase: string | null;
  /** Why people were taken back: "breach", "person", "not-ready", "check-failed"; `null` when they were not, or by hand after it had held. */
  readonly cause: string | null;
  /** First deliberate fault served, or trouble begun → noticed: breached, or held as it had to; `null` when either never was. */
  readonly detectMs: number | null;
  /** Decided → last request forwarded to a canary, 0 when that was before; `null` when nobody was taken back. */
  readonly rollbackMs: number | null;
  /** Decided → last answer of a canary received; `null` as above. */
  readonly drainMs: number | null;
  readonly usersHarmed: number;
  /** People who are harmed before any test could know, on average (`harm-bound.ts`); `null` where the scenario has nothing to be proven. */
  readonly usersHarmedBound: number | null;
  readonly people: number;
  readonly requests: number;
  readonly failedRequests: number;
  readonly journal: {
    readonly release: string;
    readonly entries: number;
    readonly verified: boolean;
    /** The server's data folder that was kept (`--keep`), for `serin release verify`; `null`: it is gone. */
    readonly data: string | null;
  };
}

/** Everything that was seen of a release that is over. Epoch ms in `lastCanaryMs`, `troubledMs` and the tallies are of the real clock. */
export interface Evidence {
  readonly scenario: Scenario;
  /** As it stood at its end: for one that had to hold, while it held. */
  readonly view: ReleaseView;
  readonly entries: readonly ChainedEntry[];
  /** Server's clock minus the real one, ms. */
  readonly clockAheadMs: number;
  readonly lastCanaryMs: number | null;
  /** When the first trouble of the world began; `null`: none did. */
  readonly troubledMs: number | null;
  readonly usersHarmedBound: number | null;
  readonly before: CrowdTally;
  readonly after: CrowdTally;
  readonly isVerified: boolean;
  readonly keptDir: string | null;
}

/** Sums up one release. Pure. */
export function outcomeOf(seen: Evidence): Outcome {
  const { before, after, scenario, entries, view } = seen;
  const hasHeld = view.status.kind === "holding";
  const decidedAt = entries.findIndex(({ entry }) => isTakingBack(entry.decision.status));
  const decided = hasHeld ? undefined : entries[decidedAt]?.entry;
  const decidedMs = decided === undefined ? null : decided.atMs - seen.clockAheadMs;
  const breach = decided === undefined ? null : breachOf(decided.decision.status);
  const since = (ms: number | null | undefined): number | null =>
    decidedMs === null ? null : Math.max(0, Math.round((ms ?? decidedMs) - decidedMs));
  return {
    scenario: scenario.name,
    status: view.status.kind,
    hold: holdOf(view.status),
    reaction: breach?.reaction.kind ?? null,
    guard: breach?.check ?? null,
    phase: hasHeld ? phaseNow(view) : breach === null ? null : phaseBefore(seen, decidedAt),
    cause: decided === undefined ? null : causeOf(decided.decision.status),
    detectMs: detectMsOf(seen),
    rollbackMs: since(seen.lastCanaryMs),
    drainMs: since(after.lastAnswerMs[scenario.version]),
    usersHarmed: after.usersHarmed - before.usersHarmed,
    usersHarmedBound: seen.usersHarmedBound,
    people: after.people - before.people,
    requests: after.requests - before.requests,
    failedRequests: after.failedRequests - before.failedRequests,
    journal: { release: view.id, entries: entries.length, verified: seen.isVerified, data: seen.keptDir },
  };
}

/** Why the demo did not show what it shall show; empty when it did. */
export function complaintsOf(outcome: Outcome, scenario: Scenario, phases: readonly string[]): readonly string[] {
  const complaints: string[] = [];
  const [got, expected] = [sayOutcomeEnd(outcome), sayEnd(scenario.ends, phases)];
  if (!isAsStated(outcome, scenario.ends, phases)) complaints.push(`the release ended ${got}, not ${expected}`);
  if (outcome.failedRequests > 0) complaints.push(`${outcome.failedRequests} requests failed though no fault was meant`);
  if (outcome.rollbackMs !== null && outcome.rollbackMs >= scenario.backWithinMs)
    complaints.push(`the last person left the canary ${outcome.rollbackMs} ms after the decision`);
  if (!outcome.journal.verified) complaints.push("the journal was not verified");
  return complaints;
}

/** How a release had to end, for people: "rolled-back by 5xx-rate > 1% in 10 %", "holding (undecided: 2.conversion) in 50 %". */
export function sayEnd(ends: End, phases: readonly string[]): string {
  switch (ends.kind) {
    case "promoted":
      return "promoted";
    case "holding":
      return sayHeld({ why: ends.why, checks: ends.checks }, phases[ends.phase] ?? null);
    default:
      return sayTakenBack(ends.kind, ends.by, ends.phase === null ? null : (phases[ends.phase] ?? null));
  }
}

/** How a release ended, in the words of `sayEnd`. */
export function sayOutcomeEnd(outcome: Outcome): string {
  const { status, hold, guard, cause, phase } = outcome;
  if (hold !== null) return sayHeld(hold, phase);
  return cause === null ? status : sayTakenBack(status, guard ?? cause, phase);
}

function sayHeld({ why, checks }: { readonly why: string; readonly checks: readonly string[] }, phase: string | null): string {
  return `holding (${why}${checks.length === 0 ? "" : `: ${checks.join(", ")}`})${phase === null ? "" : ` in ${phase}`}`;
}

function sayTakenBack(status: string, by: string, phase: string | null): string {
  return `${status} by ${by}${phase === null ? "" : ` in ${phase}`}`;
}

function isAsStated(outcome: Outcome, ends: End, phases: readonly string[]): boolean {
  if (outcome.status !== ends.kind) return false;
  if (ends.kind === "promoted") return true;
  const isThere = outcome.phase === (ends.phase === null ? null : phases[ends.phase]);
  if (ends.kind !== "holding") return isThere && (outcome.guard ?? outcome.cause) === ends.by;
  return isThere && outcome.hold?.why === ends.why && ends.checks.every((check) => outcome.hold?.checks.includes(check));
}

function holdOf(status: Status): Outcome["hold"] {
  if (status.kind !== "holding") return null;
  return { why: status.why.kind, checks: "checks" in status.why ? status.why.checks : [] };
}

function phaseNow(view: ReleaseView): string | null {
  return view.phases.find(({ state }) => state === "now")?.name ?? null;
}

/** From the first fault or trouble to the first entry that tells of it. */
function detectMsOf({ scenario, view, entries, clockAheadMs, troubledMs, after }: Evidence): number | null {
  const began = [after.firstFaultMs[scenario.version], troubledMs].filter((ms) => typeof ms === "number");
  const why = view.status.kind === "holding" ? view.status.why.kind : null;
  const noticed = entries.find(({ entry: { decision } }) => {
    if (decision.facts.some(({ kind }) => kind === "breach") || isTakingBack(decision.status)) return true;
    return why !== null && decision.status.kind === "holding" && decision.status.why.kind === why;
  });
  if (noticed === undefined || began.length === 0) return null;
  return Math.round(noticed.entry.atMs - clockAheadMs - Math.min(...began));
}

function causeOf(status: Status): string | null {
  return "cause" in status ? status.cause.kind : null;
}

function isTakingBack(status: Status): boolean {
  return status.kind === "rolling-back" || status.kind === "rolled-back" || status.kind === "stopped" || status.kind === "halted";
}

function breachOf(status: Status): Breach | null {
  return "cause" in status && status.cause.kind === "breach" ? status.cause.breach : null;
}

/** Name of the phase that the release was in before the entry at `index`; `null` before the first phase. */
function phaseBefore({ entries, view }: Evidence, index: number): string | null {
  const before = entries.slice(0, index).findLast(({ entry }) => isExposed(entry.decision.status))?.entry.decision.status;
  if (before === undefined) return null;
  if ("phase" in before) return view.phases[before.phase]?.name ?? null;
  return view.phases.at(-1)?.name ?? null;
}
