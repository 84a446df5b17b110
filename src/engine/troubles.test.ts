import { expect, test } from "vitest";
import { Troubles } from "./troubles.ts";

test("a trouble is said when it begins, when it changes and once a minute, and is over once", () => {
  let nowMs = 0;
  const said: string[] = [];
  const troubles = new Troubles({ monotonicMs: () => nowMs }, (message) => said.push(`${nowMs / 1_000} s: ${message}`));
  for (; nowMs < 130_000; nowMs += 1_000) {
    troubles.tell("r1", nowMs < 100_000 ? "no space" : "no disk");
    if (nowMs === 5_000) troubles.tell("r2", "no space");
  }
  expect(said).toEqual(["0 s: no space", "5 s: no space", "60 s: no space", "100 s: no disk"]);
  expect(troubles.areThere).toBe(true);
  expect([troubles.end("r1"), troubles.end("r1"), troubles.end("r2")]).toEqual([true, false, true]);
  expect(troubles.areThere).toBe(false);
});
