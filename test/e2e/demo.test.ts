import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Outcome } from "../../src/demo/outcome.ts";

const command = join(import.meta.dirname, "../../bin/serin.js");
let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "serin-e2e-"));
});
/** Ends what a test that failed left behind. */
const running = new Set<{ readonly ended: Promise<Ended>; interrupt(): void }>();
afterEach(async () => {
  for (const left of running) left.interrupt();
  await Promise.all([...running].map(({ ended }) => ended));
  running.clear();
  await rm(temporary, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command whose temporary files, and those of everything it starts, are in `temporary`. */
function serin(args: readonly string[]): { readonly ended: Promise<Ended>; readonly said: () => string; interrupt(): void } {
  const child = spawn(process.execPath, [command, ...args], { env: { ...process.env, TMPDIR: temporary, NO_COLOR: "1" } });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += String(chunk)));
  child.stderr.on("data", (chunk) => (err += String(chunk)));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
  const interrupt = (): void => void child.kill("SIGINT");
  running.add({ ended, interrupt });
  return { ended, said: () => err, interrupt };
}

/** What a demo came to. Throws with what it said instead. */
function outcomeOf({ out, err }: Ended): Outcome {
  const last = out.trimEnd().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new Error(`there is no outcome: ${err}`);
  return JSON.parse(last) as Outcome;
}

/** Pids of processes whose environment says that they belong to this test's demo; Linux only, where the project's CI runs. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")));
  return pids.filter((_pid, at) => `${lines[at]}\0${environments[at]}`.includes(folder));
}

test("a bad version is taken back within a second, nobody else notices, and the kept journal verifies", { timeout: 300_000 }, async () => {
  const play = (keep: string): Promise<Ended> =>
    serin(["demo", "--scenario", "errors", "--once", "--json", "--keep", join(temporary, keep)]).ended;
  let ended = await play("kept");
  // What is slow is slow each time; a neighbour on the machine is not there each time.
  if ((outcomeOf(ended).rollbackMs ?? 0) >= 1_000) ended = await play("kept again");
  const outcome = outcomeOf(ended);
  const { code, err } = ended;
  expect({ code, outcome, err: code === 0 ? "" : err }).toMatchObject({
    code: 0,
    outcome: { status: "rolled-back", reaction: "rollback", phase: "10 %", failedRequests: 0, journal: { verified: true } },
  });
  expect(outcome.guard).toContain("5xx-rate");
  expect(outcome.rollbackMs).toBeLessThan(1000);
  expect(outcome.detectMs).toBeGreaterThan(0);
  expect(outcome.detectMs).toBeLessThan(300_000);
  expect(outcome.usersHarmed).toBeGreaterThan(0);
  expect(outcome.usersHarmed).toBeLessThan(outcome.people / 10);
  expect(await processesOf(temporary)).toEqual([]);
  const verified = await serin(["release", "verify", outcome.journal.release, "--data", outcome.journal.data ?? "", "--json"]).ended;
  expect({ code: verified.code, answer: JSON.parse(verified.out) }).toMatchObject({ code: 0, answer: { ok: true } });
});

test("a good version is promoted without one failed request, and nothing is left behind", { timeout: 600_000 }, async () => {
  const ended = await serin(["demo", "--scenario", "good", "--once", "--json", "--speed", "100"]).ended;
  const outcome = outcomeOf(ended);
  const { code, err } = ended;
  expect({ code, outcome, err: code === 0 ? "" : err }).toMatchObject({
    code: 0,
    outcome: { status: "promoted", reaction: null, rollbackMs: null, failedRequests: 0, usersHarmed: 0, journal: { verified: true } },
  });
  expect(await processesOf(temporary)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

/** What a browser does with a one-time link: it loads the dashboard, opens a session with the code, and sees the release that runs. */
async function looksThroughTheLink(link: string): Promise<void> {
  const { origin, hash } = new URL(link);
  const page = await fetch(origin);
  expect([page.status, page.headers.get("content-type"), await page.text()]).toEqual([
    200,
    "text/html; charset=utf-8",
    expect.stringContaining("<title>serin</title>"),
  ]);
  const headers = { "content-type": "application/json", origin };
  const body = JSON.stringify({ code: hash.replace("#once=", "") });
  const opened = await fetch(`${origin}/api/v1/session`, { method: "POST", headers, body });
  expect(await opened.json()).toMatchObject({ person: { name: "Camille", roles: ["release-manager"] } });
  const cookie = opened.headers.getSetCookie()[0]?.split(";", 1)[0] ?? "";
  const releases = await fetch(`${origin}/api/v1/releases`, { headers: { cookie } });
  expect(await releases.json()).toMatchObject({ releases: [{ plan: "laptop" }] });
  expect((await fetch(`${origin}/api/v1/session`, { method: "POST", headers, body })).status).toBe(401);
}

test("Ctrl-C in the middle of a release stops everything and says so", async () => {
  const demo = serin(["demo", "--scenario", "good", "--once", "--json"]);
  await vi.waitUntil(() => demo.said().includes("releasing version 2"), { timeout: 120_000 });
  expect((await processesOf(temporary)).length).toBeGreaterThan(4);
  await looksThroughTheLink(/^ {2}(http\S+#once=\S+)$/m.exec(demo.said())?.[1] ?? "");
  demo.interrupt();
  const { code, err } = await demo.ended;
  expect(code).toBe(1);
  expect(err).toContain("the demo was interrupted");
  expect(await processesOf(temporary)).toEqual([]);
  expect(await readdir(temporary)).toEqual([]);
});

test("an unknown scenario, and a folder that is not empty, are errors of what was typed", async () => {
  const { code, err } = await serin(["demo", "--scenario", "erors"]).ended;
  expect(code).toBe(2);
  expect(err).toContain('There is no scenario "erors". Write "errors".');
  const both = await serin(["demo", "--all", "--stay"]).ended;
  expect([both.code, both.err]).toEqual([2, expect.stringContaining("Write --stay or --all, not both.")]);
  const kept = await serin(["demo", "--once", "--keep", process.cwd()]).ended;
  expect([kept.code, kept.err]).toEqual([2, expect.stringContaining("The folder of --keep is not empty")]);
});
