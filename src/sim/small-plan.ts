import { noRemarks } from "../core/plan.ts";
import type { Gate, Guard, Metric, Plan } from "../core/plan.ts";
import type { Truth } from "./shop.ts";

const minuteMs = 60_000;

function metric(name: string, kind: Metric["kind"], source: string, more: Partial<Metric> = {}): Metric {
  return { name, kind, unit: "request", better: "lower", source, query: {}, rate: 0.001, minRuns: 5, ...more };
}

const gate = (id: string, name: string, says: string, condition: Gate["condition"], more: Partial<Gate> = {}): Gate => ({
  id,
  metric: name,
  condition,
  says,
  fail: null,
  otherwise: null,
  threshold: null,
  ...more,
});

const guard = (id: string, name: string, condition: Guard["condition"], reaction: Guard["reaction"]): Guard => ({
  id,
  metric: name,
  condition,
  reaction,
  weight: 0.16,
  threshold: null,
});

/** A short plan with every kind of gate, guard and reaction: what the seeds run, because thousands of them have to fit into a coffee break. */
export const smallPlan: Plan = {
  name: "small",
  title: "Small shop",
  version: "v2",
  plannedFor: null,
  environment: "production",
  timeZone: "Europe/Paris",
  language: "en",
  services: [
    { name: "frontend", workload: { kind: "process", options: {} }, data: null },
    { name: "backend", workload: { kind: "process", options: {} }, data: "expand-only" },
  ],
  traffic: {
    kind: "edge",
    login: "POST /api/login",
    routes: [
      { path: "/api", service: "backend" },
      { path: "/", service: "frontend" },
    ],
    goals: [],
    options: {},
  },
  metrics: {
    errors: metric("errors", "ratio", "edge"),
    latency: metric("latency", "latency", "edge"),
    orders: metric("orders", "ratio", "edge", { unit: "person", better: "higher" }),
    trials: metric("trials", "ratio", "shop", { unit: "person", better: "higher" }),
    cpu: metric("cpu", "level", "shop"),
    fatal: metric("fatal", "count", "shop"),
    prices: metric("prices", "probe", "prices"),
  },
  phases: [
    {
      name: "10 %",
      sharePct: 10,
      audience: "new-logins",
      observeMs: 3 * minuteMs,
      extendMs: 3 * minuteMs,
      gates: [
        gate("1.errors", "errors", "errors < 1%", { kind: "line", is: "<", value: 0.01, percent: true, steady: false }),
        gate("1.latency", "latency", "latency p95 < 500ms", { kind: "quantile", quantile: 0.95, is: "<", ms: 500 }),
      ],
    },
    {
      name: "50 %",
      sharePct: 50,
      audience: "everyone",
      observeMs: 3 * minuteMs,
      extendMs: 3 * minuteMs,
      gates: [
        gate("2.orders", "orders", "orders: no regression", { kind: "no-regression", beyond: 0.1 }),
        gate("2.cpu", "cpu", "cpu < 80% and stable", { kind: "line", is: "<", value: 0.8, percent: true, steady: true }),
      ],
    },
    {
      name: "100 %",
      sharePct: 100,
      audience: "everyone",
      observeMs: 4 * minuteMs,
      extendMs: 0,
      gates: [gate("3.fatal", "fatal", "fatal: none", { kind: "none" }, { otherwise: { kind: "rollback" } })],
    },
  ],
  guards: [
    guard("errors > 3%", "errors", { kind: "line", is: ">", value: 0.03, percent: true, steady: false }, { kind: "rollback" }),
    guard(
      "latency p95 > 2s",
      "latency",
      { kind: "quantile", quantile: 0.95, is: ">", ms: 2_000 },
      { kind: "rollback-within", withinMs: 2 * minuteMs },
    ),
    guard("orders < 50% of stable", "orders", { kind: "of-stable", is: "<", ratio: 0.5 }, { kind: "investigate", forMs: 3 * minuteMs }),
    guard("trials < 10%", "trials", { kind: "line", is: "<", value: 0.1, percent: true, steady: false }, { kind: "stop" }),
    guard("prices is down", "prices", { kind: "down" }, { kind: "halt" }),
  ],
  rollback: { automaticMs: 2 * minuteMs, manualMs: 5 * minuteMs },
  windows: { prefer: [], avoid: [], avoidHolidays: [] },
  people: {
    start: { all: ["release-manager"] },
    advance: { 2: { all: ["release-manager", "product-owner"] } },
    promote: { all: [] },
    rollback: { any: ["release-manager", "devops-lead"] },
    validateRollback: { all: ["qa-lead"] },
  },
  notify: [{ notifier: "console", to: "everyone" }],
  smoke: ["GET /"],
  scrapeMs: 15_000,
  keepPreviousMs: 2 * minuteMs,
  keepStoppedMs: 5 * minuteMs,
  readyWithinMs: 2 * minuteMs,
  holdbackPct: 0,
  alpha: 0.01,
  beta: 0.05,
  remarks: noRemarks,
};

/** A healthy world for `smallPlan`. */
export const healthy: Readonly<Record<string, Truth>> = {
  errors: { canary: 0.001, stable: 0.001 },
  "latency>500ms": { canary: 0.01, stable: 0.01 },
  "latency>2000ms": { canary: 0.001, stable: 0.001 },
  orders: { canary: 0.3, stable: 0.3 },
  trials: { canary: 0.3, stable: 0.3 },
  cpu: { canary: 0.4, stable: 0.4 },
  fatal: { canary: 0, stable: 0 },
  prices: { canary: 0, stable: 0 },
};
