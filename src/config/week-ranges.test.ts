import { expect, test } from "vitest";
import { parseHolidays, parseWeekRange } from "./week-ranges.ts";

const day = 24 * 60;

test.each([
  [
    "tue-thu 14:00-17:00",
    [
      [day + 840, day + 1020],
      [2 * day + 840, 2 * day + 1020],
      [3 * day + 840, 3 * day + 1020],
    ],
  ],
  ["mon 00:00-12:00", [[0, 720]]],
  ["fri 17:00-24:00", [[4 * day + 1020, 5 * day]]],
  ["sat", [[5 * day, 6 * day]]],
  [
    "sat-mon",
    [
      [5 * day, 6 * day],
      [6 * day, 7 * day],
      [0, day],
    ],
  ],
  ["sun 22:00-02:00", [[6 * day + 1320, 120]]],
])("%s", (text, minutes) => {
  const parsed = parseWeekRange(text);
  expect(parsed).toEqual({ ok: true, value: minutes.map(([fromMinute, toMinute]) => ({ fromMinute, toMinute, says: text })) });
});

test.each(["", "monday", "mon 14-17", "mon 25:00-26:00", "mon 10:60-11:00", "mon 24:00-02:00", "mon 14:00-14:00", "Tue"])(
  "%j is refused",
  (text) => {
    expect(parseWeekRange(text)).toMatchObject({ ok: false, remedy: expect.stringContaining("tue-thu 14:00-17:00") });
  },
);

test("holidays name a country", () => {
  expect(parseHolidays("holidays FR")).toBe("FR");
  expect(parseHolidays("holidays")).toBeNull();
  expect(parseHolidays("holidays France")).toBeNull();
});
