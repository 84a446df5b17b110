import { parseDuration, sayDuration } from "../core/duration.ts";
import type { Reaction } from "../core/reactions.ts";
import { quoted } from "./parsed.ts";
import type { Parsed } from "./parsed.ts";

/** What a guard's `then` or a gate's `else` sets off: "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop" or "halt". */
export function parseReaction(text: string): Parsed<Reaction> {
  const reaction = text.length > 80 ? null : readReaction(text.trim().replaceAll(/\s+/g, " "));
  if (reaction !== null) return { ok: true, value: reaction };
  return {
    ok: false,
    message: `${quoted(text)} is not a reaction.`,
    remedy: 'Write "rollback", "rollback within 5m", "investigate 10m, then rollback", "stop" or "halt".',
  };
}

/** The reaction in the plan's own words; `parseReaction` reads it back. */
export function sayReaction(reaction: Reaction): string {
  switch (reaction.kind) {
    case "investigate":
      return `investigate ${sayDuration(reaction.forMs)}, then rollback`;
    case "rollback-within":
      return `rollback within ${sayDuration(reaction.withinMs)}`;
    case "stop":
    case "rollback":
    case "halt":
      return reaction.kind;
  }
}

function readReaction(text: string): Reaction | null {
  if (text === "rollback" || text === "stop" || text === "halt") return { kind: text };
  const [, within] = /^rollback within (\S+)$/.exec(text) ?? [];
  const [, investigation] = /^investigate (\S+), then rollback$/.exec(text) ?? [];
  const ms = parseDuration(within ?? investigation ?? "");
  if (ms === null || ms === 0) return null;
  return within === undefined ? { kind: "investigate", forMs: ms } : { kind: "rollback-within", withinMs: ms };
}
