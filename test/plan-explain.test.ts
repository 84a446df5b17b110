import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metricSources } from "../src/adapters/metrics/list.ts";
import { notifiers } from "../src/adapters/notices/list.ts";
import { routers } from "../src/adapters/traffic/list.ts";
import { workloads } from "../src/adapters/workloads/list.ts";
import { addPlanExplain, sayExplanation } from "../src/cli/plan-explain.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { explainPlan } from "../src/core/explain.ts";
import { samplePlan } from "./sample-plan.ts";
import { typed } from "./typed.ts";
import type { Typed } from "./typed.ts";

const lists = { sources: metricSources, routers, workloads, notifiers };
const laptop = "examples/laptop/plan.yaml";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-explain-"));
  await writeFile(join(folder, "wrong.yaml"), (await readFile(laptop, "utf8")).replace("5xx-rate > 1%", "5xx-rat > 1%"));
});
afterAll(() => rm(folder, { recursive: true }));

const serin = (...args: readonly string[]): Promise<Typed> =>
  typed((program, terminal) => addPlanExplain(program.command("plan"), terminal, async () => lists), ["plan", "explain", ...args]);

describe("serin plan explain", () => {
  test.each(["en", "fr"] as const)("golden: the sample plan in %s", async (language) => {
    const text = sayExplanation(samplePlan.title, explainPlan(samplePlan, language));
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/explain.sample.${language}.txt`);
  });

  test.each([
    ["ecomsimply", "en"],
    ["ecomsimply", "fr"],
    ["laptop", "en"],
    ["laptop", "fr"],
  ] as const)("golden: examples/%s in %s", async (name, language) => {
    const { plan } = readPlan(await readFile(`examples/${name}/plan.yaml`), "plan.yaml", { ...lists, server: null });
    const text = plan === null ? "the plan has errors" : sayExplanation(plan.title, explainPlan(plan, language));
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/explain.${name}.${language}.txt`);
  });

  test("speaks the plan's language unless another is asked for", async () => {
    expect((await serin("examples/ecomsimply/plan.yaml")).out).toContain("Ce qui se passe");
    expect(await serin("examples/ecomsimply/plan.yaml", "--language", "en")).toMatchObject({
      exit: 0,
      err: "",
      out: expect.stringContaining("What happens"),
    });
  });

  test("answers one JSON object to a program", async () => {
    const { out } = await serin(laptop, "--json", "--language", "fr");
    expect(JSON.parse(out)).toMatchObject({ sections: expect.arrayContaining([expect.objectContaining({ title: "Démarrage" })]) });
  });

  test("tells every error of a plan that cannot be explained", async () => {
    const { out, err, exit } = await serin(join(folder, "wrong.yaml"));
    expect(err).toMatch(/wrong\.yaml:\d+:\d+ error: .*5xx-rat/u);
    expect([out, exit]).toEqual(["", 2]);
  });

  test.each([
    ["a file that is not there", ["none.yaml"], "none.yaml"],
    ["a language that it does not speak", [laptop, "--language", "de"], "fr or en"],
  ])("refuses %s", async (_says, args, expected) => {
    expect(await serin(...args)).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(expected) });
  });
});
