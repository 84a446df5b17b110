import { describe, expect, test } from "vitest";
import { axe } from "../src/adapters/metrics/axe.ts";
import { rulesWithoutLayout } from "../src/adapters/metrics/axe/accessibility-score.ts";
import { sayFindings } from "../src/core/messages/findings.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, Reading } from "../src/ports.ts";
import { ask, good, page, patientClock, score, target, world, worse, worst } from "./axe-world.ts";
import { scoresContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";

const secret = "correct-horse-battery";

scoresContract("axe", async () => {
  const server = await startSmallServer();
  const login = { service: "frontend", request: "POST /login", json: { password: secret }, headers: { "x-key": secret } };
  const source = axe.create(axe.connection.parse({ login, every: "0s" }), { clock: patientClock(), dataDir: "unused" });
  let targets = [target(server.url)];
  const showPage = (html: string) =>
    server.behave((request, response) => {
      if (request.method === "POST") response.setHeader("set-cookie", `session=${secret}; Path=/`);
      page(html)(request, response);
    });
  return {
    source,
    query: ask(),
    get context() {
      return { release: "r", environment: "production", sinceMs: 0, targets };
    },
    showSome: () => showPage(good),
    showWorse: () => showPage(worse),
    showNothing: () => void (targets = []),
    secret,
    ...troublesOf(server),
  };
});

describe("axe scores", () => {
  test("each version by itself", async () => {
    const at = await world({ two: {}, one: { arm: "stable", version: "1" } }, { connection: { every: "0s" } });
    expect(score(await at.read())).toEqual([100, 100]);
    await at.show("two", worse);
    const [canary, stable] = score(await at.read()) as [number, number];
    expect(canary).toBeLessThan(95);
    expect(stable).toBe(100);
  });

  test("the worst of several targets", async () => {
    const at = await world({ a: {}, b: {}, c: {} }, { connection: { every: "0s" } });
    await at.show("b", worst);
    await at.show("c", worse);
    const [lowest] = score(await at.read()) as [number];
    await at.show("b", worse);
    expect((score(await at.read()) as [number])[0]).toBeGreaterThan(lowest);
  });

  test("each page of its own, asking each target once a path", async () => {
    const at = await world({ a: {} });
    await at.behave("a", (request, response) => page(request.url === "/dashboard" ? good : worse)(request, response));
    const readings = await at.readAll([ask({}, "dashboard"), ask({ path: "/" }, "home"), ask({ category: "accessibility" }, "again")]);
    expect(score(readings.get("dashboard") as Reading)).toEqual([100, null]);
    expect(readings.get("again")).toEqual(readings.get("dashboard"));
    expect((score(readings.get("home") as Reading) as [number])[0]).toBeLessThan(95);
    expect([...at.server("a").requests].sort()).toEqual(["GET /", "GET /dashboard"]);
  });

  test("with the style sheets that the target itself serves, and asks nobody else for more", async () => {
    const at = await world({ a: {}, elsewhere: { service: "cdn" } });
    const links = `<link rel="stylesheet" href="/app.css"><link rel="stylesheet" href="${at.server("elsewhere").url}/more.css">`;
    let css = "";
    await at.behave("a", (request, response) => {
      if (request.url === "/dashboard") return page(worse.replace("</head>", `${links}</head>`))(request, response);
      response.setHeader("content-type", "text/css");
      response.end(css);
    });
    expect((score(await at.read()) as [number])[0]).toBeLessThan(95);
    css = "input { display: none }";
    const other = ask({ path: "/dashboard?again" });
    await at.behave("a", (request, response) => {
      if (request.url?.startsWith("/dashboard")) return page(worse.replace("</head>", `${links}</head> `))(request, response);
      response.setHeader("content-type", "text/css");
      response.end(css);
    });
    expect(score(await at.read(other))).toEqual([100, null]);
    expect(at.server("elsewhere").requests).toEqual([]);
  });
});

describe("axe looks again", () => {
  /** A clock whose hand the test moves; waiting still takes the machine's time. */
  function heldClock() {
    const real = patientClock();
    let nowMs = 1_755_600_000_000;
    return {
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, wait: (ms, signal) => real.wait(ms, signal) } satisfies Clock,
      advance: (ms: number) => (nowMs += ms),
    };
  }

  test("at other bytes only when its time has come, and has nothing to say until then", async () => {
    const { clock, advance } = heldClock();
    const at = await world({ a: {} }, { clock, connection: { every: "30s" } });
    expect(score(await at.read())).toEqual([100, null]);
    await at.show("a", worse);
    expect(await at.read()).toEqual({ kind: "no-data" });
    advance(29_999);
    expect(await at.read()).toEqual({ kind: "no-data" });
    advance(1);
    const [lower] = score(await at.read()) as [number];
    expect(lower).toBeLessThan(95);
    await at.show("a", good);
    expect(score(await at.read())).toEqual([100, null]);
    await at.show("a", worse);
    expect(score(await at.read())).toEqual([lower, null]);
  });

  test("and a page that was no page is none until it is looked at again", async () => {
    const { clock, advance } = heldClock();
    const at = await world({ a: {} }, { clock, connection: { every: "30s" } });
    await at.show("a", '<div id="root"></div>');
    await expect(at.read()).rejects.toThrow("it shows nothing until its scripts run");
    await at.show("a", good);
    await expect(at.read()).rejects.toThrow("it shows nothing until its scripts run");
    advance(30_000);
    expect(score(await at.read())).toEqual([100, null]);
  });

  test("for somebody who has gone, and tells the next one, once", async () => {
    const { clock, advance } = heldClock();
    const looking = Promise.withResolvers<void>();
    const wait: Clock["wait"] = (ms, signal) => {
      // So long somebody is kept waiting for a look that is under way.
      if (ms === 2_500) looking.resolve();
      return clock.wait(ms, signal);
    };
    const at = await world({ a: {} }, { clock: { ...clock, wait }, connection: { every: "30s" } });
    await at.show("a", worse);
    const gone = new AbortController();
    const reading = at.readAll([ask()], gone.signal).catch((error: unknown) => error);
    await looking.promise;
    gone.abort("the tick is over");
    expect(await reading).toBe("the tick is over");
    await at.show("a", good);
    expect((score(await at.read()) as [number])[0]).toBeLessThan(95);
    expect(await at.read()).toEqual({ kind: "no-data" });
    advance(30_000);
    expect(score(await at.read())).toEqual([100, null]);
  });

  test("and says so while nothing is known yet", async () => {
    const clock = createClock();
    const isPatient = (ms: number): boolean => ms !== 2_500;
    const wait: Clock["wait"] = (ms, signal) => (isPatient(ms) ? clock.wait(ms * 20, signal) : Promise.resolve());
    const at = await world({ a: {} }, { clock: { ...clock, wait } });
    const why: unknown = expect.stringContaining("/dashboard: being looked at for the first time");
    expect(await at.read()).toEqual({ kind: "unavailable", why, soon: true });
    await expect.poll(() => at.read().then(score, () => "not yet")).toEqual([100, null]);
  });
});

describe("axe takes nothing else for the page", () => {
  test.each<[string, Behaviour, string]>([
    ["a server error", (_, response) => void response.writeHead(503).end("down"), "answered 503"],
    [
      "a redirect",
      (_, response) => void response.writeHead(302, { location: "/login?next=secret" }).end(),
      "answered 302 to http://127.0.0.1",
    ],
    [
      "a refusal",
      (_, response) => void response.writeHead(403).end(),
      "answered 403, which is not the page; perhaps the source needs a login",
    ],
    [
      "JSON",
      (_, response) => void response.setHeader("content-type", "application/json").end("{}"),
      "with application/json, which is no HTML",
    ],
    ["no type", (_, response) => void response.end(good), "with no content type"],
    ["a page of another kind", page("<main><h1>Maintenance</h1></main>"), 'answered 200 without "Your dashboard", so it is another page'],
    ["an endless page", (_, response) => void response.writeHead(200, { "content-type": "text/html" }).write(good), "no answer within"],
    ["a huge page", page(`Your dashboard${"x".repeat(2 * 1024 * 1024)}`), "characters, more than 2097152"],
    ["a page without words", page('<title>Your dashboard</title><div id="root"></div>'), "it shows nothing until its scripts run"],
    ["a page that nests without end", page(`Your dashboard${"<div>".repeat(600)}`), "it nests elements more than 512 deep"],
    ["nobody", "refuses", "connection refused"],
  ])("%s is no score", async (_says, behaviour, why) => {
    const isKept = why === "no answer within";
    const at = await world({ a: {} }, isKept ? { connection: { timeout: "200ms" }, clock: createClock() } : {});
    await at.behave("a", behaviour);
    const error: unknown = await at.read(ask({ contains: "Your dashboard" })).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(why);
    expect(String(error)).not.toContain("secret");
  });

  test("but goes on with the other targets, and with the other pages", async () => {
    const at = await world({ a: {}, b: {}, old: { arm: "stable", version: "1" } });
    await at.behave("a", "refuses");
    await at.behave("old", (_, response) => void response.writeHead(500).end());
    expect(score(await at.read())).toEqual([100, null]);
    await at.behave("b", (request, response) => {
      if (request.url === "/") return page(good)(request, response);
      response.writeHead(404).end();
    });
    const readings = await at.readAll([ask({}, "dashboard"), ask({ path: "/" }, "home")]);
    expect(readings.get("dashboard")).toMatchObject({ kind: "unavailable", why: expect.stringContaining("connection refused") });
    expect(score(readings.get("home") as Reading)).toEqual([100, null]);
  });

  test("nor the page of another service", async () => {
    const at = await world({ a: { service: "backend" } });
    expect(await at.read()).toEqual({ kind: "no-data" });
  });
});

test.each(["en", "fr"] as const)("every rule that axe is asked for has its own words in %s", (language) => {
  const rules = [...rulesWithoutLayout, "color-contrast"];
  const words = rules.map((rule) => sayFindings([{ rule, places: 1 }], language));
  expect(words.filter((said) => /[“«]/.test(said))).toEqual([]);
  expect(new Set(words).size).toBe(rules.length);
});

test.each<[MetricKind, Metric["query"], string]>([
  ["score", {}, "service is missing. Write service: frontend"],
  ["score", { service: "web", path: "dashboard" }, "path dashboard does not begin with one /"],
  ["score", { service: "web", path: "//elsewhere/x" }, "path //elsewhere/x does not begin with one /"],
  ["score", { service: "web", category: "performance" }, "axe has no category performance. Write category: accessibility"],
  ["score", { service: "web", contains: " " }, "contains is empty"],
  ["level", { service: "web" }, "a page has no level here. Write kind: score."],
])("axe's words: %s %j is a problem with its remedy", (kind, words, problem) => expect(axe.checkQuery(kind, words)).toContain(problem));

test.each([
  { timeout: "soon" },
  { every: "often" },
  { login: { service: "backend" } },
  { login: { service: "backend", request: "/api/login" } },
  { login: { service: "backend", request: "POST //elsewhere" } },
  { login: { service: "backend", request: "POST /login", json: {}, form: {} } },
  { path: "/dashboard" },
])("axe's connection refuses %j", (words) => expect(axe.connection.safeParse(words).success).toBe(false));
