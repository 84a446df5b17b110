import { describe, expect, test } from "vitest";
import { quantitiesOf } from "../src/core/checks.ts";
import type { Plan } from "../src/core/plan.ts";
import { random } from "../src/sim/random.ts";
import { Shop } from "../src/sim/shop.ts";
import type { Episode, InForce, ShopOptions } from "../src/sim/shop.ts";
import { healthy, smallPlan } from "../src/sim/small-plan.ts";

const half: InForce = { sharePct: 50, audience: "everyone" };
const always = { fromMs: 0, untilMs: Infinity, fromSharePct: 0 } as const;

function shopOf(options: Partial<ShopOptions> = {}): Shop {
  return new Shop({ plan: smallPlan, truths: healthy, episodes: [], peoplePerSecond: 100, requestsPerPerson: 3, ...options }, random(3));
}

function read(shop: Shop, name: string, nowMs: number): ReturnType<Shop["read"]> {
  const quantity = quantitiesOf(smallPlan).find((candidate) => candidate.quantity === name);
  if (!quantity) throw new Error(`the small plan reads no ${name}`);
  return shop.read(quantity, nowMs);
}

function counted(shop: Shop, name: string, arm: "canary" | "stable"): { readonly bad: number; readonly total: number } {
  const reading = read(shop, name, 0);
  if (reading.kind !== "counters") throw new Error(`${name} is not counted`);
  const series = reading.series.filter((one) => one.arm === arm);
  const sum = (of: "bad" | "total"): number => series.reduce((total, one) => total + one[of], 0);
  return { bad: sum("bad"), total: sum("total") };
}

/** The small plan, whose orders are a goal that takes five minutes. */
const withGoal: Plan = {
  ...smallPlan,
  traffic: { ...smallPlan.traffic, goals: [{ name: "order", request: "POST /api/orders", withinMs: 300_000 }] },
  metrics: { ...smallPlan.metrics, orders: { ...smallPlan.metrics["orders"]!, query: { goal: "order" } } },
};

describe("the simulated shop", () => {
  test("a person counts for a goal when its time is over, and then for good", () => {
    const shop = shopOf({ plan: withGoal });
    shop.advance(10_000, half);
    const came = { ...shop.drawn };
    shop.advance(300_000, half);
    expect(counted(shop, "orders", "canary").total).toBe(0);
    // What does not ripen counts at once.
    expect(counted(shop, "errors", "canary").total).toBe(3 * shop.drawn.canary);
    shop.advance(310_000, half);
    expect(counted(shop, "orders", "canary").total).toBe(came.canary);
    shop.advance(600_000, half);
    shop.advance(610_000, half);
    const ripe = counted(shop, "orders", "canary");
    expect(ripe.total).toBeLessThan(shop.drawn.canary);
    expect(ripe.bad / ripe.total).toBeCloseTo(0.3, 1);
  });

  test("a biased draw shows in the people drawn, and never where everybody is drawn", () => {
    const shop = shopOf({ drawnRatio: 0.8 });
    shop.advance(1_000_000, { sharePct: 10, audience: "everyone" });
    expect(shop.drawn.canary / (shop.drawn.canary + shop.drawn.stable)).toBeCloseTo(0.08, 2);
    const stable = shop.drawn.stable;
    shop.advance(1_100_000, { sharePct: 100, audience: "everyone" });
    expect(shop.drawn.stable).toBe(stable);
  });

  test("new-logins draws those who log in, everyone draws everybody", () => {
    const shop = shopOf({ loginsPerSecond: 1 });
    shop.advance(100_000, { sharePct: 50, audience: "new-logins" });
    const loggedIn = shop.drawn.canary + shop.drawn.stable;
    expect(loggedIn).toBeLessThan(200);
    shop.advance(200_000, half);
    expect(shop.drawn.canary + shop.drawn.stable).toBeGreaterThan(9_000);
  });

  test("half requests are not lost", () => {
    const shop = shopOf({ requestsPerPerson: 0.5 });
    for (let second = 1; second <= 100; second += 1) shop.advance(second * 1_000, half);
    expect(Math.abs(shop.forwarded.canary - shop.drawn.canary / 2)).toBeLessThan(1);
  });

  test("one event happens once, to somebody who is there", () => {
    const shop = shopOf({ mishaps: [{ of: "fatal", arm: "canary", fromMs: 5_000, untilMs: Infinity }] });
    shop.advance(10_000, { sharePct: 0, audience: "everyone" });
    expect(counted(shop, "fatal", "canary").bad).toBe(0);
    for (let second = 11; second < 60; second += 1) shop.advance(second * 1_000, half);
    expect(counted(shop, "fatal", "canary").bad).toBe(1);
    expect(counted(shop, "fatal", "stable").bad).toBe(0);
    expect(shop.harmed).toBe(1);
  });

  test("what cannot be read is unavailable, alone", () => {
    const shop = shopOf({ episodes: [{ of: "cpu", arm: "both", value: null, ...always }] });
    expect(read(shop, "cpu", 1_000)).toEqual({ kind: "unavailable", why: "connection refused" });
    expect(read(shop, "prices", 1_000)).toMatchObject({ kind: "probe", down: false });
  });

  test("what grows does so from the moment that its share is first in force, and not beyond its limit", () => {
    const growing: Episode = {
      ...always,
      sinceSharePct: 50,
      of: "cpu",
      arm: "canary",
      value: 0.4,
      growsBy: { perMs: 0.00001, mostValue: 0.6 },
    };
    const shop = shopOf({ episodes: [growing], reached: () => 60_000 });
    const cpuAt = (atMs: number): number => {
      const reading = read(shop, "cpu", atMs);
      return reading.kind === "level" ? reading.canary : Number.NaN;
    };
    expect(cpuAt(59_000)).toBeCloseTo(0.4, 1);
    expect(cpuAt(70_000)).toBeCloseTo(0.5, 1);
    expect(cpuAt(3_600_000)).toBeCloseTo(0.6, 1);
  });
});

describe("people harmed", () => {
  test.each<[string, Episode, number]>([
    ["an error in three requests", { ...always, of: "errors", arm: "canary", value: 0.051 }, 1 - 0.95 ** 3],
    ["an order that was not made", { ...always, of: "orders", arm: "canary", value: 0.03 }, 0.27],
    ["of one trouble that two lines see, once", { ...always, of: "latency", arm: "canary", value: 0.21 }, 1 - (1 - 0.209) ** 3],
    ["what stable has too is nobody's fault", { ...always, of: "errors", arm: "both", value: 0.05 }, 0],
    ["what is better than before harms nobody", { ...always, of: "orders", arm: "canary", value: 0.5 }, 0],
    ["a load harms nobody by itself", { ...always, of: "cpu", arm: "canary", value: 0.99 }, 0],
  ])("%s", (_, episode, share) => {
    const shop = shopOf({ episodes: [episode] });
    shop.advance(30_000, half);
    expect(shop.harmed).toBeCloseTo(share * shop.drawn.canary, 6);
  });
});
