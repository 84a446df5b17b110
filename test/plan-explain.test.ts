import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addPlanExplain, sayExplanation } from "../src/cli/plan-explain.ts";
import type { PlanReader } from "../src/cli/plan-explain.ts";
import type { Terminal } from "../src/cli/terminal.ts";
import { explainPlan } from "../src/core/explain.ts";
import { exitCodes } from "../src/errors.ts";
import type { Problem } from "../src/errors.ts";
import { samplePlan } from "./sample-plan.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-explain-"));
  await writeFile(join(folder, "plan.yaml"), "anything");
});
afterEach(() => rm(folder, { recursive: true }));

const good: PlanReader = async () => ({ plan: samplePlan, problems: [] });
const wrong: Problem = {
  file: "plan.yaml",
  line: 3,
  column: 7,
  severity: "error",
  message: "There is no metric 5xx.",
  remedy: "Write 5xx-rate.",
};

async function serin(
  args: readonly string[],
  reader: PlanReader = good,
): Promise<{ readonly out: string; readonly err: string; readonly exit: number }> {
  const written = { out: "", err: "", exit: -1 };
  const terminal: Terminal = {
    env: {},
    isLive: false,
    isAsking: false,
    columns: 100,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    ask: async () => "",
    exit: (exit) => void (written.exit = exitCodes[exit]),
  };
  const program = new Command("serin");
  addPlanExplain(program.command("plan"), terminal, reader);
  await program.parseAsync(["plan", "explain", ...args], { from: "user" });
  return written;
}

describe("serin plan explain", () => {
  test.each(["en", "fr"] as const)("golden: the sample plan in %s", async (language) => {
    const text = sayExplanation(samplePlan.title, explainPlan(samplePlan, language));
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/explain.sample.${language}.txt`);
  });

  test("speaks the plan's language unless another is asked for", async () => {
    const file = join(folder, "plan.yaml");
    expect((await serin([file])).out).toContain("Ce qui se passe");
    expect(await serin([file, "--language", "en"])).toMatchObject({ exit: 0, err: "", out: expect.stringContaining("What happens") });
  });

  test("answers one JSON object to a program", async () => {
    const { out } = await serin([join(folder, "plan.yaml"), "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      title: samplePlan.title,
      sections: expect.arrayContaining([expect.objectContaining({ title: "Démarrage" })]),
    });
  });

  test("tells every problem of a plan that cannot be read", async () => {
    const { err, exit } = await serin([join(folder, "plan.yaml")], async () => ({ plan: null, problems: [wrong] }));
    expect(err).toContain("plan.yaml:3:7 error: There is no metric 5xx. Write 5xx-rate.");
    expect(exit).toBe(2);
  });

  test.each([
    ["a file that is not there", ["none.yaml"], "none.yaml"],
    ["a language that it does not speak", ["plan.yaml", "--language", "de"], "fr or en"],
  ])("refuses %s", async (_says, [file = "", ...rest], expected) => {
    expect(await serin([join(folder, file), ...rest])).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(expected) });
  });
});
