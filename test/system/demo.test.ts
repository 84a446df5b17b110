import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Outcome } from "../../src/demo/outcome.ts";
import { nginxNeeds } from "./nginx-world.ts";
import { onSystem } from "./on-system.ts";

const command = join(import.meta.dirname, "../../bin/serin.js");

/** Plays one scenario; everything that it starts has its files in the folder. */
async function play(
  folder: string,
  ...options: readonly string[]
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const args = [command, "demo", "--once", "--json", ...options];
  const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: folder, NO_COLOR: "1" } });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (said.out += String(chunk)));
  child.stderr.on("data", (chunk) => (said.err += String(chunk)));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  onTestFinished(async () => {
    child.kill("SIGINT");
    await ended;
  });
  return { code: await ended, ...said };
}

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "serin-demo-on-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Command lines of the processes that name the folder. */
async function linesNaming(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(folder));
}

function demoOn(target: string, needs: readonly string[]): void {
  onSystem({ name: `the demo on ${target}`, needs }, () => {
    test("a bad version is taken back as with the edge, and nobody else notices", { timeout: 600_000 }, async () => {
      const folder = await openFolder();
      const once = (): ReturnType<typeof play> => play(folder, "--target", target, "--scenario", "errors");
      let { code, out, err } = await once();
      // What is slow is slow each time; a neighbour on the machine is not there each time.
      if (((JSON.parse(out) as Outcome).rollbackMs ?? 0) >= 1_000) ({ code, out, err } = await once());
      const outcome = JSON.parse(out) as Outcome;
      expect({ code, outcome, err: code === 0 ? "" : err }).toMatchObject({
        code: 0,
        outcome: {
          status: "rolled-back",
          reaction: "rollback",
          guard: "5xx-rate > 1%",
          phase: "10 %",
          cause: "breach",
          failedRequests: 0,
          journal: { verified: true },
        },
      });
      expect(outcome.detectMs).toBeGreaterThan(0);
      expect(outcome.rollbackMs).toBeLessThan(1_000);
      expect(outcome.usersHarmed).toBeGreaterThan(0);
      expect(outcome.usersHarmed).toBeLessThan(outcome.people / 10);
      expect(await linesNaming(folder), "left running").toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    });
  });
}

demoOn("nginx", nginxNeeds);
demoOn("haproxy", ["haproxy"]);

test("a scenario about what only the edge does, and a target that is none, are errors of what was typed", async () => {
  const folder = await openFolder();
  const biased = await play(folder, "--target", "nginx", "--scenario", "mismatch");
  expect([biased.code, biased.err]).toEqual([2, expect.stringContaining("The scenario mismatch is about what only the edge does")]);
  const strange = await play(folder, "--target", "ngnix");
  expect([strange.code, strange.err]).toEqual([2, expect.stringContaining('There is no target "ngnix". Write "nginx".')]);
});
