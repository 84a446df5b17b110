import { describe, expect, test } from "vitest";
import { StoreUnusable } from "../src/ports.ts";
import type { Store, World } from "../src/ports.ts";
import { shareInForce } from "../src/sim/simulated-world.ts";
import { ask, head, minuteMs, place } from "./engine-place.ts";

/** A commit on a disk that is full while `isFull` says so: only what takes people home is still stored. */
function whileThereIsRoom(store: Store, isFull: () => boolean): Store["commit"] {
  return async (commit) => {
    const status = commit.entry?.entry.decision.status.kind;
    if (isFull() && status !== "rolling-back" && status !== "rolled-back")
      throw new StoreUnusable({ why: "full", message: "no space is left", remedy: "Free some." });
    await store.commit(commit);
  };
}

describe("a store that takes nothing for a while", () => {
  test("lets the lease take people home, and loses no reading", async () => {
    let isFull = false;
    const { engine, time, outdoors, broken, pass, statusOf } = await place({
      store: (store): Store => ({
        ...store,
        async commit(commit) {
          if (isFull) throw new Error("no space left on the disk");
          await store.commit(commit);
        },
      }),
    });
    await engine.release(head("a"));
    await pass(minuteMs);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(10);
    isFull = true;
    await pass(minuteMs);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(0);
    isFull = false;
    await pass(10_000);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(10);
    await pass(12 * minuteMs);
    expect(await statusOf("a")).toContain("promoted");
    expect(broken).toEqual([]);
  });

  test("is said once, with what to do, and when it is over", async () => {
    let isFull = false;
    const { engine, pass, troubles, recoveries } = await place({
      store: (store) => ({ ...store, commit: whileThereIsRoom(store, () => isFull) }),
    });
    await engine.release(head("a"));
    await pass(minuteMs);
    expect(engine.isTroubled()).toBe(false);
    isFull = true;
    await pass(40_000);
    expect(troubles).toEqual(["release a: no space is left. Free some."]);
    expect(engine.isTroubled()).toBe(true);
    isFull = false;
    await pass(10_000);
    expect(recoveries).toEqual(["release a goes on"]);
    expect(engine.isTroubled()).toBe(false);
  });

  test("but the way home is no reason to leave people on a bad version until the lease is over", async () => {
    let isFull = false;
    const { engine, time, outdoors, broken, pass, statusOf } = await place({
      store: (store) => ({ ...store, commit: whileThereIsRoom(store, () => isFull) }),
      episodes: [{ of: "errors", arm: "canary", value: 0.5, fromMs: 55_000, untilMs: Number.POSITIVE_INFINITY, fromSharePct: 0 }],
    });
    await engine.release(head("a"));
    await pass(57_000);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(10);
    isFull = true;
    await pass(20_000);
    expect(await statusOf("a")).toMatch(/^roll(?:ing-back|ed-back)$/);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(0);
    isFull = false;
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("rolled-back");
    expect(broken).toEqual([]);
  });

  test("one that took a decision without saying so is asked again before the router is", async () => {
    let isSilent = false;
    const { engine, broken, pass, statusOf } = await place({
      store: (store): Store => ({
        ...store,
        async commit(commit) {
          await store.commit(commit);
          if (isSilent && commit.entry?.entry.decision.status.kind === "rolling-back") {
            isSilent = false;
            throw new Error("connection reset");
          }
        },
      }),
    });
    await engine.release(head("a"));
    // Right after a scrape, so that no reading brings the next commit soon.
    await pass(47_000);
    isSilent = true;
    await engine.ask(ask("a", "rollback"));
    await pass(minuteMs);
    expect(isSilent).toBe(false);
    expect(await statusOf("a")).toBe("rolled-back");
    expect(broken).toEqual([]);
  });
});

test("an order that comes too late for its services is refused, not kept for later", async () => {
  const { engine, store, pass, statusOf } = await place({
    store: (inner): Store => ({
      ...inner,
      async commit(commit) {
        const isLate = commit.release === "a" && commit.entry?.entry.decision.status.kind === "rolling-back";
        if (isLate) await inner.create(head("b"));
        await inner.commit(commit);
      },
    }),
  });
  await engine.release(head("a"));
  await pass(20 * minuteMs);
  expect(await statusOf("a")).toBe("promoted gone");
  await engine.ask(ask("a", "rollback"));
  await pass(minuteMs);
  expect(await statusOf("a")).toBe("promoted gone");
  expect(await store.pending("a")).toEqual([]);
});

test("stable is not replaced before the router was seen to send nobody there", async () => {
  let isRouterOut = false;
  let kill = (): void => undefined;
  const at = await place({
    isRouterOut: () => isRouterOut,
    store: (store): Store => ({
      ...store,
      async commit(commit) {
        await store.commit(commit);
        const status = commit.entry?.entry.decision.status;
        if (status?.kind === "promoting" && status.step === "replacing") kill();
      },
    }),
  });
  kill = () => {
    isRouterOut = true;
    at.clock.stop();
  };
  await at.engine.release(head("a"));
  await at.pass(12 * minuteMs);
  expect(isRouterOut).toBe(true);
  kill = () => undefined;
  await at.restart();
  await at.pass(minuteMs);
  expect(at.outdoors.running.get("frontend/stable")?.version).toBe("a-old");
  isRouterOut = false;
  await at.pass(minuteMs);
  expect(await at.statusOf("a")).toContain("promoted");
  expect(at.broken).toEqual([]);
});

test("a process that got no processor for minutes does not count them as observed", async () => {
  const { engine, clock, pass } = await place();
  await engine.release(head("a"));
  await pass(minuteMs);
  const beforeMs = (await engine.view("a"))?.book.observedMs[0] ?? 0;
  clock.freeze(5 * minuteMs);
  await pass(5 * minuteMs + 20_000);
  const view = await engine.view("a");
  expect(view?.release.status.kind).toBe("observing");
  expect((view?.book.observedMs[0] ?? 0) - beforeMs).toBeLessThan(40_000);
});

test("a router that was silent between two readings was not observed", async () => {
  let isRouterOut = false;
  const { engine, pass } = await place({ isRouterOut: () => isRouterOut });
  await engine.release(head("a"));
  await pass(46_000);
  const beforeMs = (await engine.view("a"))?.book.observedMs[0] ?? 0;
  isRouterOut = true;
  await pass(6_000);
  isRouterOut = false;
  await pass(24_000);
  expect((await engine.view("a"))?.book.observedMs[0]).toBeLessThan(beforeMs + 20_000);
});

describe("one release that cannot go on", () => {
  test("because its source is gone from the server's file holds, and harms no other", async () => {
    let isGone = false;
    const { engine, pass, statusOf } = await place({
      world: (world): World => ({
        ...world,
        source(name) {
          if (isGone && name === "prices") throw new Error("no sources here are called prices");
          return world.source(name);
        },
      }),
    });
    await engine.release(head("a"));
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("observing");
    isGone = true;
    await pass(2 * minuteMs);
    expect((await engine.view("a"))?.release.status).toMatchObject({
      kind: "holding",
      why: { kind: "no-data", checks: ["prices is down"] },
    });
  });

  test("because its rows are not what was written is not gone on with: the lease takes people home", async () => {
    let isBroken = false;
    const at = await place({
      store: (store): Store => ({
        ...store,
        since: async (id, asked) => {
          const page = await store.since(id, asked);
          if (!isBroken) return page;
          const rows = page.rows.map((row) => (row.number === 2 ? { ...row, observation: { ...row.observation, observedMs: 7 } } : row));
          return { ...page, rows };
        },
      }),
    });
    const { engine, restart, time, outdoors, troubles, recoveries, pass } = at;
    await engine.release(head("a"));
    await pass(minuteMs);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(10);
    isBroken = true;
    await restart();
    await pass(minuteMs);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(0);
    expect(troubles[0]).toMatch(/^release a cannot be taken up: .* revision 2: .*changed.*serin release verify a/);
    expect(at.engine.isTroubled()).toBe(true);
    isBroken = false;
    await pass(minuteMs);
    expect(recoveries).toEqual(["release a goes on"]);
    expect(at.engine.isTroubled()).toBe(false);
    expect(shareInForce(outdoors, time.elapsedMs())).toBe(10);
  });

  test("because it takes long to read keeps no other from being taken up", async () => {
    const reading = Promise.withResolvers<null>();
    let isLong = false;
    const at = await place({
      store: (store): Store => ({
        ...store,
        active: async () => (isLong ? ["long", ...(await store.active())] : store.active()),
        head: async (id) => (id === "long" ? reading.promise : store.head(id)),
      }),
    });
    await at.engine.release(head("a"));
    await at.pass(minuteMs);
    isLong = true;
    const restarted = at.restart();
    await at.pass(minuteMs);
    expect(shareInForce(at.outdoors, at.time.elapsedMs())).toBe(10);
    reading.resolve(null);
    await restarted;
    expect(at.engine.active()).toEqual(["a"]);
  });

  test("because its journal does not add up is told, and keeps no other from being taken up", async () => {
    let isBroken = false;
    const { engine, restart, troubles, pass, statusOf } = await place({
      store: (store): Store => ({
        ...store,
        active: async () => (isBroken ? ["damaged", ...(await store.active())] : store.active()),
        head: async (id) => {
          if (id === "damaged") throw new Error("entry 3 does not follow revision 1");
          return store.head(id);
        },
      }),
    });
    await engine.release(head("a"));
    await pass(minuteMs);
    isBroken = true;
    await restart();
    await pass(15 * minuteMs);
    expect(await statusOf("a")).toContain("promoted");
    expect(troubles[0]).toContain("damaged");
  });
});

test("one look at the router that fails, whichever it is, stops no release", async () => {
  let looks = Number.POSITIVE_INFINITY;
  let failing = 0;
  while (looks > failing) {
    failing += 1;
    looks = 0;
    const { engine, pass, statusOf } = await place({
      world: (world): World => ({
        ...world,
        router: (plan) => {
          const router = world.router(plan);
          return {
            ...router,
            async observe(signal) {
              looks += 1;
              if (looks === failing) throw new Error("connection reset");
              return router.observe(signal);
            },
          };
        },
      }),
    });
    await engine.release(head("a"));
    await pass(20_000);
    expect(`${failing}: ${await statusOf("a")}`).toBe(`${failing}: observing`);
  }
  expect(failing).toBeGreaterThan(20);
});
