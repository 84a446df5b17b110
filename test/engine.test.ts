import { describe, expect, test } from "vitest";
import { digestOfPlan } from "../src/core/chain.ts";
import { EnvironmentFrozen, ServiceBusy } from "../src/ports.ts";
import type { Store } from "../src/ports.ts";
import type { Outdoors } from "../src/sim/simulated-world.ts";
import { ask, head, minuteMs, place, plan } from "./engine-place.ts";

test("a problem of a release that was promoted long ago is said to be late when nobody decides", async () => {
  const { engine, pass, broken } = await place();
  await engine.release(head("a"));
  await pass(20 * minuteMs);
  await engine.ask({ ...ask("a", "report"), atMs: engine.nowMs() });
  const lateFacts = async (): Promise<number> => {
    const entries = (await engine.view("a"))?.entries ?? [];
    return entries.flatMap(({ entry }) => entry.decision.facts.filter((fact) => fact.kind === "report-late")).length;
  };
  await pass(4 * minuteMs);
  expect([await lateFacts(), engine.active()]).toEqual([0, ["a"]]);
  await pass(5 * minuteMs);
  expect([await lateFacts(), engine.active(), broken]).toEqual([1, [], []]);
});

describe("one active release per service", () => {
  test("a second one is refused while the first runs, and told which it is", async () => {
    const { engine, pass } = await place();
    await engine.release(head("a"));
    await pass(minuteMs);
    const refused: unknown = await engine.release(head("b")).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ServiceBusy);
    expect(refused instanceof ServiceBusy ? refused.services : null).toEqual([
      { service: "frontend", release: "a" },
      { service: "backend", release: "a" },
    ]);
  });

  test("what an ended release keeps is cleared away for the next one", async () => {
    const { engine, pass, statusOf } = await place();
    await engine.release(head("a"));
    await pass(11 * minuteMs);
    expect(await statusOf("a")).toBe("promoted kept");
    const second = engine.release(head("b"));
    await pass(5_000);
    expect(await second).toBe("b");
    expect(await statusOf("a")).toBe("promoted gone");
    await pass(5_000);
    expect(await statusOf("b")).toBe("observing");
  });

  test("a release that ends while the store says that it has the services is in nobody's way", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { engine, pass, statusOf } = await place({
      store: (store): Store => ({
        ...store,
        create: (begun) =>
          store.create(begun).catch(async (error: unknown) => {
            await answered;
            throw error;
          }),
      }),
    });
    await engine.release(head("a"));
    await pass(11 * minuteMs);
    expect(await statusOf("a")).toBe("promoted kept");
    const second = engine.release(head("b"));
    await pass(10 * minuteMs);
    expect([await statusOf("a"), engine.active()]).toEqual(["promoted gone", []]);
    answer();
    await pass(5_000);
    expect(await second).toBe("b");
  });

  test("what is only kept makes room also while a server that has just started has not taken it up yet", async () => {
    let isBehind = false;
    const here = await place({
      store: (store): Store => ({ ...store, active: async () => (isBehind ? [] : store.active()) }),
    });
    const { pass, statusOf, restart } = here;
    await here.engine.release(head("a"));
    await pass(11 * minuteMs);
    expect(await statusOf("a")).toBe("promoted kept");
    isBehind = true;
    await restart();
    const second = here.engine.release(head("b"));
    await pass(5_000);
    expect(await second).toBe("b");
    expect(await statusOf("a")).toBe("promoted gone");
  });

  test("a promoted release can be taken back long after, but not from under a newer one", async () => {
    const { engine, pass, statusOf } = await place();
    await engine.release(head("a"));
    await pass(20 * minuteMs);
    await engine.release(head("b"));
    await pass(minuteMs);
    await engine.ask(ask("a", "rollback"));
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("promoted gone");
    await engine.ask(ask("b", "stop"));
    await pass(10 * minuteMs);
    expect(await statusOf("b")).toBe("stopped");
    await engine.ask({ ...ask("a", "rollback"), id: "again" });
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("rolled-back");
  });
});

test("a probe that says down is asked again after 5 s, not at the next scrape: three of three take 10 s", async () => {
  const downFromMs = minuteMs;
  const { engine, pass, statusOf } = await place({
    episodes: [{ of: "prices", arm: "both", value: 1, fromMs: downFromMs, untilMs: Number.POSITIVE_INFINITY, fromSharePct: 0 }],
  });
  await engine.release(head("a"));
  await pass(downFromMs);
  expect(await statusOf("a")).toBe("observing");
  await pass(plan.scrapeMs + 10_000 + 1_000);
  expect(await statusOf("a")).toBe("halted");
});

test("what takes longer than it may is looked at less and less often, and still found soon", async () => {
  let isPreviousHidden = true;
  let looks = 0;
  const { engine, pass, statusOf } = await place({
    world: (world) => ({
      ...world,
      workloads(kind) {
        looks += 1;
        const workloads = world.workloads(kind);
        return {
          ...workloads,
          async observe(services, signal) {
            const seen = Object.entries(await workloads.observe(services, signal));
            return Object.fromEntries(
              seen.map(([name, { previous, ...slots }]) => [
                name,
                isPreviousHidden || previous === undefined ? slots : { previous, ...slots },
              ]),
            );
          },
        };
      },
    }),
  });
  const looksWithin = async (ms: number): Promise<number> => {
    const before = looks;
    await pass(ms);
    return looks - before;
  };
  await engine.release(head("a"));
  await pass(11 * minuteMs);
  expect(await statusOf("a")).toBe("promoting");
  const atFirst = await looksWithin(minuteMs);
  await pass(60 * minuteMs);
  expect(atFirst).toBeGreaterThan(10 * (await looksWithin(minuteMs)));
  isPreviousHidden = false;
  await pass(20_000);
  expect(await statusOf("a")).toBe("promoted kept");
});

describe("a late request", () => {
  const versionsOf = ({ running }: Outdoors): Record<string, string> =>
    Object.fromEntries([...running].map(([slot, { version }]) => [slot, version]));

  test("to take back what a newer release has replaced touches nothing", async () => {
    const { engine, outdoors: outside, pass, statusOf } = await place();
    await engine.release(head("a"));
    await pass(20 * minuteMs);
    await engine.release(head("b"));
    await pass(20 * minuteMs);
    expect(await statusOf("b")).toBe("promoted gone");
    await engine.ask(ask("a", "rollback"));
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("promoted gone");
    expect(versionsOf(outside)).toEqual({ "frontend/stable": "b-new", "backend/stable": "b-new" });
    expect(outside.router.wanted?.release).toBe("b");
  });

  test("about a release that was taken back leaves the next one alone", async () => {
    const { engine, outdoors: outside, pass, statusOf } = await place();
    await engine.release(head("a"));
    await pass(minuteMs);
    await engine.ask(ask("a", "rollback"));
    await pass(minuteMs);
    expect(await statusOf("a")).toBe("rolled-back");
    await engine.release(head("b"));
    await pass(minuteMs);
    expect(await statusOf("b")).toBe("observing");
    const approval = { ...ask("a", "approve"), by: { name: "Chloé", roles: ["qa-lead"] }, expectRevision: 99 } as const;
    expect((await engine.view("a"))?.release.signOffs).toEqual([]);
    await engine.ask(approval);
    await pass(1_000);
    expect((await engine.view("a"))?.release.signOffs.at(-1)?.role).toBe("qa-lead");
    expect(versionsOf(outside)["frontend/canary"]).toBe("b-new");
    expect(outside.router.wanted).toMatchObject({ release: "b", sharePct: 10 });
  });
});

test("a router serves one release at a time, whatever its services are", async () => {
  const { engine, outdoors: outside, pass, statusOf } = await place();
  await engine.release(head("a"));
  await pass(minuteMs);
  const services = [{ name: "search", workload: { kind: "process", options: {} }, data: null }];
  const searchPlan = { ...plan, services };
  const search = (id: string) =>
    head(id, {
      plan: searchPlan,
      planHash: digestOfPlan(searchPlan),
      services: ["search"],
      versions: { search: { canary: "s-new", stable: "s-old" } },
      startKey: id,
    });
  const refused: unknown = await engine.release(search("b")).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ServiceBusy);
  expect(outside.router.wanted).toMatchObject({ release: "a", sharePct: 10 });
  await engine.ask(ask("a", "rollback"));
  await pass(minuteMs);
  expect(await engine.release(search("b"))).toBe("b");
  await pass(minuteMs);
  expect(await statusOf("b")).toBe("observing");
  expect(await engine.release(search("b"))).toBe("b");
});

describe("a halted release", () => {
  test("freezes its environment until the freeze is lifted", async () => {
    const { engine, store, pass, statusOf } = await place({
      episodes: [{ of: "prices", arm: "both", value: 1, fromMs: minuteMs, untilMs: 5 * minuteMs, fromSharePct: 0 }],
    });
    await engine.release(head("a"));
    await pass(4 * minuteMs);
    expect(await statusOf("a")).toBe("halted");
    await expect(engine.release(head("b"))).rejects.toBeInstanceOf(EnvironmentFrozen);
    await store.lift({ environment: "production", by: "Aline", reason: "prices are back", atMs: 1 });
    await pass(2 * minuteMs);
    await engine.release(head("b"));
    await pass(minuteMs);
    expect(await statusOf("b")).toBe("observing");
  });
});

test("a halt freezes its environment at once, however long the way back takes", async () => {
  let isRouterOut = false;
  const { engine, store, pass, statusOf } = await place({
    episodes: [{ of: "prices", arm: "both", value: 1, fromMs: minuteMs, untilMs: 9 * minuteMs, fromSharePct: 0 }],
    isRouterOut: () => isRouterOut,
  });
  await engine.release(head("a"));
  await pass(65_000);
  isRouterOut = true;
  await pass(minuteMs);
  expect(await statusOf("a")).toBe("rolling-back");
  await expect(engine.release(head("b"))).rejects.toBeInstanceOf(EnvironmentFrozen);
  isRouterOut = false;
  await pass(minuteMs);
  expect(await statusOf("a")).toBe("halted");
  expect(await store.freezes(Number.MAX_SAFE_INTEGER)).toHaveLength(1);
});

test("the same start key twice is one release", async () => {
  const { engine } = await place();
  expect(await engine.release(head("a", { startKey: "k" }))).toBe("a");
  expect(await engine.release(head("b", { startKey: "k" }))).toBe("a");
});

test("a tampered journal, plan or reading does not verify", async () => {
  const { engine, store, pass } = await place();
  await engine.release(head("a"));
  await pass(2 * minuteMs);
  expect(await engine.verify("a")).toMatchObject({ ok: true });
  expect(await engine.verify("b")).toMatchObject({ ok: false });
  const { verify } = await import("../src/engine/replay.ts");
  const stored = await store.load("a");
  if (!stored) throw new Error("the release is gone");
  const sealed = stored.rows.slice(0, stored.entries.at(-1)?.entry.row);
  const row = sealed.findLast((candidate) => candidate.observation.readings["errors"]?.kind === "increment");
  const forged = stored.rows.map((candidate) =>
    candidate === row ? { ...candidate, observation: { ...candidate.observation, readings: {} } } : candidate,
  );
  expect(verify({ ...stored, rows: forged })).toMatchObject({ ok: false });
  expect(verify({ ...stored, head: { ...stored.head, plan: { ...plan, alpha: 0.5 } } })).toMatchObject({ ok: false, revision: 0 });
});

test("a source is told which service has which paths, as the plan says", async () => {
  const routes = new Set<string>();
  const { engine, pass } = await place({
    world: (world) => ({
      ...world,
      source: (name) => ({
        read: (queries, context, signal) => {
          routes.add(JSON.stringify(context.routes));
          return world.source(name).read(queries, context, signal);
        },
      }),
    }),
  });
  await engine.release(head("a"));
  await pass(minuteMs);
  expect([...routes]).toEqual([JSON.stringify(plan.traffic.routes)]);
});
