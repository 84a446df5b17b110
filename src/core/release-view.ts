import type { Verdict, VerdictKind } from "../evidence/verdict.ts";
import type { Language, Role } from "./plan.ts";
import type { RequestKind } from "./requests.ts";
import type { Versions } from "./release.ts";
import type { Status } from "./status.ts";

/**
 * One release as it is shown: what `GET /api/v1/releases/:id` answers and what terminal and dashboard draw. Plain JSON. Every sentence is
 * in `language`; times are epoch ms; shares are percent 0-100.
 */
export interface ReleaseView {
  readonly id: string;
  readonly revision: number;
  /** The plan's name, title and version in people's words; `version` is `null` when the plan does not say. */
  readonly name: string;
  readonly title: string;
  readonly version: string | null;
  readonly environment: string;
  readonly timeZone: string;
  /** The language of the sentences in this view. */
  readonly language: Language;
  /** By service. */
  readonly versions: Readonly<Record<string, Versions>>;
  readonly startedBy: string;
  /** In whose name it was started; `null`: nobody was named. */
  readonly startedFor: string | null;
  readonly createdMs: number;
  /** The moment of this view. */
  readonly nowMs: number;
  readonly status: Status;
  readonly tone: Tone;
  /** Where the release stands, in one sentence. */
  readonly sentence: string;
  /** What happens next by itself, or what it waits for; empty when it is over. */
  readonly next: readonly string[];
  /** A running reaction; `null` when none runs. */
  readonly countdown: CountdownView | null;
  readonly phases: readonly PhaseView[];
  readonly traffic: TrafficView;
  /** The gates of the phase it is in; empty outside the phases. */
  readonly gates: readonly CheckView[];
  /** Every guard of the plan, in the plan's order. */
  readonly guards: readonly CheckView[];
  /** The newest 50 entries, newest first. */
  readonly story: readonly StoryView[];
  readonly people: readonly PersonView[];
  readonly actions: readonly ActionView[];
  /** Of each receiver that cannot be told just now, and of each notice that was given up, one sentence. */
  readonly undelivered: readonly string[];
  /** The way back that a person asked for, or a problem that was reported and is open; `null`: neither. */
  readonly wayBack: WayBackView | null;
}

/** `calm`: goes by itself; `waiting`: for a time or a person; `holding`: somebody should look; `danger`: going back; `good`, `over`: ended. */
export type Tone = "calm" | "waiting" | "holding" | "danger" | "good" | "over";

/** A countdown or an investigation: when it commits to a rollback, and when everybody is back. */
export interface CountdownView {
  readonly kind: "countdown" | "investigation";
  readonly check: string;
  readonly commitByMs: number;
  readonly doneByMs: number;
  /** "Rolling back in 3 min 12 s unless …". */
  readonly sentence: string;
}

export interface PhaseView {
  readonly name: string;
  readonly sharePct: number;
  readonly state: "done" | "now" | "ahead";
  /** Of the phase it is in; `null` where nothing is being observed. */
  readonly observedMs: number | null;
  /** What the phase asks for, its extension included once it is announced. */
  readonly observeMs: number;
}

export interface TrafficView {
  readonly wantedPct: number;
  /** What the router says is in force; `null` while it is not seen. */
  readonly seenPct: number | null;
  /** Share of the people drawn, and of the requests forwarded, since the present share is in force; `null` where nobody counted. */
  readonly peoplePct: number | null;
  readonly requestsPct: number | null;
  readonly people: ArmCounts | null;
  readonly requests: ArmCounts | null;
}

export interface ArmCounts {
  readonly canary: number;
  readonly stable: number;
}

/** One gate or guard with what the evidence says about it. */
export interface CheckView {
  /** Id of the gate or guard in the plan. */
  readonly id: string;
  /** The words of the plan. */
  readonly says: string;
  /** What a row is called: "error-rate", "api-latency p95", of a guard the words of the plan. */
  readonly label: string;
  /** `null` while nothing was judged. */
  readonly verdict: Verdict | null;
  readonly kind: VerdictKind | "not-yet";
  /** The verdict in a word or two: "pass", "undecided, ~6 min more", "far". */
  readonly word: string;
  /** The estimate and the interval in display units, no more: "0.21 % [0.05, 0.44]"; `null` while there is none. */
  readonly figure: string | null;
  /** What the figure counts, where its unit alone does not say it: "slower than 2 s", "of stable"; `null`: it does. */
  readonly counts: string | null;
  /** The whole verdict in sentences. */
  readonly sentence: string;
  /** Where the interval lies against the lines; `null` where the kind of test has no such picture. */
  readonly band: BandView | null;
  /** A gate's line in the unit of the figure: "< 0.5 %"; a guard's reaction: "→ rollback". */
  readonly aside: string;
  /** The reaction in words; `null` when a failure holds and asks. */
  readonly reaction: string | null;
  /** Time that a decision still takes if the data go on as they were; `null` when it is decided or no forecast helps. */
  readonly moreMs: number | null;
}

/** Numbers in the unit of the line. The picture shows `fromAt` to `toAt`, which the data do not move; the interval may reach beyond. */
export interface BandView {
  readonly fromAt: number;
  readonly toAt: number;
  readonly low: number;
  readonly high: number;
  readonly estimate: number | null;
  /** `null` for a guard, which has only a fail line. */
  readonly passAt: number | null;
  readonly failAt: number;
  /** The lines as they are written beside the picture, in the unit of the figure: "0.5 %", "95". */
  readonly passSays: string | null;
  readonly failSays: string;
  /** The side of the lines that is good. */
  readonly good: "below" | "above";
}

/** One journal entry. */
export interface StoryView {
  readonly revision: number;
  readonly atMs: number;
  /** "14:22" in the plan's zone. */
  readonly time: string;
  /** Never empty; the first is the headline. */
  readonly says: readonly string[];
}

/** One role and one thing that it is asked to approve. */
export interface PersonView {
  readonly role: Role;
  /** "Release manager". */
  readonly title: string;
  readonly state: "signed" | "asked" | "later";
  /** "go 14:05", "to sign before 50 %". */
  readonly says: string;
  /** Who signed; `null` when nobody did yet. */
  readonly by: string | null;
}

/** What a person can press; `why` says why nobody can press it now, `null` when somebody can. */
export interface ActionView {
  readonly kind: RequestKind;
  readonly label: string;
  readonly why: string | null;
  /** Who may: somebody with one of these roles. */
  readonly roles: readonly Role[];
  /** Why somebody without them cannot: "only a release manager". */
  readonly whyNotYours: string;
  /** What pressing it does, before it is confirmed: "4 116 people go back to v1 within a second". */
  readonly consequence: string;
  /** True: it is asked once more. */
  readonly isGrave: boolean;
}

/** A rollback by hand, step by step: reported, decided, executed, acknowledged, validated. */
export interface WayBackView {
  readonly steps: readonly WayBackStep[];
  /** From the first report (or the decision) to everybody back; `null` while it is not over, or was not ordered. */
  readonly tookMs: number | null;
  /** What the plan promises of a rollback by hand. */
  readonly withinMs: number;
  /** "Everybody was back 2 min 10 s after the problem was reported; the plan allows 5 min." */
  readonly sentence: string;
}

export interface WayBackStep {
  readonly kind: "reported" | "decided" | "executed" | "acknowledged" | "validated";
  readonly label: string;
  /** Epoch ms; `null`: not yet. */
  readonly atMs: number | null;
  /** Who did it, or `null`: serin, or nobody yet. */
  readonly by: string | null;
  /** Who does it, as long as nobody did; the first step without a time is what is asked for now. Empty: done, or serin does it. */
  readonly roles: readonly Role[];
}
