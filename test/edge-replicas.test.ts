import { request } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { edge as edgeSource } from "../src/adapters/metrics/edge.ts";
import { createEdgeRouter, edge as edgeRouter, examineEdgesAt } from "../src/adapters/traffic/edge.ts";
import { createClock } from "../src/engine/clock.ts";
import { difference } from "../src/engine/increments.ts";
import type { Query, Reading } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import { openCluster, sendCrowd } from "./edge-cluster.ts";
import type { EdgeCluster, Replica } from "./edge-cluster.ts";
import { openEdge, token } from "./edge-world.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;

/** Tells and reads back until all edges agree, as the engine does at each tick. */
async function settle(cluster: EdgeCluster, sharePct: number): Promise<void> {
  const word = cluster.wanted({ sharePct });
  await expect
    .poll(
      async () => {
        await cluster.router.apply(word, never);
        return (await cluster.router.observe(never)).sharePct;
      },
      { timeout: 10_000 },
    )
    .toBe(sharePct);
}

/** The same until this replica, which has just come, is ready: its name takes a moment to be looked up again. */
async function takeIn(cluster: EdgeCluster, replica: Replica, sharePct: number): Promise<void> {
  await expect.poll(() => settle(cluster, sharePct).then(() => cluster.readiness(replica))).toBe(200);
}

/** One person's page load at one replica; `cookie` as the browser has it. */
async function load({ edge }: Replica, cookie = "other=1"): Promise<{ readonly version: unknown; readonly cookie: string }> {
  const answer = await request(edge.url, { headers: { accept: "text/html", cookie } });
  await answer.body.dump();
  const [set = ""] = [answer.headers["set-cookie"] ?? []].flat();
  return { version: answer.headers["x-version"], cookie: set === "" ? cookie : (set.split(";", 1)[0] ?? "") };
}

describe("a name with several edges behind it", () => {
  test("every replica is told, counts are added up, and a person has the same arm at each", async () => {
    const cluster = await openCluster();
    const replicas = await Promise.all([1, 2, 3].map((number) => cluster.join(number)));
    await settle(cluster, 50);
    const [first, second, third] = replicas as [Replica, Replica, Replica];
    for (let person = 0; person < 20; person += 1) {
      const { cookie } = await load(first);
      const met = await Promise.all([first, second, third].map((one) => load(one, cookie)));
      expect(new Set(met.map(({ version }) => version)).size).toBe(1);
    }
    const { forwarded } = await cluster.router.observe(never);
    expect((forwarded?.canary ?? 0) + (forwarded?.stable ?? 0)).toBe(80);
  });

  test("a late one is not ready before it has heard a word; then it has the share", async () => {
    const cluster = await openCluster();
    const limits = { readyAfterMs: 60_000 };
    const early = await cluster.join(1, limits);
    expect(await cluster.readiness(early)).toBe(503);
    await settle(cluster, 100);
    expect(await cluster.readiness(early)).toBe(200);
    const late = await cluster.join(2, limits);
    expect(await cluster.readiness(late)).toBe(503);
    await takeIn(cluster, late, 100);
    expect((await load(late)).version).toBe("canary");
  });

  test("a late one is seen within moments: until it is told the edges do not agree", async () => {
    const cluster = await openCluster();
    await cluster.join(1);
    await settle(cluster, 10);
    await cluster.join(2);
    await expect.poll(() => cluster.router.observe(never).catch(String)).toContain("the edges do not agree");
  });

  test("without a word a start is ready when its time is over, but never without a stable address", async () => {
    const cluster = await openCluster();
    const soon = await cluster.join(1, { readyAfterMs: 50 });
    await expect.poll(() => cluster.readiness(soon)).toBe(200);
    const blind = await openEdge({ limits: { readyAfterMs: 0 } });
    const answer = await fetch(`${blind.controlUrl}/ready`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("no stable address is known")]);
  });

  test("one that is silent and in the name blinds the router; one that has left the name does not, and its counts stay", async () => {
    const cluster = await openCluster();
    const [kept, lost] = await Promise.all([cluster.join(1), cluster.join(2)]);
    await settle(cluster, 100);
    for (const one of [kept, lost, lost]) await load(one);
    expect((await cluster.router.observe(never)).forwarded?.canary).toBe(3);
    const silent = await startSmallServer("hangs");
    onTestFinished(() => silent.close());
    await lost.edge.close();
    // It had said that it leaves, but nobody heard that: no call came between.
    await expect(cluster.router.observe(never)).rejects.toThrow("connection refused");
    await expect(cluster.router.apply(cluster.wanted({ sharePct: 100 }), never)).rejects.toThrow("connection refused");
    cluster.names.delete(lost.address);
    expect((await cluster.router.observe(never)).forwarded?.canary).toBe(3);
    await load(kept);
    expect((await cluster.router.observe(never)).forwarded?.canary).toBe(4);
  });

  test("one that was heard to leave is not missed, though the name still leads to it", async () => {
    const cluster = await openCluster();
    await cluster.join(1);
    const leaving = await cluster.join(2, { drainMs: 2_500 });
    await settle(cluster, 20);
    const closed = leaving.edge.close();
    expect(await cluster.readiness(leaving)).toBe(503);
    expect((await cluster.router.observe(never)).sharePct).toBe(20);
    await closed;
    expect((await cluster.router.observe(never)).sharePct).toBe(20);
    await cluster.router.apply(cluster.wanted({ sharePct: 0 }), never);
    expect((await cluster.router.observe(never)).sharePct).toBe(0);
  });

  test("one that starts again at its address is another one: what was counted before stays in the sum", async () => {
    const cluster = await openCluster();
    await cluster.join(1);
    const ending = await cluster.join(2);
    await settle(cluster, 100);
    await load(ending);
    await load(ending);
    expect((await cluster.router.observe(never)).forwarded?.canary).toBe(2);
    await ending.edge.close();
    const again = await cluster.join(2);
    await settle(cluster, 100);
    await load(again);
    expect((await cluster.router.observe(never)).forwarded?.canary).toBe(3);
  });

  test("edges with different keys do not agree", async () => {
    const [one, other] = await Promise.all([openEdge(), openEdge()]);
    const connection = edgeRouter.connection.parse({ control: [one.controlUrl, other.controlUrl], token });
    const router = createEdgeRouter(connection, { clock: createClock() });
    await expect(router.observe(never)).rejects.toThrow("--key-file");
  });
});

describe("names", () => {
  test("while a name cannot be resolved its last edges are told, and an error says so; after a minute nobody claims to see all", async () => {
    let laterMs = 0;
    const real = createClock();
    const cluster = await openCluster({ ...real, monotonicMs: () => real.monotonicMs() + laterMs });
    const only = await cluster.join(1);
    await settle(cluster, 30);
    cluster.resolve = () => Promise.reject(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }));
    laterMs += 2_000;
    expect((await cluster.router.observe(never)).sharePct).toBe(30);
    laterMs += 70_000;
    await expect(cluster.router.apply(cluster.wanted({ sharePct: 0 }), never)).rejects.toThrow(
      /cannot be resolved \(EAI_AGAIN\) for 7\d s/,
    );
    expect((await load(only)).version).toBe("stable");
    await only.edge.close();
    await expect(cluster.router.observe(never)).rejects.toThrow(/connection refused; the name cannot be resolved \(EAI_AGAIN\)/);
    cluster.resolve = null;
    await cluster.join(1);
    laterMs += 2_000;
    await settle(cluster, 0);
  });

  test("a name that never led anywhere is said", async () => {
    const cluster = await openCluster();
    await expect(cluster.router.observe(never)).rejects.toThrow(/edge\.shop\.svc:\d+: the name cannot be resolved \(ENOTFOUND\)/);
  });

  test("a question that nobody answers delays no word to edges that are known, and ends with the signal", async () => {
    const cluster = await openCluster();
    cluster.resolve = () => new Promise(() => {});
    const abort = new AbortController();
    const observed = cluster.router.observe(abort.signal);
    const reason = new Error("the tick is over");
    abort.abort(reason);
    await expect(observed).rejects.toBe(reason);
    const other = await openCluster();
    const only = await other.join(1);
    await settle(other, 40);
    other.resolve = () => new Promise(() => {});
    await expect.poll(async () => (await other.router.observe(never)).sharePct).toBe(40);
    await other.router.apply(other.wanted({ sharePct: 0 }), never);
    expect((await load(only)).version).toBe("stable");
  });

  test("one edge under two families of addresses is one, and a family that it does not listen on is left out", async () => {
    const cluster = await openCluster();
    const only = await cluster.join(1);
    await settle(cluster, 100);
    await load(only);
    const both = [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    cluster.resolve = () => Promise.resolve(both);
    await expect.poll(async () => (await cluster.router.observe(never)).forwarded?.canary).toBe(1);
    // The machine's own resolver, which may answer both families for this name.
    const { port } = new URL(only.edge.controlUrl);
    const connection = edgeRouter.connection.parse({ control: [`http://localhost:${port}`, only.edge.controlUrl], token });
    const router = createEdgeRouter(connection, { clock: createClock() });
    expect((await router.observe(never)).forwarded?.canary).toBe(1);
  });
});

test("people notice nothing of a rolling update: no request fails, and nobody changes sides", async () => {
  const cluster = await openCluster();
  const limits = { drainMs: 1_200, closeMs: 10_000, readyAfterMs: 60_000 };
  const replicas = await Promise.all([1, 2, 3].map((number) => cluster.join(number, limits)));
  await settle(cluster, 50);
  const crowd = sendCrowd(replicas);
  for (const [index, old] of replicas.entries()) {
    const fresh = await cluster.join(index + 4, limits);
    await takeIn(cluster, fresh, 50);
    crowd.ready = [...crowd.ready, fresh];
    const closed = old.edge.close();
    expect(await cluster.readiness(old)).toBe(503);
    // What the one in front does when it has seen that.
    crowd.ready = crowd.ready.filter((one) => one !== old);
    expect((await cluster.router.observe(never)).sharePct).toBe(50);
    await closed;
    cluster.names.delete(old.address);
  }
  expect(await crowd.leave()).toEqual({ failures: [], fallen: 0 });
  const { forwarded } = await cluster.router.observe(never);
  expect((forwarded?.canary ?? 0) + (forwarded?.stable ?? 0)).toBeLessThanOrEqual(crowd.served());
});

test("the share grows while one joins late, one dies and starts again: nobody falls back, and only the dead one's requests fail", async () => {
  const cluster = await openCluster();
  const limits = { readyAfterMs: 60_000 };
  const [first, dying] = await Promise.all([cluster.join(1, limits), cluster.join(2, { ...limits, closeMs: 1 })]);
  await settle(cluster, 20);
  const crowd = sendCrowd([first, dying]);
  const late = await cluster.join(3, limits);
  await takeIn(cluster, late, 40);
  crowd.ready = [first, dying, late];
  await dying.edge.close();
  crowd.ready = [first, late];
  await expect(cluster.router.observe(never)).rejects.toThrow("connection refused");
  cluster.names.delete(dying.address);
  await settle(cluster, 60);
  const again = await cluster.join(2, limits);
  await takeIn(cluster, again, 80);
  crowd.ready = [first, again, late];
  const { failures, fallen } = await crowd.leave();
  expect(fallen).toBe(0);
  expect(failures.filter(({ at }) => at !== dying.address)).toEqual([]);
  expect((await cluster.router.observe(never)).sharePct).toBe(80);
});

describe("the metric source", () => {
  const query: Query = {
    quantity: "q",
    metric: { name: "m", kind: "ratio", unit: "request", source: "edge", query: { bad: "5xx" }, better: "lower", rate: 0.001, minRuns: 5 },
    slowerThanMs: null,
  };
  const context = { release: "shop-1", environment: "production", sinceMs: 0, targets: [] };

  test("each start of an edge is a series of its own: what it counted is counted once, whoever comes and goes", async () => {
    const cluster = await openCluster();
    const first = await cluster.join(1);
    const ending = await cluster.join(2);
    await settle(cluster, 100);
    let cursor: Record<string, readonly [number, number, number]> | undefined;
    let atMs: number | null = null;
    let counted = 0;
    const read = async (): Promise<void> => {
      const reading: Reading | undefined = (await cluster.source.read([query], context, never)).get("q");
      if (reading?.kind !== "counters") throw new Error(`not counters but ${reading?.kind}`);
      const { seen, cursor: changed } = difference(reading, cursor, atMs);
      if (seen.kind === "increment" && seen.increment.kind === "counts") counted += seen.increment.canary.total;
      [cursor, atMs] = [{ ...cursor, ...changed }, reading.atMs];
    };
    const visit = async (one: Replica, times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) await load(one);
    };
    await read();
    await visit(first, 3);
    await visit(ending, 4);
    await read();
    expect(counted).toBe(7);
    const limits = { readyAfterMs: 60_000 };
    // One comes and counts, one goes after it was read, and starts again at its address with a higher count than before.
    const late = await cluster.join(3, limits);
    await read();
    await takeIn(cluster, late, 100);
    await visit(late, 5);
    await ending.edge.close();
    const again = await cluster.join(2, limits);
    await takeIn(cluster, again, 100);
    await visit(again, 6);
    await expect.poll(() => read().then(() => counted)).toBe(7 + 5 + 6);
    await late.edge.close();
    cluster.names.delete(late.address);
    await visit(first, 1);
    await read();
    expect(counted).toBe(7 + 5 + 6 + 1);
  });

  test("an edge that is silent is an outage, not a smaller count", async () => {
    const cluster = await openCluster();
    await cluster.join(1);
    const lost = await cluster.join(2);
    await settle(cluster, 100);
    await lost.edge.close();
    await expect(cluster.source.read([query], context, never)).rejects.toThrow("connection refused");
    expect(edgeSource.kind).toBe("edge");
  });
});

describe("doctor", () => {
  const examine = async (control: readonly string[], resolve?: EdgeCluster["resolve"]) =>
    inEnglish(
      await examineEdgesAt(
        edgeRouter.connection.parse({ control, token }),
        { clock: createClock(), ...(resolve ? { resolve: () => resolve() } : {}) },
        never,
      ),
    );

  test("says what the name leads to, and how each edge and their keys are", async () => {
    const cluster = await openCluster();
    await Promise.all([cluster.join(1), cluster.join(2)]);
    const checks = await examine([cluster.control], () => Promise.resolve([...cluster.names].map((address) => ({ address, family: 4 }))));
    expect(checks.map(({ what, verdict }) => [what.replace(/:\d+$/, ""), verdict])).toEqual([
      ["http://edge.shop.svc", "ok"],
      ["edge http://127.0.0.1", "ok"],
      ["edge http://127.0.0.2", "ok"],
      ["the key of the edges", "ok"],
    ]);
    expect(checks[0]?.says).toContain("2 addresses");
  });

  test("finds a name that leads nowhere, an edge that is not there, a wrong token, other keys, no stable address", async () => {
    const [one, other] = await Promise.all([openEdge(), openEdge()]);
    const gone = await startSmallServer("refuses");
    await gone.behave("refuses");
    const stranger = await openEdge({ token: "quite-another-token" });
    const [nowhere] = await examine(["http://edge.invalid:8081"], () => Promise.resolve([]));
    expect(nowhere).toMatchObject({ verdict: "wrong", says: expect.stringContaining("cannot be resolved") });
    const checks = await examine([one.controlUrl, other.controlUrl, gone.url, stranger.controlUrl]);
    expect(checks.map(({ verdict }) => verdict)).toEqual(["doubtful", "doubtful", "wrong", "wrong", "wrong"]);
    expect(checks.map(({ says }) => says).join(" ")).toMatch(/no stable address.*refused.*401.*different keys/);
    expect(JSON.stringify(checks)).not.toContain(token);
    expect(checks.every(({ remedy }) => remedy !== null)).toBe(true);
  });
});
