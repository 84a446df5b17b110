import { describe, expect, test, vi } from "vitest";
import { changeShares, quantileOf } from "../../../bench/edge/measures.ts";
import type { LoadResult, Move } from "../../../bench/edge/load.ts";
import { trafficContract } from "../../contract/traffic.ts";
import { contractRules, openProxyWorld } from "./proxy-world.ts";
import type { MakeProxy } from "./proxy-world.ts";

/** What differs between proxies that are held to one suite. */
export interface ProxyTraits {
  /**
   * What is in force after `reload` and `startAgain`, before the controller says anything: the last share, or 0. (People keep their buckets in
   * both cases.)
   */
  readonly afterReload: "last share" | "share 0";
  readonly afterStart: "last share" | "share 0";
}

const never = new AbortController().signal;
const nothing: readonly string[] = [];

const movesTo = (to: Move["to"], { moves }: LoadResult): readonly Move[] => moves.filter((move) => move.to === to);
const crowdSize = 40;

/** The port's contract suite on a real proxy, and what it promises under load. Put it into `onSystem`. */
export function proxySuite(name: string, make: MakeProxy, traits: ProxyTraits): void {
  trafficContract(name, () => make(contractRules));
  describe(`${name} under load`, () => {
    shareChanges(make);
    cohorts(make);
    ways(make);
    beginnings(make, traits);
  });
}

function shareChanges(make: MakeProxy): void {
  test("200 changes of the share fail no request, and the canary is sent nothing more within a second of the word", async () => {
    const { steered, load } = await openProxyWorld(make);
    const slowMs: number[] = [];
    // What is slow is slow each time; a neighbour on the machine is not there each time.
    while (slowMs.length < 3) {
      const changed = await changeShares(steered, load, { changes: 200, gapMs: 20, connections: 32 });
      expect(changed.failed).toEqual(nothing);
      expect(changed.requests).toBeGreaterThan(changed.changes);
      expect(changed.lastCanaryMs.filter((ms) => ms > 0).length, "the canary was in use when it was taken away").toBeGreaterThan(10);
      const lastMs = quantileOf(changed.lastForwardedMs, 0.99);
      if (lastMs < 1_000) return;
      slowMs.push(lastMs);
    }
    expect(slowMs).toEqual(nothing);
  });

  test("after a rollback that was read back the canary gets nothing at all", async () => {
    const { put, crowd } = await openProxyWorld(make);
    await put({ sharePct: 50 });
    await crowd();
    expect((await crowd()).onCanary).not.toEqual([]);
    expect(await put({ sharePct: 0 })).toMatchObject({ sharePct: 0 });
    expect(await crowd()).toMatchObject({ canaryAtMs: [], failed: nothing });
  });
}

function cohorts(make: MakeProxy): void {
  test("nobody flips at one share, growth only adds people, and back is the way that they came", async () => {
    const { put, crowd } = await openProxyWorld(make);
    await put({ sharePct: 20 });
    await crowd();
    const still = await crowd();
    expect(still).toMatchObject({ failed: nothing, moves: [] });
    // Binomial(40, 0.2) is beyond these once in ten million.
    expect(still.onCanary.length).toBeLessThan(24);
    let had = still.onCanary;
    for (const sharePct of [45, 70, 100]) {
      await put({ sharePct });
      const grown = await crowd();
      expect(grown.failed).toEqual(nothing);
      expect(movesTo("stable", grown), `at ${sharePct} %`).toEqual([]);
      const { moves, onCanary } = await crowd();
      expect(moves, `at ${sharePct} %`).toEqual([]);
      expect(onCanary, `at ${sharePct} %`).toEqual(expect.arrayContaining([...had]));
      had = onCanary;
    }
    expect(had).toHaveLength(crowdSize);
    await put({ sharePct: 20 });
    expect(movesTo("canary", await crowd())).toEqual([]);
    expect((await crowd()).onCanary).toEqual(still.onCanary);
  });

  test("without cookies everybody is on stable until 100 %", async () => {
    const { put, crowd } = await openProxyWorld(make);
    await put({ sharePct: 99 });
    expect(await crowd({ who: "cookieless" })).toMatchObject({ canaryAtMs: [], failed: nothing });
    await put({ sharePct: 100 });
    const { requests, canaryAtMs } = await crowd({ who: "cookieless" });
    expect(canaryAtMs).toHaveLength(requests);
  });

  test("new-logins: only who logs in during the phase is drawn", async () => {
    const { subject, put, crowd } = await openProxyWorld(make);
    if (!subject.capabilities.audiences.includes("new-logins")) return;
    await put({ sharePct: 0, audience: "new-logins" });
    expect(await crowd({ who: "logging in" })).toMatchObject({ canaryAtMs: [], failed: nothing });
    await put({ sharePct: 50, audience: "new-logins" });
    expect(await crowd()).toMatchObject({ canaryAtMs: [], failed: nothing });
    await crowd({ who: "logging in" });
    const drawn = await crowd();
    expect(drawn).toMatchObject({ failed: nothing, moves: [] });
    expect(drawn.onCanary).not.toEqual([]);
    expect(drawn.onCanary.length).toBeLessThan(crowdSize);
  });
}

function ways(make: MakeProxy): void {
  test("lease: a controller that falls silent has everybody on stable, and nobody fails", async () => {
    const { subject, router, put, crowd } = await openProxyWorld(make);
    if (!subject.capabilities.lease) return;
    let leaseMs = 350;
    // A lease that is over before anybody could be served is tried twice as long.
    await vi.waitFor(async () => {
      leaseMs *= 2;
      await put({ sharePct: 100, leaseMs });
      expect((await crowd({ forMs: 200, atLeast: 1 })).canaryAtMs).not.toEqual([]);
    });
    await vi.waitFor(async () => expect(await router.observe(never)).toMatchObject({ sharePct: 0 }), { interval: 20 });
    expect(await crowd()).toMatchObject({ canaryAtMs: [], failed: nothing });
  });
}

function beginnings(make: MakeProxy, traits: ProxyTraits): void {
  test.each([
    ["a reload", "reload", traits.afterReload],
    ["a restart after a crash", "startAgain", traits.afterStart],
  ] as const)(
    "%s in the middle of a release puts nobody on the canary who was not there, and the next word has all back",
    async (_name, how, after) => {
      const { subject, router, put, crowd, wanted } = await openProxyWorld(make);
      const word = wanted({ sharePct: 50 });
      await router.apply(word, never);
      const asked = await router.observe(never);
      await crowd();
      const before = await crowd();
      await subject[how]();
      const between = await crowd();
      expect(
        between.failed.filter((why) => /^\d/.test(why)),
        "answers that are errors",
      ).toEqual(nothing);
      expect(movesTo("canary", between)).toEqual([]);
      expect(after === "last share" ? between.moves : between.canaryAtMs).toEqual([]);
      await router.apply(word, never);
      const { release, sharePct, targets, isServing } = asked;
      expect(await router.observe(never)).toMatchObject({ release, sharePct, targets, isServing });
      await crowd();
      const again = await crowd();
      expect(again).toMatchObject({ failed: nothing, moves: [] });
      expect(again.onCanary).toEqual(before.onCanary);
      expect(await put({ sharePct: 0 })).toMatchObject({ sharePct: 0 });
      expect((await crowd()).canaryAtMs).toEqual([]);
    },
  );
}
