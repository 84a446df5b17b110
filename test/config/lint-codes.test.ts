import { expect, test } from "vitest";
import { ruleCodes } from "../../src/config/lint.ts";
import { readPlan } from "../../src/config/plan-file.ts";
import { filesBelow, textOf } from "../tree.ts";
import { brokenRules } from "./broken-rules.ts";
import { brokenWords } from "./broken-words.ts";
import { contradictoryPlans } from "./contradictory-plans.ts";
import { doubtfulPlans } from "./doubtful-plans.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";

/** Codes that reading a file gives, as they stand in the code; `custom` is the schema library's own word for any issue. */
const textCodes = filesBelow("src/config")
  .flatMap((path) => [...textOf(path).matchAll(/\bcode: (?:isMissing \? )?"([a-z-]+)"(?: : "([a-z-]+)")?/g)])
  .flatMap(([, one = "", other]) => (other === undefined ? [one] : [one, other]))
  .filter((code) => code !== "custom");
const documented = [...textOf("docs/lint.md").matchAll(/^\| `([a-z-]+)` \| (?:error|warning)/gm)].map(([, code = ""]) => code);

test("docs/lint.md has every code once, and no other", () => {
  expect(documented.toSorted()).toEqual([...new Set([...textCodes, ...ruleCodes])].toSorted());
});

test("the table of broken plans meets what can be met by one change of a plan", () => {
  const catalogue = soundCatalogue();
  const rows = [...brokenWords, ...brokenRules, ...contradictoryPlans, ...doubtfulPlans];
  const met = new Set(
    rows.flatMap(([, { from, to }]) => readPlan(soundPlan.replace(from, to), "plan.yaml", catalogue).problems.map(({ code }) => code)),
  );
  // The others need another file, router, server or question; their tests are beside them.
  const elsewhere = [
    "connection-unchecked",
    "gate-undecidable",
    "line-between-bounds",
    "notice-recipient",
    "passes-on-estimate",
    "rollback-by-images",
    "router-cannot",
    "router-lease",
    "router-sticky",
    "secret",
    "signers-too-few",
    "start-closed",
    "start-misfit",
    "two-meanings",
  ];
  expect(documented.filter((code) => !met.has(code)).toSorted()).toEqual(elsewhere);
});
