import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/core/plan.ts";
import { readPlan } from "../../src/config/plan-file.ts";
import { formatProblem } from "../../src/errors.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";

function planOf(text: string): Plan {
  const { plan, problems } = readPlan(text, "plan.yaml", soundCatalogue());
  if (plan === null) throw new Error(problems.map(formatProblem).join("\n"));
  return plan;
}

const smallest = `
apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: shop, environment: production, timeZone: Europe/Paris }
services: [{ name: web, workload: { kind: process, command: [node, web.js], port: 4101 } }]
traffic: { kind: edge, routes: { /: web } }
metrics: {}
phases: [{ name: all, share: 100%, observe: 1h }]
`;

test("the smallest plan has every default", () => {
  expect(planOf(smallest)).toEqual({
    name: "shop",
    title: "shop",
    version: null,
    plannedFor: null,
    environment: "production",
    timeZone: "Europe/Paris",
    language: "en",
    services: [
      {
        name: "web",
        workload: { kind: "process", options: { command: ["node", "web.js"], port: 4101, health: "/health", env: {}, stopWithin: "5s" } },
        data: null,
      },
    ],
    traffic: { kind: "edge", login: null, routes: [{ path: "/", service: "web" }], goals: [], options: {} },
    metrics: {},
    phases: [{ name: "all", sharePct: 100, audience: "everyone", observeMs: 3_600_000, extendMs: 0, gates: [] }],
    guards: [],
    rollback: { automaticMs: 120_000, manualMs: 300_000 },
    windows: { prefer: [], avoid: [], avoidHolidays: [] },
    people: {
      start: { all: ["release-manager"] },
      advance: {},
      promote: { all: [] },
      rollback: { any: ["release-manager", "devops-lead"] },
      validateRollback: { all: [] },
    },
    notify: [],
    smoke: [],
    scrapeMs: 15_000,
    keepPreviousMs: 3_600_000,
    keepStoppedMs: 86_400_000,
    readyWithinMs: 300_000,
    holdbackPct: 0,
    alpha: 0.01,
    beta: 0.05,
    remarks: { means: {}, estimatedMs: [], windowsBecause: null, dashboards: [] },
  });
});

describe("gates", () => {
  const gates = (plan: Plan) => plan.phases.flatMap((phase) => phase.gates);

  test("are named by phase and metric, in the plan's words", () => {
    expect(gates(planOf(soundPlan)).map((gate) => [gate.id, gate.says])).toEqual([
      ["1.errors", "errors < 0.5%"],
      ["1.latency", "latency p95 < 500ms"],
      ["1.orders", "orders no regression"],
      ["2.memory", "memory < 80% and stable"],
      ["2.fatals", "fatals none"],
      ["2.consensus", "consensus > 70%"],
    ]);
  });

  test("written short have no fail line and ask when they fail; none rolls back", () => {
    const [errors, latency] = gates(planOf(soundPlan));
    expect(errors?.fail).toEqual({ kind: "line", is: ">", value: 0.01, percent: true, steady: false });
    expect(latency).toMatchObject({ fail: null, otherwise: null, threshold: null });
    expect(gates(planOf(soundPlan)).find((gate) => gate.metric === "fatals")?.otherwise).toEqual({ kind: "rollback" });
  });

  test("written long say what they set off and how they are judged", () => {
    const text = soundPlan.replace('fail: "> 1%" }', 'fail: "> 1%", else: rollback within 5m, test: threshold, of: 3 of 5 }');
    expect(gates(planOf(text))[0]).toMatchObject({ otherwise: { kind: "rollback-within", withinMs: 300_000 }, threshold: { k: 3, n: 5 } });
  });
});

describe("guards", () => {
  const weights = (text: string) => planOf(text).guards.map((guard) => Number(guard.weight.toFixed(6)));

  test("share 80 % of the false-rollback budget evenly", () => expect(weights(soundPlan)).toEqual([0.266667, 0.266667, 0.266667]));

  test("without a weight share what the others leave of it", () => {
    expect(weights(soundPlan.replace("then: rollback }", "then: rollback, weight: 60% }"))).toEqual([0.6, 0.1, 0.1]);
  });

  test("on events are judged as none at all, in their own words", () => {
    const { guards } = planOf(soundPlan.replace("when: errors > 1%", "when: fatals > 0"));
    expect(guards[0]).toMatchObject({ id: "fatals > 0", condition: { kind: "none" } });
  });
});

describe("metrics", () => {
  test.each([
    ["errors", { unit: "request", better: "lower", query: { bad: "5xx" } }],
    ["orders", { unit: "person", better: "higher", query: { goal: "order" } }],
    ["consensus", { better: "higher", rate: 0.001, minRuns: 5 }],
    ["memory", { better: "lower" }],
  ])("%s", (name, expected) => expect(planOf(soundPlan).metrics[name]).toMatchObject(expected));

  test("are approximate where their source is", () => {
    const page = "  page: { kind: score, source: axe, service: frontend }\nphases:";
    const text = soundPlan.replace("phases:", page).replace("errors: { pass", 'page: ">= 95"\n      errors: { pass');
    expect(planOf(text).metrics["page"]).toMatchObject({
      kind: "score",
      isApproximate: true,
      better: "higher",
      query: { service: "frontend" },
    });
    expect(planOf(text).metrics["consensus"]).not.toHaveProperty("isApproximate");
  });

  test("of people who were affected count people without being told", () => {
    expect(planOf(soundPlan.replace("bad: 5xx", "bad: affected")).metrics["errors"]?.unit).toBe("person");
  });
});

test("the longest route is first, and sign-offs are kept by the phase's place", () => {
  const plan = planOf(soundPlan);
  expect(plan.traffic.routes.map((route) => route.path)).toEqual(["/api", "/"]);
  expect(plan.people.advance).toEqual({ 1: { all: ["qa-lead"] } });
});

test("shares are exact", () => {
  expect(planOf(`${smallest}\nalpha: 0.1%\nbeta: 7%\n`)).toMatchObject({ alpha: 0.001, beta: 0.07 });
});

test("a whole plan is plain JSON", () => {
  const plan = planOf(soundPlan);
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});
