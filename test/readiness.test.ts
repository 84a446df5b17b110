import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import { emptyBook } from "../src/core/evidence-book.ts";
import type { Plan, Role } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import { peopleItems } from "../src/core/readiness/people-part.ts";
import type { Someone } from "../src/core/readiness/people-part.ts";
import { powerItems } from "../src/core/readiness/power-part.ts";
import { goOrNoGo, readinessPart } from "../src/core/readiness/readiness.ts";
import type { ReadinessItem, ReadinessVerdict } from "../src/core/readiness/readiness.ts";
import { windowItems } from "../src/core/readiness/window-part.ts";
import { readPlan } from "../src/config/plan-file.ts";
import type { ReadinessAnswer } from "../src/http/contract/insight.ts";
import { smallPlan as phasedPlan } from "../src/sim/small-plan.ts";
import { seen } from "./decision-desk.ts";
import { fixtureRelease } from "./fixtures/release.ts";
import { smallAdapters, smallPlan } from "./fixtures/small-adapters.ts";
import { smallApi } from "./fixtures/small-api.ts";

const read = (text: string): Plan => {
  const { plan } = readPlan(text, "plan.yaml", { ...smallAdapters(), server: null });
  if (plan === null) throw new Error("the plan of this test has errors");
  return plan;
};
const week = `windows: { prefer: ["tue-thu 14:00-17:00"], avoid: ["sat", "sun"] }\n`;
const planned = read(`${smallPlan}${week}`);
const releaseOf = (plan: Plan, changes: Partial<Release> = {}): Release => ({ ...newborn(fixtureRelease({ plan })), ...changes });
/** Paris, summer. */
const at = (local: string): number => Date.parse(`${local}+02:00`);
const verdicts = (items: readonly ReadinessItem[]): readonly (readonly [string, ReadinessVerdict])[] =>
  items.map(({ what, verdict }) => [what, verdict]);

describe("the window", () => {
  const look = (local: string, freezes: Parameters<typeof windowItems>[1]["freezes"] = []): readonly ReadinessItem[] =>
    windowItems(releaseOf(planned), { nowMs: at(local), freezes }, "en");

  test("is open, and the whole plan fits", () => {
    const items = look("2025-08-19T14:00");
    expect(verdicts(items)).toEqual([
      ["a start now", "ok"],
      ["the whole plan, from its start", "ok"],
    ]);
    expect(items[1]?.says).toBe("With every extension it is over by 14:30.");
  });

  test("is open, and closes before the plan is over", () => {
    const items = look("2025-08-19T16:45");
    expect(verdicts(items)).toEqual([
      ["a start now", "ok"],
      ["the whole plan, from its start", "doubtful"],
    ]);
    expect(items[1]?.remedy).toContain("Wed 20 Aug 2025 14:00 (Europe/Paris)");
  });

  test.each<[string, ReadinessVerdict]>([
    ["2025-08-18T14:00", "wrong"],
    ["2025-08-16T14:00", "wrong"],
  ])("is closed at %s, and the next start that fits is named", (local, verdict) => {
    const items = look(local);
    expect(items.map((item) => item.verdict)).toEqual([verdict]);
    expect(items[0]?.remedy).toContain("Tue 19 Aug 2025 14:00 (Europe/Paris)");
  });

  test("a freeze of this environment is a No-Go, one of another is none", () => {
    const freeze = { sinceMs: 0, untilMs: null, release: null, by: "ada", reason: "the shop's sale" };
    expect(look("2025-08-19T14:00", [{ ...freeze, environment: "staging" }]).map(({ verdict }) => verdict)).toEqual(["ok", "ok"]);
    const [frozen] = look("2025-08-19T14:00", [{ ...freeze, environment: "production" }]);
    const [, closed] = look("2025-08-18T14:00", [{ ...freeze, environment: "production" }]);
    expect(closed?.remedy).toMatch(/^Once the freeze is lifted, .*Tue 19 Aug 2025 14:00/u);
    expect(frozen).toMatchObject({ verdict: "wrong", says: "It is frozen by ada: the shop's sale." });
  });

  test("of a start that is scheduled is looked at as of its moment, freezes that end before it aside", () => {
    const frozen = { environment: "production", sinceMs: 0, release: null, by: "ada", reason: "a sale" };
    const atTuesday = (notBefore: string, untilMs: number | null = at("2025-08-18T00:00")) =>
      windowItems(
        releaseOf(planned, { notBeforeMs: at(notBefore) }),
        { nowMs: at("2025-08-16T14:00"), freezes: [{ ...frozen, untilMs }] },
        "en",
      );
    expect(verdicts(atTuesday("2025-08-19T14:00"))).toEqual([
      ["the start at Tue 19 Aug 2025 14:00 (Europe/Paris)", "ok"],
      ["the whole plan, from its start", "ok"],
    ]);
    expect(verdicts(atTuesday("2025-08-18T14:00"))).toEqual([["the start at Mon 18 Aug 2025 14:00 (Europe/Paris)", "wrong"]]);
    expect(verdicts(atTuesday("2025-08-19T14:00", null))).toEqual([["production", "wrong"]]);
  });

  test("that a release manager lets pass is no No-Go, and says so", () => {
    const over = { kind: "window", why: "avoided", says: "sat" } as const;
    const overrides = [{ by: "ada", reason: "a fix", atMs: 0, for: { kind: "start" }, over }] as const;
    const items = windowItems(releaseOf(planned, { overrides }), { nowMs: at("2025-08-16T14:00"), freezes: [] }, "en");
    expect(verdicts(items)).toEqual([
      ["a start now", "ok"],
      ["the whole plan, from its start", "doubtful"],
    ]);
    expect(items[0]?.says).toBe("A release manager lets it pass although the plan avoids “sat”.");
  });

  test("is a No-Go exactly when the release would not start", () => {
    const hours = fc.integer({ min: 0, max: 14 * 24 * 4 }).map((quarter) => at("2025-03-24T00:00") + quarter * 900_000);
    const frozenFor = fc.option(fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(hours, fc.option(hours), frozenFor, (nowMs, notBeforeMs, quarters) => {
        const untilMs = quarters === null ? null : nowMs + quarters * 900_000;
        const freezes = [{ environment: "production", sinceMs: 0, untilMs, release: null, by: "ada", reason: "" }];
        const plan = { ...planned, people: { ...planned.people, start: { all: [] } } };
        const release = releaseOf(plan, { notBeforeMs, revision: 1 });
        const startsMs = Math.max(nowMs, notBeforeMs ?? 0);
        const isFrozen = untilMs === null || untilMs > startsMs;
        const then = { ...seen(release), nowMs: startsMs, ...(isFrozen ? { frozen: ["production"] } : {}) };
        const starts = decide(release, emptyBook(plan), then)?.status.kind === "preparing";
        const isNoGo = windowItems(release, { nowMs, freezes }, "en").some(({ verdict }) => verdict === "wrong");
        expect(isNoGo).toBe(!starts);
      }),
      { numRuns: 200 },
    );
  });

  test("of a release that has ended there is nothing to say Go to", () => {
    const promoted = { kind: "promoted", sinceMs: 0, previous: "kept" } as const;
    const stopped = { kind: "stopped", cause: { kind: "person", by: "Ada", reason: "no go" }, canary: "gone", sinceMs: 0 } as const;
    for (const status of [promoted, stopped]) {
      const [item, ...more] = windowItems(releaseOf(planned, { status }), { nowMs: at("2025-08-19T14:00"), freezes: [] }, "en");
      expect(item).toMatchObject({ verdict: "wrong", says: `The release is ${status.kind}: there is nothing to say Go to.` });
      expect(more).toEqual([]);
    }
  });

  test("of a release that runs only the advance counts", () => {
    const status = { kind: "observing", phase: 0, sinceMs: 0 } as const;
    expect(verdicts(windowItems(releaseOf(planned, { status }), { nowMs: at("2025-08-18T14:00"), freezes: [] }, "en"))).toEqual([
      ["an advance now", "ok"],
    ]);
  });
});

describe("people", () => {
  const asks = read(smallPlan.replace("start: { all: [release-manager] }", "start: { all: [release-manager, qa-lead] }"));
  const someone = (name: string, roles: readonly Role[], isOn = true, environments: readonly string[] | null = null): Someone => ({
    name,
    roles,
    environments,
    isOn,
  });
  const look = (people: readonly Someone[], startedBy = "dan"): readonly ReadinessItem[] =>
    peopleItems(releaseOf(asks, { startedBy }), people, "en");

  test("have to decide about a problem that is reported before anything starts", () => {
    const reports = [{ by: "Vera", reason: "the basket is empty", atMs: 0 }];
    const release = releaseOf(planned, { reports, revision: 1 });
    const [item] = peopleItems(release, [someone("ada", ["release-manager"])], "en");
    expect(item).toMatchObject({ verdict: "wrong", says: expect.stringContaining("Vera reports “the basket is empty”") as string });
    expect(item?.remedy).toMatch(/^The release manager or the DevOps lead goes on/u);
    const starts = (then: Release) =>
      decide({ ...then, plan: { ...planned, people: { ...planned.people, start: { all: [] } } } }, emptyBook(planned), {
        ...seen(then),
        nowMs: at("2025-08-19T14:00"),
      })?.status.kind;
    expect([starts(release), starts({ ...release, reports: [] })]).toEqual(["waiting", "preparing"]);
  });

  test("hold every role that is asked for, and are on", () => {
    const items = look([someone("ada", ["release-manager"]), someone("quentin", ["qa-lead"], false), someone("quinn", ["qa-lead"])]);
    expect(items.filter(({ verdict }) => verdict !== "ok").map(({ what }) => what)).toEqual([]);
    expect(items.find(({ what }) => what === "QA lead")?.says).toBe("quentin (away) and quinn (on); signs for the start.");
  });

  test("nobody of a role is on: somebody is to be called; nobody holds it here: a No-Go", () => {
    const items = look([someone("ada", ["release-manager"], false), someone("quentin", ["qa-lead"], true, ["staging"])]);
    expect(verdicts(items)).toEqual(
      expect.arrayContaining([
        ["release manager", "doubtful"],
        ["QA lead", "wrong"],
      ]),
    );
    expect(items.find(({ what }) => what === "release manager")?.remedy).toContain("Call ada");
  });

  test("who started it cannot be the only one to sign", () => {
    const both = [someone("ada", ["release-manager", "qa-lead"])];
    expect(verdicts(look(both, "ada"))).toContainEqual(["the start", "wrong"]);
    expect(verdicts(look([...both, someone("quentin", ["qa-lead"])], "ada"))).not.toContainEqual(["the start", "wrong"]);
  });

  test("nor can who started it together with whom it was started for", () => {
    const two = [someone("ada", ["release-manager"]), someone("quentin", ["qa-lead"])];
    const items = (startedFor: string | null, team = two) =>
      verdicts(peopleItems(releaseOf(asks, { startedBy: "ada", startedFor }), team, "en"));
    expect(items(null)).not.toContainEqual(["the start", "wrong"]);
    expect(items("quentin")).toContainEqual(["the start", "wrong"]);
    expect(items("quentin", [...two, someone("rosa", ["qa-lead"])])).not.toContainEqual(["the start", "wrong"]);
  });

  test("somebody has to be there to take people back and to decide about a report, whom the plan names or does not", () => {
    const silent = { ...asks, people: { ...asks.people, rollback: { all: [] } } };
    const items = (...team: Someone[]) => verdicts(peopleItems(releaseOf(silent), team, "en"));
    expect(items(someone("quentin", ["qa-lead"]))).toContainEqual(["release manager or DevOps lead", "wrong"]);
    expect(items(someone("dan", ["devops-lead"]))).toContainEqual(["release manager or DevOps lead", "ok"]);
  });

  test("one person does not count for two roles, whoever started it, before any step", () => {
    const both = [someone("ada", ["release-manager", "qa-lead"])];
    expect(verdicts(look(both, "dan"))).toContainEqual(["the start", "wrong"]);
    const later = { ...asks, people: { ...asks.people, start: { all: [] }, promote: { all: ["qa-lead"] as const } } };
    const items = (startedBy: string) => verdicts(peopleItems(releaseOf(later, { startedBy }), both, "en"));
    expect(items("ada")).toContainEqual(["the promotion", "wrong"]);
    expect(items("dan")).not.toContainEqual(["the promotion", "wrong"]);
  });
});

describe("power", () => {
  const look = (rps: number | null, seenIn: string | null = null): readonly ReadinessItem[] => [
    ...powerItems(planned, { traffic: { loginsPerMinute: null, rps }, seenIn }, () => ({ isSliced: true, runsEveryMs: 0 }), "en"),
  ];

  test("depends on traffic that nobody knows", () => {
    expect(verdicts(look(null))).toEqual([["error-rate < 0.5%", "doubtful"]]);
    expect(look(null)[0]?.says).toContain("how many requests");
  });

  test("much traffic decides, little does not, and where it was seen is said", () => {
    expect(verdicts(look(500))).toEqual([
      ["traffic", "ok"],
      ["error-rate < 0.5%", "ok"],
    ]);
    const little = look(0.5, "shop-1");
    expect(little[0]?.says).toBe("As seen in shop-1: 0.5 requests a second.");
    expect(little[1]).toMatchObject({ verdict: "doubtful", remedy: expect.stringContaining("serin plan power") as string });
  });
});

test("a gate of any phase that passes on its estimate says what it may miss", () => {
  const look = (loginsPerMinute: number | null): readonly ReadinessItem[] => [
    ...powerItems(phasedPlan, { traffic: { loginsPerMinute, rps: 500 }, seenIn: null }, () => ({ isSliced: true, runsEveryMs: 0 }), "en"),
  ];
  const orders = (items: readonly ReadinessItem[]) => items.find(({ what }) => what.startsWith("orders"));
  expect(orders(look(500))).toMatchObject({ verdict: "doubtful", remedy: expect.stringContaining("serin plan power") as string });
  expect(orders(look(500))?.what).toMatch(/^orders: no regression, in 50\s%$/u);
  expect(orders(look(500))?.says).toMatch(/passes on the estimate of the moment: a fall of up to \d\d\s% could be missed/u);
  expect(orders(look(50_000))).toMatchObject({ verdict: "ok", remedy: null });
  expect(orders(look(null))).toBeUndefined();
});

test.each<[readonly ReadinessVerdict[], ReadinessVerdict, string]>([
  [["ok", "ok"], "ok", "Go: everything is as it should be."],
  [["ok", "doubtful"], "doubtful", "Go, with open eyes: 1 thing is doubtful."],
  [["wrong", "doubtful", "wrong"], "wrong", "No-Go: 2 things are wrong."],
])("%j together are %s", (kinds, verdict, sentence) => {
  const parts = kinds.map((kind) =>
    readinessPart("world", [{ what: "x", verdict: kind, says: "y.", remedy: kind === "ok" ? null : "z." }], "en"),
  );
  expect(goOrNoGo(parts, "en")).toEqual({ verdict, sentence });
});

test("the API looks at a release that waits: plan, world, window, people, power, in two languages", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const look = async (query: string): Promise<ReadinessAnswer> =>
    (await (await api.call("GET", `/api/v1/releases/${id}/readiness${query}`, { as: "vera" })).json()) as ReadinessAnswer;
  await api.call("GET", "/api/v1/freezes", { as: "ada" });
  const english = await look("?rps=200");
  expect(english.parts.map(({ part }) => part)).toEqual(["plan", "world", "window", "people", "power"]);
  const items = english.parts.flatMap((part) => part.items);
  expect(items).toEqual(expect.arrayContaining([expect.objectContaining({ what: "release manager", verdict: "ok" })]));
  expect(items.filter(({ verdict, remedy }) => (verdict === "ok") !== (remedy === null))).toEqual([]);
  const plan = english.parts.find(({ part }) => part === "plan");
  expect(plan?.items.every(({ what, verdict }) => verdict === "ok" || /^line \d+$/.test(what))).toBe(true);
  const french = await look("?language=fr&rps=200");
  expect(french.parts.map(({ verdict }) => verdict)).toEqual(english.parts.map(({ verdict }) => verdict));
  expect(french.sentence).not.toBe(english.sentence);
  expect((await api.call("GET", `/api/v1/releases/${id}/readiness?rps=-1`)).status).toBe(400);
});

test("however many look, what a release rests on is asked once in two seconds", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const asked = async (): Promise<number> => {
    const page = await (await api.call("GET", "/metrics")).text();
    return [...page.matchAll(/^serin_call_duration_seconds_count\{.*port="source".*\} (\d+)$/gm)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
  };
  const look = (): Promise<Response> => api.call("GET", `/api/v1/releases/${id}/readiness?rps=200`, { as: "vera" });
  await look();
  const once = await asked();
  expect(once).toBeGreaterThan(0);
  const answers = await Promise.all(Array.from({ length: 20 }, look));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await asked()).toBeLessThanOrEqual(2 * once);
});
