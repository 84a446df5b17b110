import { readdir } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { demoPlace, outcomeOf } from "../fixtures/demo-place.ts";

test("a good version is promoted without one failed request, and nothing is left behind", { timeout: 600_000 }, async () => {
  const place = await demoPlace();
  const ended = await place.run(["demo", "--scenario", "good", "--once", "--json", "--speed", "100"]).ended;
  const outcome = outcomeOf(ended);
  const { code, err } = ended;
  expect({ code, outcome, err: code === 0 ? "" : err }).toMatchObject({
    code: 0,
    outcome: { status: "promoted", reaction: null, rollbackMs: null, failedRequests: 0, usersHarmed: 0, journal: { verified: true } },
  });
  expect(await place.processes()).toEqual([]);
  expect(await readdir(place.folder)).toEqual([]);
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
  const place = await demoPlace();
  const demo = place.run(["demo", "--scenario", "good", "--once", "--json"]);
  await vi.waitUntil(() => demo.said().includes("releasing version 2"), { timeout: 120_000 });
  expect((await place.processes()).length).toBeGreaterThan(4);
  await looksThroughTheLink(/^ {2}(http\S+#once=\S+)$/m.exec(demo.said())?.[1] ?? "");
  demo.interrupt();
  const { code, err } = await demo.ended;
  expect(code).toBe(1);
  expect(err).toContain("the demo was interrupted");
  expect(await place.processes()).toEqual([]);
  expect(await readdir(place.folder)).toEqual([]);
});

test("an unknown scenario, and a folder that is not empty, are errors of what was typed", async () => {
  const place = await demoPlace();
  const { code, err } = await place.run(["demo", "--scenario", "erors"]).ended;
  expect(code).toBe(2);
  expect(err).toContain('There is no scenario "erors". Write "errors".');
  const both = await place.run(["demo", "--all", "--stay"]).ended;
  expect([both.code, both.err]).toEqual([2, expect.stringContaining("Write --stay or --all, not both.")]);
  const kept = await place.run(["demo", "--once", "--keep", process.cwd()]).ended;
  expect([kept.code, kept.err]).toEqual([2, expect.stringContaining("The folder of --keep is not empty")]);
});
