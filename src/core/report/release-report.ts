import type { VerdictKind } from "../../evidence/verdict.ts";
import type { HistoryView } from "../history-view.ts";
import type { Language } from "../plan.ts";
import type { Versions } from "../release.ts";
import type { Tone, WayBackView } from "../release-view.ts";

/**
 * Everything about one release that somebody who was not there may ask for. Plain JSON: a pure function of the stored release, what became of its
 * notices, and the moment of writing. Every sentence is in `language`; times are epoch ms, spans ms, shares percent.
 */
export interface ReleaseReport {
  readonly format: "serin.dev/report/v1";
  readonly language: Language;
  readonly release: string;
  /** The plan's name, title and version in people's words; `version` is `null` when the plan does not say. */
  readonly plan: { readonly name: string; readonly title: string; readonly version: string | null; readonly hash: string };
  readonly environment: string;
  readonly timeZone: string;
  readonly startedBy: string;
  readonly reason: string;
  readonly createdMs: number;
  /** When it came to its end; `null` while it goes on. */
  readonly endedMs: number | null;
  /** When this was written. */
  readonly writtenMs: number;
  /** Kind of the status, and in which voice it is told. */
  readonly status: string;
  readonly tone: Tone;
  /** Where it stands, in a few words: "promoted", "rolled back". */
  readonly statusSays: string;
  /** Three sentences: what became of it, what the evidence said, who was asked and told. */
  readonly summary: readonly [string, string, string];
  readonly services: readonly ({ readonly service: string } & Versions)[];
  readonly stages: readonly StageReport[];
  readonly signOffs: readonly SignOffReport[];
  readonly requests: readonly RequestReport[];
  /** Windows and freezes that a release manager went over. */
  readonly overrides: readonly OverrideReport[];
  readonly checks: readonly CheckReport[];
  /** `null`: nobody had to go back. */
  readonly wayBack: WayBackReport | null;
  readonly notices: readonly NoticeReport[];
  readonly timeline: readonly EventReport[];
  readonly proof: ProofReport;
}

/** A part of the release's life: waiting, preparing, a phase, promoting, going back. */
export interface StageReport {
  readonly name: string;
  readonly kind: "waiting" | "preparing" | "phase" | "promoting" | "rolling-back";
  readonly fromMs: number;
  /** `null` while it goes on. */
  readonly untilMs: number | null;
  readonly tookMs: number;
  /** What the plan asks for, or allows at most (`preparing`, `rolling-back`); `null`: it does not say. */
  readonly plannedMs: number | null;
  /** With every extension; `null` where there is none. */
  readonly plannedAtMostMs: number | null;
  /** Of a phase: the time that counted. */
  readonly observedMs: number | null;
}

export interface SignOffReport {
  readonly atMs: number;
  readonly by: string;
  /** "QA lead". */
  readonly role: string;
  /** What was approved: "going to 50 %". */
  readonly approves: string;
  /** The revision that the person saw. */
  readonly revision: number;
  /** What they saw of each gate and guard: its words, and the verdict in a word. */
  readonly saw: readonly { readonly says: string; readonly kind: VerdictKind; readonly word: string }[];
  /** When and why it lapsed; `null`: it holds. */
  readonly lapsed: { readonly atMs: number; readonly says: string } | null;
}

/** What somebody asked for. `refused` says why it was not done; `null`: it was. */
export interface RequestReport {
  readonly atMs: number;
  readonly by: string;
  readonly asked: string;
  /** Empty: none was given, or it is not kept (a refused request). */
  readonly reason: string;
  readonly refused: string | null;
}

export interface OverrideReport {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
  /** What was gone over, for which step. */
  readonly says: string;
}

/** One gate or guard: its evidence, and how it would have been judged with other lines. */
export interface CheckReport {
  /** Of a gate: the phase that asks for it. */
  readonly phase: string | null;
  /** False: a gate of a phase that the release never came to. */
  readonly isAsked: boolean;
  /** What its failure sets off. */
  readonly reaction: string;
  /** The last verdict; `not-yet`: nobody was exposed. */
  readonly kind: VerdictKind | "not-yet";
  readonly word: string;
  readonly sentence: string;
  readonly history: HistoryView;
  /** What it did as the plan is: "passed at 14:03 and never failed". */
  readonly did: string;
  /** With a tighter and with a looser line; empty where there is no line. */
  readonly otherLines: readonly { readonly line: string; readonly says: string; readonly failed: boolean }[];
  /** From which line on it would have failed, in a sentence; `null` where there is no line, or there were too many readings to try them. */
  readonly failsFrom: string | null;
}

export interface WayBackReport {
  readonly kind: "automatic" | "manual";
  readonly because: string;
  readonly committedMs: number;
  /** When everybody was back, as read back from the router; `null`: not seen. */
  readonly seenMs: number | null;
  readonly tookMs: number | null;
  readonly withinMs: number;
  readonly isMet: boolean;
  readonly says: string;
  /** Reported, decided, executed, acknowledged, validated; `null` where no person asked for it. */
  readonly steps: WayBackView | null;
}

/** A notice: when it was due, and what became of it. */
export interface NoticeReport {
  readonly revision: number;
  readonly dueMs: number;
  readonly to: string;
  /** What it told. */
  readonly says: string;
  readonly deliveredMs: number | null;
  readonly lostMs: number | null;
  readonly why: string | null;
}

export interface EventReport {
  readonly revision: number;
  readonly atMs: number;
  /** People who are named in it. */
  readonly people: readonly string[];
  readonly says: readonly string[];
}

export interface ProofReport {
  readonly planHash: string;
  /** The last link of the journal's chain. */
  readonly journalHash: string;
  readonly entries: number;
  readonly rows: number;
  readonly isVerified: boolean;
  /** What was checked, or the first thing that is not right. */
  readonly says: string;
}
