import { expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { formatProblem } from "../../src/errors.ts";
import { brokenRules } from "./broken-rules.ts";
import { brokenWords } from "./broken-words.ts";
import { doubtfulPlans } from "./doubtful-plans.ts";
import { readServer } from "../../src/config/server-file.ts";
import { soundCatalogue, soundPlan, soundServer } from "./sound-plan.ts";

const catalogue = soundCatalogue();
const broken = [...brokenWords, ...brokenRules, ...doubtfulPlans];
/** Spaces at which no line ends, made plain. */
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");

test("the sound plan has no problem", () => {
  const { plan, problems } = readPlan(soundPlan, "plan.yaml", catalogue);
  expect(problems).toEqual([]);
  expect(plan?.phases.map((phase) => phase.sharePct)).toEqual([10, 100]);
});

test("the ways to be wrong are many, and each its own", () => {
  expect(new Set(broken.map(([, , problems]) => problems.join("\n"))).size).toBe(broken.length);
  expect(broken.length).toBeGreaterThan(80);
});

test.each(broken)("%s", (_name, { from, to }, expected) => {
  expect(soundPlan).toContain(from);
  const { plan, problems } = readPlan(soundPlan.replace(from, to), "plan.yaml", catalogue);
  expect(problems.map((problem) => plain(formatProblem(problem)))).toEqual(expected.map((problem) => `plan.yaml:${problem}`));
  expect(plan === null).toBe(problems.some((problem) => problem.severity === "error"));
});

test("a group of recipients that the server's file does not have is refused with those that it has", () => {
  const mail = "    mail: { kind: email, url: { env: SMTP_URL }, from: serin@shop.example, recipients: { team: [ada@shop.example] } }\n";
  const { server } = readServer(soundServer.replace("  notifiers:\n", `  notifiers:\n${mail}`), "serin.yaml", catalogue);
  const problemsOf = (target: string): readonly string[] =>
    readPlan(soundPlan.replace("hook: team", target), "plan.yaml", { ...catalogue, server }).problems.map(formatProblem);
  expect(problemsOf("mail: team")).toEqual([]);
  expect(problemsOf("mail: staff")).toEqual([
    `plan.yaml:54:13 error: There are no recipients "staff": the server's file has team. Add the group to recipients in the server's file, or correct the plan.`,
  ]);
});

test("every problem is told at once, in the file's order", () => {
  const changed = broken.filter(([name]) =>
    ["a time without a unit", "an unknown reaction", "an unknown role", "an unknown time zone"].includes(name),
  );
  const text = changed.reduce((plan, [, { from, to }]) => plan.replace(from, to), soundPlan);
  const { problems } = readPlan(text, "plan.yaml", catalogue);
  expect(problems.map((problem) => problem.line)).toEqual([6, 30, 45, 50]);
});

test("a problem is shown where it stands, whatever the line ends", () => {
  const [first] = readPlan(soundPlan.replaceAll("\n", "\r\n").replace("observe: 15m", "observe: 15"), "plan.yaml", catalogue).problems;
  expect(first).toMatchObject({ line: 30, column: 14 });
});
