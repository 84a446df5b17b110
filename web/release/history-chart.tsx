import { useEffect, useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import UPlot from "uplot";
import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import { historyWords } from "../words/history-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayTime } from "../words/numbers.ts";
import { drawFrame } from "./history-frame.ts";
import type { Columns } from "./history-data.ts";
import { sayNumber } from "./history-data.ts";

interface Props {
  readonly history: HistoryAnswer;
  readonly columns: Columns;
  /** What the chart is of, for who does not see it. */
  readonly label: string;
  readonly timeZone: string;
  /** The lines, phases and verdicts; false: only what was read. */
  readonly isJudged: boolean;
}

const heightPx = 230;

/** A history as a chart. It has the focus of the keyboard: the arrow keys go from reading to reading, which are said one by one. */
export default function HistoryChart({ history, columns, label, timeZone, isJudged }: Props): ReactNode {
  const words = useWords(historyWords);
  const language = useLanguage();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const theme = useTheme();

  useEffect(() => {
    const within = place.current;
    if (within === null) return;
    const frame = { history, isJudged, words, say: (value: number) => sayNumber(value, history.unit, language) };
    const options: UPlot.Options = {
      width: Math.max(240, within.clientWidth),
      height: heightPx,
      ms: 1e-3,
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1_000), timeZone),
      // At the right there is room for half of the last time.
      padding: [16, 22, 8, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
      scales: { x: { time: true }, y: { range: [columns.from, columns.to] } },
      axes: [
        { ...axisOf(within), size: 34, gap: 12, values: (_, seconds) => seconds.map((second) => sayTime(second * 1_000, timeZone)) },
        { ...axisOf(within), size: 64, values: (_, values) => values.map((value) => sayNumber(value, history.unit, language)) },
      ],
      series: [{}, ...seriesOf(within)],
      bands: [{ series: [2, 1], fill: colorOf(within, "--band") }],
      hooks: {
        draw: [(drawn) => drawFrame(drawn, frame, (name) => colorOf(within, name))],
        setCursor: [({ cursor }) => setAt(cursor.idx ?? null)],
      },
    };
    const drawn = new UPlot(options, dataOf(columns), within);
    chart.current = drawn;
    const resized = new ResizeObserver(() => drawn.setSize({ width: Math.max(240, within.clientWidth), height: heightPx }));
    resized.observe(within);
    return () => {
      resized.disconnect();
      drawn.destroy();
      chart.current = null;
    };
  }, [history, columns, timeZone, isJudged, words, language, theme]);

  const go = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -columns.times.length, End: columns.times.length }[event.key];
    const drawn = chart.current;
    if (step === undefined || drawn === null) return;
    event.preventDefault();
    const index = Math.min(columns.times.length - 1, Math.max(0, (at ?? columns.times.length) + step));
    drawn.setCursor({ left: drawn.valToPos(columns.times[index] ?? 0, "x"), top: 0 });
  };

  return (
    <div className="history-chart">
      {/* An application of its own: the arrow keys are its, and what they reach is said below. */}
      <div ref={place} className="history-canvas" role="application" tabIndex={0} aria-label={`${label}. ${words.keys}`} onKeyDown={go} />
      <p className="history-at faint" aria-live="polite">
        {at === null ? "\u00a0" : sayAt({ columns, at, history, timeZone }, words, language)}
      </p>
    </div>
  );
}

interface At {
  readonly columns: Columns;
  readonly at: number;
  readonly history: HistoryAnswer;
  readonly timeZone: string;
}

function sayAt(
  { columns, at, history, timeZone }: At,
  words: (typeof historyWords)["en"],
  language: Parameters<typeof sayNumber>[2],
): string {
  const atMs = (columns.times[at] ?? 0) * 1_000;
  const say = (value: number | null | undefined): string | null =>
    value === null || value === undefined ? null : sayNumber(value, history.unit, language);
  const [estimate, low, high] = [say(columns.estimate[at]), say(columns.low[at]), say(columns.high[at])];
  const point = history.points.findLast((one) => one.atMs <= atMs);
  const parts = [
    point === undefined ? null : words.kinds[point.kind],
    estimate === null ? null : `${words.estimate} ${estimate}`,
    low === null || high === null ? null : `[${low} … ${high}]`,
    ...(["canary", "stable"] as const).map((arm) => {
      const said = say(columns[arm][at]);
      return said === null ? null : `${words[arm]} ${said}`;
    }),
  ];
  return [sayTime(atMs, timeZone), ...parts.filter((part) => part !== null)].join(" · ");
}

function dataOf({ times, low, high, estimate, canary, stable }: Columns): UPlot.AlignedData {
  return [times, low, high, estimate, canary, stable].map((column) => [...column]) as unknown as UPlot.AlignedData;
}

function seriesOf(within: HTMLElement): UPlot.Series[] {
  const unseen: UPlot.Series = { scale: "y", stroke: "transparent", width: 0, points: { show: false } };
  const line = (color: string, more: UPlot.Series = {}): UPlot.Series => ({
    scale: "y",
    stroke: colorOf(within, color),
    spanGaps: true,
    points: { show: false },
    ...more,
  });
  return [
    unseen,
    unseen,
    line("--pass", { width: 2 }),
    line("--hold", { width: 1.25 }),
    line("--undecided", { width: 1.25, dash: [4, 3] }),
  ];
}

function axisOf(within: HTMLElement): UPlot.Axis {
  return {
    stroke: colorOf(within, "--faint"),
    grid: { stroke: colorOf(within, "--line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
}

/** A colour of the page as a canvas takes it: the theme's two become one. */
function colorOf(within: HTMLElement, name: string): string {
  const probe = within.ownerDocument.createElement("i");
  probe.style.color = `var(${name})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Changes with the theme, by choice here or in the system. */
function useTheme(): string {
  const [theme, setTheme] = useState(themeNow);
  useEffect(() => {
    const look = (): void => setTheme(themeNow());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(look);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    system.addEventListener("change", look);
    return () => {
      chosen.disconnect();
      system.removeEventListener("change", look);
    };
  }, []);
  return theme;
}

function themeNow(): string {
  return `${document.documentElement.dataset["theme"] ?? ""}${String(matchMedia("(prefers-color-scheme: dark)").matches)}`;
}
