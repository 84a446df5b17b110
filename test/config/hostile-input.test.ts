import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import { readServer } from "../../src/config/server-file.ts";
import { adapters, soundCatalogue, soundPlan, soundServer } from "./sound-plan.ts";

const catalogue = soundCatalogue();
const mostBytes = 1024 * 1024;

/** What no input may do: throw, or answer neither a result nor an error with a remedy and a place. */
function check(input: string | Uint8Array): { readonly isRead: boolean; readonly tookMs: number } {
  const began = process.cpuUsage();
  const plan = readPlan(input, "plan.yaml", catalogue);
  const { user, system } = process.cpuUsage(began);
  const server = readServer(input, "serin.yaml", adapters);
  for (const { value, problems } of [
    { value: plan.plan, problems: plan.problems },
    { value: server.server, problems: server.problems },
  ]) {
    if ((value === null) !== problems.some((problem) => problem.severity === "error"))
      throw new Error("neither a result nor an error, or both");
    for (const problem of problems) {
      if (problem.line < 1 || problem.column < 1 || problem.message === "" || problem.remedy === "")
        throw new Error(`no place or no words: ${JSON.stringify(problem)}`);
    }
  }
  // Processor time, so that a busy machine fails nothing.
  return { isRead: plan.plan !== null, tookMs: (user + system) / 1000 };
}

const filled = (unit: string): string => unit.repeat(Math.floor(mostBytes / Buffer.byteLength(unit)));
const staircase = Array.from({ length: 1400 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("");
const laughs = `a: &a [x,x]\nb: &b [*a,*a]\n${Array.from({ length: 30 }, (_, level) => `c${level}: &c${level} [*b,*b]\n`).join("")}`;

describe("a clear problem within a second", () => {
  test.each<[string, string | Uint8Array]>([
    ["an empty file", ""],
    ["1 MiB of nested lists", filled("[")],
    ["1 MiB of nested maps", filled("{a: ")],
    ["1 MiB of nested keys", filled("? ")],
    ["1 MiB of nested items", filled("- ")],
    ["1 MiB of the same key", filled("a:\n")],
    ["1 MiB of anchors", filled("&a ")],
    ["1 MiB of aliases", filled("- *a\n")],
    ["1 MiB of documents", filled("---\n")],
    ["1 MiB of tags", filled("!a ")],
    ["1 MiB of quotes", filled("'")],
    ["1 MiB of comments", filled("#\n")],
    ["1 MiB of one word", filled("a")],
    ["1 MiB of colons", filled(":")],
    ["1 MiB of carriage returns", filled("\r")],
    ["1,400 steps of indentation", staircase],
    ["a billion laughs", laughs],
    ["more than 1 MiB", "x".repeat(mostBytes + 1)],
    ["NUL bytes", "a: \u0000"],
    ["a bell", "a: \u0007"],
    ["UTF-16 with a mark", Buffer.from("\ufeffapiVersion: serin.dev/v1", "utf16le")],
    ["UTF-16 without a mark", Buffer.from("apiVersion: serin.dev/v1", "utf16le")],
    ["latin-1", Buffer.from("title: Plan de déploiement", "latin1")],
    ["a picture", Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])],
    ["a list", "- a\n- b\n"],
    ["a word", "plan"],
    ["two documents", `${soundPlan}---\n${soundPlan}`],
    ["a merge key", `<<: { kind: ReleasePlan }\n${soundPlan}`],
    ["an estimate without end", soundPlan.replace("  name: shop", `  name: shop\n  estimated: ${"9d + ".repeat(60_000)}9d`)],
    ["a thousand dashboards without a name", `${soundPlan}dashboards: [${"{ shows: x }, ".repeat(1000)}]`],
    ["an address without end", `${soundPlan}dashboards: [{ name: x, url: "https://x.example/${"a".repeat(900_000)}" }]`],
    ["a prototype as a key", `__proto__: { kind: ReleasePlan }\n${soundPlan}`],
    ["a constructor as a metric", soundPlan.replace("errors: { pass", "constructor: { pass")],
    [
      "a metric of another map's own names",
      soundPlan.replaceAll(/\berrors\b/g, "hasownproperty").replace("hasownproperty: { kind", "toString: { kind"),
    ],
    ["10,000 phases", soundPlan.replace("phases:\n", `phases:\n${"  - { name: x, share: 1%, observe: 1m }\n".repeat(3000)}`)],
  ])("%s", (_name, input) => {
    const { isRead, tookMs } = check(input);
    expect(isRead).toBe(false);
    expect(tookMs).toBeLessThan(1000);
  });
});

test.each([
  ["latin-1", Buffer.from("a: b\ntitle: déploiement", "latin1"), "plan.yaml", { line: 2, column: 9 }],
  ["a control character", Buffer.from("a: b\n\tc: \u0001"), "plan.yaml", { line: 2, column: 5 }],
])("%s is shown where it stands", (_name, bytes, file, at) => {
  expect(readPlan(bytes, file, catalogue).problems).toEqual([expect.objectContaining(at)]);
});

test("the number of problems is bounded", () => {
  const many = soundPlan.replace(
    "metrics:\n",
    `metrics:\n${Array.from({ length: 2000 }, (_, at) => `  m${at}: { kind: x, source: "?" }\n`).join("")}`,
  );
  expect(readPlan(many, "plan.yaml", catalogue).problems.length).toBeLessThanOrEqual(100);
});

describe("any input is answered", () => {
  test("bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check(bytes).tookMs < 1000),
      { numRuns: 150 },
    );
  });

  test("YAML of anything", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        (value) =>
          check(
            JSON.stringify({
              apiVersion: "serin.dev/v1",
              kind: "ReleasePlan",
              metadata: value,
              phases: value,
              metrics: value,
              guards: value,
              people: value,
            }),
          ).tookMs < 1000,
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ["plan", soundPlan],
    ["original plan", readFileSync("examples/ecomsimply/plan.yaml", "utf8")],
    ["server file", soundServer],
  ])("a mutated %s", (_name, text) => {
    const lines = text.split("\n");
    const mutation = fc.tuple(
      fc.nat({ max: text.length - 1 }),
      fc.nat({ max: 40 }),
      fc.constantFrom("", " ", ":", "-", "&a ", "*a", "%", '"', "[", "}", "0", "é", "\t", "\n", "null", "{}", "~"),
    );
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const mutated = mutations.reduce((sum, [at, length, by]) => sum.slice(0, at) + by + sum.slice(at + length), text);
        return check(mutated).tookMs < 1000;
      }),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(lines), (kept) => check(kept.join("\n")).tookMs < 1000),
      { numRuns: 50 },
    );
  });
});
