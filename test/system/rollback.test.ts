import { describe, expect, onTestFinished, test } from "vitest";
import { quantileOf } from "../../bench/edge/measures.ts";
import { measureRollback } from "../../bench/rollback/measure.ts";
import { rollbackRouters } from "../../bench/rollback/routers.ts";
import { openShop } from "../../bench/rollback/shop.ts";
import { onSystem } from "./on-system.ts";

/** A second; on a machine that is so busy that the server's bare command takes a part of that, so many times as long as the bare command. */
const [promisedMs, timesBare] = [1_000, 10];
/** What is slow is slow each time; a neighbour on the machine is not there each time. */
const triesAtMost = 3;

/** The quick form of `npm run bench -- rollback`: fewer changes, the same promise. */
describe.each(rollbackRouters)("rollback", (router) => {
  onSystem({ name: `rollback by ${router.name}`, needs: router.needs }, () => {
    test("the last request that the canary is sent comes within a second of the word, and no request fails", async () => {
      const shop = await openShop();
      onTestFinished(shop.close);
      const slow: string[] = [];
      while (slow.length < triesAtMost) {
        const { serin, bare } = await measureRollback(router, shop, { rounds: 1, changes: 12, gapMs: 40, connections: 24 });
        for (const all of [...serin, ...bare]) {
          expect(router.mayBreakOff ? [] : all.failed).toEqual([]);
          expect(all.lastCanaryMs.filter((ms) => ms > 0).length, "the canary was in use when it was taken away").toBeGreaterThan(2);
        }
        const lastMs = quantileOf(
          serin.flatMap((all) => all.lastForwardedMs),
          0.99,
        );
        const mostMs = Math.max(promisedMs, timesBare * Math.max(...bare.flatMap((all) => all.callMs)));
        if (lastMs < mostMs) return;
        slow.push(`${lastMs} ms of ${mostMs}`);
      }
      expect(slow).toEqual([]);
    });
  });
});
