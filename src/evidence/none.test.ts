import { expect, test } from "vitest";
import { add, begin, forecastScrapes, judge } from "./evidence.ts";
import type { TestSpec, TestState } from "./test-spec.ts";
import type { Verdict } from "./verdict.ts";

const none: TestSpec = { kind: "none", rate: 0.001, alpha: 0.01, beta: 0.05, plannedScrapes: 60 };

function after(from: TestState, times: number, canary: readonly [number, number], stable: readonly [number, number] | null): TestState {
  const tally = ([bad, total]: readonly [number, number]): { bad: number; total: number } => ({ bad, total });
  return Array.from({ length: times }).reduce<TestState>(
    (state) => add(none, state, { kind: "counts", atMs: 0, canary: tally(canary), stable: stable && tally(stable), slices: [] }),
    from,
  );
}

test.each<[string, TestState, Partial<Verdict>]>([
  ["nothing counted is no data", begin(none), { kind: "no-data" }],
  ["little exposure is no pass", after(begin(none), 1, [0, 1000], null), { kind: "undecided", because: { kind: "too-little-evidence" } }],
  [
    "ln 20 / rate exposures without an event, and a twentieth for the few that stable may have too, are enough",
    after(begin(none), 1, [0, 3047], null),
    { kind: "pass", because: { kind: "no-event-in", exposures: 3047 } },
  ],
  ["without that twentieth they are not", after(begin(none), 1, [0, 3000], null), { kind: "undecided" }],
  [
    "an event that both have is not shared for ever",
    after(after(begin(none), 1, [1, 1000], [9, 9000]), 5, [0, 100], [0, 900]),
    { kind: "undecided", shared: false, because: { kind: "too-little-evidence" } },
  ],
  [
    "it goes on for a minute after the last one",
    after(after(begin(none), 1, [1, 1000], [9, 9000]), 3, [0, 100], [0, 900]),
    { kind: "undecided", shared: true },
  ],
  [
    "after it, so much more exposure that the rate is disproved all the same passes",
    after(after(begin(none), 1, [1, 1000], [9, 9000]), 9, [0, 1000], [0, 9000]),
    { kind: "pass", because: { kind: "as-rare-as-stable", events: 1, exposures: 10_000 } },
  ],
  [
    "one event that stable never had is enough to fail",
    after(after(begin(none), 9, [0, 1000], [0, 9000]), 1, [1, 1000], [0, 9000]),
    { kind: "fail", assumes: "rule", because: { kind: "event-seen", events: 1 } },
  ],
  ["an event without a stable arm fails", after(begin(none), 1, [1, 10], null), { kind: "fail" }],
  [
    "an event that stable has too is compared, not blamed",
    after(after(begin(none), 9, [0, 1000], [3, 9000]), 1, [1, 1000], [3, 9000]),
    { kind: "undecided", shared: true },
  ],
  ["more than its share of them fails", after(begin(none), 9, [9, 1000], [3, 9000]), { kind: "fail", assumes: "exact" }],
])("%s", (_, state, expected) => expect(judge(none, state)).toMatchObject(expected));

test("the interval ends at the rate that is ruled out", () => {
  expect(judge(none, after(begin(none), 6, [0, 1000], null)).interval).toEqual({
    low: 0,
    high: (Math.log(20) - Math.log1p(-0.05)) / 6000,
  });
});

test("the forecast is the exposure that is missing", () => {
  expect(forecastScrapes(none, after(begin(none), 1, [0, 1000], null))).toBe(3);
  expect(forecastScrapes(none, begin(none))).toBeNull();
  expect(forecastScrapes(none, after(begin(none), 1, [1, 10], null))).toBe(0);
});

test.each([0.001, 0.01, 0.3])("wealth that passes is fair while events happen at %f an exposure or more often", (rate) => {
  const spec: TestSpec = { ...none, rate };
  for (const truth of [rate, 1.5 * rate, 3 * rate]) {
    const exposures = 40;
    let expected = 0;
    let chance = (1 - truth) ** exposures;
    for (let events = 0; events <= exposures; events += 1) {
      // Stable knows such events, so that the canary's are no failure by themselves.
      const state = add(spec, begin(spec), {
        kind: "counts",
        atMs: 0,
        canary: { bad: events, total: exposures },
        stable: { bad: 1, total: exposures },
        slices: [],
      });
      expected += chance * Math.exp(judge(spec, state).logEPass);
      chance *= ((exposures - events) / (events + 1)) * (truth / (1 - truth));
    }
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
  }
});
