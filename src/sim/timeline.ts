import { sayFacts } from "../core/messages/facts.ts";
import type { StoredRelease } from "../ports.ts";

/** The story of a release as lines of text, the same sentences that people read: time since the beginning, then one fact a line. */
export function timeline(stored: StoredRelease): string {
  const { plan, createdMs } = stored.head;
  const sentences = stored.entries.flatMap(({ entry }) => {
    const said = sayFacts(entry.decision.facts, { plan, nowMs: entry.atMs }, plan.language);
    return said.map((sentence, index) => `${index === 0 ? sinceStart(entry.atMs - createdMs) : " ".repeat(7)}  ${sentence}\n`);
  });
  return sentences.join("");
}

/** "1:02:03": hours, minutes, seconds. */
function sinceStart(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
