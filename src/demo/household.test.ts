import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHousehold, wordOf } from "./household.ts";
import type { Household } from "./household.ts";

let dir: string;
let household: Household;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "serin-household-"));
  household = createHousehold(dir);
});
afterEach(async () => {
  await household.stopAll();
  await rm(dir, { recursive: true });
});

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const stays = 'console.log(JSON.stringify({ listening: "here" })); setInterval(() => {}, 1000);';

test("starts, waits for the ready line, stops the youngest first", async () => {
  const first = await household.start({ name: "first", args: ["-e", `${stays} console.error("hello")`], readyWithinMs: 60_000 });
  const second = await household.start({
    name: "second",
    args: [
      "-e",
      `console.log("chatter"); console.log(JSON.stringify({ env: process.env.DEMO })); process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`,
    ],
    env: { DEMO: "yes" },
    readyWithinMs: 60_000,
  });
  expect(first.ready).toEqual({ listening: "here" });
  expect(second.ready).toEqual({ env: "yes" });
  expect([first.pid, second.pid].map(runs)).toEqual([true, true]);
  await household.stopAll();
  await household.stopAll();
  expect([first.pid, second.pid].map(runs)).toEqual([false, false]);
  expect(await readFile(join(dir, "first.log"), "utf8")).toContain("hello");
  await expect(household.start({ name: "third", args: ["-e", stays], readyWithinMs: 60_000 })).rejects.toThrow("the demo is ending");
});

test("says why a process was not ready, and leaves none behind", async () => {
  await expect(
    household.start({ name: "broken", args: ["-e", 'console.error("no such file"); process.exit(3)'], readyWithinMs: 60_000 }),
  ).rejects.toThrow("broken ended before it was ready (exit code 3): no such file");
  await expect(household.start({ name: "silent", args: ["-e", "setInterval(() => {}, 1000)"], readyWithinMs: 50 })).rejects.toThrow(
    "silent was not ready after 50 ms",
  );
});

test("a program that says nothing is ready when it is found to be, and is killed with the children of its group", async () => {
  let asked = 0;
  const isReady = async (): Promise<boolean> => (asked += 1) > 2;
  const program = { path: "/bin/sh", isReady };
  const parent = await household.start({ name: "parent", args: ["-c", "sleep 600 & echo $! >&2; wait"], program, readyWithinMs: 60_000 });
  expect([asked, parent.ready]).toEqual([3, {}]);
  const log = join(dir, "parent.log");
  await vi.waitUntil(async () => (await readFile(log, "utf8")).trim() !== "");
  const child = Number(await readFile(log, "utf8"));
  expect([parent.pid, child].map(runs)).toEqual([true, true]);
  await parent.end("SIGKILL");
  await vi.waitUntil(async () => !(await isThere(child)));
  const broken = { path: "/bin/sh", isReady: async () => false };
  await expect(
    household.start({ name: "broken", args: ["-c", "echo no >&2; exit 3"], program: broken, readyWithinMs: 60_000 }),
  ).rejects.toThrow("broken ended before it was ready (exit code 3): no");
});

/** False for what is gone, or only waits to be taken note of. */
async function isThere(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !stat.includes(") Z ");
}

test("tells when a process is lost that nobody stopped", async () => {
  const says: string[] = [];
  household.onLoss((loss) => says.push(loss));
  const member = await household.start({ name: "mortal", args: ["-e", stays], readyWithinMs: 60_000 });
  process.kill(member.pid, "SIGKILL");
  await vi.waitUntil(() => says.length > 0);
  expect(says[0]).toContain("mortal ended by itself (SIGKILL)");
});

test("keeps what a member says when it is ready, and ends one on purpose without a loss", async () => {
  const says: string[] = [];
  household.onLoss((loss) => says.push(loss));
  const talks = `console.log("before"); ${stays} console.log("one"); console.log('{"two":2}');`;
  const member = await household.start({ name: "talker", args: ["-e", talks], readyWithinMs: 60_000 });
  await vi.waitUntil(() => member.said().length === 2);
  expect(member.said()).toEqual(["one", '{"two":2}']);
  await member.end("SIGKILL");
  await member.end("SIGKILL");
  expect(runs(member.pid)).toBe(false);
  const again = await household.start({ name: "talker", args: ["-e", stays], readyWithinMs: 60_000 });
  expect(wordOf(again.ready, "listening")).toBe("here");
  expect(() => wordOf(again.ready, "control")).toThrow("did not say its control");
  expect(says).toEqual([]);
});
