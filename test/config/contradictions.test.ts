import { expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { formatProblem } from "../../src/errors.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";

/* Plans whose every word can be read, and that could not do what they say. */

const catalogue = soundCatalogue();

interface Change {
  readonly from: string;
  readonly to: string;
}

function problemsOf({ from, to }: Change): readonly string[] {
  expect(soundPlan).toContain(from);
  return readPlan(soundPlan.replace(from, to), "plan.yaml", catalogue).problems.map(formatProblem);
}

test.each<[string, Change, readonly string[]]>([
  [
    "a guard that sets off when little is bad",
    { from: "when: errors > 1%", to: "when: errors < 1%" },
    [
      '43:13 error: The guard "errors < 1%" sets off on the good side: of "errors" less is better. Write "errors > 1%", or better: higher in the metric errors.',
    ],
  ],
  [
    "a guard that sets off when many reach a goal",
    { from: "when: errors > 1%", to: "when: orders > 1.5%" },
    [
      '43:13 error: The guard "orders > 1.5%" sets off on the good side: of "orders" more is better. Write "orders < 1.5%", or better: lower in the metric orders.',
    ],
  ],
  [
    "a guard that sets off when answers are fast",
    { from: "when: latency p95 > 2s", to: "when: latency p95 < 2s" },
    [
      '44:13 error: The guard "latency p95 < 2s" sets off on the good side: of "latency" less is better. Write "latency p95 > 2s", or better: higher in the metric latency.',
    ],
  ],
  [
    "a guard against the metric's own word",
    {
      from: "memory: { kind: level, source: scrape, value: process_resident_memory_bytes, limit: 536870912 }",
      to: "memory: { kind: level, source: scrape, value: process_resident_memory_bytes, limit: 536870912, better: higher }",
    },
    [
      '39:15 error: The gate "memory < 80% and stable" asks for the bad side: of "memory" more is better. Write "> 80% and stable", or better: lower in the metric memory.',
    ],
  ],
  [
    "a gate that asks for errors",
    { from: 'errors: { pass: < 0.5%, fail: "> 1%" }', to: 'errors: "> 0.5%"' },
    [
      '32:15 error: The gate "errors > 0.5%" asks for the bad side: of "errors" less is better. Write "< 0.5%", or better: higher in the metric errors.',
    ],
  ],
  [
    "a guard that a passed gate sets off",
    { from: "when: errors > 1%", to: 'when: "memory < 90%"' },
    ['43:13 error: The guard "memory < 90%" sets off whenever the gate "memory < 80% and stable" holds. Write "memory > 90%".'],
  ],
  [
    "a guard that a passed gate sets off, of what should be high",
    { from: "when: errors > 1%", to: 'when: "consensus >= 60%"' },
    ['43:13 error: The guard "consensus >= 60%" sets off whenever the gate "consensus > 70%" holds. Write "consensus < 60%".'],
  ],
  [
    "two processes on one port",
    { from: "port: 4102", to: "port: 4101" },
    ['11:67 error: "backend" has the port 4101 of "frontend". Give each service a port of its own.'],
  ],
  [
    "a window that never opens",
    { from: "prefer: [tue-thu 14:00-17:00]", to: "prefer: [sat]" },
    ["47:11 error: No release could ever start: every time that is preferred is avoided too. Leave some preferred time out of avoid."],
  ],
  [
    "nothing but avoided time",
    { from: "prefer: [tue-thu 14:00-17:00]\n  avoid: [sat, holidays FR]", to: "avoid: [mon-fri, sat 00:00-12:00, sat 12:00-24:00, sun]" },
    ["47:10 error: No release could ever start: the whole week is avoided. Leave some time out of avoid."],
  ],
  [
    "a scrape that leaves no time",
    { from: "windows:", to: "scrape: 1ms\nwindows:" },
    [
      '46:9 error: A reading each 1ms is more than sources and store can bear: one takes about 5 ms of a processor and is written to the disk. Write at least "100ms"; "15s" is usual.',
    ],
  ],
])("%s", (_name, change, expected) => {
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
      `33:16 warning: The source "edge" counts answers up to 250ms and up to 500ms, not up to 437ms: what takes between the two is proven neither fast nor slow. Write "p95 < 500ms". ${shown}.`,
    ],
  ],
  [
    "below the first bound",
    "p95 < 3ms",
    [
      `33:16 warning: The source "edge" counts answers up to 5ms at the least, not up to 3ms: none is proven fast. Write "p95 < 5ms". ${shown}.`,
    ],
  ],
  [
    "above the last bound",
    "p95 < 40s",
    [
      `33:16 warning: The source "edge" counts answers up to 30s at the most, not up to 40s: none is proven slow. Write "p95 < 30s". ${shown}.`,
    ],
  ],
  ["at a bound", "p99 < 750ms", []],
])("a latency line %s", (_name, line, expected) => {
  expect(problemsOf({ from: "latency: p95 < 500ms", to: `latency: ${line}` })).toEqual(expected.map((problem) => `plan.yaml:${problem}`));
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
