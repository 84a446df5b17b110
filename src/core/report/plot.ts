import { htmlLine } from "../html-text.ts";
import type { HistoryPoint, HistoryView } from "../history-view.ts";
import { sayNumber, sayRate } from "../messages/numbers.ts";
import type { ReportWords } from "../messages/report/words.ts";
import { sayTime, sayTimeExactly } from "../messages/times.ts";
import type { Language } from "../plan.ts";

/** How a plot is drawn beside what it shows. */
export interface PlotOf {
  /** Unique on the page; letters, digits and hyphens. */
  readonly id: string;
  readonly timeZone: string;
  readonly language: Language;
  readonly words: ReportWords;
}

const width = 720;
const height = 200;
const plotArea = { left: 56, right: 708, top: 24, bottom: 156 };
/** The strip of verdicts under the plot. */
const strip = { top: 162, bottom: 172 };

/** Where moments and values lie on the picture. */
interface Frame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/**
 * The evidence of one check as an SVG without script and without style of its own: the interval closing in on its lines, the estimate, what was read of
 * each arm, the phases, and the verdicts as a strip. Empty where nothing was read. Colours are those of the page, by class.
 */
export function drawPlot(view: HistoryView, of: PlotOf): string {
  const frame = frameOf(view);
  if (frame === null) return "";
  const clip = `clip-${of.id}`;
  const parts = [
    `<clipPath id="${clip}"><rect x="${plotArea.left}" y="${plotArea.top}" width="${plotArea.right - plotArea.left}" height="${plotArea.bottom - plotArea.top}"/></clipPath>`,
    ...drawScale(view, frame, of),
    `<g clip-path="url(#${clip})">`,
    ...drawBand(view.points, frame),
    ...(isComparable(view) ? drawSeries(view, frame) : []),
    drawLine(
      "estimate",
      view.points.map(({ atMs, estimate }) => [atMs, estimate] as const),
      frame,
    ),
    "</g>",
    ...drawLines(view, frame, of),
    ...drawPhases(view, frame),
    ...drawBreaches(view, frame),
    ...drawVerdicts(view.points, frame),
  ];
  const label = `${view.pointsSay}. ${view.explains[0] ?? ""}`;
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" role="img" aria-label="${htmlLine(label)}">${parts.join("")}</svg>`;
}

/** What was read of each arm is on the scale of the lines, unless it is compared with stable. */
function isComparable(view: HistoryView): boolean {
  return view.pointsSay === view.seriesSay;
}

function frameOf(view: HistoryView): Frame | null {
  const [first, last] = [view.points[0], view.points.at(-1)];
  if (first === undefined || last === undefined) return null;
  const lines = [view.passAt, view.failAt];
  const later = view.points.slice(-Math.ceil(view.points.length / 2));
  const read = isComparable(view) ? view.series.map(({ canary }) => canary) : [];
  // What must be seen; the interval is cut where it is so wide that nothing else could be told apart.
  const needed = finite([
    ...lines,
    ...later.map(({ estimate }) => estimate),
    ...view.points.slice(-1).flatMap(({ low, high }) => [low, high]),
  ]);
  const most = Math.max(...needed);
  const least = Math.min(...needed, ...finite([...read, ...later.map(({ low }) => low)]));
  if (!Number.isFinite(most)) return { fromMs: first.atMs, toMs: Math.max(last.atMs, first.atMs + 1), fromAt: 0, toAt: 1 };
  const beyond = Math.max(most, ...finite([...read, ...view.points.map(({ high }) => high)]));
  const toAt = Math.min(Math.min(beyond, most * 1.8) * 1.15 || 1, mostOf(view));
  const isFarFromNothing = least > toAt * 0.5;
  const fromAt = isFarFromNothing ? Math.max(0, least - (toAt - least) * 0.6) : 0;
  return { fromMs: first.atMs, toMs: Math.max(last.atMs, first.atMs + 1), fromAt, toAt };
}

/** What no value can be over. */
function mostOf(view: HistoryView): number {
  if (view.unit === "points") return 100;
  return view.unit === "%" && isComparable(view) ? 1 : Number.POSITIVE_INFINITY;
}

function finite(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value): value is number => value !== null && Number.isFinite(value));
}

function x(atMs: number, { fromMs, toMs }: Frame): number {
  return round(plotArea.left + ((atMs - fromMs) / (toMs - fromMs)) * (plotArea.right - plotArea.left));
}

/** Values beyond the picture lie a little beside it, so that what is cut off still leads there. */
function y(value: number, { fromAt, toAt }: Frame): number {
  const part = Math.min(2, Math.max(-1, (value - fromAt) / (toAt - fromAt)));
  return round(plotArea.bottom - part * (plotArea.bottom - plotArea.top));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function drawScale(view: HistoryView, frame: Frame, { timeZone, language }: PlotOf): readonly string[] {
  const steps = [0, 0.5, 1].map((part) => frame.fromAt + part * (frame.toAt - frame.fromAt) * 0.95);
  const values = steps.map((at) => {
    const atY = y(at, frame);
    return `<line class="grid" x1="${plotArea.left}" x2="${plotArea.right}" y1="${atY}" y2="${atY}"/><text class="tick" x="${plotArea.left - 6}" y="${atY + 4}" text-anchor="end">${htmlLine(sayAt(at, view, language))}</text>`;
  });
  // Below this the five moments would have the same minute more than once.
  const sayMark = frame.toMs - frame.fromMs < 5 * 60_000 ? sayTimeExactly : sayTime;
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const atMs = frame.fromMs + part * (frame.toMs - frame.fromMs);
    const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
    return `<text class="tick" x="${x(atMs, frame)}" y="${height - 8}" text-anchor="${anchor}">${sayMark({ timeZone }, atMs)}</text>`;
  });
  return [...values, ...times];
}

function sayAt(at: number, view: HistoryView, language: Language): string {
  return view.unit === "%" ? sayRate(at, language) : sayNumber(at, language, 3);
}

/** One closed shape for each stretch in which there was an interval. */
function drawBand(points: readonly HistoryPoint[], frame: Frame): readonly string[] {
  return stretches(points, ({ low, high }) => low !== null && high !== null).map((stretch) => {
    const upper = stretch.map(({ atMs, high }) => `${x(atMs, frame)},${y(high ?? 0, frame)}`);
    const lower = stretch.toReversed().map(({ atMs, low }) => `${x(atMs, frame)},${y(low ?? 0, frame)}`);
    return `<polygon class="band" points="${[...upper, ...lower].join(" ")}"/>`;
  });
}

function drawSeries(view: HistoryView, frame: Frame): readonly string[] {
  return (["stable", "canary"] as const).map((arm) =>
    drawLine(
      arm,
      view.series.map((point) => [point.atMs, point[arm]] as const),
      frame,
    ),
  );
}

function drawLine(kind: string, values: readonly (readonly [atMs: number, value: number | null])[], frame: Frame): string {
  const drawn = stretches(values, ([, value]) => value !== null).map((stretch) => {
    const points = stretch.map(([atMs, value]) => `${x(atMs, frame)},${y(value ?? 0, frame)}`);
    return points.length === 1
      ? `<circle class="dot ${kind}" cx="${points[0]?.split(",")[0]}" cy="${points[0]?.split(",")[1]}" r="2.5"/>`
      : `<polyline class="line ${kind}" points="${points.join(" ")}"/>`;
  });
  return drawn.join("");
}

/** The pass and fail lines with their values; where they are one, one. */
function drawLines(view: HistoryView, frame: Frame, { language, words }: PlotOf): readonly string[] {
  const both = view.passAt !== null && view.passAt === view.failAt;
  const lines = [
    ...(view.passAt === null
      ? []
      : [{ kind: "pass", at: view.passAt, says: both ? `${words.legend.pass}, ${words.legend.fail}` : words.legend.pass }]),
    ...(view.failAt === null || both ? [] : [{ kind: "fail", at: view.failAt, says: words.legend.fail }]),
  ];
  const highest = Math.max(...lines.map(({ at }) => at));
  const aboveY = Math.max(y(highest, frame) - 4, plotArea.top + 10);
  return lines.map(({ kind, at, says }) => {
    const atY = y(at, frame);
    // Of two lines the lower one has its name underneath, or above the other's where the strip of verdicts would hide it.
    const underY = atY + 12 <= plotArea.bottom ? atY + 12 : aboveY - 16;
    const textY = at === highest ? aboveY : underY;
    const label = htmlLine(`${says} ${sayAt(at, view, language)}`);
    return `<line class="limit ${kind}" x1="${plotArea.left}" x2="${plotArea.right}" y1="${atY}" y2="${atY}"/><text class="limit-label ${kind}" x="${plotArea.right - 4}" y="${textY}" text-anchor="end">${label}</text>`;
  });
}

function drawPhases(view: HistoryView, frame: Frame): readonly string[] {
  return view.phases.map(({ name, fromMs }) => {
    const at = Math.max(plotArea.left, x(fromMs, frame));
    return `<line class="phase" x1="${at}" x2="${at}" y1="${plotArea.top - 12}" y2="${strip.bottom}"/><text class="phase-label" x="${at + 4}" y="${plotArea.top - 8}">${htmlLine(name)}</text>`;
  });
}

/** When it failed, as the journal says. */
function drawBreaches({ marks }: HistoryView, frame: Frame): readonly string[] {
  return marks
    .filter(({ kind }) => kind === "fail")
    .map(({ atMs }) => `<line class="breach" x1="${x(atMs, frame)}" x2="${x(atMs, frame)}" y1="${plotArea.top}" y2="${strip.bottom}"/>`);
}

/** Neighbours of one verdict are one piece. */
function drawVerdicts(points: readonly HistoryPoint[], frame: Frame): readonly string[] {
  const changes = points.filter((point, index) => point.kind !== points[index - 1]?.kind);
  return changes.map(({ atMs, kind }, index) => {
    const from = x(atMs, frame);
    const to = x(changes[index + 1]?.atMs ?? frame.toMs, frame);
    return `<rect class="verdict ${kind}" x="${from}" y="${strip.top}" width="${round(Math.max(1, to - from))}" height="${strip.bottom - strip.top}"/>`;
  });
}

function stretches<Item>(items: readonly Item[], isThere: (item: Item) => boolean): readonly (readonly Item[])[] {
  return items.reduce<readonly (readonly Item[])[]>((found, item, index) => {
    if (!isThere(item)) return found;
    const before = items[index - 1];
    const last = found.at(-1);
    return last === undefined || before === undefined || !isThere(before) ? [...found, [item]] : [...found.slice(0, -1), [...last, item]];
  }, []);
}
