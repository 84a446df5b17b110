import { capital, quoteCheck } from "../../core/messages/context.ts";
import { sayCause } from "../../core/messages/causes.ts";
import { sayHoldKind } from "../../core/messages/holds.ts";
import { sayReaction } from "../../core/messages/reactions.ts";
import { simulationWords } from "../../core/messages/simulation.ts";
import { sayStatus, sayStatusKind } from "../../core/messages/statuses.ts";
import { sayLack } from "../../core/messages/troubles.ts";
import type { Lack } from "../../core/messages/troubles.ts";
import type { Language } from "../../core/plan.ts";
import type { NamedScenario } from "../../sim/catalogue.ts";
import { isMissed, restMs, startsAtMs } from "../../sim/play.ts";
import type { Played, Stage } from "../../sim/play.ts";
import { sinceStart, timeline } from "../../sim/timeline.ts";
import { plainText } from "../plain-text.ts";

/** What a simulation was told with. */
export interface Told {
  readonly named: NamedScenario;
  readonly stage: Stage;
  readonly played: Played;
  readonly language: Language;
}

/** What is assumed, the whole timeline, and how it ended. */
export function drawSimulation({ named, stage, played, language }: Told): string {
  const { story, outcome } = played;
  const words = simulationWords[language];
  const { atMs, status } = outcome;
  const said = sayStatus(status, { plan: stage.plan, nowMs: story.stored.head.createdMs + atMs }, language);
  const isLeft = outcome.end.kind === "holding";
  const head = [
    ...sayAssumed(stage, named.name, language),
    words.healthy(stage.plan, played.healthy),
    words.assumed(stage.plan),
    words.legend,
  ];
  const foot = [
    words.ended(atMs, said),
    ...(isLeft ? [words.left(restMs)] : []),
    words.harmed(Math.round(story.harmed)),
    ...(isMissed({ named, played }) ? [words.missed(named.name)] : []),
  ];
  const lines = timeline(story.stored, played.happenings, language).trimEnd().split("\n").map(plainText).join("\n");
  return `${sentences(head)}\n${lines}\n\n${sentences(foot)}`;
}

const widths = [18, 27, 9, 9] as const;

/** What is assumed, and the head of the table of all scenarios. */
export function drawTableHead(stage: Stage, language: Language): string {
  return `${sentences(sayAssumed(stage, null, language))}\n${row(simulationWords[language].columns)}`;
}

/** One scenario as a line of the table. */
export function drawTableRow(told: Told): string {
  const { named, played, language } = told;
  const { outcome, story } = played;
  const harmed = String(Math.round(story.harmed));
  return row([named.name, sayStatusKind(outcome.status.kind, language), sinceStart(outcome.atMs), harmed, sayBy(told)]);
}

/** A scenario that the plan cannot show. */
export function drawUnseen(name: string, lack: Lack, language: Language): string {
  return row([name, "–", "", "", sayLack(lack, language)]);
}

/** Beneath the table: until when people were counted, and which harm was promoted. */
export function drawTableFoot(missed: readonly string[], language: Language): string {
  const words = simulationWords[language];
  return `\n${sentences([words.counted(restMs), ...missed.map((name) => words.missed(name))])}`;
}

function sayAssumed({ plan, site, versions, seed }: Stage, scenario: string | null, language: Language): readonly string[] {
  const words = simulationWords[language];
  const { peoplePerSecond, loginsPerSecond, requestsPerPerson } = site;
  return [
    words.told({ plan, versions, scenario, seed, startsAtMs: startsAtMs(plan) }),
    words.traffic({ peoplePerSecond, loginsPerSecond, rps: peoplePerSecond * requestsPerPerson }),
  ];
}

function sentences(lines: readonly string[]): string {
  return lines.map((line) => `${plainText(line)}.\n`).join("");
}

function sayBy({ stage: { plan }, played, language }: Told): string {
  const { end, held, status } = played.outcome;
  switch (end.kind) {
    case "promoted":
      return held.length === 0 ? "" : simulationWords[language].heldFor(held.map((why) => sayHoldKind(why, language)));
    case "holding": {
      const checks = end.checks.map((check) => quoteCheck({ plan }, check, language)).join(", ");
      const why = sayHoldKind(end.why, language);
      return checks === "" ? why : `${why}${language === "fr" ? "\u202f: " : ": "}${checks}`;
    }
    case "rolled-back":
    case "stopped":
    case "halted": {
      if (!("cause" in status)) return "";
      if (status.cause.kind !== "breach") return capital(sayCause(status.cause, { plan }, language));
      return `${quoteCheck({ plan }, status.cause.breach.check, language)} → ${sayReaction(status.cause.breach.reaction, language)}`;
    }
    case "cut":
      return sayStatus(status, { plan }, language);
  }
}

/** The cells in columns; the last one is as long as it is. */
function row(cells: readonly string[]): string {
  return `${cells
    .map((cell, index) => plainText(cell).padEnd(widths[index] ?? 0))
    .join(" ")
    .trimEnd()}\n`;
}
