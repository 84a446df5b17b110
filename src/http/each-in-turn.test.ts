import { expect, test } from "vitest";
import { createEachInTurn } from "./each-in-turn.ts";

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
  const asked = [0, 1, 2].flatMap((number) => (["vera", "dan"] as const).map((who) => inTurn(who, work(who, number))));
  const results = await Promise.allSettled(asked);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "fulfilled", "fulfilled"]);
  expect([most, done]).toEqual([{ vera: 1, dan: 1 }, [0, 1, 2]]);
});
