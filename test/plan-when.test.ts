import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metricSources } from "../src/adapters/metrics/list.ts";
import { notifiers } from "../src/adapters/notices/list.ts";
import { routers } from "../src/adapters/traffic/list.ts";
import { workloads } from "../src/adapters/workloads/list.ts";
import { addPlanWhen } from "../src/cli/plan-when.ts";
import { typed } from "./typed.ts";
import type { Typed } from "./typed.ts";

const lists = { sources: metricSources, routers, workloads, notifiers };
const ecomsimply = "examples/ecomsimply/plan.yaml";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-when-"));
  const text = await readFile(ecomsimply, "utf8");
  const windows = (prefer: string, avoid: string): string =>
    text.replace(/^ {2}prefer: .*$/m, `  prefer: ${prefer}`).replace(/^ {2}avoid: .*$/m, `  avoid: ${avoid}`);
  const variants = {
    "always.yaml": windows("[]", "[]"),
    "never.yaml": windows('["fri 10:00-12:00"]', '["sat", "sun"]').replace("observe: 15m", "observe: 1d"),
    "tight.yaml": windows('["tue 14:00-16:00"]', "[]"),
    "slow.yaml": text.replace("observe: 15m", "observe: 3d").replace("    extend: 30m\n", ""),
    "wrong.yaml": text.replace("5xx-rate > 1%", "5xx-rat > 1%"),
  };
  for (const [name, variant] of Object.entries(variants)) await writeFile(join(folder, name), variant);
});
afterAll(() => rm(folder, { recursive: true }));

const serin = (...args: readonly string[]): Promise<Typed> =>
  typed((program, terminal) => addPlanWhen(program.command("plan"), terminal, async () => lists), ["plan", "when", ...args]);
const plain = (text: string): string => text.replaceAll(/\s+/gu, " ");

describe("serin plan when", () => {
  test.each(["en", "fr"] as const)("golden: the ECOMSIMPLY plan from its planned Saturday on, in %s", async (language) => {
    const { out, err, exit } = await serin(ecomsimply, "--from", "2025-08-16", "--language", language);
    expect([err, exit]).toEqual(["", 0]);
    await expect(out).toMatchFileSnapshot(`golden/when.ecomsimply.${language}.txt`);
  });

  test.each(["en", "fr"] as const)("golden: across a change of the clock and two holidays, in %s", async (language) => {
    const { out } = await serin(ecomsimply, "--from", "2025-10-21T15:05", "--count", "11", "--language", language);
    await expect(out).toMatchFileSnapshot(`golden/when.autumn.${language}.txt`);
  });

  test.each([
    ["a moment that fits", ecomsimply, "2025-08-19T14:45", "Tue 19 Aug 2025 14:45: a start fits."],
    [
      "one that leaves no room for the extension",
      ecomsimply,
      "2025-08-19T15:00",
      "a start fits, but not with every extension. It would end at 17:15",
    ],
    ["one that is too late", ecomsimply, "2025-08-19T15:16", "a start does not fit. It would end at 17:01, and its window closes at 17:00"],
    ["a moment with its own offset", ecomsimply, "2025-08-19T12:00Z", "Tue 19 Aug 2025 14:00: a start fits."],
    ["a holiday", ecomsimply, "2025-11-11", "Tue 11 Nov 2025: no start fits. Holiday: Armistice 1918 (FR)."],
    [
      "an advance into avoided time",
      "slow.yaml",
      "2025-08-21T14:00",
      "50 % would begin at Sun 24 Aug 2025 14:00, when nothing advances (avoided: sun).",
    ],
    ["a window too short for the extension", "tight.yaml", "2025-08-18", "start from 14:00 to 14:15 (not with every extension)"],
    ["a plan without windows", "always.yaml", "2025-08-16", "Next: any time."],
  ])("%s", async (_says, file, from, expected) => {
    const { out, exit } = await serin(file.includes("/") ? file : join(folder, file), "--from", from, "--language", "en", "--count", "1");
    expect(plain(out)).toContain(expected);
    expect(exit).toBe(0);
  });

  test("a plan that never fits says why, and is no", async () => {
    const { out, exit } = await serin(join(folder, "never.yaml"), "--from", "2025-08-22", "--language", "en");
    expect(plain(out)).toContain(
      "Fri 22 Aug 2025: no start fits. 50 % would begin at Sat 23 Aug 2025 10:00, when nothing advances (avoided: sat). Next: none within 400 days.",
    );
    expect(exit).toBe(1);
  });

  test("answers one JSON object to a program, times in ms", async () => {
    const { out } = await serin(ecomsimply, "--from", "2025-08-16", "--count", "2", "--json");
    const start = { fromMs: Date.parse("2025-08-19T12:00Z"), lastMs: Date.parse("2025-08-19T13:15Z") };
    expect(JSON.parse(out)).toMatchObject({
      plan: "ecomsimply",
      timeZone: "Europe/Paris",
      takes: { shortestMs: 6_300_000, longestMs: 8_100_000 },
      asked: { about: "day", misfit: { kind: "closed", answer: { why: "avoided", says: "sat" } } },
      starts: [{ ...start, extended: [{ fromMs: start.fromMs, lastMs: Date.parse("2025-08-19T12:45Z") }] }, {}],
    });
  });

  test.each([
    ["a file that is not there", ["none.yaml"], "none.yaml"],
    ["a moment that is none", [ecomsimply, "--from", "saturday"], "--from 2025-08-19T14:00"],
    ["a day that does not exist", [ecomsimply, "--from", "2025-02-30"], "--from"],
    ["a count of nothing", [ecomsimply, "--count", "0"], "--count 6"],
    ["a language that it does not speak", [ecomsimply, "--language", "de"], "fr or en"],
  ])("refuses %s", async (_says, args, expected) => {
    expect(await serin(...args)).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(expected) });
  });

  test("tells every error of a plan that cannot be read", async () => {
    const { out, err, exit } = await serin(join(folder, "wrong.yaml"));
    expect(err).toMatch(/wrong\.yaml:\d+:\d+ error: .*5xx-rat/u);
    expect([out, exit]).toEqual(["", 2]);
  });
});
