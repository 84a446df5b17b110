import { metricSources } from "../adapters/metrics/list.ts";
import { notifiers } from "../adapters/notices/list.ts";
import { routers } from "../adapters/traffic/list.ts";
import { workloads } from "../adapters/workloads/list.ts";
import { readPlan } from "../config/plan-file.ts";
import { checksOf } from "../core/checks.ts";
import type { Check } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import { expectedCount } from "../evidence/plan-ahead.ts";
import type { Proof, Scenario } from "./scenario.ts";

/** The plan of a text that was read without errors before. Throws when it has one. */
export function parsePlan(text: string): Plan {
  const { plan, problems } = readPlan(text, "plan.yaml", { sources: metricSources, routers, workloads, notifiers, server: null });
  if (plan === null) throw new Error(`the demo's plan is wrong: ${problems.map(({ message }) => message).join(" ")}`);
  return plan;
}

/**
 * How many people are harmed, on average, before any test with this guard's error probability could know: those who bring what the
 * Kullback-Leibler bound asks for, who come until one of them can be counted at all, and during one scrape. `null` where the scenario has nothing
 * to be proven. Rounded up.
 */
export function harmBound({ proof, ends }: Pick<Scenario, "proof" | "ends">, plan: Plan, peoplePerSecond: number): number | null {
  if (proof === null) return null;
  const check = checksOf(plan).find(({ id }) => id === proof.check);
  if (check === undefined) throw new Error(`the plan has no check "${proof.check}"`);
  const phase = ("phase" in ends ? ends.phase : null) ?? 0;
  const sharePct = plan.phases[phase]?.sharePct ?? 100;
  const proving = canaryPeople(proof, check, sharePct / 100);
  const meanwhile = (peoplePerSecond * (sharePct / 100) * (plan.scrapeMs + untilCountedMs(check, plan))) / 1000;
  return Math.ceil((proving + meanwhile) * proof.harmedRatio);
}

/** People on the canary who bring as much as the bound asks for. */
function canaryPeople({ truth, line, unitsPerPerson }: Proof, { spec }: Check, share: number): number {
  const error = "alpha" in spec ? spec.alpha : 0;
  if (spec.kind !== "against-stable") {
    return (expectedCount({ kind: "rate", truth, line, error })?.bound ?? Infinity) / unitsPerPerson;
  }
  const { canary, stable } = { canary: truth, stable: line / spec.fail.at };
  const both = expectedCount({ kind: "against-stable", canary, stable, line: spec.fail.at, canaryShare: share, error });
  return ((both?.bound ?? Infinity) * share) / unitsPerPerson;
}

/** How long after somebody is harmed that can be counted: a goal is missed when its time is over, an answer is late when it is. */
function untilCountedMs({ metric, quantity }: Check, plan: Plan): number {
  const goal = plan.metrics[metric]?.query["goal"];
  const slowerThan = /> ?(\d+)ms$/.exec(quantity)?.[1];
  return plan.traffic.goals.find(({ name }) => name === goal)?.withinMs ?? Number(slowerThan ?? 0);
}
