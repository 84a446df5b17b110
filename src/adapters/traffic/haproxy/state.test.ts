import { expect, test } from "vitest";
import { readState, sayState } from "./state.ts";

const state = {
  line: 1_000,
  untilMs: 1_755_000_000_000.4,
  audience: "new-logins",
  hasCanary: true,
  revision: 7,
  stableSlot: "previous",
  release: "shop 1/é;x",
} as const;

test("what is said is read again, and is one word for the runtime API", () => {
  const text = sayState(state, "a-token-that-nobody-may-see");
  expect(text).not.toMatch(/[\s;]/);
  expect(text).not.toContain("a-token");
  expect(readState(text)).toMatchObject({ ...state, untilMs: 1_755_000_000_000 });
});

test.each(["", "x", "10/20/everyone", "0/0/someone/aaaaaaaaaaa/1/0/0/1/stable/shop"])("%j is none of ours", (text) => {
  expect(readState(text)).toBeNull();
});
