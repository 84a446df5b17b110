import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { addRouterConfig } from "../src/cli/router-config.ts";
import { adapters } from "./config/sound-plan.ts";
import { typed } from "./typed.ts";
import type { Typed } from "./typed.ts";

const serin = (plan: string, server: string): Promise<Typed> =>
  typed(
    (program, terminal) => addRouterConfig(program.command("router"), terminal, async () => adapters),
    ["router", "config", plan, "--config", server],
  );
const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

/** A copy of an example's file with `changes` in its text. */
async function changed(name: string, changes: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "serin-router-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  let text = await readFile(example(name), "utf8");
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const file = join(dir, "file.yaml");
  await writeFile(file, text);
  return file;
}

describe("serin router config", () => {
  test("the example's haproxy.cfg is what the command writes", async () => {
    const { exit, out } = await serin(example("haproxy/plan.yaml"), example("haproxy/serin.yaml"));
    expect(exit).toBe(0);
    expect(out).toBe(await readFile(example("haproxy/haproxy.cfg"), "utf8"));
  });

  test("paths are taken as they stand, whatever is in them, and no secret is written", async () => {
    const plan = await changed("haproxy/plan.yaml", { "/api: backend": '"/a\'b$HOME": backend', "POST /api/login": "POST /log'in/" });
    const { out, err } = await serin(plan, example("haproxy/serin.yaml"));
    expect(err).toBe("");
    expect(out).toContain(String.raw`path_beg '/a'\''b$HOME/' }`);
    expect(out).toContain(String.raw`{ path '/log'\''in' '/log'\''in/' }`);
    expect(out).not.toContain("unfetched-secret");
  });

  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string]>([
    ["a router that needs none", { "kind: haproxy": "kind: edge" }, {}, "kind edge needs no configuration"],
    ["no connection of this kind", {}, { "kind: haproxy": "kind: istio" }, "kind haproxy"],
    ["a plan with an error", { "share: 10%": "share: 0%" }, {}, 'share: "0%" is out of range'],
    ["a server's file with an error", {}, { "folder: /var/lib/haproxy/serin": "folder: here" }, "A folder is an absolute path"],
  ])("%s is refused, and nothing is written", async (_name, inPlan, inServer, says) => {
    const [plan, server] = await Promise.all([changed("haproxy/plan.yaml", inPlan), changed("haproxy/serin.yaml", inServer)]);
    const { exit, out, err } = await serin(plan, server);
    expect(exit).toBe(2);
    expect(out).toBe("");
    expect(err).toContain(says);
  });
});
