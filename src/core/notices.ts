import type { Decision, Fact } from "./decision.ts";
import type { NoticeTarget } from "./plan.ts";
import { asksAbout } from "./status.ts";
import type { HoldReason, Status } from "./status.ts";

/** Where people see the release, on a server that they reach at `publicUrl`; `null`: nobody said where. */
export function linkTo(release: string, publicUrl: string | null): string | null {
  return publicUrl === null ? null : `${publicUrl}/releases/${encodeURIComponent(release)}`;
}

/** A notice that was given up: its receiver refused it for good, or could not be reached for a day. `atMs`: when it was given up. */
export interface LostNotice {
  readonly revision: number;
  readonly target: NoticeTarget;
  readonly atMs: number;
  readonly why: string;
}

/** What became of a notice, epoch ms: it arrived, it was given up, or (both `null`) it is still owed. `why` it was given up; else `null`. */
export interface ToldNotice {
  readonly revision: number;
  readonly target: NoticeTarget;
  readonly deliveredMs: number | null;
  readonly lostMs: number | null;
  readonly why: string | null;
}

/** Notices to a receiver that cannot be delivered just now, and are tried again. */
export interface FailingNotices {
  readonly target: NoticeTarget;
  readonly sinceMs: number;
  /** Why the last try failed. */
  readonly why: string;
}

const news: ReadonlySet<Fact["kind"]> = new Set<Fact["kind"]>([
  "created",
  "became",
  "breach",
  "cancelled",
  "upgraded",
  "extended",
  "traffic-back",
  "reported",
  "report-late",
  "report-answered",
  "asks",
  "acknowledged",
  "way-back",
  "overrode",
  "signed",
  "lapsed",
  "dismissed",
  "late",
]);

/** The facts of a decision that people are told, with the evidence of what they are asked about; empty: nobody is told anything. */
export function newsOf(decision: Decision): readonly Fact[] {
  const asked = asksAbout(decision.status);
  const isNews = (fact: Fact): boolean =>
    news.has(fact.kind) || (fact.kind === "verdict" && (fact.verdict.kind === "fail" || asked.includes(fact.check)));
  return decision.facts.filter(isNews);
}

/** True when people should look now: harm was found or reported, a step is late, everybody goes back, or the release holds for a person. */
export function isGrave({ status, facts }: Decision): boolean {
  return facts.some((fact) => {
    if (grave.has(fact.kind)) return true;
    return fact.kind === "became" && (graveStatuses.has(status.kind) || (status.kind === "holding" && !calmHolds.has(status.why.kind)));
  });
}

const grave: ReadonlySet<Fact["kind"]> = new Set<Fact["kind"]>(["breach", "upgraded", "late", "reported", "report-late"]);
const graveStatuses: ReadonlySet<Status["kind"]> = new Set<Status["kind"]>(["rolling-back", "rolled-back", "stopped", "halted"]);
/** What a release holds for as the plan says. */
const calmHolds: ReadonlySet<HoldReason["kind"]> = new Set<HoldReason["kind"]>(["sign-off", "window", "paused"]);
