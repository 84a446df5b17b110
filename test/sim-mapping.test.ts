import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Metric, Plan } from "../src/core/plan.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { catalogue, lackOf } from "../src/sim/catalogue.ts";
import { changesOf } from "../src/sim/changes.ts";
import { facetOf } from "../src/sim/facets.ts";
import type { Facet } from "../src/sim/facets.ts";
import { healthyTruths } from "../src/sim/healthy.ts";
import { adapters, soundPlan } from "./config/sound-plan.ts";

function planOf(text: string): Plan {
  const { plan, problems } = readPlan(text, "plan.yaml", { ...adapters, server: null });
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}
const example = (name: string): Plan => planOf(readFileSync(new URL(`../examples/${name}/plan.yaml`, import.meta.url), "utf8"));

describe("what a metric sees", () => {
  const metric: Metric = { name: "m", kind: "ratio", unit: "request", better: "lower", source: "edge", query: {}, rate: 0.001, minRuns: 5 };
  test.each<[string, Partial<Metric>, Facet]>([
    ["a rate of requests that is better lower", {}, "failed-requests"],
    ["one of people", { unit: "person" }, "affected-people"],
    ["one that speaks of browsers", { query: { bad: "browser" } }, "page-errors"],
    ["a count of uncaught errors", { kind: "count", name: "uncaught-errors" }, "page-errors"],
    ["any other count", { kind: "count" }, "events"],
    ["a rate that is better higher", { better: "higher", unit: "person" }, "conversions"],
    ["a latency", { kind: "latency" }, "slow-answers"],
    ["a level of memory by its query", { kind: "level", query: { value: "process_resident_memory_bytes" } }, "memory"],
    ["a level of members", { kind: "level", name: "members" }, null],
    ["a processor by its name", { kind: "level", name: "CPU" }, "processor"],
    ["a level that has to stay high", { kind: "level", better: "higher", name: "cpu-idle" }, "quality"],
    ["a score of accessibility by its source", { kind: "score", better: "higher", source: "axe" }, "accessibility"],
    ["any other score", { kind: "score", better: "higher" }, null],
    ["a probe", { kind: "probe" }, "service"],
  ])("%s", (_, change, facet) => expect(facetOf({ ...metric, ...change })).toBe(facet));
});

test("healthy values come from the plan's own lines", () => {
  const truths = healthyTruths(example("ecomsimply"));
  const stable = Object.fromEntries(Object.entries(truths).map(([name, truth]) => [name, Number(truth.stable.toFixed(6))]));
  expect(stable).toEqual({
    "error-rate": 0.001,
    // The same failures, whatever its own line is.
    "5xx-rate": 0.001,
    "api-latency>500ms": 0.01,
    "latency>2000ms": 0.01,
    "trial-activation": 0.06,
    conversion: 0.05,
    cpu: 0.4,
    memory: 0.4,
    "pricetruth-consensus": 0.85,
    pricetruth: 0,
    "lighthouse-performance": 95,
    accessibility: 97.5,
    "dashboard-accessibility": 97.5,
    "critical-errors": 0,
  });
  expect(Object.values(truths).every(({ canary, stable: other }) => canary === other)).toBe(true);
});

test("a plan that watches little says of each scenario what it lacks", () => {
  const plan = planOf(
    soundPlan.replace(/^metrics:\n[\s\S]*$/mu, "") +
      `metrics: { errors: { kind: ratio, source: edge, bad: 5xx } }
phases: [{ name: all, share: 100%, observe: 15m, gates: { errors: "< 1%" } }]
`,
  );
  const lacks = Object.fromEntries(catalogue.map((named) => [named.name, lackOf(named, plan)]));
  expect(
    Object.entries(lacks)
      .filter(([, lack]) => lack === null)
      .map(([name]) => name),
  ).toEqual([
    "good",
    "errors",
    "crash-loop",
    "late-onset",
    "low-traffic",
    "shared-incident",
    "metrics-outage",
    "router-down",
    "controller-killed",
  ]);
  expect(lacks).toMatchObject({
    "slow-tail": "latency",
    "conversion-drop": "compared-conversion",
    "trial-dead": "lined-conversion",
    "pricetruth-down": "probe",
    "pricetruth-low": "quality",
    "blank-page": "page-errors",
    skew: "mixes",
    mismatch: "draw",
  });
});

test("every trouble that a plan can show changes what the plan looks at, within what there can be", () => {
  const plan = example("laptop");
  const site = { peoplePerSecond: 50, loginsPerSecond: 50, requestsPerPerson: 3 };
  const truths = healthyTruths(plan);
  for (const named of catalogue.filter((candidate) => lackOf(candidate, plan) === null)) {
    const planned = named.troubles(plan, site);
    const { episodes, outages, ...others } = changesOf(planned, { plan, site, truths });
    expect({ name: named.name, changes: episodes.length + outages.length + Object.keys(others).length > 0 }).toEqual({
      name: named.name,
      changes: planned.length > 0,
    });
    expect(episodes.filter(({ of }) => truths[of] === undefined)).toEqual([]);
    const mostOf = (of: string): number => (of.includes("accessibility") ? 100 : 1);
    expect(episodes.filter(({ of, value }) => value !== null && !(value >= 0 && value <= mostOf(of)))).toEqual([]);
  }
});
