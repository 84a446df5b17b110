import type { Reaction } from "./reactions.ts";
import type { Role } from "./plan.ts";

/**
 * Where a release stands. `phase` is an index into the plan's phases; times are epoch ms.
 *
 * A running countdown or investigation is a reason to hold: the share is frozen while it runs. Terminal: `rolled-back`, `stopped`,
 * `halted`. `promoted` ends the release too, but people may still take it back.
 */
export type Status =
  | { readonly kind: "waiting"; readonly sinceMs: number; readonly for: readonly Wait[] }
  | { readonly kind: "preparing"; readonly sinceMs: number }
  | { readonly kind: "shifting"; readonly phase: number; readonly sinceMs: number }
  | { readonly kind: "observing"; readonly phase: number; readonly sinceMs: number }
  | { readonly kind: "holding"; readonly phase: number; readonly sinceMs: number; readonly why: HoldReason }
  | { readonly kind: "promoting"; readonly step: PromotingStep; readonly sinceMs: number }
  | { readonly kind: "promoted"; readonly sinceMs: number; readonly previous: Kept }
  | {
      readonly kind: "rolling-back";
      readonly sinceMs: number;
      readonly reaction: Reaction;
      readonly cause: Cause;
      readonly step: RollbackStep;
      readonly from: RollbackFrom;
    }
  | { readonly kind: "rolled-back"; readonly sinceMs: number; readonly cause: Cause }
  | { readonly kind: "stopped"; readonly sinceMs: number; readonly cause: Cause; readonly canary: Kept }
  | { readonly kind: "halted"; readonly sinceMs: number; readonly cause: Cause };

/** What a release waits for before it prepares. */
export type Wait =
  | { readonly kind: "window" }
  | { readonly kind: "sign-off"; readonly roles: readonly Role[] }
  | { readonly kind: "freeze"; readonly environment: string }
  | { readonly kind: "scheduled"; readonly atMs: number }
  | Undecided;

/** A problem that `by` reported, and the roles of which one has to decide about it. */
type Undecided = { readonly kind: "reported"; readonly by: string; readonly roles: readonly Role[] };

/** Why the share is frozen. Those with a `breach` end in a rollback by themselves; the rest end when the reason is gone, or a person acts. */
export type HoldReason =
  | { readonly kind: "undecided"; readonly checks: readonly string[] }
  | { readonly kind: "failed"; readonly checks: readonly string[] }
  | { readonly kind: "no-data"; readonly checks: readonly string[] }
  | { readonly kind: "invalid" }
  | { readonly kind: "shared-incident"; readonly checks: readonly string[] }
  | { readonly kind: "paused"; readonly by: string }
  | { readonly kind: "sign-off"; readonly roles: readonly Role[] }
  | { readonly kind: "window" }
  | { readonly kind: "freeze"; readonly environment: string }
  | { readonly kind: "capacity"; readonly services: readonly string[] }
  | Undecided
  | { readonly kind: "investigation"; readonly breach: Breach; readonly commitByMs: number; readonly doneByMs: number }
  | { readonly kind: "countdown"; readonly breach: Breach; readonly commitByMs: number; readonly doneByMs: number };

/** A failed check and what it set off. */
export interface Breach {
  /** Id of the guard or gate. */
  readonly check: string;
  readonly atMs: number;
  readonly reaction: Reaction;
}

/** Why people were taken back. */
export type Cause =
  | { readonly kind: "breach"; readonly breach: Breach }
  | { readonly kind: "person"; readonly by: string; readonly reason: string }
  | { readonly kind: "not-ready"; readonly detail: string }
  | { readonly kind: "check-failed"; readonly detail: string };

/** Clone stable as previous; replace stable's version; return the traffic to stable; remove the canary. */
export type PromotingStep = "cloning" | "replacing" | "returning" | "clearing";

/** All traffic to stable and read back; after a promotion the old version put back; traffic from `previous` to it; then the canary removed. */
export type RollbackStep = "traffic" | "restoring" | "returning" | "clearing";

/** What is kept for a while: still there, being removed, removed. */
export type Kept = "kept" | "going" | "gone";

/**
 * Where the old version still runs: in the stable slot (`canary`: it was never replaced), in the previous slot, or nowhere: then it
 * has to be started again before the traffic can move (`image`: the new version serves in the stable slot; `image-behind-canary`: it still
 * serves in the canary slot).
 */
export type RollbackFrom = "canary" | "previous" | "image" | "image-behind-canary";

/** True when nobody but a person's rollback of a promoted release changes it any more. */
export function isOver(status: Status): boolean {
  return status.kind === "promoted" || isTerminal(status);
}

/** True when nothing at all changes the release any more, except the clearing away of what was kept. */
export function isTerminal(status: Status): boolean {
  return status.kind === "rolled-back" || status.kind === "stopped" || status.kind === "halted";
}

/** True while people may be on the canary arm, so that guards are armed. */
export function isExposed(status: Status): boolean {
  return status.kind === "shifting" || status.kind === "observing" || status.kind === "holding" || status.kind === "promoting";
}

/** True while a person keeps the share as it is. */
export function isPaused(status: Status): boolean {
  return status.kind === "holding" && status.why.kind === "paused";
}

/** The gates and guards that people have to decide about because the evidence does not, or says no. */
export function asksAbout(status: Status): readonly string[] {
  return status.kind === "holding" && (status.why.kind === "undecided" || status.why.kind === "failed") ? status.why.checks : [];
}

/** What `release` keeps running after it ended; `null`: nothing, it can be forgotten by the loop. */
export function keeps(status: Status): "previous" | "canary" | null {
  if (status.kind === "promoted" && status.previous !== "gone") return "previous";
  if (status.kind === "stopped" && status.canary !== "gone") return "canary";
  return null;
}
