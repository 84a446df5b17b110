import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createClock } from "../../../engine/clock.ts";
import { folder } from "../../../../test/lighthouse-world.ts";
import type { Job } from "./job.ts";
import { createRunPage } from "./run-page.ts";

const job = (chromium: string, place: string): Job => ({
  chromium,
  sandbox: false,
  preset: "mobile",
  path: "/",
  categories: ["performance"],
  door: { routes: [], headers: {}, cookie: "", isOwnHost: false },
  folder: place,
});

/** A program that does this instead of browsing. */
function program(place: string, script: string): string {
  const path = join(place, "browser.sh");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

function isRunning(pid: number): boolean {
  // A zombie has ended, and waits to be noticed.
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

const never = new AbortController().signal;

describe("a run of Lighthouse", () => {
  test.each([
    ["there is no such browser", () => "/no/such/browser", /the browser cannot be started: spawn .* ENOENT/],
    [
      "the browser ends at once",
      (at: string) => program(at, "echo 'no display' >&2; exit 3"),
      /the browser ended \(exit code 3\): no display/,
    ],
    ["the browser crashes", (at: string) => program(at, "kill -SEGV $$"), /the browser ended \(SIGSEGV\)/],
  ])("fails when %s", async (_says, browser, why) => {
    const at = folder();
    const ran = await createRunPage(createClock(), 60_000)(job(browser(at), at), never);
    expect(ran).toMatchObject({ kind: "failed", why: expect.stringMatching(why) });
  });

  // The browser tells which process hangs: it must be gone with its run.
  const hanging = (at: string): string => program(at, `echo $$ > ${join(at, "pid")}; sleep 600`);
  const untilHanging = (at: string): Promise<number> => vi.waitFor(() => Number(readFileSync(join(at, "pid"), "utf8").trim() || fail()));

  test("is ended with all that it started when it takes too long", async () => {
    const at = folder();
    // The time is up as soon as the browser hangs.
    const wait = async (): Promise<void> => void (await untilHanging(at));
    const ran = await createRunPage({ ...createClock(), wait }, 4_000)(job(hanging(at), at), never);
    expect(ran).toEqual({ kind: "failed", why: "it took more than 4000 ms and was ended" });
    const pid = await untilHanging(at);
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  });

  test("goes with whoever started it", async () => {
    const at = folder();
    const runner = spawn(process.execPath, [new URL("./runner.ts", import.meta.url).pathname], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    runner.stdin.write(`${JSON.stringify(job(hanging(at), at))}\n`);
    const pid = await untilHanging(at);
    // So it looks when the server is killed.
    runner.stdin.end();
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  });

  test("is ended at once when the server closes, and none is begun then", async () => {
    const at = folder();
    const closing = new AbortController();
    const running = createRunPage(createClock(), 60_000)(job(hanging(at), at), closing.signal);
    const pid = await untilHanging(at);
    closing.abort();
    expect(await running).toEqual({ kind: "failed", why: "it was ended: the server is closing" });
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
    expect(await createRunPage(createClock(), 60_000)(job(hanging(at), at), closing.signal)).toMatchObject({ kind: "failed" });
  });
});

function fail(): never {
  throw new Error("not yet");
}
