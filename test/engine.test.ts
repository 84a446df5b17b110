import { describe, expect, test } from "vitest";
import { digestOfPlan } from "../src/core/chain.ts";
import type { Request } from "../src/core/requests.ts";
import { createEngine } from "../src/engine/engine.ts";
import type { Engine } from "../src/engine/engine.ts";
import { EnvironmentFrozen, ServiceBusy } from "../src/ports.ts";
import type { NewRelease, Store } from "../src/ports.ts";
import { calm, wayThrough } from "../src/sim/faults.ts";
import { MemoryStore } from "../src/sim/memory-store.ts";
import { random } from "../src/sim/random.ts";
import { Shop } from "../src/sim/shop.ts";
import type { Episode } from "../src/sim/shop.ts";
import { outdoors, simulatedWorld } from "../src/sim/simulated-world.ts";
import type { Outdoors } from "../src/sim/simulated-world.ts";
import { healthy, smallPlan } from "../src/sim/small-plan.ts";
import { virtualTime } from "../src/sim/virtual-time.ts";
import type { VirtualTime } from "../src/sim/virtual-time.ts";

const minuteMs = 60_000;
const plan = { ...smallPlan, people: { ...smallPlan.people, start: { all: [] }, advance: {} } };
const manager = { name: "Aline", roles: ["release-manager"] } as const;

interface Place {
  readonly engine: Engine;
  readonly store: Store;
  readonly time: VirtualTime;
  readonly outdoors: Outdoors;
  /** Lets `ms` pass. */
  readonly pass: (ms: number) => Promise<void>;
  readonly statusOf: (id: string) => Promise<string>;
}

/** An engine in a world where nothing goes wrong but what `episodes` say. */
async function place(episodes: readonly Episode[] = []): Promise<Place> {
  const time = virtualTime(Date.UTC(2025, 7, 19, 12));
  const store = new MemoryStore();
  const clock = time.clock();
  const weather = () => calm;
  const chance = random(1);
  const way = wayThrough({ clock, chance, weather, onCrash: () => undefined, later: () => undefined });
  const shop = new Shop({ plan, truths: healthy, episodes, peoplePerSecond: 50, requestsPerPerson: 3 }, random(2));
  const outside = outdoors();
  const never = () => false;
  const options = {
    time,
    shop,
    chance,
    outdoors: outside,
    readyAfterMs: () => 1_000,
    breaks: never,
    isOut: never,
    isRouterOut: never,
    onAsked: () => undefined,
  };
  const engine = createEngine(simulatedWorld(options, { clock, way, store, weather }));
  await engine.start();
  return {
    engine,
    store,
    time,
    outdoors: outside,
    async pass(ms) {
      let isPassed = false;
      time.at(time.elapsedMs() + ms, () => void (isPassed = true));
      await time.run(Number.POSITIVE_INFINITY, () => isPassed);
    },
    async statusOf(id) {
      const status = (await engine.view(id))?.release.status;
      return status && "previous" in status ? `${status.kind} ${status.previous}` : (status?.kind ?? "unknown");
    },
  };
}

const head = (id: string, more: Partial<NewRelease> = {}): NewRelease => ({
  id,
  plan,
  planHash: digestOfPlan(plan),
  environment: plan.environment,
  services: ["frontend", "backend"],
  createdMs: 0,
  startedBy: "Aline",
  reason: "planned",
  versions: { frontend: { canary: `${id}-new`, stable: `${id}-old` }, backend: { canary: `${id}-new`, stable: `${id}-old` } },
  startKey: null,
  ...more,
});

const ask = (release: string, kind: Request["kind"]): Request => ({
  id: `${release}-${kind}`,
  release,
  atMs: 0,
  by: manager,
  kind,
  expectRevision: null,
  reason: "because",
  as: null,
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
    await engine.ask(approval);
    await pass(1_000);
    expect((await engine.view("a"))?.release.signOffs.at(-1)?.role).toBe("qa-lead");
    expect(versionsOf(outside)["frontend/canary"]).toBe("b-new");
    expect(outside.router.wanted).toMatchObject({ release: "b", sharePct: 10 });
  });
});

describe("a halted release", () => {
  test("freezes its environment until the freeze is lifted", async () => {
    const { engine, store, pass, statusOf } = await place([
      { of: "prices", arm: "both", value: 1, fromMs: minuteMs, untilMs: 5 * minuteMs, fromSharePct: 0 },
    ]);
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
