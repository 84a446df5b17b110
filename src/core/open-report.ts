import type { Release, Report } from "./release.ts";
import { isTerminal } from "./status.ts";

/** What is asked of a release to know whether a report is open. */
export type Reported = Pick<Release, "status" | "reports" | "rollback">;

/**
 * The problem that somebody reported and nobody has decided about, the first of several; `null`: there is none. While there is one nobody is
 * newly exposed: the release goes no further by itself.
 */
export function openReport({ status, reports, rollback }: Reported): Report | null {
  return rollback === null && !isTerminal(status) ? (reports[0] ?? null) : null;
}
