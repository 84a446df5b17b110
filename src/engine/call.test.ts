import { expect, test } from "vitest";
import { PortError } from "../ports.ts";
import { call, whyOf } from "./call.ts";
import { createClock } from "./clock.ts";

const clock = createClock();

test("answers with the answer", async () => {
  expect(await call(clock, 1_000, async () => 7)).toEqual({ kind: "answer", value: 7 });
});

test.each<[string, Error, string, { readonly retry: "never" | "later"; readonly afterMs: number | null }]>([
  [
    "a plain error may be asked again",
    new Error("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
    "fetch failed: connect ECONNREFUSED",
    { retry: "later", afterMs: null },
  ],
  [
    "a port error says itself whether",
    new PortError("404 channel not found", { retry: "never" }),
    "404 channel not found",
    { retry: "never", afterMs: null },
  ],
  ["and when", new PortError("429", { retry: "later", afterMs: 7_000 }), "429", { retry: "later", afterMs: 7_000 }],
])("%s", async (_, error, why, again) => {
  expect(await call(clock, 1_000, () => Promise.reject(error))).toEqual({ kind: "trouble", why, ...again });
});

test("turns a synchronous throw into trouble", async () => {
  const thrown = await call(clock, 1_000, () => {
    throw new Error("at once");
  });
  expect(thrown).toMatchObject({ kind: "trouble", why: "at once" });
});

test("aborts at the deadline and does not wait for the answer", async () => {
  let reason: unknown = null;
  const outcome = await call(clock, 5, (signal) => {
    signal.addEventListener("abort", () => void (reason = signal.reason));
    return new Promise(() => undefined);
  });
  expect(outcome).toEqual({ kind: "trouble", why: "no answer within 5 ms", retry: "later", afterMs: null });
  expect(reason).toMatchObject({ name: "TimeoutError" });
});

test("says what was thrown, whatever it was", () => {
  expect(whyOf("a string")).toBe("a string");
});
