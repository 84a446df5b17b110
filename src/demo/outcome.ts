import { isExposed } from "../core/status.ts";
import type { Breach, Status } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import type { CrowdTally } from "./crowd-count.ts";
import type { Scenario } from "./scenarios.ts";

/** What one release of the demo came to; `--json` prints it. Times are measured milliseconds, never scaled. */
export interface Outcome {
  readonly scenario: string;
  /** Kind of the status that the release ended in. */
  readonly status: string;
  /** What was set off ("rollback"), by which guard or gate, in which phase; `null` when nothing was. */
  readonly reaction: string | null;
  readonly guard: string | null;
  readonly phase: string | null;
  /** First deliberate fault served → decided; `null` when no fault was served, or nothing was decided. */
  readonly detectMs: number | null;
  /** Decided → last request forwarded to a canary, 0 when that was before; `null` when nobody was taken back. */
  readonly rollbackMs: number | null;
  /** Decided → last answer of a canary received; `null` as above. */
  readonly drainMs: number | null;
  readonly usersHarmed: number;
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

/** Everything that was seen of a release that is over. Epoch ms in `lastCanaryMs` and the tallies are of the real clock. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly view: ReleaseView;
  readonly entries: readonly ChainedEntry[];
  /** Server's clock minus the real one, ms. */
  readonly clockAheadMs: number;
  readonly lastCanaryMs: number | null;
  readonly before: CrowdTally;
  readonly after: CrowdTally;
  readonly isVerified: boolean;
  readonly keptDir: string | null;
}

/** Sums up one release. Pure. */
export function outcomeOf(seen: Evidence): Outcome {
  const { before, after, scenario, entries } = seen;
  const decidedAt = entries.findIndex(({ entry }) => isTakingBack(entry.decision.status));
  const decided = entries[decidedAt]?.entry;
  const decidedMs = decided === undefined ? null : decided.atMs - seen.clockAheadMs;
  const breach = decided === undefined ? null : breachOf(decided.decision.status);
  const since = (ms: number | null | undefined): number | null =>
    decidedMs === null ? null : Math.max(0, Math.round((ms ?? decidedMs) - decidedMs));
  const firstFaultMs = after.firstFaultMs[scenario.version];
  return {
    scenario: scenario.name,
    status: seen.view.status.kind,
    reaction: breach?.reaction.kind ?? null,
    guard: breach?.check ?? null,
    phase: breach === null ? null : phaseBefore(seen, decidedAt),
    detectMs: decidedMs === null || firstFaultMs === undefined ? null : Math.round(decidedMs - firstFaultMs),
    rollbackMs: since(seen.lastCanaryMs),
    drainMs: since(after.lastAnswerMs[scenario.version]),
    usersHarmed: after.usersHarmed - before.usersHarmed,
    people: after.people - before.people,
    requests: after.requests - before.requests,
    failedRequests: after.failedRequests - before.failedRequests,
    journal: { release: seen.view.id, entries: entries.length, verified: seen.isVerified, data: seen.keptDir },
  };
}

/** Why the demo did not show what it shall show; empty when it did. */
export function complaintsOf(outcome: Outcome, scenario: Scenario): readonly string[] {
  const complaints: string[] = [];
  if (outcome.status !== scenario.ends) complaints.push(`the release ended ${outcome.status}, not ${scenario.ends}`);
  if (outcome.failedRequests > 0) complaints.push(`${outcome.failedRequests} requests failed though no fault was meant`);
  if (outcome.rollbackMs !== null && outcome.rollbackMs >= 1000)
    complaints.push(`the last person left the canary ${outcome.rollbackMs} ms after the decision`);
  if (!outcome.journal.verified) complaints.push("the journal was not verified");
  return complaints;
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
