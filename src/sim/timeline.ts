import type { Fact } from "../core/decision.ts";
import { capital } from "../core/messages/context.ts";
import { sayFacts } from "../core/messages/facts.ts";
import { sayTrouble, sayTroubleOver } from "../core/messages/troubles.ts";
import type { Language } from "../core/plan.ts";
import type { StoredRelease } from "../ports.ts";
import type { Happening } from "./play.ts";

/** What was said at one moment. */
export interface Moment {
  /** Since the release was created, ms. */
  readonly atMs: number;
  /** `world`: what the simulated world did by itself; `release`: one entry of the journal. */
  readonly who: "world" | "release";
  /** One sentence a line. */
  readonly says: readonly string[];
  /** Of the journal's entry; empty of the world. */
  readonly facts: readonly Fact[];
}

/** The story of a release, in the sentences that people read, with what the world did by itself: the world first where both come at once. */
export function momentsOf(stored: StoredRelease, happenings: readonly Happening[], language: Language): readonly Moment[] {
  const { plan, createdMs } = stored.head;
  const world = happenings.flatMap(({ atMs, trouble, is }): readonly Moment[] => {
    const said = is === "there" ? sayTrouble(trouble, language) : sayTroubleOver(trouble, language);
    return said === null ? [] : [{ atMs, who: "world", says: [capital(said)], facts: [] }];
  });
  const told = stored.entries.map(({ entry }): Moment => {
    const { facts } = entry.decision;
    return { atMs: entry.atMs - createdMs, who: "release", says: sayFacts(facts, { plan, nowMs: entry.atMs }, language), facts };
  });
  return [...world, ...told].toSorted((left, right) => left.atMs - right.atMs);
}

/** The story as lines of text: time since the beginning, then one sentence a line; what the world did begins with "~". */
export function timeline(
  stored: StoredRelease,
  happenings: readonly Happening[] = [],
  language: Language = stored.head.plan.language,
): string {
  const lines = momentsOf(stored, happenings, language).flatMap(({ atMs, who, says }) =>
    says.map((sentence, index) => `${index === 0 ? sinceStart(atMs) : " ".repeat(7)}  ${who === "world" ? "~ " : ""}${sentence}\n`),
  );
  return lines.join("");
}

/** "1:02:03": hours, minutes, seconds. */
export function sinceStart(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
