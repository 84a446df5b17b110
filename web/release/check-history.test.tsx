// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import { sampleNowMs, sampleView } from "../../test/sample-view.ts";
import { openDashboard } from "../test/dashboard-page.tsx";
import { columnsOf, ratesOf, sayNumber, tablePoints } from "./history-data.ts";

const minuteMs = 60_000;
const fromMs = sampleNowMs - 10 * minuteMs;

const points: HistoryAnswer["points"] = Array.from({ length: 90 }, (_, index) => ({
  atMs: fromMs + index * 5_000,
  kind: index < 30 ? "undecided" : "pass",
  low: 0,
  high: 0.2 / (index + 1),
  estimate: 0.002,
}));

const history: HistoryAnswer = {
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
  series: points.filter((_, index) => index % 3 === 0).map(({ atMs }) => ({ atMs: atMs + 1, canary: 0.001, stable: null })),
  phases: [{ name: "10 %", fromMs, untilMs: null }],
  marks: [],
  explains: ["“error-rate < 0.5%” passes", "New version: 12 of 4,116 requests", "How sure: exact"],
  findings: [
    { issue: "TypeError: <b>total</b>", events: 3, isNew: true, frames: ["pay (checkout.ts:41)"], url: "https://sentry.example/1" },
  ],
};

const address = "/releases/r-1?lang=en&check=1.error-rate";

describe("an opened check", () => {
  test("shows counts, assumption, findings and its history as a table, where nothing can be drawn", async () => {
    const page = await openDashboard(address, { view: sampleView(), history });
    expect(page.server.called.filter((called) => called.includes("/history"))).toEqual([
      "/api/v1/releases/" + sampleView().id + "/history?check=1.error-rate&language=en",
    ]);
    expect(page.findAll(".explains li").map((item) => item.textContent)).toEqual(history.explains);
    expect(page.find(".finding").textContent).toContain("TypeError: <b>total</b>");
    expect(page.find(".history-table").hasAttribute("open")).toBe(true);
    const rows = page.findAll(".history-rows tbody tr").map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.length).toBeLessThanOrEqual(40);
    expect(rows.at(-1)).toEqual(["14:29:33", "good", "0.2\u00a0%", "0\u00a0% … 0.22\u00a0%"]);
    expect(page.findAll(".history-rows th[scope=row]")).toHaveLength(rows.length);
  });

  test("looks again while the release runs and somebody looks, and not any more once it is closed", async () => {
    const page = await openDashboard(address, { view: sampleView(), history });
    const looks = (): number => page.server.called.filter((called) => called.includes("/history")).length;
    await page.pass(5_100);
    expect(looks()).toBe(2);
    await page.hide("hidden");
    await page.pass(20_000);
    expect(looks()).toBe(2);
    await page.hide("visible");
    await page.pass(5_100);
    expect(looks()).toBe(3);
    await page.click(page.find(".check-row[aria-expanded=true]"));
    await page.pass(20_000);
    expect(looks()).toBe(3);
  });

  test("keeps what it showed when the server does not answer", async () => {
    const page = await openDashboard(address, { view: sampleView(), history });
    page.server.isUp = false;
    await page.pass(5_100);
    expect(page.findAll(".explains li")).toHaveLength(3);
  });

  test("says what another line would have said, or why it cannot", async () => {
    const whatIf = (condition: string): string => `With “error-rate ${condition}” it would have passed at 14:23`;
    const page = await openDashboard(address, { view: sampleView(), history, whatIf });
    const field = page.find(".what-if-field") as HTMLInputElement;
    expect(field.value).toBe("< 0.5%");
    expect(page.find(`label[for="${field.id}"]`).textContent).toBe("Another line, as in the plan");
    await page.write(".what-if-field", "< 1%");
    await page.click(page.button("Judge again"));
    expect(page.find(".what-if [role=status]").textContent).toBe("With “error-rate < 1%” it would have passed at 14:23.");
    page.server.whatIf = null;
    await page.write(".what-if-field", "< 1");
    await page.click(page.button("Judge again"));
    expect(page.find(".what-if [role=alert]").textContent).toContain("< 1 is no condition.");
    expect(page.find(".what-if [role=status]").textContent).toBe("");
  });

  test("of a check without a line no other line is asked for, and before anybody was exposed nothing is drawn", async () => {
    const page = await openDashboard(address, { view: sampleView(), history: { ...history, failAt: null, points: [], series: [] } });
    expect(page.findAll(".what-if")).toHaveLength(0);
    expect(page.find(".history").textContent).toContain("nobody has been on the new version");
  });

  test("speaks French", async () => {
    const page = await openDashboard("/releases/r-1?lang=fr&check=1.error-rate", { view: sampleView({ language: "fr" }), history });
    expect(page.server.called.some((called) => called.endsWith("check=1.error-rate&language=fr"))).toBe(true);
    expect(page.find(".history").getAttribute("aria-label")).toBe("Comment les preuves ont grandi");
  });
});

describe("the columns of a chart", () => {
  test("have every moment once and in order, with what was there and nothing else", () => {
    const { times, high, estimate, canary, stable } = columnsOf(history);
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect(times).toHaveLength(points.length + history.series.length);
    expect(estimate.filter((value) => value !== null)).toHaveLength(points.length);
    expect(canary.filter((value) => value === 0.001)).toHaveLength(history.series.length);
    expect(new Set(stable)).toEqual(new Set([null]));
    expect(high[0]).toBe(0.2);
    // Between two points the interval is that of the earlier one.
    expect(high.slice(0, 3)).toEqual([0.2, 0.2, 0.1]);
  });

  test("show the lines, and cut an interval that is much wider", () => {
    const { from, to } = columnsOf(history);
    expect(from).toBe(0);
    expect(to).toBeGreaterThan(0.01);
    expect(to).toBeLessThan(0.03);
  });

  test.each<[string, Partial<HistoryAnswer>, number]>([
    [
      "a score ends at 100",
      { unit: "points", passAt: 90, failAt: 90, points: points.map((point) => ({ ...point, estimate: 99, low: 98, high: 100 })) },
      100,
    ],
    ["a rate ends at 1", { passAt: 0.9, failAt: 0.9 }, 1],
    ["a number has no end of its own", { unit: "", passAt: 500, failAt: 500 }, 575],
    ["nothing to show", { passAt: null, failAt: null, points: [], series: [] }, 1],
  ])("%s", (_, over, to) => expect(columnsOf({ ...history, ...over }).to).toBeCloseTo(to, 6));

  test("of a comparison with stable, what was read is another picture", () => {
    const compared = { ...history, pointsSay: "conversion as a part of stable’s" };
    expect(new Set(columnsOf(compared).canary)).toEqual(new Set([null]));
    expect(ratesOf(compared)?.canary).toHaveLength(history.series.length);
    expect(ratesOf(history)).toBeNull();
  });

  test("a table ends with the last point", () => {
    expect(tablePoints(points).at(-1)).toBe(points.at(-1));
    expect(tablePoints(points.slice(0, 3))).toEqual(points.slice(0, 3));
  });

  test("numbers are said in their unit", () => {
    expect(sayNumber(0.00214, "%", "en")).toBe("0.21\u00a0%");
    expect(sayNumber(0.00214, "%", "fr")).toBe("0,21\u202f%");
    expect(sayNumber(93.27, "points", "en")).toBe("93.3");
  });
});
