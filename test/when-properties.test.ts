import * as fc from "fast-check";
import { Temporal } from "temporal-polyfill";
import { describe, expect, test } from "vitest";
import { newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import { emptyBook } from "../src/core/evidence-book.ts";
import { holidayOn } from "../src/core/holidays.ts";
import { frozenBy } from "../src/core/obstacles.ts";
import { fits, misfitOf, nextFit, runLength } from "../src/core/when.ts";
import type { FitOptions, RunOf } from "../src/core/when.ts";
import type { WeekRange } from "../src/core/plan.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import { head, seen } from "./decision-desk.ts";

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 1_440 * MINUTE_MS;
const WEEK_QUARTERS = 7 * 96;

const at = (iso: string): number => Date.parse(iso);
const iso = (atMs: number): string => new Date(atMs).toISOString();
const phase = (observe: number, extend: number) => ({ observeMs: observe * QUARTER_MS, extendMs: extend * QUARTER_MS });

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
    phases: phases.map(({ observe, extend }) => phase(observe, extend)),
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
        const isFound = (startMs: number): boolean => found.some((span) => span.fromMs <= startMs && startMs <= span.lastMs);
        expect(
          quartersOf(fromMs, toMs)
            .filter((startMs) => isFound(startMs) !== oracle(startMs))
            .map(iso),
        ).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  test("spans of starts are ascending and apart, and misfitOf agrees at both of their ends", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const toMs = fromMs + 8 * DAY_MS;
        const found = fits(plan, { fromMs, toMs }, options);
        const misfits = (moments: readonly number[]): readonly unknown[] => moments.map((atMs) => misfitOf(plan, atMs, options));
        const outside = found.flatMap((span) => [span.fromMs - 1, span.lastMs + 1]).filter((atMs) => atMs >= fromMs && atMs < toMs);
        const edges = [fromMs - 2, ...found.flatMap((span) => [span.fromMs, span.lastMs + 1]), toMs + 1];
        expect(edges.filter((atMs, index) => index > 0 && atMs <= (edges[index - 1] ?? 0))).toEqual([]);
        expect(misfits(found.flatMap((span) => [span.fromMs, span.lastMs])).filter((misfit) => misfit !== null)).toEqual([]);
        expect(misfits(outside).filter((misfit) => misfit === null)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });

  test("the next start is never before it is asked for, fits itself, and nothing earlier does", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const found = nextFit(plan, fromMs, options);
        expect(found === null || (found >= fromMs && misfitOf(plan, found, options) === null)).toBe(true);
        const untilMs = Math.min(found ?? Infinity, fromMs + 15 * DAY_MS);
        expect(quartersOf(fromMs, untilMs).filter(oracleOf(plan, options)).map(iso)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  test("the next start is one that a release takes at that very moment, and one that is scheduled for it not before", () => {
    fc.assert(
      fc.property(asked, ({ plan, fromMs, options }) => {
        const atMs = nextFit(plan, fromMs, options);
        if (atMs === null) return;
        const { timeZone, language, environment, windows } = plan;
        const people = { ...smallPlan.people, start: { all: [] } };
        const whole = { ...smallPlan, timeZone, language, environment, windows, people };
        const statusAt = (nowMs: number, notBeforeMs: number | null): string | undefined => {
          const release = { ...newborn({ ...head, plan: whole, notBeforeMs }), revision: 1 };
          const frozen = options.freezes.filter(({ sinceMs, untilMs }) => sinceMs <= nowMs && nowMs < (untilMs ?? Infinity));
          return decide(release, emptyBook(whole), { ...seen(release), nowMs, ...frozenBy(frozen) })?.status.kind;
        };
        expect([statusAt(atMs, null), statusAt(atMs, atMs), statusAt(atMs - 1, atMs)]).toEqual(["preparing", "preparing", "waiting"]);
      }),
      { numRuns: 80 },
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

function quartersOf(fromMs: number, toMs: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.ceil((toMs - fromMs) / QUARTER_MS)) }, (_, quarter) => fromMs + quarter * QUARTER_MS);
}

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
    if (isWhole && !quartersOf(startMs, startMs + takesMs).every(mayBegin)) return false;
    let [earliestMs, latestMs] = [startMs, startMs];
    for (const { observeMs, extendMs } of plan.phases) {
      earliestMs += observeMs;
      latestMs += observeMs + (extensions ? extendMs : 0);
      if (!quartersOf(earliestMs, latestMs + QUARTER_MS).every(mayGoOn)) return false;
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
