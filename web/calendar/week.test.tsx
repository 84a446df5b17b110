import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { Router } from "wouter";
import type { CalendarAnswer, CalendarRelease } from "../../src/http/contract/calendar.ts";
import { LanguageContext } from "../words/language.ts";
import { DayTable } from "./day-table.tsx";
import { Week } from "./week.tsx";

const hourMs = 3_600_000;
const at = (time: string): number => Date.parse(`2025-08-19T${time}:00+02:00`);
const day = (date: number) => ({
  date: `2025-08-${date}`,
  fromMs: Date.parse(`2025-08-${date}T00:00:00+02:00`),
  toMs: Date.parse(`2025-08-${date + 1}T00:00:00+02:00`),
  change: null,
  holiday: null,
});

const release: CalendarRelease = {
  id: "shop-1",
  title: "The shop",
  status: "waiting",
  state: "planned",
  sentence: "Waiting for its window (opens 15:30)",
  fromMs: at("15:30"),
  toMs: at("17:15"),
  extendedToMs: at("17:45"),
  outside: { says: "it would end at 17:15, and its window closes at 17:00", nextFitMs: at("14:00") + 24 * hourMs },
};

const answer: CalendarAnswer = {
  nowMs: at("12:00"),
  timeZone: "Europe/Paris",
  plan: { name: "shop", title: "The shop" },
  environment: "production",
  plans: [{ name: "shop", title: "The shop" }],
  days: [day(18), day(19), day(20)],
  bands: [
    { kind: "preferred", fromMs: at("14:00"), toMs: at("17:00"), says: "tue-thu 14:00-17:00" },
    { kind: "avoided", fromMs: day(18).fromMs, toMs: day(18).toMs, says: "mon" },
    { kind: "freeze", fromMs: at("12:00"), toMs: at("15:30"), says: "stocktaking" },
  ],
  starts: [{ fromMs: at("14:00") + 24 * hourMs, lastMs: at("15:15") + 24 * hourMs, extendedLastMs: at("14:45") + 24 * hourMs }],
  releases: [release],
  nextStartMs: at("14:00") + 24 * hourMs,
};

function html(screen: ReactNode, language: "fr" | "en" = "en"): string {
  return renderToStaticMarkup(
    <LanguageContext value={language}>
      <Router ssrPath="/calendar" ssrSearch="">
        {screen}
      </Router>
    </LanguageContext>,
  );
}

/** The text alone. */
function words(text: string): string {
  return text
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Top and height of the elements of a class, in hours of the day. */
function hoursOf(text: string, className: string): readonly (readonly number[])[] {
  return [...text.matchAll(new RegExp(`class="${className}"[^>]*style="top:([\\d.]+)%;height:([\\d.]+)%`, "g"))].map(([, top, height]) =>
    [top, height].map((percent) => Math.round((Number(percent) / 100) * 24 * 100) / 100),
  );
}

describe("the week", () => {
  const drawn = html(<Week answer={answer} nowMs={at("12:00")} />);

  test("draws windows, freezes and starts where the clock shows them", () => {
    expect(hoursOf(drawn, "cover cover-preferred")).toEqual([[14, 3]]);
    expect(hoursOf(drawn, "cover cover-avoided")).toEqual([[0, 24]]);
    expect(hoursOf(drawn, "cover cover-freeze")).toEqual([[12, 3.5]]);
    expect(hoursOf(drawn, "fits")).toEqual([[14, 1.25]]);
    expect(drawn).toContain("stocktaking");
    expect(drawn).toContain("by 15:15 (14:45)");
  });

  test("draws a release as long as it takes with its extension, sticking out of its window, and says why", () => {
    expect(hoursOf(drawn, "block block-planned block-outside")).toEqual([[15.5, 2.25]]);
    // Of its 135 min, 105 are without extension.
    expect(drawn).toMatch(/class="block-solid" style="height:77\.7/);
    expect(words(drawn)).toContain(
      "The shop 15:30–17:15 , planned, with extensions until 17:45. The shop does not fit: it would end at 17:15",
    );
    expect(drawn).toContain('href="/releases/shop-1"');
  });

  test("marks today, and now", () => {
    expect(drawn.match(/day-today/g)).toHaveLength(1);
    expect(drawn).toMatch(/class="now" style="top:50%"/);
    expect(html(<Week answer={answer} nowMs={at("12:00") + 30 * 24 * hourMs} />)).not.toMatch(/day-today|class="now"/);
  });

  test("shows the hour that is skipped, and what stands after it where its clock says", () => {
    const sundayMs = Date.parse("2025-03-30T00:00:00+01:00");
    const sunday = {
      date: "2025-03-30",
      fromMs: sundayMs,
      toMs: sundayMs + 23 * hourMs,
      change: { atMs: sundayMs + 2 * hourMs, byMs: hourMs },
      holiday: null,
    };
    const noon = { kind: "preferred" as const, fromMs: sundayMs + 11 * hourMs, toMs: sundayMs + 13 * hourMs, says: "sun 12:00-14:00" };
    const text = html(<Week answer={{ ...answer, days: [sunday], bands: [noon], starts: [], releases: [] }} nowMs={0} />);
    expect(hoursOf(text, "changed changed-missing")).toEqual([[2, 1]]);
    expect(hoursOf(text, "cover cover-preferred")).toEqual([[12, 2]]);
  });
});

describe("the same in words", () => {
  test("has a row for everything, day by day", () => {
    expect(words(html(<DayTable answer={answer} />))).toBe(
      [
        "What stands in these days When What",
        "Mon 18 Aug all day avoided",
        "Tue 19 Aug 12:00–15:30 frozen: stocktaking 14:00–17:00 preferred",
        "15:30–17:45 The shop (planned, with extensions until 17:45). Waiting for its window (opens 15:30).",
        "Wed 20 Aug 14:00–15:15 start by 15:15, by 14:45 with every extension",
      ].join(" "),
    );
  });

  test("speaks French, and says of an empty day that it is", () => {
    const text = words(html(<DayTable answer={{ ...answer, bands: [], starts: [], releases: [] }} />, "fr"));
    expect(text).toBe("Ce que contiennent ces jours Quand Quoi lun. 18 août rien mar. 19 août rien mer. 20 août rien");
  });
});
