import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { englishIn, frenchFaults } from "./fixtures/french-faults.ts";
import { textOf } from "./tree.ts";

// A runbook repeats what the plan calls its metrics.
const names = readdirSync("test/golden").filter((name) => /^(?!render\.).*\.fr\.(?:txt|md)$/.test(name));
const texts = names.map((name) => [name, linesOf(name)] as const);

/** Without the headings of the tests themselves, and the mark of a button that destroys. */
function linesOf(name: string): readonly string[] {
  const lines = textOf(`test/golden/${name}`).split("\n");
  return lines.filter((line) => !/^(?:# [a-z]|=+ |--- )/.test(line)).map((line) => line.replace(/… ! {2}/u, "… "));
}

/** Some are drawn for eyes alone, with plain spaces. */
const exact = texts.filter(([, lines]) => lines.some((line) => line.includes("\u202f")));

test.each(texts)("%s has no English sentence", (_, lines) => expect(lines.flatMap(englishIn)).toEqual([]));

test.each(exact)("%s is printed as French is", (_, lines) => expect(lines.flatMap(frenchFaults)).toEqual([]));

test("there are texts", () => expect([texts.length > 8, exact.length > 5]).toEqual([true, true]));
