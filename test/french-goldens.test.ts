import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { englishIn, frenchFaults } from "./fixtures/french-faults.ts";
import { textOf } from "./tree.ts";

// A runbook repeats what the plan calls its metrics.
const texts = readdirSync("test/golden").filter((name) => /^(?!render\.).*\.fr\.(?:txt|md)$/.test(name));

describe.each(texts)("%s", (name) => {
  const lines = textOf(`test/golden/${name}`)
    .split("\n")
    // Headings of the tests themselves, and the mark of a button that destroys.
    .filter((line) => !/^(?:# [a-z]|=+ |--- )/.test(line))
    .map((line) => line.replace(/… ! {2}/u, "… "));

  // Some are drawn for eyes alone, with plain spaces.
  const isExact = lines.some((line) => line.includes("\u202f"));
  test.runIf(isExact)("is printed as French is", () => expect(lines.flatMap(frenchFaults)).toEqual([]));

  test("has no English sentence", () => expect(lines.flatMap(englishIn)).toEqual([]));
});

test("there are texts", () => expect(texts.length).toBeGreaterThan(5));
