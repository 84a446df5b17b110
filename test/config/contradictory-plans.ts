import type { BrokenPlan } from "./broken-words.ts";

/** Plans whose every word can be read, and that could not do what they say. */
export const contradictoryPlans: readonly BrokenPlan[] = [
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
      '46:9 error: A reading each 1ms is more than sources and store can bear: each costs a few milliseconds of a processor and is written to the disk. Write at least "100ms"; "15s" is usual.',
    ],
  ],
];
