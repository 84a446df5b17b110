import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { doubtful, wrong } from "../src/adapters/check.ts";
import { connectWorld } from "../src/adapters/connect.ts";
import type { AdapterLists, Connections } from "../src/adapters/connect.ts";
import { prometheus } from "../src/adapters/metrics/prometheus.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { phrases } from "../src/core/messages/phrases.ts";
import { examine } from "../src/doctor/examine.ts";
import type { Examining } from "../src/doctor/examining.ts";
import { lookAtSource } from "../src/doctor/sources.ts";
import { createClock } from "../src/engine/clock.ts";
import type { ExamineAnswer } from "../src/http/contract.ts";
import type { Clock, MetricSource, ReadContext, Reading, TrafficRouter } from "../src/ports.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { frenchFaults } from "./fixtures/french-faults.ts";
import { inEnglish } from "./fixtures/said-checks.ts";
import { smallAdapters, smallPlan } from "./fixtures/small-adapters.ts";
import { smallApi } from "./fixtures/small-api.ts";
import { serin } from "./fixtures/serin.ts";
import { ask as askPrometheus, counts, errors, target, world as prometheusWorld } from "./prometheus-world.ts";
import { samplePlan } from "./sample-plan.ts";

const never = new AbortController().signal;
const none: Connections = { sources: {}, routers: {}, workloads: {}, notifiers: {} };
/** A Wednesday, 14:30 in the plan's zone. */
const startsMs = Date.UTC(2025, 7, 20, 12, 30);

interface Asked {
  readonly lists?: AdapterLists;
  readonly connections?: Partial<Connections>;
  /** Stable runs when the look begins. Default: it does. */
  readonly isRunning?: boolean;
  readonly plan?: string;
  readonly versions?: Readonly<Record<string, string>>;
  readonly active?: readonly string[] | null;
  readonly clock?: Clock;
}

/** What is found, a line each: "router small | ok | small | It answers, and knows no release." */
async function found({
  lists = smallAdapters(),
  connections = {},
  isRunning = true,
  plan: text = smallPlan,
  versions = {},
  active = null,
  clock = createClock(),
}: Asked): Promise<readonly string[]> {
  const { plan } = readPlan(text, "plan.yaml", { ...lists, server: null });
  if (plan === null) throw new Error("the plan of the test is wrong");
  const world = connectWorld({ lists, connections: { ...none, ...connections }, clock, dataDir: await temporaryFolder() });
  const web = { use: { kind: "process", options: {} }, slots: { stable: { version: "1" } } };
  if (isRunning) await world.workloads("process").apply({ web }, never);
  const say = await examine({ plan, versions, startsMs, doubts: 0, active, world, clock }, never);
  expect(say("fr").flatMap(({ checks }) => checks.flatMap(({ says }) => frenchFaults(says)))).toEqual([]);
  return say("en").flatMap(({ part, checks }) =>
    checks.map(({ what, verdict, says, remedy }) => {
      expect(remedy === null).toBe(verdict === "ok");
      // What ends the trouble is part of the line where it is not the usual.
      const shown = remedy?.startsWith("Set ") ? [remedy] : [];
      return [part, verdict, what, says, ...shown].join(" | ");
    }),
  );
}

/** The small adapters with the source's answer, or the router's work, replaced. */
function smallWith({ read, router }: { readonly read?: MetricSource["read"]; readonly router?: Partial<TrafficRouter> }): AdapterLists {
  const lists = smallAdapters();
  return {
    ...lists,
    sources: lists.sources.map((one) => ({
      ...one,
      create: (...words: Parameters<typeof one.create>) => ({ ...one.create(...words), ...(read && { read }) }),
    })),
    routers: lists.routers.map((one) => ({
      ...one,
      create: (...words: Parameters<typeof one.create>) => ({ ...one.create(...words), ...router }),
    })),
  };
}

const reads =
  (reading: Reading): MetricSource["read"] =>
  async (queries) =>
    new Map(queries.map(({ quantity }) => [quantity, reading]));

describe("everything that a release rests on", () => {
  test("what no release answers for is looked for where that is asked", async () => {
    const [process] = smallAdapters().workloads;
    if (process === undefined) throw new Error("there are small workloads");
    const told = phrases("test", { left: () => ["Of release r-1.", "Delete it."] }, { left: () => ["De r-1.", "Supprimez-le."] });
    const left = wrong("Deployment web-canary", told.left());
    const looking = {
      ...process,
      orphans: async (_: unknown, known: { readonly active: readonly string[] }) => (known.active.includes("r-1") ? [] : [left]),
    };
    const lists = (): AdapterLists => ({ ...smallAdapters(), workloads: [looking] });
    expect(await found({ lists: lists(), active: ["r-2"] })).toContain(
      "workloads process | wrong | Deployment web-canary | Of release r-1.",
    );
    expect(await found({ lists: lists(), active: ["r-1"] })).toContain("workloads process | ok | what is left over | Nothing can be.");
    expect((await found({ lists: lists() })).join()).not.toContain("left over");
  });

  test("is said part by part where all is well", async () => {
    expect(await found({ plan: `${smallPlan}smoke: ["GET /"]\n` })).toEqual([
      "plan | ok | shop | Nothing in it is doubtful.",
      "router small | ok | small | It answers, and knows no release.",
      "router small | ok | GET / | Stable answers 200 through the router.",
      "workloads process | ok | web | Stable 1 is ready.",
      "source small | ok | error-rate | stable: 1,000 counted in 1 series; canary: 1,000 counted in 1 series.",
      "calendar | ok | Wed 2025-08-20 14:30 Europe/Paris | A release may start then.",
    ]);
  });

  test.each([
    ["a day that is avoided", '{ avoid: ["wed"] }', "The plan avoids it: wed. The release waits until then."],
    [
      "a window that leaves the plan no time",
      '{ prefer: ["wed 14:00-14:45"] }',
      "A release may start then, but with every extension the plan does not fit: it would end at 15:00, and its window closes at 14:45 (preferred: wed 14:00-14:45).",
    ],
  ])("%s is doubtful", async (_says, windows, says) => {
    expect(await found({ plan: smallPlan.replace("people:", `windows: ${windows}\npeople:`) })).toContain(
      `calendar | doubtful | Wed 2025-08-20 14:30 Europe/Paris | ${says}`,
    );
  });

  test("a stable version that does not run is wrong, and one that is the new one already is doubtful", async () => {
    expect(await found({ isRunning: false })).toContain(
      "workloads process | wrong | web | No stable version runs, so there is nothing to go back to.",
    );
    expect(await found({ versions: { wbe: "2" } })).toContain("plan | wrong | wbe | The plan has no service of this name.");
    expect(await found({ versions: { web: "1" } })).toContain("workloads process | doubtful | web | Stable is 1 already.");
  });

  test.each<[string, MetricSource["read"], string]>([
    [
      "a source that throws",
      () => Promise.reject(new Error("connection refused")),
      "wrong | small | It cannot be asked: connection refused.",
    ],
    [
      "a metric that cannot be read",
      reads({ kind: "unavailable", why: "403 Forbidden" }),
      "wrong | error-rate | It cannot be read: 403 Forbidden.",
    ],
    ["a metric that nothing matches", reads({ kind: "no-data" }), "doubtful | error-rate | Nothing matches it now."],
    [
      "a metric without an arm",
      reads({ kind: "counters", atMs: 0, series: [] }),
      "doubtful | error-rate | stable: nothing yet; canary: nothing yet.",
    ],
    ["a probe that is down", reads({ kind: "probe", atMs: 0, down: true }), "doubtful | error-rate | It is down now."],
    ["a level", reads({ kind: "level", atMs: 0, canary: 0.254, stable: null }), "ok | error-rate | It reads 0.25."],
  ])("%s is said", async (_, read, line) => {
    expect(await found({ lists: smallWith({ read }) })).toContain(`source small | ${line}`);
  });

  test("one address is never on both sides: what only a canary has is read of stable in its place", async () => {
    const asked: (readonly string[])[] = [];
    const read: MetricSource["read"] = async (queries, { targets }) => {
      asked.push(targets.map(({ arm, url }) => `${arm} ${url}`));
      const isCanary = targets.every(({ arm }) => arm === "canary");
      return new Map(queries.map(({ quantity }) => [quantity, isCanary ? { kind: "level", atMs: 0, canary: 3, stable: null } : none]));
    };
    const none = { kind: "no-data" } as const;
    expect(await found({ lists: smallWith({ read }) })).toContain("source small | ok | error-rate | It reads 3.");
    const [url] = asked[0]?.map((target) => target.replace("stable ", "")) ?? [];
    expect(asked).toEqual([[`stable ${url}`], [`canary ${url}`]]);
  });

  test("where nothing runs, metrics without data are one line; counts are told all the same", async () => {
    const lines = await found({ lists: smallWith({ read: reads({ kind: "no-data" }) }), isRunning: false });
    expect(lines.filter((line) => line.startsWith("source small"))).toEqual([
      "source small | doubtful | metrics | Nothing is known of error-rate: no version was found that runs.",
    ]);
  });

  test("an outage that the adapter has told itself is told once", async () => {
    const lists = smallWith({ read: () => Promise.reject(new Error("POST http://m:1/query: connection refused")) });
    const told = phrases(
      "test",
      { refused: (by: string) => [`GET ${by}: connection refused.`, "Start it."] },
      { refused: (by) => [by, by] },
    );
    const check = wrong("server", told.refused("http://m:1/info"));
    const sources = lists.sources.map((one) => ({ ...one, examine: async () => [check] }));
    expect((await found({ lists: { ...lists, sources } })).filter((line) => line.startsWith("source small"))).toEqual([
      "source small | wrong | server | GET http://m:1/info: connection refused.",
    ]);
    const another = lists.sources.map((one) => ({
      ...one,
      examine: async () => [wrong("server", told.refused("http://n:1/"))],
    }));
    expect(await found({ lists: { ...lists, sources: another } })).toContain(
      "source small | wrong | small | It cannot be asked: POST http://m:1/query: connection refused.",
    );
  });

  test("a Prometheus that has stable alone is in order: counts of it, and levels with it in the canary's place", async () => {
    const at = await prometheusWorld();
    for (let scrapes = 0; scrapes < 4; scrapes += 1) {
      at.scrape({ ...counts(1, 4), memory: 3 });
      at.advance(15_000);
    }
    const parts = { sources: [prometheus], routers: [], workloads: [], notifiers: [] };
    const connections = { ...none, sources: { prometheus: { kind: "prometheus", value: at.connection } } };
    const world = connectWorld({ lists: parts, connections, clock: at.clock, dataDir: await temporaryFolder() });
    const queries = [errors, askPrometheus("level", { value: "memory" }, null, "memory")];
    const examining: Examining = { plan: samplePlan, versions: {}, startsMs, doubts: 0, active: null, world, clock: at.clock };
    const checks = await lookAtSource(examining, { name: "prometheus", queries, targets: [target({ arm: "stable" })] }, never);
    expect(inEnglish(checks).map(({ verdict, says }) => `${verdict}: ${says}`)).toEqual([
      "ok: It answers; it is version 2.42.0.",
      "ok: It scrapes every 15 s.",
      "ok: stable: 4 counted in 1 series; canary: nothing yet.",
      "ok: It reads 3.",
    ]);
  });

  describe("scores", () => {
    const soon = { kind: "unavailable", why: "being measured", soon: true } as const;
    const level = (canary: number): Reading => ({ kind: "level", atMs: 0, canary, stable: null });
    const twoScores = smallPlan
      .replace(/error-rate: \{ kind.*\}/, "speed: { kind: score, source: small }\n  access: { kind: score, source: small }")
      .replaceAll(/error-rate: "< 0.5%"/g, 'speed: ">= 90", access: ">= 90"')
      .replace("error-rate > 5%", "speed < 50");
    const scoring = (read: MetricSource["read"]): AdapterLists => {
      const lists = smallWith({ read });
      return { ...lists, sources: lists.sources.map((one) => ({ ...one, metrics: { score: { required: [], optional: [] } } })) };
    };

    test("are waited for, each until it is there; their source is told who has which path", async () => {
      const routes: ReadContext["routes"][] = [];
      const told: Record<string, Reading[]> = { speed: [level(93), { kind: "no-data" }], access: [soon, level(97)] };
      const read: MetricSource["read"] = async (queries, context) => {
        routes.push(context.routes);
        const isCanary = context.targets.every(({ arm }) => arm === "canary");
        return new Map(queries.map(({ quantity }) => [quantity, (isCanary ? told[quantity]?.shift() : null) ?? { kind: "no-data" }]));
      };
      const lines = await found({ lists: scoring(read), plan: twoScores });
      expect(lines).toEqual(
        expect.arrayContaining(["source small | ok | speed | It reads 93.", "source small | ok | access | It reads 97."]),
      );
      expect(routes).toEqual([1, 2, 3].map(() => [{ path: "/", service: "web" }]));
    });

    test("that take longer than anybody waits are doubtful, not wrong", async () => {
      let nowMs = 0;
      const clock = { ...createClock(), monotonicMs: () => (nowMs += 100_000) };
      const read: MetricSource["read"] = async (queries, { targets }) => {
        const isCanary = targets.every(({ arm }) => arm === "canary");
        return new Map(queries.map(({ quantity }) => [quantity, isCanary ? soon : { kind: "no-data" }]));
      };
      expect(await found({ lists: scoring(read), plan: twoScores, clock })).toContain(
        "source small | doubtful | speed | It was not measured within 120 s.",
      );
    });
  });

  test("a router that cannot be asked, serves somebody, or whose stable version does not answer is said", async () => {
    const refuses = { observe: () => Promise.reject(new Error("connection refused")) };
    expect(await found({ lists: smallWith({ router: refuses }) })).toContain(
      "router small | wrong | small | It cannot be asked: connection refused.",
    );
    const attempt = { attempt: async () => ({ status: 502, detail: "no address" }) };
    expect(await found({ plan: `${smallPlan}smoke: ["GET /"]\n`, lists: smallWith({ router: attempt }) })).toContain(
      "router small | wrong | GET / | Stable answers 502 through the router: no address.",
    );
  });

  test("what an adapter finds when it looks at itself is there; where it throws, that", async () => {
    const [source, ...others] = smallAdapters().sources;
    if (source === undefined) throw new Error("there is a small source");
    const lists = (examineIt: NonNullable<typeof source.examine>): AdapterLists => ({
      ...smallAdapters(),
      sources: [{ ...source, examine: examineIt }, ...others],
    });
    const told = phrases("test", { read: (count: number) => [`${count} read.`, "Make one."] }, { read: (count) => [`${count}`, "Un."] });
    const looks = await found({
      lists: lists(async (_, { queries }) => [doubtful("index", told.read(queries.length))]),
    });
    expect(looks).toContain("source small | doubtful | index | 1 read.");
    expect(await found({ lists: lists(() => Promise.reject(new Error("no rights"))) })).toContain(
      "source small | wrong | small | It cannot be asked: no rights.",
    );
  });

  test("a connection that cannot be used is said once, with why", async () => {
    const small = { kind: "small", value: null, unusable: [{ message: "The variable SHOP is not set.", remedy: "Set SHOP." }] };
    const lines = await found({ connections: { sources: { small } } });
    expect(lines.filter((line) => line.startsWith("source small"))).toEqual([
      "source small | wrong | small | The variable SHOP is not set. | Set SHOP. Or let the server look, with its own secrets: --server URL.",
    ]);
  });
});

test("the server looks with its own connections, and says what is frozen", async () => {
  const api = await smallApi();
  const body = { plan: { text: smallPlan, file: "plan.yaml" }, at: "2025-08-20T14:30" };
  const answer = await api.call("POST", "/api/v1/examinations", { body });
  expect(answer.status).toBe(200);
  const { parts } = (await answer.json()) as ExamineAnswer;
  expect(parts.map(({ part }) => part)).toEqual(["server", "plan", "router small", "workloads process", "source small", "calendar"]);
  expect(parts[0]?.checks).toEqual([
    { what: "production", verdict: "ok", code: "server.not-frozen", says: "It is not frozen.", remedy: null },
  ]);
  expect(parts.at(-1)?.checks[0]?.what).toBe("Wed 2025-08-20 14:30 Europe/Paris");
  const french = (await (await api.call("POST", "/api/v1/examinations?language=fr", { body })).json()) as ExamineAnswer;
  expect(french.parts.map(({ part }) => part)).toEqual([
    "serveur",
    "plan",
    "routeur small",
    "charges de travail process",
    "source small",
    "calendrier",
  ]);
  expect((await api.call("POST", "/api/v1/examinations", { body: { ...body, at: "tomorrow" } })).status).toBe(422);
  expect((await api.call("POST", "/api/v1/examinations", { body, as: null })).status).toBe(401);
});

test("`serin doctor` needs no server: it says what is wrong with what to do, and exits with 1", async () => {
  const { out, code } = await serin(["doctor", "examples/laptop/plan.yaml", "--at", "2025-08-20T14:30"]);
  expect(code).toBe(1);
  expect(out).toMatch(/WRONG {5}edge {2}The file edge.token cannot be read, or is empty\./);
  expect(out).toMatch(/ok {8}Wed 2025-08-20 14:30 Europe\/Paris {2}A release may start then\./);
  expect(out).toMatch(/→ Write the secret into it/);
  expect(out).toMatch(/: \d+ wrong, \d+ doubtful, \d+ as they should be\.\n$/);
});

test("a plan that is wrong is not looked at further, and a moment that is none is refused", async () => {
  const folder = await temporaryFolder();
  const plan = join(folder, "plan.yaml");
  writeFileSync(plan, smallPlan);
  const asked = await serin(["doctor", plan]);
  expect(asked).toMatchObject({ code: 2, err: expect.stringContaining("plan.yaml cannot be released as it is") });
  expect(await serin(["doctor", plan, "--at", "soon"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("--at is a day and a time"),
  });
});
