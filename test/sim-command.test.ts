import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addPlanSimulate } from "../src/cli/plan-simulate.ts";
import { processTerminal } from "../src/cli/terminal.ts";
import type { Terminal } from "../src/cli/terminal.ts";
import type { Exit } from "../src/errors.ts";
import { scenarioNames } from "../src/sim/scenario-names.ts";
import { adapters } from "./config/sound-plan.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { textOf } from "./tree.ts";

const tiny = `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: tiny, title: Tiny shop, environment: production, timeZone: Europe/Paris }
services: [{ name: shop, workload: { kind: process, command: [node, shop.js], port: 4101, health: /health } }]
traffic: { kind: edge, login: POST /api/login, routes: { /: shop } }
metrics: { errors: { kind: ratio, source: edge, bad: 5xx } }
phases:
  - { name: some, share: 20%, audience: new-logins, observe: 3m, extend: 3m, gates: { errors: "< 1%" } }
  - { name: all, share: 100%, observe: 3m, gates: { errors: "< 1%" } }
guards: [{ when: "errors > 3%", then: rollback }]
`;
const files = {
  TINY: tiny,
  /** Its lines lie beyond what harms people. */
  CARELESS: tiny.replaceAll("< 1%", "< 10%").replace("> 3%", "> 20%"),
  BROKEN: tiny.replace("share: 20%", "share: much"),
};

interface Outcome {
  readonly exit: Exit | null;
  readonly out: string;
  readonly err: string;
}

/** Types `simulate` with these words; a name of `files` is that file. */
async function simulate(...words: readonly string[]): Promise<Outcome> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  let [out, err] = ["", ""];
  let exit: Exit | null = null;
  const terminal: Terminal = {
    ...processTerminal(),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    exit: (code) => void (exit = code),
  };
  const program = new Command("serin");
  addPlanSimulate(program, terminal, async () => adapters);
  await program.parseAsync(["simulate", ...words.map((word) => (word in files ? join(folder, word) : word))], { from: "user" });
  return { exit, out, err };
}

describe("plan simulate", () => {
  test("tells a healthy release unless something else is asked for, with all that it assumes", async () => {
    const { exit, out, err } = await simulate("TINY", "--set", "shop=2.1");
    expect({ exit, err }).toEqual({ exit: "done", err: "" });
    expect(out).toMatch(
      /^Simulated, nothing is released: “Tiny shop”, shop 2\.1, scenario good, seed 1, begun Tue 19 Aug 2025 14:00 \(Europe\/Paris\)\.\n/u,
    );
    expect(out).toContain("Traffic on both versions together: new people 50 a second, requests 150 a second, logins 3,000 a minute.\n");
    expect(out).toMatch(/\nWhile all is well: errors 0\.2\s%\.\n/u);
    expect(out).toMatch(/\n0:06:\d\d {2}Promoted: everybody has the new version/u);
    expect(out).toMatch(/\n\nAfter 6\smin\s\d\d\ss: promoted: [^\n]+\.\nNobody was harmed by the new version\.\n$/u);
  });

  test("tells what the world does beside what serin says, in the language that is asked for", async () => {
    const { out } = await simulate("TINY", "--scenario", "errors", "--language", "fr");
    expect(out).toMatch(/\n0:00:\d\d {2}~ La nouvelle version répond à 5\s% des requêtes par une erreur serveur\n/u);
    expect(out).toMatch(
      /\nAprès \d\d\ss\s: retour arrière terminé\s: «\serrors > 3%\s» a été franchi\.\nEnviron \d+ personnes ont rencontré/u,
    );
  });

  test("tells the same story for the same seed, and another one for another", async () => {
    const [first, again, other] = [await simulate("TINY"), await simulate("TINY"), await simulate("TINY", "--seed", "2")];
    expect(again.out).toBe(first.out);
    expect(other.out.replaceAll("seed 2", "seed 1")).not.toBe(first.out);
  });

  test("takes the traffic of the site: a healthy release of few people is not promoted", async () => {
    const { exit, out } = await simulate("TINY", "--logins-per-minute", "6", "--rps", "0.2");
    expect(exit).toBe("done");
    expect(out).toContain(": new people 0.1 a second, requests 0.2 a second, logins 6 a minute.\n");
    expect(out).toMatch(
      /\nAfter [^\n]+: holding at some \(20\s%\): “errors < 1%” is undecided after the time of the phase; people are asked\.\n/u,
    );
    expect(out).toContain("\nNobody decided, and the simulation ends there, after 30\u00a0min of waiting.\n");
  });

  test("with --json writes what is assumed, each moment in order, and the end", async () => {
    const { out } = await simulate("TINY", "--scenario", "errors", "--json");
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ kind: "assumed", plan: "tiny", scenario: "errors", seed: 1, healthy: { errors: 0.002 } });
    expect(lines.at(-1)).toMatchObject({ kind: "end", end: { kind: "rolled-back", by: "errors > 3%", phase: 0 } });
    const moments = lines.slice(1, -1) as { readonly kind: string; readonly atMs: number; readonly says: readonly string[] }[];
    expect(new Set(moments.map(({ kind }) => kind))).toEqual(new Set(["world", "release"]));
    expect(moments.map(({ atMs }) => atMs)).toEqual(moments.map(({ atMs }) => atMs).toSorted((left, right) => left - right));
    expect(moments.every(({ says }) => says.length > 0)).toBe(true);
  });

  test("plays every scenario as a table, and says of each that the plan cannot show what the plan lacks", async () => {
    const { exit, out } = await simulate("TINY", "--scenario", "all");
    expect(exit).toBe("done");
    const rows = out.split("\n").slice(4);
    for (const name of scenarioNames) expect(rows.filter((row) => row.startsWith(`${name} `))).toHaveLength(1);
    const rowOf = (name: string): string => rows.find((row) => row.startsWith(`${name} `)) ?? "";
    expect(rowOf("errors")).toMatch(/^errors +rolled back +0:0\d:\d\d +\d+ +“errors > 3%” → rollback$/u);
    expect(rowOf("conversion-drop")).toMatch(/– +this plan compares no conversion with the stable version$/u);
    expect(rowOf("skew")).toMatch(/– +this plan has no second service, or no smoke request/u);
    expect(out).not.toContain("a version that does harm was promoted");
  });

  test("says when a version that does harm goes through, and its exit code too", async () => {
    const one = await simulate("CARELESS", "--scenario", "errors");
    expect(one.exit).toBe("no");
    expect(one.out).toMatch(/\nerrors: a version that does harm was promoted\.\n$/u);
    const json = await simulate("CARELESS", "--scenario", "all", "--json");
    expect(json.exit).toBe("no");
    const lines = json.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ scenario }) => scenario)).toEqual([...scenarioNames]);
    expect(lines.find(({ scenario }) => scenario === "errors")).toMatchObject({ isBad: true, end: { kind: "promoted" } });
    expect(lines.find(({ scenario }) => scenario === "cpu")).toEqual({ scenario: "cpu", lacks: "processor" });
  });

  test.each<[string, readonly string[], string]>([
    ["a scenario that there is not", ["TINY", "--scenario", "error"], 'There is no scenario "error". Write "errors".'],
    [
      "a scenario that the plan cannot show",
      ["TINY", "--scenario", "cpu"],
      "cpu: this plan watches no processor. Give the plan such a metric",
    ],
    ["a seed that is none", ["TINY", "--seed", "one"], '--seed is a whole number from 0 to 4294967295, not "one".'],
    ["a seed that is too large", ["TINY", "--seed", "4294967296"], "--seed is a whole number"],
    ["nobody", ["TINY", "--people-per-second", "0"], '--people-per-second is a number above 0, not "0". Write --people-per-second 50.'],
    ["no requests", ["TINY", "--rps", "-1"], "--rps is a number above 0"],
    [
      "more logins than people",
      ["TINY", "--people-per-second", "1", "--logins-per-minute", "90"],
      "Write --logins-per-minute 60, or less.",
    ],
    [
      "a service that the plan does not have",
      ["TINY", "--set", "shp=2"],
      '--set names shp, which is no service of the plan. Write "shop".',
    ],
    ["a version without its service", ["TINY", "--set", "=2"], '--set takes SERVICE=VERSION, not "=2".'],
    ["a language that it does not speak", ["TINY", "--language", "de"], '"de" is not a language that serin speaks: write fr or en.'],
    ["a file that is not there", ["nothing.yaml"], "nothing.yaml"],
    ["a plan with problems, each with its place", ["BROKEN"], "BROKEN:8:26 error:"],
  ])("%s is told with its remedy", async (_, words, says) => {
    const { exit, out, err } = await simulate(...words);
    expect(exit).toBe("bad-input");
    expect(err).toContain(says);
    expect(out).toBe("");
  });
});

test("docs/simulator.md has every scenario, in the order of the catalogue", () => {
  const rows = [...textOf("docs/simulator.md").matchAll(/^\| `([a-z-]+)` \| .+ \| .+ \|$/gmu)].map(([, name]) => name ?? "");
  expect(rows.filter((name) => (scenarioNames as readonly string[]).includes(name))).toEqual([...scenarioNames]);
});
