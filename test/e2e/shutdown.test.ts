import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { auditAcknowledged, auditEvidence, auditJournal, openBeside } from "../kill/audit.ts";
import { openStage } from "../kill/stage.ts";
import type { Stage } from "../kill/stage.ts";
import { beginRelease } from "../kill/watched-release.ts";
import { serin } from "../fixtures/serin.ts";

/* A server that is asked to end in the middle of a release: it says what it leaves, and the next one goes on where it was. */

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(25);
});
afterEach(() => stage.close("remove the folder"), 60_000);

interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly releases?: readonly string[];
  readonly says?: string;
}

/** What the last server logged, from its `closing` on. */
async function lastWords(): Promise<readonly LogLine[]> {
  const lines = (await readFile(join(stage.dir, "server.log"), "utf8")).trimEnd().split("\n");
  const said = lines.map((line) => JSON.parse(line) as LogLine);
  return said.slice(said.findLastIndex(({ event }) => event === "closing"));
}

test("SIGTERM and SIGINT: the tick is finished, the store closed, the rest is said, and the release goes on later", async () => {
  const release = await beginRelease(stage, "2", { keepPrevious: "0", observe: "3s" });
  await release.until("observing", 120_000);
  const stream = await fetch(`${stage.serverUrl}/api/v1/releases/${release.id}/events`, {
    headers: { authorization: `Bearer ${stage.tokenOf("Camille")}` },
  });
  await release.camille.read(release.id);
  // A receiver that does not answer is no reason to stay.
  stage.receiver.isHanging = true;
  await release.camille.ask(release.id, { body: { kind: "pause", reason: "the server has to go" }, key: "pause", revision: 0 });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const startedMs = performance.now();
    expect(await stage.server.end(signal)).toBe(0);
    expect(performance.now() - startedMs, "less than the receiver is waited for").toBeLessThan(20_000);
    const [closing, ...others] = await lastWords();
    expect(closing).toMatchObject({ event: "closing", releases: [release.id], says: expect.stringContaining("30 s") });
    expect(others).toEqual([expect.objectContaining({ event: "closed" })]);
    expect(["serin.db-wal", "serin.pid"].filter((name) => existsSync(join(stage.dataDir, name)))).toEqual([]);
    const verified = await serin(["release", "verify", release.id, "--data", stage.dataDir, "--json"]);
    expect({ code: verified.code, out: verified.out }).toMatchObject({ code: 0, out: expect.stringContaining('"ok":true') });
    await stage.server.start(0);
    const paused = await release.until("holding", 120_000);
    expect(paused.status).toMatchObject({ why: { kind: "paused", by: "Camille" } });
  }
  expect(await stream.text()).toContain("event: view");
  stage.receiver.isHanging = false;
  const { revision } = await release.camille.show(release.id);
  await release.camille.ask(release.id, { body: { kind: "resume", reason: "it is back" }, key: "resume", revision });
  await release.until("promoted", 120_000);
  const stored = (await openBeside(stage.dataDir).load(release.id))!;
  expect([
    ...auditJournal(stored),
    ...auditAcknowledged(stored, release.acknowledged),
    ...auditEvidence(stored, stage.tap.overheard().pages).wrong,
  ]).toEqual([]);
  expect(stage.crowd.tally()).toMatchObject({ failedRequests: 0, failures: [] });
});
