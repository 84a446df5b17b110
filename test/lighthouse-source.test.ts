import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { lighthouse } from "../src/adapters/metrics/lighthouse.ts";
import type { Ran } from "../src/adapters/metrics/lighthouse/run-page.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import { scoresContract } from "./contract/metrics.ts";
import { ask, fakeRun, folder, heldClock, ran, rulesOf, score, target, world } from "./lighthouse-world.ts";

const secret = "correct-horse-battery";

scoresContract("lighthouse", async () => {
  const fake = fakeRun();
  const targets = [target()];
  const closed = Promise.withResolvers<Ran>();
  const { source, context } = world(fake, { connection: { headers: { authorization: secret } }, clock: createClock(), targets });
  return {
    source,
    query: ask(),
    context,
    showSome: () => fake.behave(ran({ performance: 0.93 })),
    showWorse: () => fake.behave(ran({ performance: 0.4 })),
    showNothing: () => void targets.splice(0),
    fail: () => fake.behave(() => ({ kind: "failed", why: "its process ended without an answer" })),
    hang: () => fake.behave(() => closed.promise),
    reached: () => fake.reached(),
    secret,
    // The next source waits for its turn.
    close: async () => closed.resolve({ kind: "failed", why: "it is over" }),
  };
});

describe("lighthouse measures", () => {
  test("both versions in turn, each round beginning with the one that ended the round before", async () => {
    const fake = fakeRun((told) => ran({ performance: told.door.routes[0]?.url.endsWith("4100") ? 0.7 : 0.9 })(told));
    const at = world(fake, { targets: [target(), target({ arm: "stable", version: "1", url: "http://127.0.0.1:4200" })] });
    expect(score(await at.read())).toEqual([70, 90]);
    expect(score(await at.read())).toEqual([70, 90]);
    const ports = fake.jobs.map(({ door }) => door.routes[0]?.url.slice(-4));
    expect(ports).toEqual(["4100", "4200", "4200", "4100"]);
  });

  test("all categories of a page in one run, and each page by itself", async () => {
    const fake = fakeRun((told) => ran({ performance: 0.91, accessibility: told.path === "/dashboard" ? 0.8 : 0.97 })(told));
    const at = world(fake, { targets: [target()] });
    const readings = await at.readAll([
      ask({}, "speed"),
      ask({ category: "accessibility" }, "access"),
      ask({ category: "accessibility", path: "/dashboard" }, "dashboard"),
    ]);
    expect([...readings.values()].map(score)).toEqual([
      [91, null],
      [97, null],
      [80, null],
    ]);
    expect(fake.jobs.map(({ path, categories }) => [path, categories])).toEqual([
      ["/", ["performance", "accessibility"]],
      ["/dashboard", ["accessibility"]],
    ]);
  });

  test("one run at a time, whichever page or source asked", async () => {
    let running = 0;
    let most = 0;
    const slow = fakeRun(async (told) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return ran()(told);
    });
    const [one, other] = [world(slow), world(slow)];
    await Promise.all([one.readAll([ask(), ask({ path: "/a" }, "a")]), other.readAll([ask(), ask({ path: "/b" }, "b")])]);
    expect(slow.jobs.length).toBe(8);
    expect(most).toBe(1);
  });

  test("as many rounds as decide, one after the other, and then one every so often; each is told once", async () => {
    const { clock, advance } = heldClock();
    const fake = fakeRun();
    const at = world(fake, { clock, connection: { every: "10m" }, targets: [target()] });
    const query = ask({}, "q", 3);
    for (const _ of [1, 2, 3]) expect(score(await at.read(query))).toEqual([100, null]);
    expect(await at.read(query)).toEqual({ kind: "no-data" });
    advance(599_999);
    expect(await at.read(query)).toEqual({ kind: "no-data" });
    advance(1);
    expect(score(await at.read(query))).toEqual([100, null]);
    expect(fake.jobs.length).toBe(4);
  });

  test("in the background: it goes on for somebody who has gone, and says so until something is known", async () => {
    const done = Promise.withResolvers<void>();
    const fake = fakeRun(async (told) => (await done.promise, ran({ performance: 0.5 })(told)));
    const at = world(fake, { clock: heldClock(0).clock, targets: [target()], connection: { every: "10m" } });
    expect(await at.read()).toEqual({ kind: "unavailable", why: "/: being measured for the first time", soon: true });
    done.resolve();
    await vi.waitFor(async () => expect(score(await at.read(ask({}, "q", 1)))).toEqual([50, null]));
    expect(fake.jobs.length).toBe(1);
  });

  test("the several targets of a version in turn", async () => {
    const fake = fakeRun();
    const at = world(fake, { targets: [target(), target({ url: "http://127.0.0.1:4101" })] });
    await at.read();
    await at.read();
    expect(fake.jobs.map(({ door }) => door.routes[0]?.url)).toEqual(["http://127.0.0.1:4100", "http://127.0.0.1:4101"]);
  });

  test("stable's trouble leaves the canary's score alone; the canary's trouble is told, and tried again", async () => {
    const { clock, advance } = heldClock();
    const fake = fakeRun((told) => (told.door.routes[0]?.url.endsWith("4200") ? { kind: "failed", why: "gone" } : ran()(told)));
    const stable = target({ arm: "stable", version: "1", url: "http://127.0.0.1:4200" });
    const at = world(fake, { clock, targets: [target(), stable], connection: { every: "10m" } });
    expect(score(await at.read())).toEqual([100, null]);
    fake.behave(() => ({ kind: "failed", why: "its process ended without an answer: Killed" }));
    await expect(at.read()).rejects.toThrow("/ of canary: its process ended without an answer: Killed");
    fake.behave(ran());
    await expect(at.read()).rejects.toThrow("Killed");
    advance(60_000);
    expect(score(await at.read())).toEqual([100, 100]);
  });
});

describe("lighthouse reaches a version", () => {
  const backend = { service: "backend", url: "http://127.0.0.1:4300" };
  const doors = async (words: Parameters<typeof world>[1], query = ask()) => {
    const fake = fakeRun();
    const at = world(fake, words);
    await at.read(query);
    return fake.jobs.map(({ door }) => door);
  };

  test("by the plan's routes, so that a page finds all its services at the version that is measured", async () => {
    const routes = [
      { path: "/", service: "frontend" },
      { path: "/api", service: "backend" },
    ];
    const [door] = await doors({ routes, targets: [target(), target(backend)] });
    expect(door?.routes).toEqual([
      { path: "/api", url: "http://127.0.0.1:4300" },
      { path: "/", url: "http://127.0.0.1:4100" },
    ]);
  });

  test("by the service that the metric names", async () => {
    const routes = [
      { path: "/", service: "frontend" },
      { path: "/api", service: "backend" },
    ];
    const [door] = await doors({ routes, targets: [target(), target(backend)] }, ask({ service: "backend", path: "/api/docs" }));
    expect(door?.routes).toEqual([{ path: "/", url: "http://127.0.0.1:4300" }]);
  });

  test("through the router, with the headers that each version takes, and nobody's cookie lost", async () => {
    const connection = {
      base: "https://shop.example",
      arms: { canary: { Cookie: "arm=canary" }, stable: { "x-arm": "stable" } },
      headers: { cookie: "consent=1" },
    };
    const [canary, stable] = await doors({ connection });
    expect(canary).toMatchObject({ routes: [{ path: "/", url: "https://shop.example" }], cookie: "arm=canary", isOwnHost: true });
    expect(stable).toMatchObject({ headers: { "x-arm": "stable" }, cookie: "consent=1" });
  });

  test("and says so when nobody says which service has the page", async () => {
    const at = world(fakeRun(), { targets: [target(), target(backend)] });
    await expect(at.read()).rejects.toThrow("nobody says which service has the page; write service in the metric");
  });
});

describe("lighthouse takes nothing else for a score", () => {
  test.each<[string, (told: Parameters<ReturnType<typeof ran>>[0]) => Ran, string]>([
    ["a page that paints nothing", ran({ runtimeError: { code: "NO_FCP", message: "nothing" } }), "Lighthouse says NO_FCP: nothing"],
    ["a server error", ran({ runtimeError: { code: "ERRORED_DOCUMENT_REQUEST", message: "(Status code: 500)" } }), "(Status code: 500)"],
    ["a broken audit", ran({ performance: null, audits: { "total-blocking-time": broken() } }), "total-blocking-time failed (no trace)"],
    ["a redirect", ran({ path: "/login" }), "it ended at /login, which is not the page"],
    ["another page", ran({}, "Sign in"), 'it does not show "Your dashboard"'],
    ["a truncated report", (told) => ({ ...ran()(told), report: '{"categories": {' }) as Ran, "it is no report of Lighthouse"],
    ["a score that is none", ran({ performance: Number.NaN }), "Lighthouse has no score for performance"],
    ["a score beyond 1", ran({ performance: 93 }), "it is no report of Lighthouse: categories.performance.score"],
    ["a crash", () => ({ kind: "failed", why: "its process ended without an answer: SIGSEGV" }), "SIGSEGV"],
    ["a runner that throws", () => Promise.reject<Ran>(new Error("no space left")) as never, "no space left"],
  ])("%s", async (_says, behaviour, why) => {
    const at = world(fakeRun(behaviour), { targets: [target()] });
    await expect(at.read(ask({ contains: "Your dashboard" }))).rejects.toThrow(why);
  });

  function broken() {
    return { score: null, scoreDisplayMode: "error", errorMessage: "no trace" };
  }

  test("a machine without a browser", async () => {
    const at = world(fakeRun(), { connection: { chromium: "/no/such/browser" } });
    await expect(at.read()).rejects.toThrow("there is no Chromium on this machine: install it, or write its path");
  });

  test("a login that logs nobody in", async () => {
    const login = { service: "frontend", request: "POST /login", json: { password: secret } };
    const at = world(fakeRun(), { connection: { login }, targets: [target({ url: "http://127.0.0.1:1" })] });
    const error: unknown = await at.read().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("POST http://127.0.0.1:1/login: connection refused");
    expect(String(error)).not.toContain(secret);
  });
});

describe("lighthouse names what cost points", () => {
  const audits = {
    label: { score: 0, scoreDisplayMode: "binary", details: { items: [{}, {}, {}] } },
    "image-alt": { score: 1, scoreDisplayMode: "binary" },
    list: { score: 0, scoreDisplayMode: "binary", details: { items: [{}] } },
    "color-contrast": { score: 0, scoreDisplayMode: "binary", details: { items: [{}, {}] } },
    "first-contentful-paint": { score: 0.2, scoreDisplayMode: "numeric" },
    "largest-contentful-paint": { score: 0.9, scoreDisplayMode: "numeric" },
    "total-blocking-time": { score: 0.99999, scoreDisplayMode: "numeric" },
    "document-latency-insight": {
      score: 0.5,
      scoreDisplayMode: "metricSavings",
      details: { type: "checklist", items: { noRedirects: {} } },
    },
    "unused-javascript": { score: 0, scoreDisplayMode: "metricSavings" },
  };

  test("the gravest first, with where people can look at it; its report is kept", async () => {
    const at = world(fakeRun(ran({ performance: 0.8, accessibility: 0.6, audits })), { targets: [target()] });
    const readings = await at.readAll([ask({}, "speed"), ask({ category: "accessibility" }, "access")]);
    const [speed, access] = ["speed", "access"].map((one) => rulesOf(readings.get(one)));
    expect(speed?.map(({ rule }) => rule)).toEqual(["first-contentful-paint", "largest-contentful-paint"]);
    expect(access?.map(({ rule, places }) => [rule, places])).toEqual([
      ["label", 3],
      ["color-contrast", 2],
      ["list", 1],
    ]);
    expect(readFileSync(access?.[0]?.at ?? "", "utf8")).toBe("<p>report</p>");
  });

  test("and nothing that a killed run left stays", () => {
    const dataDir = folder();
    mkdirSync(join(dataDir, "runs/run-of-before"), { recursive: true });
    world(fakeRun(), { dataDir });
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test("or its address, where one serves the folder; no more reports than are to be kept", async () => {
    const { clock, advance } = heldClock();
    const at = world(fakeRun(ran({ performance: 0.8, audits })), {
      clock,
      dataDir: folder(),
      connection: { keep: 3, reports: "https://reports.example/serin/" },
    });
    for (const _ of [1, 2, 3]) {
      advance(1_000);
      await at.read();
    }
    const kept = readdirSync(join(at.dataDir, "reports"));
    expect(kept.length).toBe(3);
    advance(1_000);
    const reading = await at.read();
    expect(rulesOf(reading)[0]?.at).toMatch(/^https:\/\/reports\.example\/serin\/2025-08-19T[\d-]+\.000Z-canary\/report\.html$/);
    expect(readdirSync(join(at.dataDir, "runs"))).toEqual([]);
  });
});

test.each<[MetricKind, Metric["query"], string]>([
  ["score", {}, "category is missing. Write category: performance"],
  ["score", { category: "speed" }, "Lighthouse has no category speed. It has performance, accessibility, best-practices, seo."],
  ["score", { category: "seo", path: "dashboard" }, "path dashboard does not begin with one /"],
  ["score", { category: "seo", path: "//elsewhere/x" }, "path //elsewhere/x does not begin with one /"],
  ["score", { category: "seo", service: " " }, "service is empty"],
  ["score", { category: "seo", contains: "" }, "contains is empty"],
  ["level", { category: "seo" }, "a page has no level here. Write kind: score."],
])("lighthouse's words: %s %j is a problem with its remedy", (kind, words, problem) =>
  expect(lighthouse.checkQuery(kind, words)).toContain(problem),
);

test.each([
  { timeout: "soon" },
  { every: "often" },
  { preset: "tablet" },
  { keep: 1 },
  { base: "https://shop.example" },
  { arms: { canary: {}, stable: {} } },
  { base: "https://shop.example?x=1", arms: { canary: {}, stable: {} } },
  { lhci: { url: "https://lhci.example" } },
  { login: { service: "backend", request: "/api/login" } },
  { path: "/" },
])("lighthouse's connection refuses %j", (words) => expect(lighthouse.connection.safeParse(words).success).toBe(false));
