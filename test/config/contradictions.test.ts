import { expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { formatProblem } from "../../src/errors.ts";
import { contradictoryPlans } from "./contradictory-plans.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";

const catalogue = soundCatalogue();

interface Change {
  readonly from: string;
  readonly to: string;
}

function problemsOf({ from, to }: Change): readonly string[] {
  expect(soundPlan).toContain(from);
  return readPlan(soundPlan.replace(from, to), "plan.yaml", catalogue).problems.map(formatProblem);
}

test.each(contradictoryPlans)("%s", (_name, change, expected) => {
  expect(problemsOf(change)).toEqual(expected.map((problem) => `plan.yaml:${problem}`));
});

test.each<[string, Change]>([
  ["a guard beyond the gate on the bad side", { from: "when: errors > 1%", to: 'when: "memory > 90%"' }],
  ["a guard against too little of what should be low", { from: "when: errors > 1%", to: 'when: "memory < 5%"' }],
  ["a window that is avoided in part", { from: "prefer: [tue-thu 14:00-17:00]", to: "prefer: [fri-sat]" }],
  [
    "one port, of which one is another machine's",
    { from: "kind: process, command: [node, backend.js], port: 4102", to: "kind: kubernetes, port: 4101" },
  ],
  ["ten readings a second", { from: "windows:", to: "scrape: 100ms\nwindows:" }],
])("%s is no contradiction", (_name, change) => {
  expect(problemsOf(change).filter((problem) => /sets off|could ever start|has the port|A reading each/.test(problem))).toEqual([]);
});

const shown = "There are 5ms, 10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 750ms, 1s, 1500ms, 2s, 3s, 5s, 10s, 30s";

test.each<[string, string, readonly string[]]>([
  [
    "between two bounds",
    "p95 < 437ms",
    [
      `33:24 warning: The source "edge" counts answers up to 250ms and up to 500ms, not up to 437ms: what takes between the two is proven neither fast nor slow. Write "p95 < 500ms". ${shown}.`,
    ],
  ],
  [
    "below the first bound",
    "p95 < 3ms",
    [
      `33:24 warning: The source "edge" counts answers up to 5ms at the least, not up to 3ms: none is proven fast. Write "p95 < 5ms". ${shown}.`,
    ],
  ],
  [
    "above the last bound",
    "p95 < 40s",
    [
      `33:24 warning: The source "edge" counts answers up to 30s at the most, not up to 40s: none is proven slow. Write "p95 < 30s". ${shown}.`,
    ],
  ],
  ["at a bound", "p99 < 750ms", []],
])("a latency line %s", (_name, line, expected) => {
  expect(problemsOf({ from: "pass: p95 < 500ms", to: `pass: ${line}` })).toEqual(expected.map((problem) => `plan.yaml:${problem}`));
});

test("a line on what browsers measure has bounds of its own", () => {
  const from = "latency: { kind: latency, source: edge }";
  expect(problemsOf({ from, to: "latency: { kind: latency, source: edge, of: lcp }" })).toEqual([]);
  expect(problemsOf({ from, to: "latency: { kind: latency, source: edge, of: inp }" })).toEqual([]);
  const text = soundPlan.replace(from, "latency: { kind: latency, source: edge, of: lcp }").replace("p95 > 2s", "p75 > 4500ms");
  expect(readPlan(text, "plan.yaml", catalogue).problems.map(formatProblem)).toEqual([
    'plan.yaml:44:13 warning: The source "edge" counts answers up to 4s and up to 5s, not up to 4500ms: what takes between the two is proven neither fast nor slow. Write "latency p75 > 5s". There are 500ms, 1s, 1500ms, 2s, 2500ms, 3s, 4s, 5s, 7500ms, 10s, 15s, 30s.',
  ]);
});
