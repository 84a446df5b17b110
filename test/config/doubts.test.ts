import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readPlan } from "../../src/config/plan-file.ts";
import type { PlanQuestion } from "../../src/config/plan-file.ts";
import type { Problem } from "../../src/errors.ts";
import { soundCatalogue, soundPlan } from "./sound-plan.ts";
import { wholeCatalogue } from "./whole-catalogue.ts";

const original = readFileSync("examples/ecomsimply/plan.yaml", "utf8");
const catalogue = wholeCatalogue();
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/gu, " ");
/** Saturday 2025-08-16, 14:00 in Paris. */
const saturday: PlanQuestion = {
  language: "en",
  startsMs: () => Date.UTC(2025, 7, 16, 12),
  traffic: { loginsPerMinute: 500, rps: 50 },
};
const tuesday: PlanQuestion = { ...saturday, startsMs: () => Date.UTC(2025, 7, 19, 12) };

function found(text: string, question: PlanQuestion): readonly Problem[] {
  return readPlan(text, "plan.yaml", catalogue, question).problems;
}

describe("the original plan", () => {
  const english = found(original, saturday);
  const french = found(original, { ...saturday, language: null });

  test("has no error, and these doubts, each at its line", () => {
    expect(english.map(({ severity, code, line, column }) => `${line}:${column} ${severity} ${code}`)).toEqual([
      "14:15 warning planned-day",
      "16:14 warning total-time",
      "95:3 warning two-meanings",
      "109:19 warning gate-undecidable",
      "109:19 warning between-lines",
      "111:20 warning between-lines",
      "113:25 warning gate-undecidable",
      "113:25 warning between-lines",
      "124:19 warning passes-on-estimate",
      "124:19 warning between-lines",
      "152:13 warning comparison-ends",
      "163:14 warning rollback-by-images",
      "171:12 warning window-late-start",
    ]);
    expect(french.map(({ code, line, column }) => [code, line, column])).toEqual(
      english.map(({ code, line, column }) => [code, line, column]),
    );
  });

  /** What must be said of each, whatever the rest of the sentence is. */
  test.each<[string, RegExp, RegExp]>([
    ["planned-day", /2025-08-16 is a Saturday.*avoided: sat/, /2025-08-16 est un samedi.*à éviter : sat/],
    ["total-time", /15 min \+ 30 min \+ 1 h are 1 h 45 min already.*twice/, /15 min \+ 30 min \+ 1 h font déjà 1 h 45 min.*deux fois/],
    ["window-late-start", /only when it starts by 15:15 \(14:45 with its extensions\)/, /que s’il démarre avant 15:15 \(14:45 avec/],
    [
      "gate-undecidable",
      /“trial-activation > 2%” is decided in “10 %” in only \d+ % .*15 min it takes [\d,]+ logins a minute/,
      /« trial-activation > 2% » n’est décidé .* que dans \d+ % .*il faut [\d ]+ connexions par minute/,
    ],
    [
      "gate-undecidable",
      /chosen for “faible trafic”: there a gate is decided least/,
      /« faible trafic » : c’est là qu’un critère se décide le moins/,
    ],
    ["between-lines", /leave 0.5 % to 1 % open.*holds and asks/, /de 0,5 % à 1 %.*suspend et demande/],
    ["between-lines", /leave 500 ms to 2 s open.*holds and asks/, /de 500 ms à 2 s.*suspend et demande/],
    ["rollback-by-images", /within 2 min .*up to 5 min.*traffic first/, /en 2 min .*5 min.*d’abord le trafic/],
    [
      "two-meanings",
      /can mean two things.*read as the first: lighthouse, accessibility of \/dashboard/,
      /deux sens.*lighthouse, accessibility de \/dashboard/,
    ],
    ["comparison-ends", /ends at 100%: nobody is left on stable to compare with/, /s’arrête à 100 %.*à qui comparer/],
  ])("%s", (code, inEnglish, inFrench) => {
    const says = (problems: readonly Problem[]): string =>
      problems
        .filter((problem) => problem.code === code)
        .map((problem) => plain(problem.message))
        .join("\n");
    expect(says(english)).toMatch(inEnglish);
    expect(says(french)).toMatch(inFrench);
  });

  test("every doubt says in both languages what to write", () => {
    for (const problem of english) expect(problem.remedy).toMatch(/\b[Ww]rite /);
    for (const problem of french) expect(problem.remedy).toMatch(/[ÉEé]crivez /);
  });
});

/** What stands in the original, and what its remedies say to write instead; the remedies are quoted, not paraphrased. */
const repairs: readonly (readonly [from: string, to: string, quoted: string])[] = [
  ["plannedFor: 2025-08-16", "plannedFor: 2025-08-19", "plannedFor: 2025-08-19"],
  ["estimated: 1h45m + 60m", "estimated: 1h45m", "estimated: 1h45m"],
  [
    "dashboard-accessibility: { kind",
    'dashboard-accessibility: { means: "accessibility of /dashboard", kind',
    'means: "accessibility of /dashboard"',
  ],
  [
    '      error-rate: "< 0.5%"',
    '      error-rate: { pass: "< 0.5%", fail: "> 1%", else: hold }',
    'error-rate: { pass: "< 0.5%", fail: "> 1%", else: hold }',
  ],
  [
    '      api-latency: "p95 < 500ms"',
    '      api-latency: { pass: "p95 < 500ms", else: hold }',
    'api-latency: { pass: "p95 < 500ms", else: hold }',
  ],
  [
    '      # « - Conversion trial activation > 2% »\n      trial-activation: "> 2%"\n',
    "",
    'trial-activation: "> 2%" under the gates of “50 %”',
  ],
  [
    "      # « - Aucune régression conversion »",
    '      # « - Conversion trial activation > 2% »\n      trial-activation: { pass: "> 2%", fail: "< 1.5%", else: hold }\n      # « - Aucune régression conversion »',
    'trial-activation: { pass: "> 2%", fail: "< 1.5%", else: hold }',
  ],
  [
    "conversion: no regression",
    'conversion: { pass: no regression, fail: "< 50% of stable", else: hold }',
    'conversion: { pass: no regression, fail: "< 50% of stable", else: hold }',
  ],
  ["\nwindows:\n", '\nholdback: "1%"\n\nwindows:\n', 'holdback: "1%"'],
  ["  manual: 5m\n", "  manual: 5m\n  by: traffic\n", "by: traffic"],
  ['prefer: ["tue-thu 14:00-17:00"]', 'prefer: ["tue-thu 14:00-14:45"]', '"tue-thu 14:00-14:45"'],
];

describe("the plan that its remedies make of it", () => {
  const [, ...body] = original.split("\n");
  const head =
    "# What `serin plan lint plan.yaml --at 2025-08-16T14:00 --logins-per-minute 500 --rps 50` makes of plan.yaml, remedy by remedy.";
  const repaired = repairs.reduce((text, [from, to]) => text.replace(from, to), [head, ...body].join("\n"));

  test("each repair stands in a remedy", () => {
    const remedies = found(original, saturday).map(({ remedy }) => plain(remedy));
    expect(repairs.filter(([from]) => !original.includes(from))).toEqual([]);
    expect(repairs.filter(([, , quoted]) => !remedies.some((remedy) => remedy.includes(quoted)))).toEqual([]);
  });

  test("is examples/ecomsimply/repaired.yaml", async () => {
    await expect(repaired).toMatchFileSnapshot("../../examples/ecomsimply/repaired.yaml");
  });

  test("has no doubt left on the day and at the traffic that it is for", () => {
    expect(found(repaired, tuesday)).toEqual([]);
  });
});

describe("the moment that is asked about", () => {
  const open = { ...tuesday, traffic: { loginsPerMinute: null, rps: null } };
  const at = (iso: string): PlanQuestion => ({ ...open, startsMs: () => Date.parse(iso) });
  const planned = original.replace("2025-08-16", "2025-08-19");

  test.each<[string, string, string | null]>([
    ["inside the window", "2025-08-19T12:00Z", null],
    [
      "before it opens",
      "2025-08-19T08:00Z",
      "On Tue 19 Aug 2025 10:00 (Europe/Paris) no release may start (preferred: tue-thu 14:00-17:00).",
    ],
    [
      "on another, closed day",
      "2025-08-18T08:00Z",
      "On Mon 18 Aug 2025 10:00 (Europe/Paris) no release may start (avoided: mon 00:00-12:00).",
    ],
    ["on a holiday", "2025-11-11T13:00Z", "On Tue 11 Nov 2025 14:00 (Europe/Paris) no release may start (holiday: Armistice 1918 (FR))."],
  ])("%s", (_, iso, message) => {
    const [closed] = found(planned, at(iso)).filter(({ code }) => code === "start-closed");
    expect(closed === undefined ? null : plain(closed.message)).toBe(message);
  });

  test("is not told twice on a planned day that is closed", () => {
    expect(found(original, saturday).filter(({ code }) => code === "start-closed")).toEqual([]);
  });

  test.each<[string, string, string | null]>([
    ["early in a window", "2025-08-19T12:15Z", null],
    ["as late as it may", "2025-08-19T13:15Z", null],
    [
      "late in a window: when it would end",
      "2025-08-19T14:00Z",
      "Started on Tue 19 Aug 2025 16:00 (Europe/Paris), the plan does not fit: it would end at 17:45, and its window closes at 17:00 (preferred: tue-thu 14:00-17:00).",
    ],
    ["where nothing starts that is said already", "2025-08-18T08:00Z", null],
  ])("%s", (_, iso, message) => {
    const [misfit] = found(planned, at(iso)).filter(({ code }) => code === "start-misfit");
    expect(misfit === undefined ? null : plain(misfit.message)).toBe(message);
    expect(misfit?.remedy ?? "Start it on 2025-08-20 at 14:00.").toBe("Start it on 2025-08-20 at 14:00.");
  });
});

describe("traffic", () => {
  const asking = (loginsPerMinute: number | null, rps: number | null): readonly Problem[] =>
    found(original, { ...tuesday, traffic: { loginsPerMinute, rps } }).filter(({ code }) => code === "gate-undecidable");
  const gates = (problems: readonly Problem[]): readonly string[] => problems.map(({ message }) => /“(\S+) .*?”/.exec(message)?.[1] ?? "?");

  test("nobody gave: nothing is said of it", () => expect(asking(null, null)).toEqual([]));
  test("of one kind: nothing is said of gates of the other", () => {
    expect(gates(asking(120, null))).toEqual(["trial-activation", "conversion"]);
    expect(gates(asking(null, 50))).toEqual(["error-rate"]);
  });
  test("that is enough decides every gate", () => expect(asking(20_000, 2000)).toEqual([]));
  test("that is far too little: the gate goes out, and people judge", () => {
    const [first] = asking(0.5, null);
    expect(first?.remedy).toContain("let people judge it");
  });
  test("that decides it in a longer phase: how long that is", () => {
    const conversion = asking(120, null).find(({ message }) => message.includes("conversion"));
    expect(conversion?.remedy).toMatch(/^Write observe: 1h45m in this phase/);
  });
  test("that decides a gate that a later phase has too: it may go from the earlier one", () => {
    const { problems } = readPlan(
      soundPlan
        .replace("    gates:\n      memory", "    gates:\n      orders: no regression\n      memory")
        .replace("windows:", 'holdback: "10%"\nwindows:'),
      "plan.yaml",
      soundCatalogue(),
      {
        ...tuesday,
        traffic: { loginsPerMinute: 300, rps: null },
      },
    );
    const [first] = problems.filter(({ code }) => code === "gate-undecidable");
    expect(plain(first?.remedy ?? "")).toMatch(/^Take orders out of this phase's gates: “all \(100 %\)” has it too/);
  });
  test("that decides a gate by the luck of its estimate: what that may miss, and what would disprove it", () => {
    const missing = (loginsPerMinute: number, text = original) =>
      found(text, { ...tuesday, traffic: { loginsPerMinute, rps: null } }).filter(({ code }) => code === "passes-on-estimate");
    const [first] = missing(500);
    expect(plain(first?.message ?? "")).toMatch(
      /^“conversion no regression” passes in “50 %” on the estimate .* a fall of up to 2\d % could be missed/,
    );
    const nearer = 'conversion: { pass: no regression, fail: "< 80% of stable", else: hold }';
    expect(first?.remedy).toContain(`Write ${nearer}: then "< 80% of stable" has to be disproved`);
    // Said aloud, or with people enough, it is no doubt any more; of a gate that is not decided at all something else is said.
    expect(missing(500, original.replace(/^( +)conversion: no regression/mu, `$1${nearer}`))).toEqual([]);
    expect(missing(5_000)).toEqual([]);
    expect(missing(120)).toEqual([]);
  });
  test("of few requests: a gate for no event at all needs exposure too", () => {
    const [none] = asking(null, 0.05).filter(({ message }) => message.includes("critical-errors"));
    expect(plain(none?.message ?? "")).toContain("if there truly are none");
  });
});

test("a router that draws nobody new, in coarse steps, is refused", () => {
  const whole = soundCatalogue();
  const routers = whole.routers.map((router) => ({
    ...router,
    capabilities: { ...router.capabilities, audiences: ["everyone" as const], stepPct: 4 },
  }));
  expect(
    readPlan(soundPlan, "plan.yaml", { ...whole, routers }).problems.map(({ code, message, remedy }) => `${code}: ${message} ${remedy}`),
  ).toEqual([
    'router-cannot: The router edge has steps of 4%. Write "12%".',
    'router-cannot: The router edge cannot draw new-logins. Write "everyone", or use another router.',
  ]);
});

test("a router that forgets, or does not keep people, is doubted", () => {
  const whole = soundCatalogue();
  const routers = whole.routers.map((router) => ({ ...router, capabilities: { ...router.capabilities, sticky: false, lease: false } }));
  expect(readPlan(soundPlan, "plan.yaml", { ...whole, routers }).problems.map(({ code }) => code)).toEqual([
    "router-lease",
    "router-sticky",
  ]);
});
