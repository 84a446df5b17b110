import type { Scenario } from "./scenario.ts";
import { healthy, smallPlan } from "./small-plan.ts";

const minuteMs = 60_000;
const from = (fromMs: number, untilMs = Number.POSITIVE_INFINITY): { fromMs: number; untilMs: number; fromSharePct: number } => ({
  fromMs,
  untilMs,
  fromSharePct: 0,
});
const base = { seed: 7, plan: smallPlan, truths: healthy, untilMs: 60 * minuteMs } as const;

/** Ways that a release can go beside those of the catalogue, told on the small plan. */
export const stories = {
  promoted: base,
  "rolled back within two minutes": { ...base, episodes: [{ of: "latency>2000ms", arm: "canary", value: 0.3, ...from(60_000) }] },
  "investigated, then rolled back": { ...base, episodes: [{ of: "orders", arm: "canary", value: 0.02, ...from(0) }] },
  stopped: { ...base, episodes: [{ of: "trials", arm: "canary", value: 0, ...from(0) }] },
  halted: { ...base, episodes: [{ of: "prices", arm: "both", value: 1, ...from(5 * minuteMs) }] },
  "upgraded from countdown to halt": {
    ...base,
    episodes: [
      { of: "latency>2000ms", arm: "canary", value: 0.3, ...from(60_000) },
      { of: "prices", arm: "both", value: 1, ...from(100_000) },
    ],
  },
  "upgraded to halt while the router is silent": {
    ...base,
    episodes: [
      { of: "errors", arm: "canary", value: 0.5, ...from(60_000) },
      { of: "prices", arm: "both", value: 1, ...from(2 * minuteMs) },
    ],
    outages: [{ of: "router", fromMs: 62_000, untilMs: 5 * minuteMs }],
  },
  "the copy never becomes ready": { ...base, stuckSlot: "previous" },
  "waits for the product owner": { ...base, habits: { everyMs: 20_000, meddles: 0, panics: 0, away: ["product-owner"] } },
  "rolled back after promotion": {
    ...base,
    episodes: [{ of: "prices", arm: "both", value: 0, ...from(0) }],
    orders: [{ atMs: 12 * minuteMs, kind: "rollback" }],
  },
  "paused and resumed": {
    ...base,
    orders: [
      { atMs: 90_000, kind: "pause" },
      { atMs: 4 * minuteMs, kind: "resume" },
    ],
  },
  "held by a report, and gone on with": {
    ...base,
    orders: [
      { atMs: 3 * minuteMs, kind: "report" },
      { atMs: 10 * minuteMs, kind: "resume" },
    ],
  },
  "controller killed": { ...base, orders: [{ atMs: 5 * minuteMs, kind: "crash" }], restartAfterMs: 90_000 },
} as const satisfies Readonly<Record<string, Scenario>>;
