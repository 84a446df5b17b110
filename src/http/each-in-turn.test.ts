import { Hono } from "hono";
import { expect, onTestFinished, test, vi } from "vitest";
import { createEachInTurn } from "./each-in-turn.ts";
import { listen } from "./listen.ts";

test("one at a time for each caller, in their order, whatever became of the one before; callers do not wait for each other", async () => {
  const inTurn = createEachInTurn();
  const running = { vera: 0, dan: 0 };
  const most = { vera: 0, dan: 0 };
  const done: number[] = [];
  const both = Promise.withResolvers<void>();
  const work = (who: "vera" | "dan", number: number) => async (): Promise<void> => {
    running[who] += 1;
    most[who] = Math.max(most[who], running[who]);
    if (running.vera === 1 && running.dan === 1) both.resolve();
    await both.promise;
    running[who] -= 1;
    if (who === "vera") done.push(number);
    if (number === 1) throw new Error("broken");
  };
  const asked = [0, 1, 2].flatMap((number) =>
    (["vera", "dan"] as const).map((who) => inTurn(who, work(who, number), new AbortController().signal)),
  );
  const results = await Promise.allSettled(asked);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled", "fulfilled"]);
  expect([most, done]).toEqual([{ vera: 1, dan: 1 }, [0, 1, 2]]);
});

test("nothing is done for a caller who has gone, and those behind are not kept waiting for it", async () => {
  const inTurn = createEachInTurn();
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  const signals: AbortSignal[] = [];
  const app = new Hono();
  app.onError((_, context) => context.body(null, 400));
  app.get("/:number", async (context) => {
    const { signal } = context.req.raw;
    signals.push(signal);
    const work = async (): Promise<void> => {
      if (done.push(context.req.param("number")) === 1) await held.promise;
    };
    await inTurn("vera", work, signal);
    return context.text("done");
  });
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close(0));
  const leaving = new AbortController();
  const first = fetch(`${server.url}/1`);
  await vi.waitFor(() => expect(done).toEqual(["1"]));
  const second = fetch(`${server.url}/2`, { signal: leaving.signal }).catch(() => "gone");
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  const third = fetch(`${server.url}/3`);
  await vi.waitFor(() => expect(signals).toHaveLength(3));
  leaving.abort();
  expect(await second).toBe("gone");
  await vi.waitFor(() => expect(signals[1]?.aborted).toBe(true));
  held.resolve();
  expect([(await first).status, (await third).status]).toEqual([200, 200]);
  expect(done).toEqual(["1", "3"]);
});
