import type UPlot from "uplot";
import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import type { HistoryWords } from "../words/history-words.ts";

/** What is drawn around the curves of a history. */
export interface Frame {
  readonly history: HistoryAnswer;
  readonly isJudged: boolean;
  readonly words: HistoryWords;
  /** A number in the unit of the chart. */
  readonly say: (value: number) => string;
}

type Color = (name: string) => string;

const verdictColors: Readonly<Record<HistoryAnswer["points"][number]["kind"], string>> = {
  pass: "--pass",
  fail: "--fail",
  undecided: "--line",
  "no-data": "--undecided",
  invalid: "--hold",
};

/** Phase boundaries, pass and fail lines with their names, when it failed, and the verdicts as a strip under the curves. */
export function drawFrame(chart: UPlot, { history, isJudged, words, say }: Frame, color: Color): void {
  const { ctx } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  drawPhases(chart, history, color);
  if (isJudged) {
    drawLines(chart, history, { words, say, color });
    drawBreaches(chart, history, color);
    drawVerdicts(chart, history, color);
  }
  ctx.restore();
}

/** Pixels of the canvas from a moment on. */
function xOf(chart: UPlot, atMs: number): number {
  const { left, width } = chart.bbox;
  return Math.min(left + width, Math.max(left, chart.valToPos(atMs / 1_000, "x", true)));
}

function drawPhases(chart: UPlot, { phases }: HistoryAnswer, color: Color): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.strokeStyle = color("--edge");
  ctx.fillStyle = color("--faint");
  ctx.textAlign = "left";
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  ctx.lineWidth = ratio;
  for (const { name, fromMs } of phases) {
    const x = xOf(chart, fromMs);
    line(ctx, [x, bbox.top - 12 * ratio], [x, bbox.top + bbox.height]);
    ctx.fillText(name, x + 4 * ratio, bbox.top - 4 * ratio);
  }
}

function drawLines(
  chart: UPlot,
  history: HistoryAnswer,
  { words, say, color }: Pick<Frame, "words" | "say"> & { readonly color: Color },
): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const { passAt, failAt } = history;
  const isOne = passAt === failAt;
  const lines = [
    ...(passAt === null ? [] : [{ at: passAt, name: isOne ? `${words.passLine}, ${words.failLine}` : words.passLine, as: "--pass" }]),
    ...(failAt === null || isOne ? [] : [{ at: failAt, name: words.failLine, as: "--fail" }]),
  ];
  const highest = Math.max(...lines.map(({ at }) => at));
  ctx.textAlign = "right";
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  ctx.lineWidth = 1.5 * ratio;
  for (const { at, name, as } of lines) {
    const y = chart.valToPos(at, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = color(as);
    line(ctx, [bbox.left, y], [bbox.left + bbox.width, y]);
    const says = `${name} ${say(at)}`;
    const [right, base] = [bbox.left + bbox.width - 4 * ratio, at === highest ? y - 4 * ratio : y + 12 * ratio];
    // On ground of its own: curves run through it.
    ctx.fillStyle = color("--sheet");
    ctx.fillRect(right - ctx.measureText(says).width - 2 * ratio, base - 9 * ratio, ctx.measureText(says).width + 4 * ratio, 11 * ratio);
    ctx.fillStyle = color(as);
    ctx.fillText(says, right, base);
  }
}

function drawBreaches(chart: UPlot, { marks }: HistoryAnswer, color: Color): void {
  const { ctx, bbox } = chart;
  ctx.setLineDash([]);
  ctx.strokeStyle = color("--fail");
  for (const { atMs, kind } of marks) {
    if (kind === "fail") line(ctx, [xOf(chart, atMs), bbox.top], [xOf(chart, atMs), bbox.top + bbox.height]);
  }
}

function drawVerdicts(chart: UPlot, { points }: HistoryAnswer, color: Color): void {
  const { ctx, bbox } = chart;
  const [gap, height] = [devicePixelRatio, 6 * devicePixelRatio];
  for (const [index, { atMs, kind }] of points.entries()) {
    const from = xOf(chart, atMs);
    const to = xOf(chart, points[index + 1]?.atMs ?? atMs);
    ctx.fillStyle = color(verdictColors[kind]);
    // Whole pixels: neighbours that share one would leave a seam.
    ctx.fillRect(Math.floor(from), bbox.top + bbox.height + gap, Math.max(1, Math.ceil(to) - Math.floor(from)), height);
  }
}

function line(ctx: CanvasRenderingContext2D, from: readonly [x: number, y: number], to: readonly [x: number, y: number]): void {
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
