import type { Standing } from "../evidence-book.ts";
import type { Observation } from "../observation.ts";
import { nextStep, openObstacles } from "../obstacles.ts";
import { openReport } from "../open-report.ts";
import type { Moment, Obstacle } from "../obstacles.ts";
import type { Release, SignOffFor } from "../release.ts";
import type { Refusal, RequestKind } from "../requests.ts";
import { isExposed, isPaused } from "../status.ts";
import type { HoldReason } from "../status.ts";
import { awaitsAcknowledgement } from "../way-back.ts";
import { looksAway } from "./looks-away.ts";
import { approvable, missingRoles, nextSignOff, signOffsFor } from "./sign-offs.ts";

/** What a request finds, whoever asks. */
export interface Situation {
  readonly release: Release;
  readonly standings: readonly Standing[];
  readonly seen: Pick<Observation, "nowMs" | "frozen" | "frozenSinceMs" | "superseded">;
  /** Why it would hold although somebody asked it to go on at once, see `holdAhead`. `null`: it would go on; absent: nobody has looked. */
  readonly holdsOn?: HoldReason | null;
}

/** Why nobody can ask for this now; `null`: somebody can. */
export function unfit(kind: RequestKind, situation: Situation): Refusal | null {
  const { release, seen } = situation;
  const { status } = release;
  const unless = (fits: boolean): Refusal | null => (fits ? null : { kind: "not-now", status: status.kind });
  const mayEnd = isExposed(status) || status.kind === "waiting" || status.kind === "preparing";
  switch (kind) {
    case "approve":
      return unfitToApprove(release);
    case "pause":
      return unless("phase" in status && !(status.kind === "holding" && cannotPause.has(status.why.kind)));
    case "resume":
      return unless(isPaused(status) || looksAway(status).length > 0 || openReport(release) !== null);
    case "promote":
      return unfitToPromote(situation);
    case "override":
      return overridable(release, seen).length > 0 ? null : { kind: "nothing-in-the-way" };
    case "acknowledge":
      return awaitsAcknowledgement(release) ? null : { kind: "nothing-to-acknowledge" };
    case "stop":
      return unless(mayEnd);
    // A problem may be reported as long as people can be taken back.
    case "report":
    case "rollback":
      return unless(mayEnd || status.kind === "rolling-back" || (status.kind === "promoted" && !seen.superseded));
  }
}

function unfitToApprove(release: Release): Refusal | null {
  const target = approvable(release.status, release.plan);
  if (target !== null && missingRoles(release, target).length > 0) return null;
  return { kind: target !== null && signOffsFor(release, target).length > 0 ? "already-signed" : "not-asked-for" };
}

const cannotPause: ReadonlySet<string> = new Set(["countdown", "investigation", "paused"]);
const cannotPromote: ReadonlySet<string> = new Set(["paused", "investigation", "countdown", "invalid", "no-data", "shared-incident"]);

/**
 * `promote` goes on before the time is over; it never goes past an open gate, a missing sign-off, a closed window or a freeze, nor past anything else
 * that would have the release hold: who is told yes sees it go on.
 */
function unfitToPromote({ release, standings, seen, holdsOn }: Situation): Refusal | null {
  const { status, plan } = release;
  const isHeld = status.kind === "holding" && cannotPromote.has(status.why.kind);
  if ((status.kind !== "observing" && status.kind !== "holding") || isHeld) return { kind: "not-now", status: status.kind };
  const open = standings.filter(({ check, verdict }) => check.phase === status.phase && verdict.kind !== "pass");
  if (open.length > 0) return { kind: "gate-open", checks: open.map(({ check }) => check.id) };
  const missing = missingRoles(release, nextSignOff(status.phase, plan));
  if (missing.length > 0) return { kind: "waits-for", roles: missing };
  const obstacles = overridable(release, seen).map(({ obstacle }) => obstacle);
  if (obstacles.length > 0) return { kind: "in-the-way", obstacles };
  return holdsOn ? { kind: "would-hold", why: holdsOn } : null;
}

/** What an override would let pass now, with the step that it stands before; empty: nothing is in the way. */
export function overridable(release: Release, at: Moment): readonly { readonly step: SignOffFor; readonly obstacle: Obstacle }[] {
  const step = nextStep(release);
  return step === null ? [] : openObstacles(step, release, at).map((obstacle) => ({ step, obstacle }));
}
