import { describe, expect, onTestFinished, test } from "vitest";
import { quantileOf } from "../../bench/edge/measures.ts";
import { measureRollback } from "../../bench/rollback/measure.ts";
import { rollbackRouters } from "../../bench/rollback/routers.ts";
import { openShop } from "../../bench/rollback/shop.ts";
import { onSystem } from "./on-system.ts";

/** The quick form of `npm run bench -- rollback`: fewer changes, the same promise. */
describe.each(rollbackRouters)("rollback", (router) => {
  onSystem({ name: `rollback by ${router.name}`, needs: router.needs }, () => {
    test("the last request that the canary is sent comes within a second of the word, and no request fails", async () => {
      const shop = await openShop();
      onTestFinished(shop.close);
      const { serin, bare } = await measureRollback(router, shop, { rounds: 1, changes: 12, gapMs: 40, connections: 24 });
      for (const all of [...serin, ...bare]) {
        expect(router.mayBreakOff ? [] : all.failed).toEqual([]);
        expect(all.lastCanaryMs.filter((ms) => ms > 0).length, "the canary was in use when it was taken away").toBeGreaterThan(2);
        expect(quantileOf(all.lastForwardedMs, 0.99)).toBeLessThan(1_000);
      }
    });
  });
});
