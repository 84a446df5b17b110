import { join } from "node:path";
import { expect, test } from "vitest";
import { demoPlace, outcomeOf } from "../fixtures/demo-place.ts";
import type { Finished } from "../fixtures/serin.ts";

test("a bad version is taken back within a second, nobody else notices, and the kept journal verifies", { timeout: 300_000 }, async () => {
  const place = await demoPlace();
  const play = (keep: string): Promise<Finished> =>
    place.run(["demo", "--scenario", "errors", "--once", "--json", "--keep", join(place.folder, keep)]).ended;
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
  expect(await place.processes()).toEqual([]);
  const verified = await place.run(["release", "verify", outcome.journal.release, "--data", outcome.journal.data ?? "", "--json"]).ended;
  expect({ code: verified.code, answer: JSON.parse(verified.out) }).toMatchObject({ code: 0, answer: { ok: true } });
});
