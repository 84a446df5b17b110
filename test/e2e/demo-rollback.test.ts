import { join } from "node:path";
import { expect, test } from "vitest";
import { demoPlace, outcomeOf } from "../fixtures/demo-place.ts";

test("a bad version is taken back within a second, nobody else notices, and the kept journal verifies", { timeout: 240_000 }, async () => {
  const place = await demoPlace();
  const keep = join(place.folder, "kept");
  const { code, out, err } = await place.run(["demo", "--scenario", "errors", "--once", "--json", "--keep", keep]).ended;
  const outcome = outcomeOf(out);
  expect({ code, outcome, err: code === 0 ? "" : err }).toMatchObject({
    code: 0,
    outcome: { status: "rolled-back", reaction: "rollback", phase: "10 %", failedRequests: 0, journal: { verified: true } },
  });
  expect(outcome.guard).toContain("5xx-rate");
  expect(outcome.rollbackMs).toBeLessThan(1000);
  expect(outcome.detectMs).toBeGreaterThan(0);
  expect(outcome.detectMs).toBeLessThan(60_000);
  expect(outcome.usersHarmed).toBeGreaterThan(0);
  expect(outcome.usersHarmed).toBeLessThan(outcome.people / 10);
  expect(await place.processes()).toEqual([]);
  const verified = await place.run(["release", "verify", outcome.journal.release, "--data", outcome.journal.data ?? "", "--json"]).ended;
  expect({ code: verified.code, answer: JSON.parse(verified.out) }).toMatchObject({ code: 0, answer: { ok: true } });
});
