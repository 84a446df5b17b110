import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerQuery } from "../src/adapters/metrics/edge/answer-query.ts";
import { boundsMs, readWords } from "../src/adapters/metrics/edge/words.ts";
import { parseExposition } from "../src/adapters/metrics/exposition/exposition.ts";
import { latencyBoundsSeconds } from "../src/adapters/traffic/edge/request-tally.ts";
import type { Asking } from "../src/adapters/traffic/edge/request-tally.ts";
import { Meters } from "../src/adapters/traffic/edge/meters.ts";
import { vitalBounds } from "../src/adapters/traffic/edge/page-meters.ts";
import type { MetricKind } from "../src/core/plan.ts";
import type { Query, Reading, SeriesSample } from "../src/ports.ts";

type Words = Query["metric"]["query"];

const asked = (
  kind: MetricKind,
  query: Words,
  more: { readonly unit?: "person" | "request"; readonly slowerThanMs?: number } = {},
): Query => {
  const { unit = "request", slowerThanMs = null } = more;
  const metric = { name: "m", kind, unit, source: "edge", query, better: "lower", rate: 0.001, minRuns: 5 } as const;
  return { quantity: `${kind} ${JSON.stringify(query)} ${slowerThanMs}`, metric, slowerThanMs };
};

/** Lines at a bound, between two bounds, below the first and above the last; and everything else that the source can be asked. */
const queries: readonly Query[] = [
  ...[500, 2_000, 800, 3, 60_000].map((slowerThanMs) => asked("latency", {}, { slowerThanMs })),
  asked("latency", { where: 'service="api"' }, { slowerThanMs: 2_000 }),
  asked("ratio", { bad: "5xx" }),
  asked("ratio", { bad: "4xx+5xx", where: 'service!="api"' }),
  asked("ratio", { bad: "affected" }, { unit: "person" }),
  asked("ratio", { goal: "trial" }, { unit: "person" }),
  asked("ratio", { bad: "browser-errors" }, { unit: "person" }),
  asked("ratio", { bad: "silent-pages" }, { unit: "person" }),
  ...[2_500, 2_700].map((slowerThanMs) => asked("latency", { of: "lcp" }, { slowerThanMs })),
  asked("latency", { of: "inp", where: 'service="shop"' }, { slowerThanMs: 200 }),
  asked("ratio", { bad: "cls > 0.1" }),
];

/** The meters of an edge under a clock that is moved by hand, and what the source reads on their page. */
function meteredEdge(silentInARow: (arm: "canary" | "stable") => number = () => 0) {
  let nowMs = 1_000.25;
  const meters = new Meters({
    bornMs: 1_700_000_000_000,
    nowMs: () => nowMs,
    epochMs: () => 1_700_000_000_000 + nowMs,
    share: () => 50,
    known: () => 0,
    silentInARow,
  });
  meters.expect({ services: ["shop", "api"], goals: ["trial"] });
  return {
    meters,
    pass: (ms: number): void => void (nowMs += ms),
    now: () => nowMs,
    read: async (): Promise<Map<string, SeriesSample>> => {
      const page = { edge: "e", samples: parseExposition(await meters.page()), bornMs: null };
      const found = new Map<string, SeriesSample>();
      for (const query of queries) {
        const reading = answerQuery(query, [page], 0);
        if (reading.kind !== "counters") throw new Error(`${query.quantity} is ${reading.kind}`);
        for (const one of reading.series) found.set(`${query.quantity} ${one.series}`, one);
      }
      return found;
    },
  };
}

const arm = fc.constantFrom("canary" as const, "stable" as const);
const pick = fc.nat(1_000);
const bounds = fc.constantFrom(...latencyBoundsSeconds.map((seconds) => seconds * 1000));
/** Exactly at a bound, a hair beside it, or anywhere. */
const pause = fc.oneof(
  bounds,
  bounds.map((ms) => ms * (1 + Number.EPSILON)),
  fc.double({ min: 0, max: 40_000, noNaN: true }),
);

const event = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("starts" as const), arm, service: fc.constantFrom("shop", "api"), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("passes" as const), ms: pause }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("answered" as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("ends" as const),
      pick,
      status: fc.constantFrom("2xx" as const, "4xx" as const, "5xx" as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("gives up" as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("turn" as const), arm, outcome: fc.constantFrom("affected" as const, "unaffected" as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("goal" as const), arm, outcome: fc.constantFrom("reached" as const, "missed" as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("page turn" as const),
      arm,
      outcome: fc.constantFrom("affected" as const, "unaffected" as const, "silent" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("measured" as const),
      arm,
      service: fc.constantFrom("shop", "api"),
      vital: fc.constantFrom("lcp" as const, "inp" as const, "cls" as const),
      value: fc.oneof(fc.constantFrom(0.1, 0.2, 2.5), fc.double({ min: 0, max: 600, noNaN: true })),
      slice: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "a release begins" as const }) },
);

type Event = typeof event extends fc.Arbitrary<infer One> ? One : never;

/** Does one event; requests go from `waiting` to `answering` and out. */
function happens(edge: ReturnType<typeof meteredEdge>, requests: { waiting: Asking[]; answering: Asking[] }, one: Event): void {
  const { meters } = edge;
  const take = (from: Asking[], which: number): Asking | undefined => from.splice(which % Math.max(1, from.length), 1)[0];
  switch (one.kind) {
    case "starts": {
      const who = (["people", "others", "calls"] as const)[one.pick % 3] ?? "people";
      const asking = { arm: one.arm, service: one.service, who, slice: one.pick % 10, sinceMs: edge.now() };
      meters.begin(asking);
      requests.waiting.push(asking);
      return;
    }
    case "passes":
      return edge.pass(one.ms);
    case "answered": {
      const asking = take(requests.waiting, one.pick);
      if (asking === undefined) return;
      meters.answered(asking);
      meters.answered(asking);
      requests.answering.push(asking);
      return;
    }
    case "ends": {
      const asking = take(requests.answering, one.pick);
      if (asking !== undefined) meters.ended(asking, one.status);
      return;
    }
    case "gives up": {
      const asking = take(one.pick % 2 === 0 ? requests.waiting : requests.answering, one.pick);
      if (asking === undefined) return;
      meters.gaveUp(asking);
      meters.ended(asking, "aborted");
      return;
    }
    case "turn":
      return meters.turnOver(one.arm, one.outcome);
    case "goal":
      return meters.goalOver("trial", one.arm, one.outcome);
    case "page turn":
      return meters.pages.turnOver(one.arm, one.outcome);
    case "measured":
      return meters.pages.measured({ arm: one.arm, service: one.service }, one);
    case "a release begins":
      return meters.expect({ services: ["shop", "api"], goals: ["trial"] });
  }
}

test("no number of a series ever falls, and bad is never more than total", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 10, maxLength: 80, size: "max" }), async (events) => {
      const edge = meteredEdge();
      const requests = { waiting: [], answering: [] };
      let before = await edge.read();
      for (const one of events) {
        happens(edge, requests, one);
        const after = await edge.read();
        for (const [name, was] of before) {
          const now = after.get(name);
          if (now === undefined) throw new Error(`${name} is gone after "${one.kind}"`);
          const numbers = (of: SeriesSample): readonly number[] => [of.bad, of.badAtMost ?? of.bad, of.total];
          const says = `${name} after "${one.kind}": ${numbers(was).join(" ")} became ${numbers(now).join(" ")}`;
          const isWhole = numbers(now).every((value, index, all) => value >= (all[index - 1] ?? 0));
          expect([says, isWhole, numbers(now).every((value, index) => value >= (numbers(was)[index] ?? 0))]).toEqual([says, true, true]);
        }
        before = after;
      }
    }),
    { numRuns: 30 },
  );
});

test.each<[string, Words, number | null, readonly [vital: "lcp" | "inp" | "cls", value: number], readonly [bad: number, total: number]]>([
  ["a paint at the line is not slower than it", { of: "lcp" }, 2_500, ["lcp", 2.5], [0, 1]],
  ["a paint after the line is", { of: "lcp" }, 2_500, ["lcp", 2.501], [1, 1]],
  ["an answer to a click after its line is slow", { of: "inp", where: 'service="shop"' }, 200, ["inp", 0.201], [1, 1]],
  ["a shift at the line is not beyond it", { bad: "cls > 0.1" }, null, ["cls", 0.1], [0, 1]],
  ["a shift beyond the line is", { bad: "cls>0.25" }, null, ["cls", 0.26], [1, 1]],
  ["what another service's page measured does not count", { bad: "cls > 0.1", where: 'service="api"' }, null, ["cls", 0.2], [0, 0]],
])("of page views, %s", async (_says, words, slowerThanMs, [vital, value], expected) => {
  const edge = meteredEdge();
  edge.meters.pages.measured({ arm: "canary", service: "shop" }, { vital, value, slice: 4 });
  const query = asked(slowerThanMs === null ? "ratio" : "latency", words, slowerThanMs === null ? {} : { slowerThanMs });
  const reading = answerQuery(query, [{ edge: "e", samples: parseExposition(await edge.meters.page()), bornMs: 1 }], 0);
  const one = reading.kind === "counters" ? reading.series.find(({ series }) => series === "e canary 4") : undefined;
  expect([one?.bad, one?.total, one?.badAtMost, one?.slice]).toEqual([...expected, undefined, 4]);
});

test("the bounds that the source names are those of the edge's histograms", () => {
  const inMs = (bounds: readonly number[]): number[] => bounds.map((seconds) => Math.round(seconds * 1000));
  expect(boundsMs).toEqual({ requests: inMs(latencyBoundsSeconds), lcp: inMs(vitalBounds.lcp), inp: inMs(vitalBounds.inp) });
});

test("the lines of layout shifts that a plan may name are bounds of the histogram, and no others", () => {
  for (const bound of vitalBounds.cls) expect(readWords("ratio", { bad: `cls > ${bound}` })).toMatchObject({ kind: "asked" });
  expect(readWords("ratio", { bad: "cls > 0.2" })).toEqual({
    kind: "problem",
    problem: `the edge counts no layout shifts over 0.2. Write ${vitalBounds.cls.join(", ")}.`,
  });
});

describe("pages of which nothing is heard", () => {
  const query = asked("ratio", { bad: "browser-errors" }, { unit: "person" });

  /** The reading of so many edges after so many people in a row were silent on each arm at each edge. */
  async function after(silent: Record<"canary" | "stable", number>, edges = 1): Promise<Reading> {
    const edge = meteredEdge((arm) => silent[arm]);
    const samples = parseExposition(await edge.meters.page());
    const pages = Array.from({ length: edges }, (_, number) => ({ edge: `e${number}`, samples, bornMs: null }));
    return answerQuery(query, pages, 0);
  }

  test("are no healthy pages: a canary that says nothing is unavailable", async () => {
    const mute: Reading = {
      kind: "unavailable",
      why: "nothing is heard of the pages of the canary: does every page have the tag of /.serin/beacon.js?",
    };
    expect(await after({ canary: 20, stable: 0 })).toEqual(mute);
    expect((await after({ canary: 19, stable: 0 })).kind).toBe("counters");
    expect([(await after({ canary: 19, stable: 0 }, 2)).kind, await after({ canary: 20, stable: 0 }, 2)]).toEqual(["counters", mute]);
  });

  test("on stable leave nothing to compare with", async () => {
    const arms = async (silent: number) => {
      const reading = await after({ canary: 5, stable: silent });
      return reading.kind === "counters" ? reading.series.map(({ arm }) => arm) : [];
    };
    expect([await arms(19), await arms(20)]).toEqual([["canary", "stable"], ["canary"]]);
  });

  test("are counted themselves", async () => {
    const edge = meteredEdge();
    for (const outcome of ["silent", "affected", "unaffected", "silent"] as const) edge.meters.pages.turnOver("canary", outcome);
    const silent = asked("ratio", { bad: "silent-pages" }, { unit: "person" });
    const reading = answerQuery(silent, [{ edge: "e", samples: parseExposition(await edge.meters.page()), bornMs: null }], 0);
    expect(reading.kind === "counters" && reading.series[0]).toMatchObject({ arm: "canary", bad: 2, total: 4, slice: null });
  });
});

test.each<[string, "answered" | "gaveUp", number, readonly [bad: number, total: number]]>([
  ["an answer within the line is fast", "answered", 1_999, [0, 1]],
  ["an answer at the line is not slower than it", "answered", 2_000, [0, 1]],
  ["an answer after the line is slow", "answered", 2_001, [1, 1]],
  ["whose client gave up before the line is in neither number", "gaveUp", 1_999, [0, 0]],
  ["whose client gave up after the line was slow", "gaveUp", 2_001, [1, 1]],
])("%s", async (_says, ending, afterMs, expected) => {
  const edge = meteredEdge();
  const asking = { arm: "canary", service: "shop", who: "people", slice: 7, sinceMs: edge.now() } as const;
  edge.meters.begin(asking);
  edge.pass(afterMs);
  edge.meters[ending](asking);
  edge.pass(60_000);
  const one = (await edge.read()).get("latency {} 2000 e canary 7");
  expect([one?.bad, one?.total]).toEqual(expected);
});

test("the slices of an arm add up to what the arm was asked, each request in that of its asker", async () => {
  const edge = meteredEdge();
  for (let request = 0; request < 30; request += 1) {
    const asking = { arm: "stable", service: "shop", who: "people", slice: request % 10, sinceMs: edge.now() } as const;
    edge.meters.begin(asking);
    edge.meters.answered(asking);
    edge.meters.ended(asking, request % 10 === 3 ? "5xx" : "2xx");
  }
  const found = [...(await edge.read()).entries()].filter(([name]) => name.startsWith('ratio {"bad":"5xx"}'));
  const stable = found.map(([, one]) => one).filter((one) => one.arm === "stable");
  expect(stable.map(({ bad, total }) => [bad, total])).toEqual(Array.from({ length: 10 }, (_, slice) => [slice === 3 ? 3 : 0, 3]));
});
