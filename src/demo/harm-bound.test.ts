import { expect, test } from "vitest";
import { expectedCount } from "../evidence/plan-ahead.ts";
import { scalePlan } from "./demo-plan.ts";
import { harmBound, parsePlan } from "./harm-bound.ts";
import { readExamplePlan } from "./house.ts";
import { scenarios } from "./scenarios.ts";
import { cpuLimit } from "./shop/ailments.ts";

const text = await readExamplePlan("edge");
const plan = parsePlan(text);
const scenarioOf = (name: string) => scenarios.find((scenario) => scenario.name === name) ?? scenarios[0]!;

test("the people who bring what the bound asks for, and those who come during one scrape", () => {
  const { proof, ends } = scenarioOf("errors");
  if (proof === null) throw new Error("errors has nothing to prove");
  const alone = harmBound({ proof, ends }, plan, 0) ?? Number.NaN;
  const least = expectedCount({ kind: "rate", truth: 0.05, line: 0.01, error: plan.alpha })?.bound ?? Number.NaN;
  expect(alone).toBeGreaterThan((least / 3) * proof.harmedRatio);
  expect(alone).toBeLessThan(((3 * least) / 3) * proof.harmedRatio);
  const crowded = harmBound({ proof, ends }, plan, 300) ?? Number.NaN;
  const inOneScrape = 300 * 0.1 * (plan.scrapeMs / 1000) * proof.harmedRatio;
  expect(Math.abs(crowded - alone - inOneScrape)).toBeLessThanOrEqual(1);
});

test("what can be counted late only harms longer: a goal that is missed, an answer that does not come", () => {
  const scaled = parsePlan(scalePlan(text, 60));
  const late = (name: string): number => (harmBound(scenarioOf(name), scaled, 1000) ?? 0) - (harmBound(scenarioOf(name), scaled, 0) ?? 0);
  expect(late("trial-dead")).toBeGreaterThan(1000 * 0.1 * 5);
  expect(late("slow-tail")).toBeGreaterThan(1000 * 0.1 * 2 * 0.488);
  expect(late("errors")).toBeLessThan(1000 * 0.1 * 0.5);
});

test("every scenario that has something to prove proves it of a check of the plan, and has a bound", () => {
  const bounds = scenarios.flatMap((scenario) => (scenario.proof === null ? [] : [harmBound(scenario, plan, 100)]));
  expect(bounds.length).toBeGreaterThan(5);
  expect(bounds.every((bound) => bound !== null && Number.isFinite(bound) && bound > 0)).toBe(true);
  expect(harmBound(scenarioOf("good"), plan, 100)).toBeNull();
});

test("a proof of a check that the plan does not have is a mistake, and so is a plan that is wrong", () => {
  const { ends } = scenarioOf("errors");
  const proof = { check: "5xx-rate > 9%", truth: 0.1, line: 0.09, unitsPerPerson: 1, harmedRatio: 1 };
  expect(() => harmBound({ proof, ends }, plan, 1)).toThrow('no check "5xx-rate > 9%"');
  expect(() => parsePlan("name: nothing")).toThrow("the demo's plan is wrong");
});

test("the processor time that the shop's processes are given is the one that the plan divides by", () => {
  expect(plan.metrics["cpu"]?.query["limit"]).toBe(cpuLimit);
});
