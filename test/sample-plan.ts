import type { Comparison, Condition } from "../src/core/condition.ts";
import { noRemarks } from "../src/core/plan.ts";
import type { Gate, Guard, Metric, MetricKind, Phase, Plan } from "../src/core/plan.ts";
import type { Reaction } from "../src/core/reactions.ts";

const MINUTE_MS = 60_000;
const ROLLBACK: Reaction = { kind: "rollback" };

const percent = (is: Comparison, value: number, steady = "loose" as "steady" | "loose"): Condition => ({
  kind: "line",
  is,
  value,
  percent: true,
  steady: steady === "steady",
});
const score = (value: number): Condition => ({ kind: "line", is: ">=", value, percent: false, steady: false });

function metric(name: string, kind: MetricKind, better: Metric["better"], unit: Metric["unit"] = "request"): [string, Metric] {
  return [name, { name, kind, unit, better, source: "edge", query: {}, rate: 0.001, minRuns: 5 }];
}

function gate(phase: number, name: string, condition: Condition, words: string, otherwise: Reaction | null = null): Gate {
  return { id: `${phase}.${name}`, metric: name, condition, says: `${name} ${words}`, fail: null, otherwise, threshold: null };
}

function guard(name: string, condition: Condition, words: string, reaction: Reaction): Guard {
  return { id: `${name} ${words}`, metric: name, condition, reaction, weight: 0.13, threshold: null };
}

const phases: readonly Phase[] = [
  {
    name: "10 %",
    sharePct: 10,
    audience: "new-logins",
    observeMs: 15 * MINUTE_MS,
    extendMs: 30 * MINUTE_MS,
    gates: [
      gate(1, "error-rate", percent("<", 0.005), "< 0.5%"),
      gate(1, "api-latency", { kind: "quantile", quantile: 0.95, is: "<", ms: 500 }, "p95 < 500ms"),
      gate(1, "trial-activation", percent(">", 0.02), "> 2%"),
    ],
  },
  {
    name: "50 %",
    sharePct: 50,
    audience: "everyone",
    observeMs: 30 * MINUTE_MS,
    extendMs: 0,
    gates: [
      gate(2, "conversion", { kind: "no-regression", beyond: 0.1 }, "no regression"),
      gate(2, "cpu", percent("<", 0.8, "steady"), "< 80% and stable"),
      gate(2, "pricetruth-consensus", percent(">", 0.7), "> 70%"),
    ],
  },
  {
    name: "100 %",
    sharePct: 100,
    audience: "everyone",
    observeMs: 60 * MINUTE_MS,
    extendMs: 0,
    gates: [gate(3, "accessibility", score(95), ">= 95"), gate(3, "critical-errors", { kind: "none" }, "none", ROLLBACK)],
  },
];

const guards: readonly Guard[] = [
  guard("5xx-rate", percent(">", 0.01), "> 1%", ROLLBACK),
  guard("latency", { kind: "quantile", quantile: 0.95, is: ">", ms: 2_000 }, "p95 > 2s", {
    kind: "rollback-within",
    withinMs: 5 * MINUTE_MS,
  }),
  guard("conversion", { kind: "of-stable", is: "<", ratio: 0.5 }, "< 50% of stable", { kind: "investigate", forMs: 10 * MINUTE_MS }),
  guard("trial-activation", percent("<", 0.015), "< 1.5%", { kind: "stop" }),
  guard("dashboard-accessibility", { ...score(95), is: "<" } as Condition, "< 95", ROLLBACK),
  guard("pricetruth", { kind: "down" }, "is down", { kind: "halt" }),
];

/** A complete plan in the shape of the ECOMSIMPLY one, for tests that need a plan and no file. */
export const samplePlan: Plan = {
  name: "ecomsimply",
  title: "Plan de déploiement canari - ECOMSIMPLY",
  version: "Awwwards UI Refonte",
  plannedFor: "2025-08-16",
  environment: "production",
  timeZone: "Europe/Paris",
  language: "fr",
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
    goals: [{ name: "trial", request: "POST /api/trial", withinMs: 10 * MINUTE_MS }],
    options: {},
  },
  metrics: Object.fromEntries([
    metric("error-rate", "ratio", "lower"),
    metric("5xx-rate", "ratio", "lower"),
    metric("api-latency", "latency", "lower"),
    metric("latency", "latency", "lower"),
    metric("trial-activation", "ratio", "higher", "person"),
    metric("conversion", "ratio", "higher", "person"),
    metric("cpu", "level", "lower"),
    metric("pricetruth-consensus", "ratio", "higher"),
    metric("accessibility", "score", "higher"),
    metric("dashboard-accessibility", "score", "higher"),
    metric("critical-errors", "count", "lower"),
    metric("pricetruth", "probe", "lower"),
  ]),
  phases,
  guards,
  rollback: { automaticMs: 2 * MINUTE_MS, manualMs: 5 * MINUTE_MS },
  windows: {
    prefer: [1, 2, 3].map((day) => ({ fromMinute: day * 1_440 + 840, toMinute: day * 1_440 + 1_020, says: "tue-thu 14:00-17:00" })),
    avoid: [
      { fromMinute: 0, toMinute: 720, says: "mon 00:00-12:00" },
      { fromMinute: 4 * 1_440 + 1_020, toMinute: 5 * 1_440, says: "fri 17:00-24:00" },
      { fromMinute: 5 * 1_440, toMinute: 6 * 1_440, says: "sat" },
      { fromMinute: 6 * 1_440, toMinute: 7 * 1_440, says: "sun" },
    ],
    avoidHolidays: ["FR"],
  },
  people: {
    start: { all: ["release-manager", "qa-lead"] },
    advance: { 1: { all: ["release-manager", "qa-lead"] }, 2: { all: ["release-manager", "qa-lead", "product-owner"] } },
    promote: { all: [] },
    rollback: { any: ["release-manager", "devops-lead"] },
    validateRollback: { all: ["qa-lead"] },
  },
  notify: [
    { notifier: "slack", to: "#releases" },
    { notifier: "email", to: "stakeholders" },
  ],
  smoke: ["GET /"],
  scrapeMs: 15_000,
  keepPreviousMs: 60 * MINUTE_MS,
  keepStoppedMs: 24 * 60 * MINUTE_MS,
  readyWithinMs: 5 * MINUTE_MS,
  holdbackPct: 0,
  alpha: 0.01,
  beta: 0.05,
  remarks: noRemarks,
};
