import { expect, test } from "vitest";
import { sayEnd } from "../src/demo/outcome.ts";
import { parsePlan } from "../src/demo/harm-bound.ts";
import { readExamplePlan } from "../src/demo/house.ts";
import { scenarios } from "../src/demo/scenarios.ts";
import { textOf } from "./tree.ts";

test("docs/demo.md has every scenario as it is, in the order in which they are played", async () => {
  const phases = parsePlan(await readExamplePlan("edge")).phases.map(({ name }) => name);
  const rows = textOf("docs/demo.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows).toEqual(scenarios.map(({ name, says, ends }) => `| \`${name}\` | ${says} | ${sayEnd(ends, phases)} |`));
});
