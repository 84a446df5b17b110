import { expect, test } from "vitest";
import type { HistoryPoint, HistoryView } from "../history-view.ts";
import { reportWords } from "../messages/report.ts";
import { drawPlot } from "./plot.ts";

const fromMs = Date.UTC(2025, 7, 19, 12);

/** Errors that began high and are watched for so long; both lines lie at the foot of the picture. */
function drawn(lastsMs: number): string {
  const points = [0, 0.5, 1].map((part): HistoryPoint => ({
    atMs: fromMs + part * lastsMs,
    kind: "undecided",
    low: 0,
    high: 0.9,
    estimate: 0.06,
  }));
  const view: HistoryView = {
    check: "1.error-rate",
    kind: "gate",
    says: "error-rate < 0.5%",
    label: "error-rate",
    pointsSay: "error-rate",
    unit: "%",
    passAt: 0.005,
    failAt: 0.01,
    good: "below",
    points,
    seriesSay: "error-rate",
    seriesUnit: "%",
    series: [],
    phases: [],
    marks: [],
    explains: [],
    findings: [],
  };
  return drawPlot(view, { id: "c1", timeZone: "Europe/Paris", language: "en", words: reportWords.en });
}

const texts = (svg: string, of: string): readonly string[] =>
  [...svg.matchAll(new RegExp(`<text class="${of}"[^>]*>([^<]*)<`, "gu"))].map((found) => found[1] ?? "");

test.each<[string, number, readonly string[]]>([
  ["an hour by its minutes", 60 * 60_000, ["14:00", "14:15", "14:30", "14:45", "15:00"]],
  ["half a minute by its seconds", 28_000, ["14:00:00", "14:00:07", "14:00:14", "14:00:21", "14:00:28"]],
])("no moment has the name of another: %s", (_, lastsMs, names) => {
  expect(texts(drawn(lastsMs), "tick").slice(-5)).toEqual(names);
});

test("names of lines at the foot of the picture lie neither on each other nor under the strip of verdicts", () => {
  const svg = drawn(28_000);
  const stripY = Number(/class="verdict undecided"[^>]* y="([\d.]+)"/u.exec(svg)?.[1]);
  const placed = [...svg.matchAll(/class="limit-label \w+" x="[\d.]+" y="([\d.]+)"/gu)].map((found) => Number(found[1]));
  expect(placed).toHaveLength(2);
  expect(Math.max(...placed)).toBeLessThan(stripY);
  expect(Math.abs((placed[0] ?? 0) - (placed[1] ?? 0))).toBeGreaterThanOrEqual(11);
});
