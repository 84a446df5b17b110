import { describe, expect, test } from "vitest";
import { fits, misfitOf, nextFit } from "./when.ts";
import type { FitOptions, FrozenSpan, RunOf } from "./when.ts";
import type { WeekRange } from "./plan.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

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
    [
      "on the planned Saturday",
      "2025-08-16T14:00:00+02:00",
      plain,
      { kind: "closed", answer: { ok: false, why: "avoided", says: "5 00:00-24:00" } },
    ],
    ["on Tuesday at 15:15 it fits", "2025-08-19T15:15:00+02:00", plain, { kind: "fits" }],
    ["a moment later it does not", "2025-08-19T15:15:00.001+02:00", plain, { kind: "too-late", closesMs: at("2025-08-19T17:00:00+02:00") }],
    [
      "nor at 15:15 with its extension",
      "2025-08-19T15:15:00+02:00",
      extended,
      { kind: "too-late", endsMs: at("2025-08-19T17:30:00+02:00") },
    ],
    [
      "11 November is a holiday",
      "2025-11-11T14:00:00+01:00",
      plain,
      { kind: "closed", answer: { ok: false, why: "holiday", says: "Armistice 1918 (FR)" } },
    ],
  ] as const)("%s", (_says, start, options, expected) => {
    const found = misfitOf(ecomsimply, at(start), options) ?? { kind: "fits" };
    expect(found).toMatchObject(expected);
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
  const slow: RunOf = { ...ecomsimply, phases: [phase(days), phase(days), phase(days)] };

  test("are for its start, and every advance is looked at", () => {
    // Started on Tuesday 19th, it advances on Wednesday and Thursday, and is promoted on Friday before 17:00.
    expect(iso(nextFit(slow, at("2025-08-16T00:00:00+02:00"), plain))).toBe("2025-08-19T12:00:00.000Z");
    expect(misfitOf(slow, at("2025-08-21T14:00:00+02:00"), plain)).toMatchObject({ kind: "advance", phase: 2, answer: { why: "avoided" } });
  });

  test("with extensions every moment at which a phase may begin is looked at", () => {
    const wavering: RunOf = { ...slow, phases: [phase(days, 3 * days), phase(days), phase(days)] };
    expect(misfitOf(wavering, at("2025-08-19T14:00:00+02:00"), plain)).toBeNull();
    expect(misfitOf(wavering, at("2025-08-19T14:00:00+02:00"), extended)).toMatchObject({
      kind: "advance",
      phase: 1,
      atMs: at("2025-08-22T17:00:00+02:00"),
    });
    expect(nextFit(wavering, at("2025-08-16T00:00:00+02:00"), extended)).toBeNull();
  });

  test("a run that ends where avoided time begins is not promoted: it has to be over before", () => {
    const friday = { ...ecomsimply.windows, prefer: [range(4, "14:00", "17:00")] };
    const plan = { ...ecomsimply, windows: friday };
    const week = { fromMs: at("2025-08-18T00:00:00Z"), toMs: at("2025-08-25T00:00:00Z") };
    expect(fits(plan, week, plain).map(({ lastMs }) => iso(lastMs))).toEqual(["2025-08-22T13:14:59.999Z"]);
    expect(misfitOf(plan, at("2025-08-22T15:15:00+02:00"), plain)).toMatchObject({ kind: "advance", phase: 3, answer: { why: "avoided" } });
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
