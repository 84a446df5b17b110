import { expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { readServer } from "../../src/config/server-file.ts";
import { soundCatalogue, soundPlan, soundServer } from "./sound-plan.ts";

const catalogue = soundCatalogue();

/** What lint says of too few signers, when these people and no others stand in the server's file, and the plan asks so. */
function found(people: readonly string[], asks: string): readonly string[] {
  const team = people.length === 0 ? "" : `people:\n${people.map((person) => `  - ${person}\n`).join("")}`;
  const { server } = readServer(soundServer.replace(/^people:\n(?: {2}- .*\n)+/m, team), "serin.yaml", catalogue);
  if (server === null) throw new Error("the server file does not read");
  const plan = soundPlan.replace(/^people:\n(?: {2}.*\n)+/m, `people: ${asks}\n`);
  const { problems } = readPlan(plan, "plan.yaml", { ...catalogue, server });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return problems.filter(({ code }) => code === "signers-too-few").map(({ message, remedy }) => `${message} ${remedy}`);
}

const rachel = "{ name: rachel, roles: [release-manager] }";
const rose = "{ name: rose, roles: [release-manager] }";
const omar = "{ name: omar, roles: [devops-lead] }";
const both = "{ name: emil, roles: [release-manager, qa-lead] }";
const abroad = "{ name: rose, roles: [release-manager], environments: [staging] }";

test.each<[string, readonly string[], string, "enough" | "too few"]>([
  ["one release manager starts, and nobody else could say yes", [rachel], "{ start: { all: [release-manager] } }", "too few"],
  ["a second one says yes", [rachel, rose], "{ start: { all: [release-manager] } }", "enough"],
  ["not where the role does not hold", [rachel, abroad], "{ start: { all: [release-manager] } }", "too few"],
  ["the DevOps lead starts, the release manager says yes", [rachel, omar], "{ start: { all: [release-manager] } }", "enough"],
  ["any one of two roles, by whoever did not start", [rachel, omar], "{ start: { any: [release-manager, devops-lead] } }", "enough"],
  ["two roles of one person are one voice", [both], "{ start: { all: [release-manager, qa-lead] } }", "too few"],
  ["two people share two roles", [both, rachel], "{ start: { all: [release-manager, qa-lead] } }", "enough"],
  ["also a later phase is looked at", [rachel], "{ start: { all: [] }, advance: { all: { all: [release-manager] } } }", "too few"],
  ["whoever took people back may validate it", [rachel], "{ start: { all: [] }, validate-rollback: { all: [release-manager] } }", "enough"],
  ["nobody is asked", [rachel], "{ start: { all: [] } }", "enough"],
  ["a role that nobody has is told by another code", [rachel], "{ start: { all: [qa-lead] } }", "enough"],
  ["where nobody of the file may start, machines do", ["{ name: claire, roles: [qa-lead] }"], "{ start: { all: [qa-lead] } }", "enough"],
  ["a file that names nobody knows one person with every role", [], "{ start: { all: [release-manager, qa-lead] } }", "too few"],
  ["who may release alone, by a plan that asks nobody", [], "{ start: { all: [] } }", "enough"],
])("%s", (_, people, asks, expected) => expect(found(people, asks)).toHaveLength(expected === "enough" ? 0 : 1));

test("it says why, and what to do", () => {
  expect(found([rachel], "{ start: { all: [release-manager] } }")).toEqual([
    "In production there are too few people to approve this: one person counts for one role, and whoever started a release cannot be the only one to approve it. " +
      "Name somebody else who is release-manager in serin.yaml, or write { all: [] } to ask nobody.",
  ]);
});
