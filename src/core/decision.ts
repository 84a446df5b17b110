import type { Verdict } from "../evidence/verdict.ts";
import type { Role } from "./plan.ts";
import type { Refusal } from "./requests.ts";
import type { Acknowledgement, Override, Report, SignOff } from "./release.ts";
import type { Reaction } from "./reactions.ts";
import type { Status } from "./status.ts";

/** What a tick concluded: the release's status from now on, and what is noted with it. The only thing that changes a release. */
export interface Decision {
  readonly status: Status;
  /** Never empty; the first is the headline. `core/messages` makes each a sentence. */
  readonly facts: readonly [Fact, ...Fact[]];
}

/** One thing worth telling. Every fact is plain data; nothing in it is a sentence. */
export type Fact =
  /** `for`: in whose name, where somebody else was named. */
  | { readonly kind: "created"; readonly by: string; readonly for?: string; readonly reason: string }
  | { readonly kind: "became"; readonly status: Status }
  | { readonly kind: "share-seen"; readonly phase: number; readonly sharePct: number }
  | { readonly kind: "rehearsed"; readonly tookMs: number }
  | { readonly kind: "check"; readonly name: string; readonly ok: boolean; readonly detail: string }
  | { readonly kind: "verdict"; readonly check: string; readonly verdict: Verdict; readonly moreMs: number | null }
  | { readonly kind: "breach"; readonly check: string; readonly verdict: Verdict }
  | { readonly kind: "cancelled"; readonly check: string; readonly verdict: Verdict }
  | { readonly kind: "extended"; readonly phase: number; readonly checks: readonly string[]; readonly untilObservedMs: number }
  | { readonly kind: "signed"; readonly signOff: SignOff }
  | { readonly kind: "lapsed"; readonly signOff: SignOff; readonly check: string }
  | { readonly kind: "accepted"; readonly request: string; readonly by: string; readonly asked: string; readonly reason: string }
  | {
      readonly kind: "refused";
      readonly request: string;
      readonly by: string;
      readonly asked: string;
      readonly refusal: Refusal;
      /** So many more of the same within a minute. Absent: it is one. */
      readonly times?: number;
    }
  | { readonly kind: "reported"; readonly report: Report }
  | { readonly kind: "report-late"; readonly afterMs: number; readonly withinMs: number }
  | { readonly kind: "report-answered"; readonly by: string; readonly asked: string }
  | { readonly kind: "acknowledged"; readonly acknowledgement: Acknowledgement }
  | { readonly kind: "asks"; readonly for: AskedFor; readonly roles: readonly Role[] }
  | { readonly kind: "way-back"; readonly tookMs: number; readonly withinMs: number }
  | { readonly kind: "overrode"; readonly override: Override }
  | { readonly kind: "override-over"; readonly override: Override }
  | { readonly kind: "traffic-back"; readonly tookMs: number; readonly withinMs: number }
  | { readonly kind: "late"; readonly awaits: Awaited; readonly afterMs: number; readonly detail: string }
  | { readonly kind: "dismissed"; readonly check: string; readonly by: string }
  | { readonly kind: "recovered"; readonly check: string }
  | { readonly kind: "upgraded"; readonly from: Reaction; readonly to: Reaction }
  | { readonly kind: "cleared"; readonly what: "previous" | "canary" };

/** What a release in motion waits for: that the router shows what is wanted, that a slot is ready, that the canary is gone. */
export type Awaited = "router" | "previous" | "stable" | "canary-gone";

/** What of a way back by hand people are asked for. */
export type AskedFor = "decision" | "acknowledgement" | "validation";

/** One line of a release's journal. `revision` counts from 1. */
export interface Entry {
  readonly release: string;
  readonly revision: number;
  readonly atMs: number;
  readonly decision: Decision;
  /** Number of the readings row that this was decided on. */
  readonly row: number;
}
