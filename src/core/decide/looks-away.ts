import type { Plan } from "../plan.ts";
import type { Status } from "../status.ts";

/**
 * The failed checks that a release manager may look at and go on with: the guard under investigation, or what the release holds for because it
 * failed. A guard is looked away from, a gate is judged afresh (`isGuard`). Empty: nothing failed that somebody may go on with.
 */
export function looksAway(status: Status): readonly string[] {
  if (status.kind !== "holding") return [];
  if (status.why.kind === "investigation") return [status.why.breach.check];
  return status.why.kind === "failed" ? status.why.checks : [];
}

/** True when the check of this id is a guard of the plan, and no gate. */
export function isGuard(plan: Pick<Plan, "guards">, check: string): boolean {
  return plan.guards.some(({ id }) => id === check);
}
