import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addPlanPower, sayPower } from "../src/cli/plan-power.ts";
import { widthOf } from "../src/cli/view/span.ts";
import { readPlan } from "../src/config/plan-file.ts";
import { checksOf } from "../src/core/checks.ts";
import type { Guard, Metric, Plan } from "../src/core/plan.ts";
import { powerIn, powerOf } from "../src/core/power.ts";
import type { CheckPower, ExpectedTraffic } from "../src/core/power.ts";
import { adapters, soundCatalogue, soundPlan } from "./config/sound-plan.ts";
import { samplePlan } from "./sample-plan.ts";
import { typed } from "./typed.ts";
import type { Typed } from "./typed.ts";

const minuteMs = 60_000;
/** A source that counts requests as one whole, and runs scores every ten minutes. */
const asWhole = { isSliced: false, runsEveryMs: 600_000 };
const ecomsimply = "examples/ecomsimply/plan.yaml";

function planOf(file: string): Plan {
  const { plan } = readPlan(readFileSync(file), file, { ...adapters, server: null });
  if (plan === null) throw new Error(`${file} does not read`);
  return plan;
}

const serin = (...args: readonly string[]): Promise<Typed> =>
  typed((program, terminal) => addPlanPower(program.command("plan"), terminal, async () => adapters), ["plan", "power", ...args]);

/** The activation gate or guard of evidence.md 2g in its three phases, people counted at once; nothing else is in the plan. */
function activationPlan(line: { readonly gate: number } | { readonly guard: number }, error: number): Plan {
  const metric: Metric = {
    name: "activation",
    kind: "ratio",
    unit: "person",
    better: "higher",
    source: "edge",
    query: {},
    rate: 0.001,
    minRuns: 5,
  };
  const phases = [
    [10, 15],
    [50, 30],
    [100, 60],
  ].map(([sharePct = 0, minutes = 0], index) => ({
    name: `${sharePct} %`,
    sharePct,
    audience: "everyone" as const,
    observeMs: minutes * minuteMs,
    extendMs: 0,
    gates:
      "gate" in line
        ? [
            {
              id: `${index + 1}.activation`,
              metric: "activation",
              condition: { kind: "line", is: ">", value: line.gate, percent: true, steady: false } as const,
              says: `activation > ${100 * line.gate}%`,
              fail: null,
              otherwise: null,
              threshold: null,
            },
          ]
        : [],
  }));
  const guards: readonly Guard[] =
    "guard" in line
      ? [
          {
            id: `activation < ${100 * line.guard}%`,
            metric: "activation",
            condition: { kind: "line", is: "<", value: line.guard, percent: true, steady: false },
            reaction: { kind: "stop" },
            weight: 1,
            threshold: null,
          },
        ]
      : [];
  return { ...samplePlan, metrics: { activation: metric }, phases, guards, alpha: error, beta: error, scrapeMs: 15_000 };
}

function powerAt(plan: Plan, index: number, ask: { readonly loginsPerMinute: number | null; readonly truth: number }): CheckPower {
  const check = checksOf(plan).find(({ phase }) => phase === index || phase === null);
  if (check === undefined) throw new Error("no check in this phase");
  const traffic = { loginsPerMinute: ask.loginsPerMinute, rps: null };
  const truths = { activation: { canary: ask.truth, stable: 0.02 } };
  return powerIn(plan, { traffic, truths, sourceOf: () => asWhole }, { check, index });
}

describe("the table of evidence.md 2g: activation, 10 % of new logins, 15 minutes", () => {
  test.each<[string, Plan, number, number]>([
    ["pass, truly 2 %, 1.5 % disproved, at 5 %", activationPlan({ gate: 0.015 }, 0.05), 0.02, 5500],
    ["pass, truly 2 %, 1.5 % disproved, at 1 %", activationPlan({ gate: 0.015 }, 0.01), 0.02, 7340],
    ["stop, truly 1.5 %, 2 % disproved, at 5 %", activationPlan({ guard: 0.02 }, 0.05), 0.015, 5650],
    ["stop, truly 1 %, 1.5 % disproved, at 5 %", activationPlan({ guard: 0.015 }, 0.05), 0.01, 4120],
    ["stop, truly 0.5 %, 1.5 % disproved, at 5 %", activationPlan({ guard: 0.015 }, 0.05), 0.005, 773],
    ["stop, nobody activates, at 5 %", activationPlan({ guard: 0.015 }, 0.05), 0, 177],
  ])("%s", (_, plan, truth, logins) => {
    const { needs } = powerAt(plan, 0, { loginsPerMinute: null, truth });
    expect(needs?.rps).toBeNull();
    expect(Math.abs((needs?.loginsPerMinute ?? 0) / logins - 1)).toBeLessThan(0.25);
  });

  test.each<[string, number, number, number]>([
    ["end of phase 2, at 320 logins a minute", 1, 320, 30],
    ["end of phase 3, at 69 logins a minute", 2, 69, 60],
  ])("carried to the %s: the mean", (_, index, loginsPerMinute, minutes) => {
    const { outlook } = powerAt(activationPlan({ gate: 0.015 }, 0.05), index, { loginsPerMinute, truth: 0.02 });
    // A mean that is cut at the beginning of the phase is no smaller than the mean.
    expect((outlook?.meanMs ?? 0) / minuteMs / minutes).toBeGreaterThan(0.75);
    expect((outlook?.meanMs ?? 0) / minuteMs / minutes).toBeLessThan(1.4);
  });
});

describe("what is foreseen", () => {
  const plan = planOf(ecomsimply);
  const power = (traffic: ExpectedTraffic, of = plan) => powerOf(of, { traffic, truths: {}, sourceOf: () => asWhole });
  const find = (id: string, index: number, traffic: ExpectedTraffic, of = plan): CheckPower | undefined =>
    power(traffic, of)[index]?.checks.find(({ check }) => check.id === id);
  const some = { loginsPerMinute: 500, rps: 50 };

  test("what is needed for four of five is just enough, and decides in time", () => {
    const { needs } = find("1.trial-activation", 0, some) ?? {};
    const [enough, short] = [1, 0.8].map((part) =>
      find("1.trial-activation", 0, { loginsPerMinute: part * (needs?.loginsPerMinute ?? 0), rps: null }),
    );
    expect(enough?.outlook?.within).toBeGreaterThanOrEqual(0.79);
    expect(short?.outlook?.within).toBeLessThan(0.78);
  });

  test("people count when their time is over: in a phase as short as that no traffic decides", () => {
    const [first, ...rest] = plan.phases;
    const short = { ...plan, phases: first === undefined ? [] : [{ ...first, observeMs: 10 * minuteMs }, ...rest] };
    expect(find("1.trial-activation", 0, some, short)?.needs).toEqual({ loginsPerMinute: null, rps: null });
  });

  test("more traffic, a longer extension and later phases only help", () => {
    const within = (traffic: ExpectedTraffic): number => find("1.error-rate", 0, traffic)?.outlook?.within ?? 0;
    expect(within({ loginsPerMinute: null, rps: 400 })).toBeGreaterThan(within({ loginsPerMinute: null, rps: 100 }));
    const outlook = find("1.error-rate", 0, some)?.outlook;
    expect(outlook?.withinExtended).toBeGreaterThan(outlook?.within ?? 1);
  });

  test("a comparison ends with the stable arm, and goes on with a holdback", () => {
    const id = "conversion < 50% of stable";
    expect(find(id, 2, some)).toMatchObject({ proves: null, isComparable: false });
    expect(find(id, 2, some, { ...plan, holdbackPct: 1 })).toMatchObject({ proves: "fail", isComparable: true });
  });

  test("without traffic nothing is foreseen but what is needed, and what needs none", () => {
    const nothing = { loginsPerMinute: null, rps: null };
    expect(find("1.error-rate", 0, nothing)).toMatchObject({ outlook: null, needs: { rps: expect.any(Number) } });
    expect(find("2.cpu", 1, nothing)).toMatchObject({ outlook: { meanMs: 0, within: 1 }, needs: null });
  });

  test("a year in ten readings a second is foreseen like any other time", () => {
    const phases = plan.phases.map((phase) => ({ ...phase, observeMs: 120 * 24 * 60 * minuteMs }));
    const [, , last] = power({ loginsPerMinute: 0.001, rps: 0.001 }, { ...plan, phases, scrapeMs: 100 });
    const guard = last?.checks.find(({ check }) => check.id === "5xx-rate > 1%");
    expect(guard?.outlook?.within).toBeGreaterThan(0.99);
  });

  test.each<[string, string, string]>([
    [
      "a threshold of a latency",
      "latency: { pass: p95 < 500ms, else: hold }",
      "latency: { pass: p95 < 500ms, test: threshold, of: 3 of 5 }",
    ],
    ["a threshold of a comparison", "orders: no regression", "orders: { pass: no regression, test: threshold, of: 2 of 4 }"],
    ["a line at nothing", "orders: no regression", 'orders: "> 0%"'],
    ["a line at everything", "orders: no regression", 'orders: "> 100%"'],
    ["hardly any error", 'errors: { pass: < 0.5%, fail: "> 1%" }', 'errors: "< 0.000001%"'],
    ["nearly every answer", "when: latency p95 > 2s", "when: latency p99.999 > 2s"],
    [
      "events as a guard, and a level",
      "  - { when: pricetruth",
      "  - { when: fatals > 0, then: stop }\n  - { when: memory > 90%, then: stop }\n  - { when: pricetruth",
    ],
    ["one scrape", "observe: 15m", "observe: 15s"],
    ["the least and the largest budget", "windows:", "alpha: 0.0001%\nbeta: 50%\nwindows:"],
  ])("every figure is one, however odd the plan is: %s", (_, from, to) => {
    expect(soundPlan).toContain(from);
    const odd = readPlan(soundPlan.replace(from, to), "plan.yaml", soundCatalogue()).plan ?? plan;
    expect(odd.name).toBe("shop");
    for (const amount of [1e-3, 1e9]) {
      for (const { checks } of power({ loginsPerMinute: amount, rps: amount }, odd)) {
        for (const { outlook, needs, truth } of checks) {
          const figures = [
            ...Object.values(outlook ?? {}),
            needs?.loginsPerMinute ?? 0,
            needs?.rps ?? 0,
            truth.canary,
            truth.stable,
          ].filter((figure) => figure !== null);
          expect(figures.filter((figure) => !(figure >= 0 && figure < Number.POSITIVE_INFINITY))).toEqual([]);
          expect(outlook?.within ?? 0).toBeLessThanOrEqual(1);
          expect(outlook?.withinExtended ?? 1).toBeGreaterThanOrEqual(outlook?.within ?? 0);
        }
      }
    }
  });

  test("a score that is read at each scrape is decided sooner than one that is run now and then", () => {
    const guard = (runsEveryMs: number): number =>
      powerOf(plan, { traffic: some, truths: {}, sourceOf: () => ({ ...asWhole, runsEveryMs }) })[0]?.checks.find(
        ({ check }) => check.id === "dashboard-accessibility < 95",
      )?.outlook?.meanMs ?? 0;
    expect(guard(0) / minuteMs).toBeCloseTo(1.25, 0);
    expect(guard(600_000) / minuteMs).toBeCloseTo(40, 0);
  });

  test("requests that are counted in parts by person decide sooner", () => {
    const ask = { traffic: some, truths: {} };
    const [parts, whole] = [true, false].map(
      (isSliced) =>
        powerOf(plan, { ...ask, sourceOf: () => ({ ...asWhole, isSliced }) })[0]?.checks.find(({ check }) => check.id === "1.error-rate")
          ?.outlook?.meanMs ?? 0,
    );
    expect(parts).toBeLessThan(0.8 * (whole ?? 0));
  });
});

describe("serin plan power", () => {
  test.each(["en", "fr"] as const)(
    "golden: examples/ecomsimply at 120 logins a minute and 50 requests a second, in %s",
    async (language) => {
      const { out, err, exit } = await serin(ecomsimply, "--logins-per-minute", "120", "--rps", "50", "--language", language);
      expect([err, exit]).toEqual(["", 0]);
      await expect(out).toMatchFileSnapshot(`golden/power.ecomsimply.${language}.txt`);
      expect(out.split("\n").filter((line) => widthOf(line) > 100)).toEqual([]);
    },
  );

  test("golden: without traffic, what each decision takes", async () => {
    await expect((await serin("examples/laptop/plan.yaml")).out).toMatchFileSnapshot("golden/power.laptop.txt");
  });

  test("fits 80 columns", () => {
    const plan = planOf(ecomsimply);
    const traffic = { loginsPerMinute: 120, rps: 50 };
    const phases = powerOf(plan, { traffic, truths: {}, sourceOf: () => asWhole });
    const text = sayPower(plan, { traffic, phases, language: "fr", columns: 80 });
    expect(text.split("\n").filter((line) => widthOf(line) > 80)).toEqual([]);
  });

  test("speaks the plan's language unless another is asked for", async () => {
    expect((await serin(ecomsimply)).out).toContain("ce que demande chaque décision");
  });

  test("answers one JSON object to a program", async () => {
    const { out } = await serin(ecomsimply, "--rps", "50", "--json");
    const answer = JSON.parse(out) as { readonly phases: readonly { readonly checks: readonly Record<string, unknown>[] }[] };
    expect(answer).toMatchObject({ plan: "ecomsimply", traffic: { rps: 50, loginsPerMinute: null } });
    expect(answer.phases[0]?.checks[0]).toMatchObject({
      id: "1.error-rate",
      kind: "gate",
      proves: "pass",
      truth: { canary: 0.0025, isAssumed: true },
      outlook: { within: expect.any(Number), meanMs: expect.any(Number) },
    });
  });

  test("assumes what it is told, and says what follows", async () => {
    const assumed = [
      "error-rate=0,1%",
      "latency>2000ms=50%",
      "conversion=3%/4%",
      "accessibility=96",
      "pricetruth=up",
      "trial-activation=1.7%",
    ];
    const traffic = ["--language", "en", "--rps", "50", "--logins-per-minute", "120"];
    const { out } = await serin(ecomsimply, ...traffic, ...assumed.flatMap((one) => ["--assume", one]));
    const said = out
      .replaceAll("\u00a0", " ")
      .split("\n")
      .map((line) => line.replaceAll(/ {2,}/g, " ").trim());
    const expected = [
      "error-rate < 0.5% 0.1 %",
      "latency p95 > 2s 50 % over 2 s",
      "conversion no regression 3 % against 4 %",
      "accessibility >= 95 96",
      "pricetruth is down it answers",
      "→ this is no harm: the guard stays silent",
      "→ between its lines: never decided, serin holds and asks",
    ];
    expect(expected.filter((line) => !said.some((one) => one.startsWith(line)))).toEqual([]);
  });

  test.each<[string, readonly string[], string]>([
    ["a metric that is not there", ["--assume", "eror-rate=1%"], 'Write "error-rate".'],
    ["traffic that is no number", ["--rps", "lots"], "--rps is a number above 0"],
    ["no traffic at all", ["--logins-per-minute", "0"], "--logins-per-minute is a number above 0"],
    ["negative traffic", ["--rps=-5"], "--rps is a number above 0"],
    ["a language that it does not speak", ["--language", "de"], "write fr or en"],
  ])("refuses %s", async (_, args, message) => {
    expect(await serin(ecomsimply, ...args)).toMatchObject({ exit: 2, out: "", err: expect.stringContaining(message) });
  });

  test("tells every error of a plan of which nothing can be foreseen", async () => {
    expect(await serin("examples/ecomsimply/serin.yaml")).toMatchObject({ exit: 2, err: expect.stringContaining("kind:") });
  });
});
