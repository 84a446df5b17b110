import { expect, test } from "vitest";
import { parseReaction, sayReaction } from "./reaction-words.ts";

test.each(["rollback", "rollback within 5m", "investigate 10m, then rollback", "investigate 1h30m, then rollback", "stop", "halt"])(
  "%s",
  (text) => {
    const parsed = parseReaction(text);
    expect(parsed.ok && sayReaction(parsed.value)).toBe(text);
  },
);

test.each([
  "",
  "Rollback",
  "rollback in 5m",
  "rollback within 0",
  "rollback within soon",
  "investigate, then rollback",
  "page",
  "x".repeat(1000),
])("%j is refused", (text) =>
  expect(parseReaction(text)).toMatchObject({ ok: false, remedy: expect.stringContaining('"investigate 10m, then rollback"') }),
);
