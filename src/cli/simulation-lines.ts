import type { Lack } from "../core/messages/troubles.ts";
import { momentsOf } from "../sim/timeline.ts";
import type { Told } from "./view/draw-simulation.ts";

/**
 * A simulation as JSON lines: first what is assumed, then one object a moment (`world` did something by itself, or the `release` went on, with its
 * facts), last how it ended. Times are ms since the release was created.
 */
export function linesOf({ named, stage, played, language }: Told): string {
  const { story, happenings, healthy } = played;
  const { head } = story.stored;
  const { plan, seed, site } = stage;
  const assumed = { kind: "assumed", plan: plan.name, planHash: head.planHash, scenario: named.name, seed, createdMs: head.createdMs };
  const moments = momentsOf(story.stored, happenings, language).map(({ who, ...moment }) => ({ kind: who, ...moment }));
  return [{ ...assumed, versions: head.versions, site, healthy }, ...moments, { kind: "end", ...endOf(played) }].map(sayLine).join("");
}

/** One scenario of all as one JSON line: how it ended. */
export function endLine({ named, played }: Told): string {
  return sayLine({ scenario: named.name, isBad: named.isBad, ...endOf(played) });
}

/** One scenario of all that the plan cannot show, as one JSON line: what it lacks. */
export function lackLine(scenario: string, lacks: Lack): string {
  return sayLine({ scenario, lacks });
}

function endOf({ story, outcome }: Told["played"]): Readonly<Record<string, unknown>> {
  const { end, held, atMs } = outcome;
  return { end, atMs, held, peopleHarmed: Math.round(story.harmed), frozen: story.frozen, revisions: story.stored.entries.length };
}

function sayLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
