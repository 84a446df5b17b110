import * as fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { holidayOn } from "./holidays.ts";
import { fits, misfitOf, nextFit, runLength } from "./when.ts";
import type { FitOptions, FrozenSpan, RunOf } from "./when.ts";
import type { WeekRange } from "./windows.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 1_440 * MINUTE_MS;
const WEEK_QUARTERS = 7 * 96;

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const range = (day: number, from: string, to: string): WeekRange => ({
  fromMinute: day * 1_440 + minutes(from),
  toMinute: day * 1_440 + minutes(to),
  says: `${day} ${from}-${to}`,
});
const phase = (observe: number, extend = 0) => ({ observeMs: observe * MINUTE_MS, extendMs: extend * MINUTE_MS });
const at = (iso: string): number => Date.parse(iso);
const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
const plain: FitOptions = { extensions: false, freezes: [] };
const extended: FitOptions = { extensions: true, freezes: [] };

const ecomsimply: RunOf = {
  timeZone: "Europe/Paris",
  language: "fr",
  environment: "production",
  phases: [phase(15, 30), phase(30), phase(60)],
  windows: {
    prefer: [range(1, "14:00", "17:00"), range(2, "14:00", "17:00"), range(3, "14:00", "17:00")],
    avoid: [range(0, "00:00", "12:00"), range(4, "17:00", "24:00"), range(5, "00:00", "24:00"), range(6, "00:00", "24:00")],
    avoidHolidays: ["FR"],
  },
};
const open: RunOf = { ...ecomsimply, windows: { prefer: [], avoid: [], avoidHolidays: [] } };

describe("the ECOMSIMPLY plan", () => {
  const saturdayMs = at("2025-08-16T00:00:00+02:00");

  test("from the planned Saturday on it fits on Tuesday from 14:00, started by 15:15, or by 14:45 with its extension", () => {
    const week = { fromMs: saturdayMs, toMs: saturdayMs + 4 * DAY_MS };
    const said = (options: FitOptions) => fits(ecomsimply, week, options).map(({ fromMs, lastMs }) => [iso(fromMs), iso(lastMs)]);
    expect(said(plain)).toEqual([["2025-08-19T12:00:00.000Z", "2025-08-19T13:15:00.000Z"]]);
    expect(said(extended)).toEqual([["2025-08-19T12:00:00.000Z", "2025-08-19T12:45:00.000Z"]]);
    expect(iso(nextFit(ecomsimply, saturdayMs, extended))).toBe("2025-08-19T12:00:00.000Z");
  });

  test.each([
    ["on the planned Saturday", "2025-08-16T14:00:00+02:00", plain, { kind: "closed", answer: { why: "avoided", says: "5 00:00-24:00" } }],
    ["on Tuesday at 15:15 it fits", "2025-08-19T15:15:00+02:00", plain, null],
    ["a moment later it does not", "2025-08-19T15:15:00.001+02:00", plain, { kind: "too-late", closesMs: at("2025-08-19T17:00:00+02:00") }],
    [
      "nor at 15:15 with its extension",
      "2025-08-19T15:15:00+02:00",
      extended,
      { kind: "too-late", endsMs: at("2025-08-19T17:30:00+02:00") },
    ],
    ["11 November is a holiday", "2025-11-11T14:00:00+01:00", plain, { kind: "closed", answer: { why: "holiday" } }],
  ] as const)("%s", (_says, start, options, expected) => {
    const found = misfitOf(ecomsimply, at(start), options);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  test("a start at once is asked for inside the window, and next week behind it", () => {
    expect(iso(nextFit(ecomsimply, at("2025-08-19T14:31:07+02:00"), plain))).toBe("2025-08-19T12:31:07.000Z");
    expect(iso(nextFit(ecomsimply, at("2025-08-21T15:15:01+02:00"), plain))).toBe("2025-08-26T12:00:00.000Z");
  });
});

describe("freezes", () => {
  const frozen = (since: string, until: string | null, environment = "production"): FrozenSpan => ({
    environment,
    sinceMs: at(since),
    untilMs: until === null ? null : at(until),
  });
  const from = at("2025-08-18T12:00:00+02:00");

  test.each([
    ["one without an end lets nothing start", [frozen("2025-08-18T00:00:00Z", null)], null],
    ["one of another environment does not matter", [frozen("2025-08-18T00:00:00Z", null, "staging")], "2025-08-19T12:00:00.000Z"],
    ["from its end on a release may start", [frozen("2025-08-18T00:00:00Z", "2025-08-20T14:20:00+02:00")], "2025-08-20T12:20:00.000Z"],
    ["a run is over before one begins", [frozen("2025-08-19T15:45:00+02:00", "2025-08-20T00:00:00Z")], "2025-08-20T12:00:00.000Z"],
  ])("%s", (_says, freezes, expected) => {
    expect(iso(nextFit(ecomsimply, from, { extensions: false, freezes }))).toBe(expected);
  });

  test("a start during one is refused for it, and so is a run into one", () => {
    const freezes = [frozen("2025-08-19T15:00:00+02:00", "2025-08-19T16:00:00+02:00")];
    const kinds = ["14:00", "15:30", "13:00"].map(
      (time) => misfitOf(ecomsimply, at(`2025-08-19T${time}:00+02:00`), { ...plain, freezes })?.kind,
    );
    expect(kinds).toEqual(["frozen", "frozen", "closed"]);
  });
});

describe("windows that are shorter than the plan", () => {
  const days = 1_440;
  const slow: RunOf = { ...ecomsimply, phases: [phase(days), phase(2 * days), phase(2 * days)] };

  test("are for its start, and every advance is looked at", () => {
    // Started on Tuesday 19th, it advances on Wednesday and Friday; at 14:00 that is before Friday 17:00.
    expect(iso(nextFit(slow, at("2025-08-16T00:00:00+02:00"), plain))).toBe("2025-08-19T12:00:00.000Z");
    expect(misfitOf(slow, at("2025-08-21T14:00:00+02:00"), plain)).toMatchObject({ kind: "advance", phase: 2, answer: { why: "avoided" } });
  });

  test("with extensions every moment at which a phase may begin is looked at", () => {
    const wavering: RunOf = { ...slow, phases: [phase(days, 3 * days), phase(2 * days), phase(days)] };
    expect(misfitOf(wavering, at("2025-08-19T14:00:00+02:00"), plain)).toBeNull();
    expect(misfitOf(wavering, at("2025-08-19T14:00:00+02:00"), extended)).toMatchObject({
      kind: "advance",
      phase: 1,
      atMs: at("2025-08-22T17:00:00+02:00"),
    });
    expect(nextFit(wavering, at("2025-08-16T00:00:00+02:00"), extended)).toBeNull();
  });

  test("windows that touch are one", () => {
    const halves = { ...ecomsimply.windows, prefer: [range(1, "14:00", "15:00"), range(1, "15:00", "17:00")] };
    const week = { fromMs: at("2025-08-18T00:00:00Z"), toMs: at("2025-08-25T00:00:00Z") };
    expect(fits({ ...ecomsimply, windows: halves }, week, plain).map(({ lastMs }) => iso(lastMs))).toEqual(["2025-08-19T13:15:00.000Z"]);
  });

  test("a plan without windows fits always, also when it takes months", () => {
    const endless = { ...open, phases: [phase(90 * days)] };
    const year = { fromMs: at("2025-01-01T00:00:00Z"), toMs: at("2026-01-01T00:00:00Z") };
    expect(fits(endless, year, plain)).toEqual([{ fromMs: year.fromMs, lastMs: year.toMs - 1 }]);
  });
});

describe("clock changes", () => {
  const sunday = (from: string, to: string): RunOf => ({
    ...open,
    phases: [phase(60), phase(60)],
    windows: { prefer: [range(6, from, to)], avoid: [], avoidHolidays: [] },
  });
  const starts = (plan: RunOf, day: string): readonly (string | null)[] => {
    const fromMs = at(`${day}T00:00:00Z`) - DAY_MS / 2;
    return fits(plan, { fromMs, toMs: fromMs + 2 * DAY_MS }, plain).flatMap(({ fromMs: first, lastMs }) => [iso(first), iso(lastMs)]);
  };

  test("the night of 23 hours leaves an hour less, that of 25 an hour more", () => {
    const plan = sunday("01:00", "05:00");
    expect(starts(plan, "2025-03-23")).toEqual(["2025-03-23T00:00:00.000Z", "2025-03-23T02:00:00.000Z"]);
    expect(starts(plan, "2025-03-30")).toEqual(["2025-03-30T00:00:00.000Z", "2025-03-30T01:00:00.000Z"]);
    expect(starts(plan, "2025-10-26")).toEqual(["2025-10-25T23:00:00.000Z", "2025-10-26T02:00:00.000Z"]);
  });

  test("a window that the change makes too short has no start in it", () => {
    expect(starts(sunday("01:00", "03:00"), "2025-03-23")).toEqual(["2025-03-23T00:00:00.000Z", "2025-03-23T00:00:00.000Z"]);
    expect(starts(sunday("01:00", "03:00"), "2025-03-30")).toEqual([]);
  });

  test("a window of the day that Samoa left out opens with the next day", () => {
    const prefer = [{ fromMinute: 4 * 1_440 + minutes("21:45"), toMinute: 5 * 1_440 + minutes("02:30"), says: "fri 21:45-02:30" }];
    const plan = { ...sunday("00:00", "00:00"), timeZone: "Pacific/Apia", windows: { ...open.windows, prefer } };
    const span = { fromMs: at("2011-12-29T12:00:00Z"), toMs: at("2012-01-01T00:00:00Z") };
    expect(fits(plan, span, plain)).toEqual([{ fromMs: at("2011-12-30T10:00:00Z"), lastMs: at("2011-12-30T10:30:00Z") }]);
  });

  test("a window of wall time moves by the hour in the world's time", () => {
    expect(iso(nextFit(ecomsimply, at("2025-10-24T12:00:00Z"), plain))).toBe("2025-10-28T13:00:00.000Z");
    expect(iso(nextFit(ecomsimply, at("2025-10-20T12:00:00Z"), plain))).toBe("2025-10-21T12:00:00.000Z");
  });
});

/** Zones with the beginning of two years in which their clocks change; Samoa's, with the day that it left out. */
const zones = {
  "Europe/Paris": "2025-01-01",
  "America/New_York": "2025-01-01",
  "Australia/Lord_Howe": "2025-01-01",
  "America/St_Johns": "2025-01-01",
  "Pacific/Apia": "2011-06-01",
  "Africa/Casablanca": "2025-01-01",
  UTC: "2025-01-01",
} as const;
type Zone = keyof typeof zones;

/** Half of the moments lie within five days of a clock change. All are whole quarters of an hour, as everything in these plans is. */
const zonedMoments = fc.constantFrom(...(Object.keys(zones) as Zone[])).chain((timeZone) => {
  const beginsMs = at(`${zones[timeZone]}T00:00:00Z`);
  const changes = changesOf(timeZone, beginsMs);
  const anywhere = fc.integer({ min: 0, max: 730 * 96 }).map((quarter) => beginsMs + quarter * QUARTER_MS);
  const near = fc
    .tuple(fc.constantFrom(...(changes.length === 0 ? [beginsMs] : changes)), fc.integer({ min: -5 * 96, max: 96 }))
    .map(([changeMs, quarter]) => changeMs + quarter * QUARTER_MS);
  return fc.record({ timeZone: fc.constant(timeZone), fromMs: fc.oneof(anywhere, near) });
});

const weekRange = fc
  .record({
    from: fc.integer({ min: 0, max: WEEK_QUARTERS - 1 }),
    length: fc.oneof(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 250 })),
  })
  .map(({ from, length }): WeekRange => {
    const end = from + length;
    return { fromMinute: from * 15, toMinute: (end > WEEK_QUARTERS ? end - WEEK_QUARTERS : end) * 15, says: `${from}+${length}` };
  });

const runs = fc.record({
  moment: zonedMoments,
  extensions: fc.boolean(),
  windows: fc.record({
    prefer: fc.array(weekRange, { maxLength: 4 }),
    avoid: fc.array(weekRange, { maxLength: 2 }),
    avoidHolidays: fc.subarray(["FR", "US"], { maxLength: 1 }),
  }),
  phases: fc.array(fc.record({ observe: fc.integer({ min: 1, max: 12 }), extend: fc.integer({ min: 0, max: 6 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  freezes: fc.array(fc.record({ after: fc.integer({ min: -96, max: 700 }), length: fc.option(fc.integer({ min: 1, max: 200 })) }), {
    maxLength: 1,
  }),
});

interface Asked {
  readonly plan: RunOf;
  readonly fromMs: number;
  readonly options: FitOptions;
}

const asked = runs.map(({ moment: { timeZone, fromMs }, extensions, windows, phases, freezes }): Asked => {
  const plan: RunOf = {
    timeZone,
    language: "en",
    environment: "production",
    windows,
    phases: phases.map(({ observe, extend }) => phase(observe * 15, extend * 15)),
  };
  const frozen = freezes.map(({ after, length }) => {
    const sinceMs = fromMs + after * QUARTER_MS;
    return { environment: "production", sinceMs, untilMs: length === null ? null : sinceMs + length * QUARTER_MS };
  });
  return { plan, fromMs, options: { extensions, freezes: frozen } };
});

describe("properties over two years of clock changes in seven zones", () => {
  test("a start fits exactly where the wall clock, asked quarter by quarter, lets the whole run through", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const toMs = fromMs + 8 * DAY_MS;
        const found = fits(plan, { fromMs, toMs }, options);
        const oracle = oracleOf(plan, options);
        for (let startMs = fromMs; startMs < toMs; startMs += QUARTER_MS) {
          const isFound = found.some((span) => span.fromMs <= startMs && startMs <= span.lastMs);
          const expected = oracle(startMs);
          if (isFound !== expected) expect({ startMs: iso(startMs), fits: isFound }).toEqual({ startMs: iso(startMs), fits: expected });
        }
      }),
      { numRuns: 80 },
    );
  });

  test("spans of starts are ascending and apart, and misfitOf agrees at both of their ends", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const toMs = fromMs + 8 * DAY_MS;
        let lastMs = fromMs - 2;
        for (const span of fits(plan, { fromMs, toMs }, options)) {
          expect(span.fromMs).toBeGreaterThan(lastMs + 1);
          expect(span.lastMs).toBeGreaterThanOrEqual(span.fromMs);
          expect(span.lastMs).toBeLessThan(toMs);
          expect([misfitOf(plan, span.fromMs, options), misfitOf(plan, span.lastMs, options)]).toEqual([null, null]);
          if (span.fromMs > fromMs) expect(misfitOf(plan, span.fromMs - 1, options)).not.toBeNull();
          if (span.lastMs < toMs - 1) expect(misfitOf(plan, span.lastMs + 1, options)).not.toBeNull();
          lastMs = span.lastMs;
        }
      }),
      { numRuns: 80 },
    );
  });

  test("the next start is never before it is asked for, fits itself, and nothing earlier does", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const found = nextFit(plan, fromMs, options);
        if (found !== null) expect(misfitOf(plan, found, options)).toBeNull();
        expect(found ?? fromMs).toBeGreaterThanOrEqual(fromMs);
        const oracle = oracleOf(plan, options);
        const untilMs = Math.min(found ?? Infinity, fromMs + 15 * DAY_MS);
        for (let startMs = fromMs; startMs < untilMs; startMs += QUARTER_MS) if (oracle(startMs)) expect(iso(startMs)).toBe(iso(found));
      }),
      { numRuns: 40 },
    );
  });

  test("what fits with every extension fits without", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const span = { fromMs, toMs: fromMs + 8 * DAY_MS };
        for (const { fromMs: firstMs, lastMs } of fits(plan, span, { ...options, extensions: true })) {
          const without = { ...options, extensions: false };
          expect([misfitOf(plan, firstMs, without), misfitOf(plan, lastMs, without)]).toEqual([null, null]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Whether a run that starts on a quarter of an hour fits, by walking through its quarters with the platform's own calendar. */
function oracleOf(plan: RunOf, { extensions, freezes }: FitOptions): (startMs: number) => boolean {
  const { shortestMs, longestMs } = runLength(plan);
  const takesMs = extensions ? longestMs : shortestMs;
  const { prefer, avoid, avoidHolidays } = plan.windows;
  const covers = ({ fromMinute, toMinute }: WeekRange, minute: number): boolean =>
    fromMinute < toMinute ? fromMinute <= minute && minute < toMinute : !(toMinute <= minute && minute < fromMinute);
  const isAvoided = (minute: number): boolean => avoid.some((one) => covers(one, minute));
  const isOpenMinute = (minute: number): boolean =>
    !isAvoided(minute) && (prefer.length === 0 || prefer.some((one) => covers(one, minute)));
  const week = Array.from({ length: WEEK_QUARTERS }, (_, quarter) => isOpenMinute(quarter * 15));
  const lengths = week.map((isOpen, quarter) => (isOpen ? runOfTrue(week, quarter) : 0));
  const isHoliday = (date: string): boolean => avoidHolidays.some((country) => holidayOn(country, date, "en") !== null);
  const mayGoOn = (atMs: number): boolean => {
    const { minute, date } = wallOf(plan.timeZone, atMs);
    return !isAvoided(minute) && !isHoliday(date);
  };
  const mayBegin = (atMs: number): boolean => mayGoOn(atMs) && isOpenMinute(wallOf(plan.timeZone, atMs).minute);
  return (startMs) => {
    if (!mayBegin(startMs)) return false;
    if (freezes.some(({ sinceMs, untilMs }) => startMs + takesMs >= sinceMs && startMs < (untilMs ?? Infinity))) return false;
    const isWhole = (lengths[wallOf(plan.timeZone, startMs).minute / 15] ?? 0) * QUARTER_MS >= shortestMs;
    for (let atMs = startMs; isWhole && atMs < startMs + takesMs; atMs += QUARTER_MS) if (!mayBegin(atMs)) return false;
    let [earliestMs, latestMs] = [startMs, startMs];
    for (const { observeMs, extendMs } of plan.phases.slice(0, -1)) {
      earliestMs += observeMs;
      latestMs += observeMs + (extensions ? extendMs : 0);
      for (let atMs = earliestMs; atMs <= latestMs; atMs += QUARTER_MS) if (!mayGoOn(atMs)) return false;
    }
    return true;
  };
}

/** How many neighbours are true around one that is, in a circle. */
function runOfTrue(circle: readonly boolean[], at: number): number {
  if (!circle.includes(false)) return Infinity;
  const isTrue = (index: number): boolean => circle[(index + circle.length) % circle.length] === true;
  let [first, last] = [at, at];
  while (isTrue(first - 1)) first -= 1;
  while (isTrue(last + 1)) last += 1;
  return last - first + 1;
}

interface Wall {
  readonly minute: number;
  readonly date: string;
}

const walls = new Map<string, Wall>();
const clocks = new Map<string, Intl.DateTimeFormat>();

/** Minute of the week and date, by the formatter of the platform: another way than the one under test. */
function wallOf(timeZone: string, atMs: number): Wall {
  const key = `${timeZone} ${atMs}`;
  const known = walls.get(key);
  if (known !== undefined) return known;
  const clock = clocks.get(timeZone) ?? clockOf(timeZone);
  clocks.set(timeZone, clock);
  const parts = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts["weekday"] ?? "");
  const wall = {
    minute: day * 1_440 + Number(parts["hour"]) * 60 + Number(parts["minute"]),
    date: `${parts["year"]}-${parts["month"]}-${parts["day"]}`,
  };
  walls.set(key, wall);
  return wall;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const two = "2-digit" as const;
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    year: "numeric",
    month: two,
    day: two,
    hour: two,
    minute: two,
    hourCycle: "h23",
  });
}

function changesOf(timeZone: string, fromMs: number): readonly number[] {
  const changes: number[] = [];
  let next = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(timeZone).getTimeZoneTransition("next");
  while (next !== null && next.epochMilliseconds < fromMs + 730 * DAY_MS) {
    changes.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition("next");
  }
  return changes;
}
