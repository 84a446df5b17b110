import * as fc from "fast-check";
import { expect, test } from "vitest";
import { payloadOf, pressOf } from "./buttons.ts";

const meant = { release: "r-1", revision: 3, kind: "approve", as: "qa-lead", language: "fr" };
const pressed = (value: unknown, changes: object = {}): unknown => ({
  type: "block_actions",
  user: { id: "U0123ABC" },
  container: { type: "message", message_ts: "1.2", channel_id: "C1" },
  response_url: "https://hooks.slack.com/actions/1",
  actions: [{ block_id: "serin", value: typeof value === "string" ? value : JSON.stringify(value), action_ts: "5.6" }],
  ...changes,
});

test("a press says who asks for what, and the same press is the same again", () => {
  const press = pressOf(pressed(meant));
  expect(press).toMatchObject({ channel: "C1", ts: "1.2", responseUrl: "https://hooks.slack.com/actions/1" });
  expect(press?.pressed).toMatchObject({ ...meant, who: "U0123ABC" });
  expect(pressOf(pressed(meant))?.pressed.id).toBe(press?.pressed.id);
  expect(pressOf(pressed(meant, { user: { id: "U0999ABC" } }))?.pressed.id).not.toBe(press?.pressed.id);
});

test.each([
  ["another kind of request", { ...meant, kind: "promote" }],
  ["a role that nobody has", { ...meant, as: "owner" }],
  ["more than we write", { ...meant, by: "ada" }],
  ["no JSON", "{"],
])("%s is no press of ours", (_, value) => expect(pressOf(pressed(value))).toBeNull());

test("whatever else Slack sends is no press, and nothing throws", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 200 }), (value, bytes) => {
      expect(pressOf(value)).toBeNull();
      expect(pressOf(pressed(value))).toBeNull();
      expect(pressOf(payloadOf(bytes))).toBeNull();
    }),
    { numRuns: 200 },
  );
});
