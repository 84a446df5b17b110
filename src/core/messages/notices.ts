import type { FailingNotices, LostNotice } from "../notices.ts";
import type { Language, Plan } from "../plan.ts";
import type { NoticeState, ReactionState } from "../view/notice-state.ts";
import type { ByLanguage } from "./context.ts";
import { sayShare } from "./numbers.ts";
import { sayTimeExactly } from "./times.ts";
import { sayWhy } from "./whys.ts";

/** The fixed words of a notice; its sentences come with it. */
export interface NoticeWords {
  readonly news: string;
  readonly where: string;
  readonly release: string;
  readonly environment: string;
  readonly versions: string;
  readonly share: string;
  readonly gates: string;
  readonly gate: string;
  readonly verdict: string;
  readonly evidence: string;
  readonly reaction: string;
  readonly startedBy: string;
  readonly approvals: string;
  readonly open: string;
  /** Why a mail came. */
  readonly footer: string;
  readonly moreGates: (more: number) => string;
  readonly phase: (phase: { readonly number: number; readonly of: number; readonly name: string }) => string;
  readonly from: (version: { readonly canary: string; readonly stable: string }) => string;
}

export const noticeWords: ByLanguage<NoticeWords> = {
  en: {
    news: "News",
    where: "Where it stands",
    release: "Release",
    environment: "Environment",
    versions: "Versions",
    share: "Share",
    gates: "Gates",
    gate: "Gate",
    verdict: "Verdict",
    evidence: "Evidence",
    reaction: "Reaction",
    startedBy: "Started by",
    approvals: "Approvals",
    open: "Open the release",
    footer: "serin sends this because the release’s plan names you under notify.",
    moreGates: (more) => `and ${more} more`,
    phase: ({ number, of, name }) => `Phase ${number} of ${of}: ${name}`,
    from: ({ canary, stable }) => `${canary} instead of ${stable}`,
  },
  fr: {
    news: "Nouvelles",
    where: "Où elle en est",
    release: "Mise en production",
    environment: "Environnement",
    versions: "Versions",
    share: "Part",
    gates: "Critères",
    gate: "Critère",
    verdict: "Verdict",
    evidence: "Preuve",
    reaction: "Réaction",
    startedBy: "Démarrée par",
    approvals: "Accords",
    open: "Ouvrir la mise en production",
    footer: "serin envoie ce message parce que le plan de la mise en production vous nomme dans notify.",
    moreGates: (more) => `et ${more} de plus`,
    phase: ({ number, of, name }) => `Phase ${number} sur ${of}\u202f: ${name}`,
    from: ({ canary, stable }) => `${canary} au lieu de ${stable}`,
  },
};

/** What the release moves, in a line that stays the same to its end: "Awwwards UI Refonte · production · r-1". */
export function sayThread({ title, version, environment }: NoticeState, release: string): string {
  return [title, version, environment, release].filter((part) => part !== null).join(" · ");
}

/** The share as a bar of ten and a number: "▓░░░░░░░░░ 10 %". */
export function drawShare({ wantedPct, language }: Pick<NoticeState, "wantedPct" | "language">): string {
  const full = wantedPct === 0 ? 0 : Math.max(1, Math.round(wantedPct / 10));
  return `${"▓".repeat(full)}${"░".repeat(10 - full)} ${sayShare(wantedPct, language)}`;
}

/** The phase in words; `null` before the first. */
export function sayPhaseOf({ phase, phases, language }: Pick<NoticeState, "phase" | "phases" | "language">): string | null {
  return phase === null ? null : noticeWords[language].phase({ ...phase, of: phases.length });
}

/** Each service with its versions: "frontend v2 instead of v1". */
export function sayVersions({ versions, language }: Pick<NoticeState, "versions" | "language">): readonly string[] {
  return Object.entries(versions).map(([service, pair]) => `${service} ${noticeWords[language].from(pair)}`);
}

/** The reaction with its deadlines, in the plan's zone: "rollback within 5 min: everybody is back by 14:37:20 (Europe/Paris)". */
export function sayReactionOf(reaction: ReactionState, { timeZone, language }: Pick<NoticeState, "timeZone" | "language">): string {
  const { says, commitByMs, doneByMs } = reaction;
  const deadlines = [
    ...(commitByMs === null ? [] : [deadline[language].commit(sayTimeExactly({ timeZone }, commitByMs))]),
    ...(doneByMs === null ? [] : [deadline[language].done(sayTimeExactly({ timeZone }, doneByMs))]),
  ];
  if (deadlines.length === 0) return says;
  return `${says}${language === "fr" ? "\u202f: " : ": "}${deadlines.join(", ")} (${timeZone})`;
}

const deadline: ByLanguage<Readonly<Record<"commit" | "done", (time: string) => string>>> = {
  en: { commit: (time) => `begins by ${time} without a decision`, done: (time) => `everybody is back by ${time}` },
  fr: {
    commit: (time) => `commence à ${time} au plus tard, sans décision`,
    done: (time) => `tout le monde est revenu à ${time} au plus tard`,
  },
};

/** That notices do not arrive just now, since when, and why: what `serin release show` tells of it. */
export function sayFailing({ target, sinceMs, why }: FailingNotices, plan: Pick<Plan, "timeZone">, language: Language): string {
  const whom = `${target.notifier} ${target.to}`.trim();
  const since = sayTimeExactly(plan, sinceMs);
  return language === "fr"
    ? `les notifications à ${whom} n’arrivent pas depuis ${since}, nouvel essai à venir\u202f: ${sayWhy(why, "fr")}`
    : `notices to ${whom} do not arrive since ${since}, and are tried again: ${why}`;
}

/** That a notice never arrived, and why: what `serin release show` tells of it. */
export function sayLost({ revision, target, why }: LostNotice, language: Language): string {
  const whom = `${target.notifier} ${target.to}`.trim();
  return language === "fr"
    ? `la notification de la révision ${revision} à ${whom} n’est pas arrivée et est abandonnée\u202f: ${sayWhy(why, "fr")}`
    : `the notice of revision ${revision} to ${whom} did not arrive and is given up: ${why}`;
}
