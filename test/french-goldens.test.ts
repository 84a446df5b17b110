import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { frenchFaults } from "./fixtures/french-faults.ts";
import { textOf } from "./tree.ts";

// A runbook repeats what the plan calls its metrics.
const texts = readdirSync("test/golden").filter((name) => /^(?!render\.).*\.fr\.(?:txt|md)$/.test(name));

/** English words that serin's own sentences are made of; they stand in no name of a metric, of a service or of a person. */
const english =
  /\b(?:the|and|with|until|because|is|are|was|were|nobody|everybody|somebody|release (?!manager|show|list|report|why|rollback|approve|pause|resume|stop))\b/iu;

/** The plan's own conditions and the commands of a terminal, which have one language. */
const theirs =
  /[\w-]+ (?:p\d+ )?[<>]=? [\d.]+(?:%|ms|s)?(?: and stable| of stable)?|[\w-]+ (?:is down|no regression(?: beyond \S+)?|none)|serin [a-z]+ [a-z]+|kubectl .*/gu;

describe.each(texts)("%s", (name) => {
  // What a person or another system wrote is quoted, and so are the plan's words, options and commands.
  const own = textOf(`test/golden/${name}`)
    .split("\n")
    // Headings of the tests themselves.
    .filter((line) => !/^(?:# [a-z]|=+ |--- )/.test(line))
    .map((line) =>
      line.replaceAll(theirs, "…").replaceAll(/«[^»]*»|`[^`]*`|“[^”]*”|"[^"]*"|\([^)]*\)|https?:\S+|\[[^\]]*\]|[\w-]+@[\w.-]+/gu, "…"),
    );

  // Some are drawn for eyes alone, with plain spaces.
  const isExact = own.some((line) => line.includes("\u202f"));
  test.runIf(isExact)("is printed as French is", () => expect(own.flatMap(frenchFaults)).toEqual([]));

  test("has no English sentence", () => expect(own.filter((line) => english.test(line))).toEqual([]));
});

test("there are texts", () => expect(texts.length).toBeGreaterThan(5));
