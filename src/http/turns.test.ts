import { setImmediate as nextRound } from "node:timers/promises";
import { expect, test } from "vitest";
import { createTurns } from "./turns.ts";

test("one caller goes on at each round, in their order, and others get their rounds between", async () => {
  const turn = createTurns();
  const order: string[] = [];
  const call = async (name: string): Promise<void> => {
    await turn();
    order.push(name);
  };
  const calls = ["a", "b", "c"].map(call);
  const own = (async () => {
    for (let round = 1; round <= 3; round += 1) {
      await nextRound();
      order.push(`round ${round}`);
    }
  })();
  await Promise.all([...calls, own]);
  expect(order).toEqual(["a", "round 1", "b", "round 2", "c", "round 3"]);
  await Promise.all([call("d"), call("e")]);
  expect(order.slice(-2)).toEqual(["d", "e"]);
});
