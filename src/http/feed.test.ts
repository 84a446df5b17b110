import { expect, onTestFinished, test, vi } from "vitest";
import { createClock } from "../engine/clock.ts";
import { Feed } from "./feed.ts";
import { createTurns } from "./turns.ts";

interface Place {
  line: number;
}

/** A feed of numbered lines, which are there for readers once it has looked. */
function lines() {
  const written: Uint8Array<ArrayBuffer>[] = [];
  let seen: readonly Uint8Array<ArrayBuffer>[] = [];
  const state = { looks: 0, emptied: 0, fault: null as Error | null };
  let wake = (): void => undefined;
  let isFresh = false;
  const ring = (): void => {
    isFresh = true;
    wake();
  };
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const clock = createClock();
  const now = { ms: 0 };
  const subject = {
    look: async () => {
      state.looks += 1;
      seen = [...written];
      if (state.fault !== null) throw state.fault;
    },
    take: (place: Place) => {
      const line = seen[place.line];
      if (line === undefined) return null;
      place.line += 1;
      return line;
    },
    news: async (signal: AbortSignal) => {
      if (!isFresh && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      isFresh = false;
    },
  };
  const parts = { clock: { ...clock, monotonicMs: () => now.ms }, turn: createTurns(), closing: closing.signal };
  const feed = new Feed<Place>(parts, subject, () => (state.emptied += 1));
  let left = 0;
  return {
    state,
    now,
    closing,
    left: () => left,
    open: (lastsMs = Infinity, over = new AbortController()) =>
      feed.open({ line: 0 }, { over: over.signal, lastsMs, left: () => void (left += 1) }).getReader(),
    write: () => {
      written.push(new TextEncoder().encode(`line ${written.length}`));
      ring();
    },
    fail: (error: Error) => {
      state.fault = error;
      ring();
    },
  };
}

test("a thousand readers of one look share its bytes, and the event loop goes on between them", async () => {
  const feed = lines();
  const readers = Array.from({ length: 1_000 }, () => feed.open());
  let rounds = 0;
  let isOver = false;
  const goRound = (): void => {
    rounds += 1;
    if (!isOver) setImmediate(goRound);
  };
  const all = readers.map((reader) => reader.read());
  goRound();
  await new Promise((resolve) => setImmediate(resolve));
  feed.write();
  const pieces = await Promise.all(all);
  isOver = true;
  expect(new Set(pieces.map(({ value }) => value)).size).toBe(1);
  expect(pieces).toHaveLength(1_000);
  expect(feed.state.looks).toBe(1);
  expect(rounds).toBeGreaterThanOrEqual(40);
});

test("who takes nothing keeps nobody waiting, gets everything once they read, and is sent away in the end", async () => {
  const feed = lines();
  const [quick, slow, dead] = [feed.open(), feed.open(), feed.open()];
  for (let line = 0; line < 5; line += 1) {
    feed.write();
    expect(new TextDecoder().decode((await quick.read()).value)).toBe(`line ${line}`);
  }
  const said: string[] = [];
  for (let line = 0; line < 5; line += 1) said.push(new TextDecoder().decode((await slow.read()).value));
  expect(said).toEqual([0, 1, 2, 3, 4].map((line) => `line ${line}`));
  feed.now.ms += 61_000;
  feed.write();
  await vi.waitFor(() => expect(feed.left()).toBeGreaterThanOrEqual(1));
  await dead.read().catch(() => undefined);
  await expect(dead.read()).rejects.toThrow("it takes nothing");
});

test("a stream ends after twenty minutes at the latest, so that its reader is asked again who they are", async () => {
  const feed = lines();
  const reader = feed.open();
  feed.write();
  expect((await reader.read()).done).toBe(false);
  const next = reader.read();
  feed.now.ms += 20 * 60_000 + 1;
  feed.write();
  expect((await next).done).toBe(true);
  expect(feed.left()).toBe(1);
});

test("a stream ends at once when its reader's right to it does, and no later than it does by itself", async () => {
  const feed = lines();
  const [revoked, late] = [new AbortController(), new AbortController()];
  late.abort();
  const [ended, expiring, staying, refused] = [feed.open(Infinity, revoked), feed.open(5_000), feed.open(), feed.open(Infinity, late)];
  expect([(await refused.read()).done, feed.left()]).toEqual([true, 1]);
  const next = ended.read();
  revoked.abort();
  expect([(await next).done, feed.left()]).toEqual([true, 2]);
  feed.now.ms += 5_001;
  feed.write();
  expect((await expiring.read()).done).toBe(true);
  expect((await staying.read()).done).toBe(false);
  expect(feed.left()).toBe(3);
});

test("when looking fails, or the server closes, every stream is over and nobody is kept", async () => {
  const failing = lines();
  const reading = failing.open().read();
  failing.fail(new Error("no store"));
  await expect(reading).rejects.toThrow("no store");
  expect([failing.left(), failing.state.emptied]).toEqual([1, 1]);
  const closing = lines();
  const next = closing.open().read();
  closing.closing.abort();
  expect((await next).done).toBe(true);
  expect([closing.left(), closing.state.emptied]).toEqual([1, 1]);
});

test("a reader who goes away is forgotten, and the feed with the last one", async () => {
  const feed = lines();
  const [first, second] = [feed.open(), feed.open()];
  await first.cancel();
  expect(feed.left()).toBe(1);
  await second.cancel();
  feed.write();
  await vi.waitFor(() => expect([feed.left(), feed.state.emptied]).toEqual([2, 1]));
});
