import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHolidayCountry } from "./holidays.ts";
import { mayAdvance, mayStart, nextAdvance, nextOpening } from "./windows.ts";
import type { WeekRange } from "./plan.ts";
import type { WindowsOf } from "./windows.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const FROM_MS = Date.parse("2025-01-01T00:00:00Z");
const zones = ["Europe/Paris", "America/New_York", "Pacific/Chatham", "UTC"] as const;

const range = (day: number, from: string, to: string): WeekRange => ({
  fromMinute: day * 1_440 + minutes(from),
  toMinute: day * 1_440 + minutes(to),
  says: `${day} ${from}-${to}`,
});
const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const ecomsimply: WindowsOf = {
  timeZone: "Europe/Paris",
  language: "fr",
  windows: {
    prefer: [range(1, "14:00", "17:00"), range(2, "14:00", "17:00"), range(3, "14:00", "17:00")],
    avoid: [range(0, "00:00", "12:00"), range(4, "17:00", "24:00"), range(5, "00:00", "24:00"), range(6, "00:00", "24:00")],
    avoidHolidays: ["FR"],
  },
};
const at = (iso: string): number => Date.parse(iso);

describe("the windows of the ECOMSIMPLY plan", () => {
  test.each([
    ["Tuesday 14:00 is preferred", "2025-08-12T14:00:00+02:00", "ok", "ok"],
    ["Tuesday 13:59 is not, but an advance may be", "2025-08-12T13:59:00+02:00", "not-preferred", "ok"],
    ["the end of a range does not belong to it", "2025-08-12T17:00:00+02:00", "not-preferred", "ok"],
    ["the planned Saturday is avoided", "2025-08-16T14:00:00+02:00", "avoided", "avoided"],
    ["Friday 16:59 may advance", "2025-08-22T16:59:59+02:00", "not-preferred", "ok"],
    ["Friday 17:00 may not", "2025-08-22T17:00:00+02:00", "avoided", "avoided"],
    ["11 November is a holiday, a Tuesday in 2025", "2025-11-11T15:00:00+01:00", "holiday", "holiday"],
    ["a Monday morning is avoided", "2025-08-18T11:59:00+02:00", "avoided", "avoided"],
  ])("%s", (_says, iso, start, advance) => {
    const kind = (answer: ReturnType<typeof mayStart>) => (answer.ok ? "ok" : answer.why);
    expect([kind(mayStart(ecomsimply, at(iso))), kind(mayAdvance(ecomsimply, at(iso)))]).toEqual([start, advance]);
  });

  test("a holiday is named in the plan's language, with its country", () => {
    const answer = (language: "fr" | "en") => mayAdvance({ ...ecomsimply, language }, at("2025-11-11T15:00:00+01:00"));
    expect(answer("fr")).toEqual({ ok: false, why: "holiday", says: "Armistice 1918 (FR)" });
    expect(answer("en")).toMatchObject({ says: expect.stringContaining("(FR)") });
  });

  test("the next opening skips the weekend and the holiday", () => {
    expect(nextOpening(ecomsimply, at("2025-08-16T14:00:00+02:00"))).toBe(at("2025-08-19T14:00:00+02:00"));
    expect(nextOpening(ecomsimply, at("2025-11-07T14:00:00+01:00"))).toBe(at("2025-11-12T14:00:00+01:00"));
    expect(nextAdvance(ecomsimply, at("2025-08-16T14:00:00+02:00"))).toBe(at("2025-08-18T12:00:00+02:00"));
  });

  test("a plan that avoids the whole week never opens", () => {
    const never = { ...ecomsimply, windows: { prefer: [], avoid: [{ fromMinute: 0, toMinute: 0, says: "always" }], avoidHolidays: [] } };
    expect(nextOpening(never, FROM_MS)).toBeNull();
  });

  test("countries are known or not", () => {
    expect(["FR", "NZ", "XX", "fr "].map(isHolidayCountry)).toEqual([true, true, false, false]);
  });
});

describe("across clock changes", () => {
  test.each([
    [
      "an opening in the missing hour is at its end",
      "Europe/Paris",
      range(6, "02:30", "05:00"),
      "2025-03-30T00:00:00+01:00",
      "2025-03-30T03:00:00+02:00",
    ],
    [
      "an opening in the repeated hour is its first",
      "Europe/Paris",
      range(6, "02:30", "05:00"),
      "2025-10-26T00:00:00+02:00",
      "2025-10-26T02:30:00+02:00",
    ],
    [
      "a range left and re-entered by the change back opens twice",
      "Europe/Paris",
      range(6, "02:00", "02:30"),
      "2025-10-26T02:45:00+02:00",
      "2025-10-26T02:00:00+01:00",
    ],
    ["Chatham changes at 02:45", "Pacific/Chatham", range(6, "03:00", "04:00"), "2025-09-28T00:00:00+12:45", "2025-09-28T03:45:00+13:45"],
  ])("%s", (_says, timeZone, prefer, from, opens) => {
    const plan: WindowsOf = { timeZone, language: "en", windows: { prefer: [prefer], avoid: [], avoidHolidays: [] } };
    const found = nextOpening(plan, at(from));
    expect(found === null ? null : new Date(found).toISOString()).toBe(new Date(at(opens)).toISOString());
  });
});

const weekRange = fc
  .record({
    fromMinute: fc.integer({ min: 0, max: 10_079 }),
    length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 4_000 })),
  })
  .map(({ fromMinute, length }): WeekRange => {
    const end = fromMinute + length;
    return { fromMinute, toMinute: end > 10_080 ? end - 10_080 : end, says: `${fromMinute}+${length}` };
  });
const instants = fc.oneof(
  fc.integer({ min: 0, max: 730 * 1_440 }).map((minute) => FROM_MS + minute * MINUTE_MS),
  // Half of them within a day and a half of a clock change of one of the zones.
  fc
    .tuple(
      fc.constantFrom(
        "2025-03-09T07:00Z",
        "2025-03-30T01:00Z",
        "2025-04-05T14:00Z",
        "2025-09-27T14:00Z",
        "2025-10-26T01:00Z",
        "2026-11-01T06:00Z",
      ),
      fc.integer({ min: -2_160, max: 2_160 }),
    )
    .map(([change, minute]) => at(change) + minute * MINUTE_MS),
);
const plans = fc.record({
  timeZone: fc.constantFrom(...zones),
  language: fc.constant("en" as const),
  windows: fc.record({
    prefer: fc.array(weekRange, { maxLength: 3 }),
    avoid: fc.array(weekRange, { maxLength: 2 }),
    avoidHolidays: fc.subarray(["FR", "US", "NZ"], { maxLength: 1 }),
  }),
});

describe("properties over two years in four zones", () => {
  test("the answer is the one that the wall clock gives", () => {
    fc.assert(
      fc.property(plans, instants, (plan, atMs) => {
        const minute = wallMinute(plan.timeZone, atMs);
        const covers = (found: WeekRange) =>
          found.fromMinute < found.toMinute
            ? found.fromMinute <= minute && minute < found.toMinute
            : !(found.toMinute <= minute && minute < found.fromMinute);
        const { prefer, avoid } = plan.windows;
        const isAvoided = avoid.some(covers);
        const isPreferred = prefer.length === 0 || prefer.some(covers);
        const unholy = { ...plan, windows: { prefer, avoid, avoidHolidays: [] } };
        expect([mayStart(unholy, atMs).ok, mayAdvance(unholy, atMs).ok]).toEqual([isPreferred && !isAvoided, !isAvoided]);
        expect(mayStart(plan, atMs).ok && !mayStart(unholy, atMs).ok).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test("the next opening is open, and the first", () => {
    fc.assert(
      fc.property(plans, instants, (plan, fromMs) => {
        const found = nextOpening(plan, fromMs);
        const untilMs = found ?? fromMs + 14 * DAY_MS;
        expect(found === null || (found >= fromMs && mayStart(plan, found).ok)).toBe(true);
        expect(found === null || found === fromMs || !mayStart(plan, found - 1).ok).toBe(true);
        const stepMs = Math.max(MINUTE_MS, Math.floor((untilMs - fromMs) / 300));
        for (let atMs = fromMs; atMs < untilMs; atMs += stepMs) expect(mayStart(plan, atMs).ok).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test("a holiday lasts from midnight to midnight in the plan's zone", () => {
    const about = { "Europe/Paris": "+01:00", "America/New_York": "-05:00", "Pacific/Chatham": "+13:00", UTC: "+00:00" } as const;
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom("2025-01-01", "2025-12-25", "2026-07-14", "2026-11-11"), (timeZone, date) => {
        const plan: WindowsOf = { timeZone, language: "en", windows: { prefer: [], avoid: [], avoidHolidays: ["FR"] } };
        const opensMs = nextAdvance(plan, at(`${date}T12:00:00${about[timeZone]}`)) ?? 0;
        expect(localDate(timeZone, opensMs)).not.toBe(date);
        expect(localDate(timeZone, opensMs - 1)).toBe(date);
      }),
    );
  });
});

/** Minute of the week from Monday 00:00, by the formatter of the platform: another way than the one under test. */
function wallMinute(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(atMs);
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? "";
  return (
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(part("weekday")) * 1_440 + Number(part("hour")) * 60 + Number(part("minute"))
  );
}

function localDate(timeZone: string, atMs: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone }).format(atMs);
}
