import type { Plan } from "../plan.ts";
import type { Status } from "../status.ts";

/**
 * The failed guards that a release manager may look at and go on with: the one under investigation, or relative ones that hold at 100 %. Empty:
 * there is nothing to dismiss; a failed gate cannot be dismissed.
 */
export function looksAway(status: Status, plan: Plan): readonly string[] {
  if (status.kind !== "holding") return [];
  if (status.why.kind === "investigation") return [status.why.breach.check];
  if (status.why.kind !== "failed") return [];
  const guards = plan.guards.map((guard) => guard.id);
  return status.why.checks.every((check) => guards.includes(check)) ? status.why.checks : [];
}
