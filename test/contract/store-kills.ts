import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { verifyChain } from "../../src/core/chain.ts";
import { fixtureRelease } from "../fixtures/release.ts";
import type { StoreSubject } from "./store.ts";

interface Acknowledged {
  readonly rows: number;
  readonly entries: number;
  readonly request: string;
}

const killRounds = 20;

/** Kills a process that appends, again and again: nothing that it acknowledged may be missing afterwards, and the chain must hold. */
export async function survivesKills(subject: StoreSubject, appender: readonly string[]): Promise<void> {
  let store = subject.store;
  await store.create(fixtureRelease());
  const asked = new Set<string>();
  for (let round = 0; round < killRounds; round += 1) {
    await store.close();
    const acknowledged = await appendUntilKilled(appender, 1 + ((round * 7) % 23));
    store = await subject.reopen();
    const stored = (await store.load("r1"))!;
    const last = acknowledged.at(-1)!;
    for (const { request } of acknowledged) asked.add(request);
    expect(stored.rows.length).toBeGreaterThanOrEqual(last.rows);
    expect(stored.entries.length).toBeGreaterThanOrEqual(last.entries);
    expect(verifyChain(stored.head, stored.entries, stored.rows)).toMatchObject({ ok: true });
    const pending = new Set((await store.pending("r1")).map((request) => request.id));
    expect([...asked].filter((request) => !pending.has(request))).toEqual([]);
  }
}

/** Runs the appender and kills it as soon as it has acknowledged `count` times, in the middle of whatever it does then. */
async function appendUntilKilled(appender: readonly string[], count: number): Promise<readonly Acknowledged[]> {
  const [command, ...words] = appender as [string, ...string[]];
  const child = spawn(command, words, { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: Acknowledged[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(JSON.parse(line) as Acknowledged);
    if (acknowledged.length === count) child.kill("SIGKILL");
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(count);
  return acknowledged;
}
