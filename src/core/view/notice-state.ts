import type { VerdictKind } from "../../evidence/verdict.ts";
import type { Entry } from "../decision.ts";
import { askedCheck, capital, namePhase } from "../messages/context.ts";
import { sayReaction } from "../messages/reactions.ts";
import { sayStatus } from "../messages/statuses.ts";
import { sayVerdict, sayVerdictWord } from "../messages/verdicts.ts";
import { isGrave } from "../notices.ts";
import type { Language, Plan } from "../plan.ts";
import type { Reaction } from "../reactions.ts";
import type { Release, Versions } from "../release.ts";
import type { PersonView, Tone } from "../release-view.ts";
import type { Breach, Status } from "../status.ts";
import { sharePctOf } from "../wanted.ts";
import { approvalsOf, buttonsOf } from "./notice-buttons.ts";
import type { ButtonState } from "./notice-buttons.ts";
import { phaseOf, storyUpTo } from "./told-story.ts";
import type { Noted, Told, ToldStory } from "./told-story.ts";
import { toneOf } from "./tone.ts";

/**
 * Where a release stood right after one journal entry, as far as its journal says: what a notice of that entry shows beside its news. Plain JSON;
 * sentences are in `language`, times are epoch ms, shares percent 0-100.
 */
export interface NoticeState {
  readonly revision: number;
  /** The plan's name, title and version in people's words; `version` is `null` when the plan does not say. */
  readonly name: string;
  readonly title: string;
  readonly version: string | null;
  readonly environment: string;
  readonly timeZone: string;
  readonly language: Language;
  /** By service. */
  readonly versions: Readonly<Record<string, Versions>>;
  readonly startedBy: string;
  readonly createdMs: number;
  readonly status: Status["kind"];
  readonly tone: Tone;
  /** True when people should look now: something is wrong, or they are asked. */
  readonly isGrave: boolean;
  /** Where it stands, in one sentence. */
  readonly sentence: string;
  /** The phase that it is in, or was in last; `null` before the first. `number` counts from 1. */
  readonly phase: { readonly number: number; readonly name: string; readonly sharePct: number } | null;
  readonly phases: readonly PhaseSpan[];
  /** Percent of the audience that the new version shall have. */
  readonly wantedPct: number;
  /** The gates of `phase`. */
  readonly gates: readonly GateState[];
  /** The reaction that runs, or that ended the release; `null`: none. */
  readonly reaction: ReactionState | null;
  /** Who has approved what is asked for now, and who is still asked; empty: nobody is. */
  readonly approvals: readonly PersonView[];
  /** What somebody may press; whether it is theirs to press, the release says. Empty: nothing. */
  readonly buttons: readonly ButtonState[];
}

/** When a phase was begun and left; `null`: not yet, or never. */
export interface PhaseSpan {
  readonly name: string;
  readonly sharePct: number;
  readonly fromMs: number | null;
  readonly untilMs: number | null;
}

/** What the journal last noted of one gate. */
export interface GateState {
  readonly id: string;
  /** The words of the plan. */
  readonly says: string;
  readonly kind: VerdictKind | "not-yet";
  /** The verdict in a word or two. */
  readonly word: string;
  /** The evidence in one sentence; `null` while nothing was noted. */
  readonly evidence: string | null;
}

/** `check` is `null` when a person asked for it, or nobody was exposed yet; `evidence` is the sentence about the check that set it off. */
export interface ReactionState {
  readonly kind: Reaction["kind"];
  readonly says: string;
  readonly check: string | null;
  readonly evidence: string | null;
  /** Without a decision of a person it begins by then; `null`: it has begun. */
  readonly commitByMs: number | null;
  /** Everybody is to be back by then; `null`: it is over, or nobody was exposed. */
  readonly doneByMs: number | null;
}

/** Where the release stood after entry `revision` (from 1). A pure function of the journal up to there. Throws when it has no such entry. */
export function noticeState(told: Told, revision: number): NoticeState {
  const story = storyUpTo(told, revision);
  const { release, phase } = story;
  const entries = told.entries.slice(0, revision);
  const last = entries[revision - 1];
  if (last === undefined) throw new Error(`the journal of ${release.id} has no entry ${revision}`);
  const { plan, status } = release;
  const { language } = plan;
  return {
    revision,
    name: plan.name,
    title: plan.title,
    version: plan.version,
    environment: plan.environment,
    timeZone: plan.timeZone,
    language,
    versions: release.versions,
    startedBy: release.startedBy,
    createdMs: release.createdMs,
    status: status.kind,
    tone: toneOf(status),
    isGrave: isGrave(last.decision),
    // A message that stays does not count down: deadlines are told as times of day.
    sentence: capital(sayStatus(status, { plan, ...(isCountingDown(status) ? {} : { nowMs: last.atMs }) }, language)),
    phase:
      phase === null ? null : { number: phase + 1, name: namePhase(plan, phase, language), sharePct: plan.phases[phase]?.sharePct ?? 0 },
    phases: spansOf(plan, entries),
    wantedPct: wantedPctOf(plan, status),
    gates: phase === null ? [] : gatesOf(story, phase),
    reaction: reactionOf(story),
    approvals: approvalsOf(release),
    buttons: buttonsOf(release, wantedPctOf(plan, status), last.atMs),
  };
}

function isCountingDown(status: Status): boolean {
  return status.kind === "holding" && "breach" in status.why;
}

function wantedPctOf(plan: Plan, status: Status): number {
  if ("phase" in status) return sharePctOf(plan, status.phase);
  return status.kind === "promoting" || status.kind === "promoted" ? 100 : 0;
}

/** When each phase was begun and left, as the journal says. */
export function spansOf(plan: Plan, story: readonly Entry[]): readonly PhaseSpan[] {
  return plan.phases.map(({ name, sharePct }, index) => {
    const from = story.find(({ decision }) => phaseOf(decision.status) === index);
    const after = from === undefined ? undefined : story.find((entry) => entry.revision > from.revision && isLeft(entry, index));
    return { name, sharePct, fromMs: from?.atMs ?? null, untilMs: after?.atMs ?? null };
  });
}

function isLeft({ decision }: Entry, phase: number): boolean {
  return phaseOf(decision.status) !== phase;
}

/** What was last noted of a check; `null`: nothing, or it begins anew at the present share. */
function lastNoted({ release, noted }: ToldStory, check: string): Noted | null {
  return release.told[check] === undefined ? null : (noted.get(check) ?? null);
}

function gatesOf(story: ToldStory, phase: number): readonly GateState[] {
  const { plan } = story.release;
  return (plan.phases[phase]?.gates ?? []).map(({ id, says }) => {
    const kind = lastNoted(story, id)?.verdict.kind ?? "not-yet";
    return { id, says, kind, word: sayVerdictWord("gate", kind, plan.language), evidence: sayEvidence(story, id) };
  });
}

function sayEvidence(story: ToldStory, check: string): string | null {
  const { plan } = story.release;
  const noted = lastNoted(story, check);
  if (noted === null) return null;
  return sayVerdict(check, noted.verdict, { plan, ...(noted.moreMs === undefined ? {} : { moreMs: noted.moreMs }) }, plan.language);
}

function reactionOf(story: ToldStory): ReactionState | null {
  const { release } = story;
  const { status } = release;
  if (status.kind === "holding" && (status.why.kind === "countdown" || status.why.kind === "investigation")) {
    const { breach, commitByMs, doneByMs } = status.why;
    return { ...ofBreach(story, breach), ...sayingOf(release, breach.reaction), commitByMs, doneByMs };
  }
  if (!("cause" in status)) return null;
  const { cause } = status;
  const began = cause.kind === "breach" ? ofBreach(story, cause.breach) : { check: null, evidence: null };
  const ended: Reaction = cause.kind === "breach" ? cause.breach.reaction : { kind: endings[status.kind] };
  const reaction = status.kind === "rolling-back" ? status.reaction : ended;
  return { ...began, ...sayingOf(release, reaction), commitByMs: null, doneByMs: doneBy(release) };
}

const endings = { "rolling-back": "rollback", "rolled-back": "rollback", stopped: "stop", halted: "halt" } as const;

function sayingOf({ plan }: Release, reaction: Reaction): Pick<ReactionState, "kind" | "says"> {
  return { kind: reaction.kind, says: sayReaction(reaction, plan.language) };
}

function ofBreach(story: ToldStory, { check }: Breach): Pick<ReactionState, "check" | "evidence"> {
  return { check: askedCheck(story.release.plan, check)?.says ?? check, evidence: sayEvidence(story, check) };
}

/** What the plan promises of the way back that is under way. */
function doneBy({ status, rollback, plan }: Release): number | null {
  if (status.kind !== "rolling-back" || rollback === null || rollback.seenMs !== null) return null;
  if (status.cause.kind !== "breach" && status.cause.kind !== "person") return null;
  return rollback.committedMs + (status.cause.kind === "person" ? plan.rollback.manualMs : plan.rollback.automaticMs);
}
