import { describe, expect, test } from "vitest";
import { samplePlan } from "../../test/sample-plan.ts";
import { explainPlan } from "./explain.ts";
import type { Language, Plan } from "./plan.ts";

const said = (plan: Partial<Plan>, language: Language = "en"): string =>
  explainPlan({ ...samplePlan, ...plan }, language)
    .flatMap((section) => [section.title, ...section.says.flatMap((sentence) => [sentence.text, ...sentence.steps])])
    .join("\n")
    .replaceAll(/[\u00a0\u202f]/gu, " ");

describe("an explained plan", () => {
  test("names every gate, guard and phase of the plan in its own words", () => {
    for (const language of ["en", "fr"] as const) {
      const text = said({}, language);
      const names = [
        ...samplePlan.phases.flatMap((phase) => [phase.name, ...phase.gates.map((gate) => gate.says)]),
        ...samplePlan.guards.map((guard) => guard.id),
      ];
      expect(names.filter((name) => !text.includes(name))).toEqual([]);
    }
  });

  test.each<[string, Partial<Plan>, string]>([
    ["nobody has to approve", { people: { ...samplePlan.people, start: { all: [] } } }, "Nobody has to approve the start."],
    [
      "any of two roles",
      { people: { ...samplePlan.people, promote: { any: ["qa-lead", "product-owner"] } } },
      "the approval of the QA lead or the product owner to promote",
    ],
    ["no windows at all", { windows: { prefer: [], avoid: [], avoidHolidays: [] } }, "It may start at any time (Europe/Paris)."],
    ["a day that is closed", {}, "planned for Sat 16 Aug 2025, but its windows are closed all that day"],
    ["a day that is open", { plannedFor: "2025-08-19" }, "It is planned for Tue 19 Aug 2025."],
    ["a hold-back", { holdbackPct: 1 }, "1 % of the people stay on the stable version"],
    ["the share less the hold-back", { holdbackPct: 1 }, "99 % of everybody"],
    ["nothing kept", { keepPreviousMs: 0 }, "going back means starting it again"],
    ["nobody told", { notify: [] }, "Nobody is told"],
    [
      "who may roll back when the plan does not say",
      { people: { ...samplePlan.people, rollback: { any: [] } } },
      "the release manager or the DevOps lead may roll back",
    ],
  ])("says %s", (_says, plan, expected) => {
    expect(said(plan)).toContain(expected);
  });

  test("a threshold gate is called a plain rule", () => {
    const phases = samplePlan.phases.map((phase) => ({
      ...phase,
      gates: phase.gates.map((gate) => ({ ...gate, threshold: { k: 3, n: 5 } })),
    }));
    expect(said({ phases })).toContain("fails when 3 of 5 readings are above 0.5 % (a plain rule)");
  });
});
