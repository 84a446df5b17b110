import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Plan } from "../src/core/plan.ts";
import { sayStatus } from "../src/core/messages/statuses.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { catalogue, lackOf } from "../src/sim/catalogue.ts";
import type { NamedScenario } from "../src/sim/catalogue.ts";
import { play } from "../src/sim/play.ts";
import type { Played } from "../src/sim/play.ts";
import { timeline } from "../src/sim/timeline.ts";
import { adapters } from "./config/sound-plan.ts";

/** What reads pages and hears of browsers, where the plan has nothing of it. */
const pages = {
  metrics: {
    "dashboard-accessibility": "{ kind: score, source: axe, service: frontend, path: /dashboard }",
    accessibility: "{ kind: score, source: axe, service: frontend, path: / }",
    "browser-errors": "{ kind: ratio, source: browsers, unit: person, bad: uncaught }",
  },
  guards: {
    "dashboard-accessibility": '{ when: "dashboard-accessibility < 95", then: rollback }',
    "browser-errors": '{ when: "browser-errors > 2%", then: rollback }',
  },
} as const;

/** The plan of a laptop, with every metric that a scenario needs. */
function laptopPlan(): Plan {
  const text = readFileSync(new URL("../examples/laptop/plan.yaml", import.meta.url), "utf8");
  const missing = (name: string): boolean => !new RegExp(`^ +${name}: *\\{`, "mu").test(text);
  const metrics = Object.entries(pages.metrics).filter(([name]) => missing(name));
  const guards = Object.entries(pages.guards).filter(([name]) => missing(name));
  const more = text
    .replace(/^metrics:\n/mu, (line) => line + metrics.map(([name, words]) => `  ${name}: ${words}\n`).join(""))
    .replace(/^guards:\n/mu, (line) => line + guards.map(([, words]) => `  - ${words}\n`).join(""))
    .replace(
      /^( +)critical-errors: none\n/mu,
      (line, indent: string) => line + (missing("accessibility") ? `${indent}accessibility: ">= 95"\n` : ""),
    );
  const { plan, problems } = readPlan(more, "plan.yaml", { ...adapters, server: null });
  if (!plan) throw new Error(`the plan of a laptop does not read: ${JSON.stringify(problems)}`);
  return plan;
}

const plan = laptopPlan();
const site = { peoplePerSecond: 50, loginsPerSecond: 50, requestsPerPerson: 3 };

/** What must be true beside the end. */
const more: Partial<Record<NamedScenario["name"], (played: Played) => void>> = {
  good: ({ story }) => expect(story.harmed).toBe(0),
  "trial-dead": ({ outcome }) => expect(outcome.status).toMatchObject({ kind: "stopped", canary: "kept" }),
  "pricetruth-down": ({ story }) => expect(story.frozen).toEqual(["production"]),
  "crash-loop": nobodyExposed,
  skew: nobodyExposed,
  critical: ({ story }) => expect(story.harmed).toBe(1),
  "conversion-dip": ({ story }) =>
    expect(timeline(story.stored, [], "en")).toMatch(/Holding at 50\s%:[^\n]+\n[^\n]+the worst regression still possible is \d/u),
  "low-traffic": ({ story }) =>
    expect(timeline(story.stored, [], "en")).toMatch(/Holding at 10\s%:[^\n]+\n[^\n]+~[\d.]+\s(?:min|h) more at this traffic/u),
  "shared-incident": ({ story }) => expect(story.harmed).toBe(0),
  "router-down": ({ story }) => {
    expect(story.lapses).toHaveLength(1);
    expect(story.shareAtEndPct).toBe(0);
    // The lease has everybody home long before the router hears of the rollback.
    expect((story.lapses[0]?.fromMs ?? Infinity) + 60_000).toBeLessThan(story.deafUntilMs ?? 0);
  },
  "controller-killed": ({ story }) => {
    expect(story.crashesMs).toHaveLength(1);
    expect(story.lapses).toHaveLength(1);
  },
};

function nobodyExposed({ story }: Played): void {
  expect(story.reached(0.01)).toBe(Infinity);
  expect(story.harmed).toBe(0);
}

describe("every scenario on the plan of a laptop", () => {
  test.each(catalogue.map((named) => [named.name, named] as const))("%s", async (name, named) => {
    expect(lackOf(named, plan)).toBeNull();
    const played = await play(named, { plan, seed: 1, site, versions: {} });
    const { story, outcome } = played;
    const end = `\n${sayStatus(outcome.status, { plan }, "en")}\n${story.shareAtEndPct} % on the canary, ${Math.round(story.harmed)} people harmed, ${story.notices.length} notices\n`;
    await expect(timeline(story.stored, played.happenings, "en") + end).toMatchFileSnapshot(`golden/scenarios/${name}.txt`);
    expect(story.broken).toEqual([]);
    expect(outcome.end).toMatchObject(named.ends.end);
    expect(outcome.held).toEqual(expect.arrayContaining([...named.ends.held]));
    expect(named.isBad && outcome.end.kind === "promoted").toBe(false);
    more[name]?.(played);
  });
});
