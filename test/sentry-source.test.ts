import { describe, expect, test } from "vitest";
import { sentry } from "../src/adapters/metrics/sentry.ts";
import { oneLine } from "../src/adapters/one-line.ts";
import { nextCursor, releaseName } from "../src/adapters/sentry-api.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock } from "../src/ports.ts";
import { metricsContract } from "./contract/metrics.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sourceFaults } from "./contract/source-faults.ts";
import { hastyClock } from "./fixtures/hasty-clock.ts";
import { samplePlan } from "./sample-plan.ts";
import { sampleTarget } from "./sample-query.ts";
import { ask, context, never, smallSentry, token, world } from "./sentry-world.ts";
import type { SentryFacts } from "./sentry-world.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const fatal = ask({ query: "level:fatal" });
const calm: SentryFacts = { releases: { "frontend@2": { sessions: 100, users: 60 }, "frontend@1": { sessions: 900, users: 500 } } };

metricsContract("sentry", async () => {
  let facts: SentryFacts = calm;
  const server = await startSmallServer();
  const connection = sentry.connection.parse({
    url: server.url.replace("//", `//user:${token}@`),
    organization: "shop",
    project: "web",
    token,
  });
  return {
    source: sentry.create(connection, { clock: createClock(), dataDir: "unused" }),
    query: fatal,
    context,
    show: async ({ bad, total }) => {
      facts = { releases: { "frontend@2": { sessions: total, events: bad } } };
      await server.behave(smallSentry(() => facts));
    },
    showNothing: () => server.behave(smallSentry(() => ({ releases: {} }))),
    secret: token,
    ...troublesOf(server),
  };
});

const spoiltEvents =
  (events: string): Behaviour =>
  (request, response) =>
    request.url?.includes("/events/")
      ? response.end(`{"data":[{"count()":${events},"count_unique(user)":1}],"meta":{}}`)
      : smallSentry(() => calm)(request, response);

sourceFaults("sentry", {
  connect: ({ url, timeoutMs, tls, secret }) => ({
    source: sentry.create(
      sentry.connection.parse({ url, organization: "shop", project: "web", token: secret, timeout: `${timeoutMs}ms`, tls }),
      {
        clock: hastyClock(),
        dataDir: "unused",
      },
    ),
    query: fatal,
    context,
  }),
  answers: smallSentry(() => calm),
  spoilt: {
    "a count as a text": spoiltEvents('"4"'),
    "a count below zero": spoiltEvents("-1"),
    "half an event": spoiltEvents("0.5"),
    "NaN, which JSON does not know": spoiltEvents("NaN"),
    "a number beyond all numbers": spoiltEvents("1e999"),
    "no count": spoiltEvents("null"),
  },
  hasTls: true,
});

describe("sentry counts, since the release began", () => {
  test("errors of each arm's release, in sessions", async () => {
    const at = await world({ releases: { "frontend@2": { sessions: 100, events: 3 }, "frontend@1": { sessions: 900, events: 1 } } });
    expect((await at.read(fatal)).get("critical-errors")).toEqual({
      kind: "counters",
      atMs: expect.any(Number),
      series: [
        { series: "sessions canary", arm: "canary", bad: 3, total: 100, slice: null, bornMs: null, neverRestarts: true },
        { series: "sessions stable", arm: "stable", bad: 1, total: 900, slice: null, bornMs: null, neverRestarts: true },
      ],
    });
  });

  test("by its project, environment, releases and the time since it began", async () => {
    const at = await world(calm);
    await at.read(fatal);
    const [events] = at.asked("events");
    expect(Object.fromEntries(events ?? [])).toMatchObject({
      project: "42",
      environment: "production",
      query: 'level:fatal release:["frontend@2"]',
      start: "2026-01-01T00:30:00",
      dataset: "errors",
    });
    expect(events?.getAll("field")).toEqual(["count()", "count_unique(user)"]);
    expect(at.asked("sessions").map((one) => one.get("query"))).toEqual(['release:"frontend@2"', 'release:"frontend@1"']);
  });

  test.each<[string, Metric["query"], MetricKind, readonly [number, number]]>([
    ["sessions that crashed", {}, "ratio", [4, 300]],
    ["users whose session crashed", { of: "users" }, "ratio", [2, 70]],
    ["users with an error", { of: "users", query: "level:error" }, "ratio", [9, 70]],
    ["users with an error, as a count", { of: "users", query: "level:error" }, "count", [9, 70]],
  ])("%s", async (_says, words, kind, [bad, total]) => {
    const at = await world({
      releases: { "frontend@2": { sessions: 300, crashed: 4, users: 70, crashedUsers: 2, events: 20, affected: 9 } },
    });
    expect((await at.read(ask(words, kind, "q"))).get("q")).toMatchObject({
      series: [
        { bad, total },
        { bad: 0, total: 0 },
      ],
    });
  });

  test("an error without any session around it is not lost", async () => {
    const at = await world({ releases: { "frontend@2": { events: 2 } } });
    expect((await at.read(fatal)).get("critical-errors")).toMatchObject({
      series: [
        { bad: 2, total: 2 },
        { bad: 0, total: 0 },
      ],
    });
  });

  test("the releases of every service, or of one; those that both arms run tell nothing", async () => {
    const targets = [
      sampleTarget("canary", "2"),
      sampleTarget("stable", "1"),
      sampleTarget("canary", "7", "backend"),
      sampleTarget("stable", "7", "backend"),
    ];
    const releases = { "frontend@2": { sessions: 10 }, "backend@7": { sessions: 1_000 }, "frontend@1": { sessions: 90 } };
    const at = await world({ releases }, { context: { ...context, targets } });
    const backend = ask({ query: "level:fatal", service: "backend" }, "count", "backend");
    const readings = await at.read(fatal, backend);
    expect(readings.get("critical-errors")).toMatchObject({ series: [{ total: 10 }, { total: 90 }] });
    expect(readings.get("backend")).toEqual({
      kind: "unavailable",
      why: expect.stringContaining("both arms run the same release in Sentry (backend@7)"),
    });
  });

  test("each question once, whatever the number of metrics, and the project's number once for all", async () => {
    const at = await world(calm);
    const queries = [
      fatal,
      ask({}, "ratio", "crashes"),
      ask({ of: "users" }, "ratio", "users"),
      ask({ query: "level:fatal" }, "count", "again"),
    ];
    await at.read(...queries);
    await at.read(...queries);
    expect([at.asked("web").length, at.asked("sessions").length, at.asked("events").length]).toEqual([1, 4, 4]);
  });

  test("nothing runs: no data; a version that Sentry could not call so is a problem", async () => {
    const empty = await world(calm, { context: { ...context, targets: [] } });
    expect((await empty.read(fatal)).get("critical-errors")).toEqual({ kind: "no-data" });
    const words = { release: "{service}@{version}" };
    const images = await world(calm, {
      words,
      context: { ...context, targets: [sampleTarget("canary", "ghcr.io/shop/frontend:2@sha256:00ff")] },
    });
    await expect(images.read(fatal)).rejects.toThrow('makes no name of a release in Sentry; write release: "{service}@{tag}"');
  });
});

describe("sentry names the canary's errors", () => {
  const issue = (id: number, title: string, count: number, firstSeen: string) => ({
    id: String(id),
    shortId: `WEB-${id}`,
    title,
    culprit: "pay",
    permalink: `https://shop.sentry.io/issues/${id}/`,
    level: "fatal",
    count: String(count),
    userCount: 1,
    firstSeen,
    lastSeen: firstSeen,
  });
  const frame = (name: string, lineNo: number, inApp: boolean) => ({ function: name, filename: "checkout.ts", lineNo, inApp });
  const event = {
    eventID: "ab",
    entries: [
      { type: "message", data: { formatted: "x" } },
      {
        type: "exception",
        data: {
          values: [
            { type: "TypeError", stacktrace: { frames: [frame("main", 1, false), frame("submit", 7, true), frame("pay", 41, true)] } },
          ],
        },
      },
    ],
  };
  const releases = { "frontend@2": { sessions: 100, events: 6 } };

  test("new ones first, then by how often, with the innermost frames of the application, over several pages", async () => {
    const issues = [
      issue(1, "old and often", 50, "2025-12-01T00:00:00.000000Z"),
      issue(2, "new and rare", 1, "2026-01-01T00:40:00.000000Z"),
      issue(3, "new\u0007 and\n often", 5, "2026-01-01T00:41:00.000000Z"),
    ];
    const at = await world({ releases, issues, pageLength: 1, latest: { "1": {}, "2": event, "3": event } });
    expect((await at.read(fatal)).get("critical-errors")).toMatchObject({
      findings: [
        {
          issue: "new and often",
          events: 5,
          isNew: true,
          frames: ["pay (checkout.ts:41)", "submit (checkout.ts:7)"],
          url: "https://shop.sentry.io/issues/3/",
        },
        { issue: "new and rare", events: 1, isNew: true },
        { issue: "old and often", events: 50, isNew: false, frames: [] },
      ],
    });
  });

  test("of sessions that crashed, the errors that nobody handled", async () => {
    const at = await world({
      releases: { "frontend@2": { sessions: 100, crashed: 2 } },
      issues: [issue(2, "a", 1, "2026-01-01T00:40:00Z")],
      latest: { "2": event },
    });
    expect((await at.read(ask({}, "ratio", "crashes"))).get("crashes")).toMatchObject({ findings: [{ issue: "a" }] });
    expect(at.asked("issues").map((one) => one.get("query"))).toEqual(['error.unhandled:true release:["frontend@2"]']);
  });

  test("without them the counts stand all the same", async () => {
    const at = await world({ releases, issues: [issue(1, "a", 1, "2026-01-01T00:40:00Z")], latest: {} });
    const reading = (await at.read(fatal)).get("critical-errors");
    expect(reading).toMatchObject({ series: [{ bad: 6, total: 100 }, {}] });
    expect(reading).not.toHaveProperty("findings");
  });

  test("a canary without errors has nobody ask for them", async () => {
    const at = await world({ releases: { "frontend@2": { sessions: 10 }, "frontend@1": { sessions: 90, events: 4 } } });
    await at.read(fatal);
    expect(at.asked("issues")).toEqual([]);
  });
});

test("429: nothing is asked before the time that Sentry wants is over, by no query", async () => {
  let nowMs = 1_000_000;
  const real = createClock();
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, wait: (ms, signal) => real.wait(ms, signal) };
  const at = await world(calm, { clock });
  await at.read(fatal);
  await at.server.behave((_request, response) => response.writeHead(429, { "retry-after": "30" }).end("{}"));
  await expect(at.read(fatal)).rejects.toThrow(/answered 429|asked too often \(429\)/);
  await at.server.behave(smallSentry(() => calm));
  const before = at.server.requests.length;
  nowMs += 29_000;
  await expect(at.read(ask({}, "ratio"))).rejects.toThrow("Sentry was asked too often (429) and wants 1 s more of patience");
  expect(at.server.requests).toHaveLength(before);
  nowMs += 1_001;
  expect((await at.read(fatal)).get("critical-errors")).toMatchObject({ kind: "counters" });
});

test("Sentry's own reason is told, and one query's refusal leaves the others", async () => {
  const at = await world(calm);
  await at.server.behave((request, response) =>
    request.url?.includes("levle")
      ? response.writeHead(400).end('{"detail":"Invalid key: levle"}')
      : smallSentry(() => calm)(request, response),
  );
  const readings = await at.read(fatal, ask({ query: "levle:fatal" }, "count", "wrong"));
  expect(readings.get("wrong")).toEqual({ kind: "unavailable", why: expect.stringMatching(/answered 400 \(Invalid key: levle\)$/) });
  expect(readings.get("critical-errors")).toMatchObject({ kind: "counters" });
});

describe("sentry examine", () => {
  const examine = async (facts: SentryFacts, queries = [fatal], words: object = {}) => {
    const { connection, surroundings, asked } = await world(facts, { words });
    const plan = { ...samplePlan, services: samplePlan.services.slice(0, 1) };
    const examination = { plan, queries, recipients: [], versions: {}, targets: [] };
    const checks = inEnglish((await sentry.examine?.(connection, examination, surroundings, never)) ?? []);
    return { said: checks.map(({ verdict, what, says }) => `${verdict} ${what}: ${says}`), checks, asked };
  };

  test("all is well", async () => {
    const { said } = await examine(calm);
    expect(said).toEqual([
      "ok projects: The token reads web.",
      "ok environment production: Sentry knows it.",
      "ok names of releases: Sentry has releases that are called so.",
      "ok sessions: 1000 in the last day.",
      "ok query of critical-errors: Sentry understands it: 0 in the last hour.",
    ]);
  });

  test("an unknown project is wrong, with what to look at", async () => {
    const { checks } = await examine(calm, [fatal], { project: "wbe" });
    expect(checks).toEqual([
      expect.objectContaining({
        what: "projects",
        verdict: "wrong",
        says: expect.stringContaining("answered 404"),
        remedy: expect.stringContaining("organisation is shop"),
      }),
    ]);
  });

  test("another environment, other names of releases and no sessions are doubtful", async () => {
    const { said } = await examine({ releases: { "web-1.4": { events: 1 } }, environments: ["prod"] });
    expect(said).toContain("doubtful environment production: Sentry has seen nothing of it; it knows prod.");
    expect(said).toContain("doubtful names of releases: None of frontend is called like {service}@{tag}; Sentry has web-1.4.");
    expect(said).toContainEqual(expect.stringMatching(/^doubtful sessions: No session was sent/));
  });
});

test.each<[MetricKind, Metric["query"], string | null]>([
  ["count", {}, 'query is missing. Write query: "level:fatal".'],
  ["count", { query: " " }, "query is empty"],
  ["count", { query: "level:fatal release:1" }, "the query has release:. Leave it out"],
  ["count", { query: "level:fatal !environment:dev" }, "the query has environment:"],
  ["count", { query: "level:fatal OR level:error" }, "Write a list, such as level:[fatal,error]"],
  ["ratio", { query: "level:fatal" }, "a session may have several errors"],
  ["ratio", { of: "people" }, "of: people is not counted. Write of: sessions or of: users."],
  ["latency", {}, "Sentry has no latency here. Write kind: count or ratio."],
])("sentry's words: a %s with %j is a problem with its remedy", (kind, words, problem) => {
  expect(sentry.checkQuery(kind, words)).toContain(problem);
});

test("sentry takes the words of examples/ecomsimply, and knows what it counts", () => {
  expect(sentry.checkQuery("count", { query: "level:fatal" })).toBeNull();
  expect(sentry.unitOf?.({ query: "level:fatal" })).toBe("request");
  expect(sentry.unitOf?.({ of: "users" })).toBe("person");
});

describe("names of releases", () => {
  const name = (template: string, version: string) => releaseName(template, { service: "frontend", version, environment: "production" });
  test.each<[string, string, string | null]>([
    ["{service}@{tag}", "2.4.1", "frontend@2.4.1"],
    ["{service}@{tag}", "ghcr.io/shop/frontend:2.4.1@sha256:00ff", "frontend@2.4.1"],
    ["{service}@{tag}", "localhost:5000/shop/frontend:2.4.1", "frontend@2.4.1"],
    ["{service}@{tag}", "ghcr.io/shop/frontend@sha256:00ff", null],
    ["{environment}-{service}-{version}", "2", "production-frontend-2"],
    ["{service}@{version}", "shop/frontend:2", null],
    ["{version}", "latest", null],
    ["{version}", 'a"b', null],
    ["{version}", "x".repeat(201), null],
  ])("%s of %s", (template, version, expected) => expect(name(template, version)).toBe(expected));
});

test("the next page, and texts from outside", () => {
  const link = (results: boolean) =>
    `<https://sentry.io/api/0/x/?&cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://sentry.io/api/0/x/?&cursor=0:100:0>; rel="next"; results="${results}"; cursor="0:100:0"`;
  expect([nextCursor(link(true)), nextCursor(link(false)), nextCursor("")]).toEqual(["0:100:0", null, null]);
  expect(oneLine("a\u001b[31m\n\u202eb", 20)).toBe("a [31m b");
  expect(oneLine("x".repeat(30), 5)).toBe("xxxx…");
});

test.each([
  { organization: "shop", project: "web" },
  { organization: "a/b", project: "web", token },
  { organization: "shop", project: [], token },
  { organization: "shop", project: "web", token, release: "frontend" },
  { organization: "shop", project: "web", token, release: "{service}@{tag}-{arm}" },
  { organization: "shop", project: "web", token, url: "ftp://sentry" },
])("sentry's connection refuses %j", (words) => expect(sentry.connection.safeParse(words).success).toBe(false));
