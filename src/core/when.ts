import type { Phase, Plan, WeekRange, Windows } from "./plan.ts";
import { differenceOf, intersectionOf, unionOf } from "./spans.ts";
import type { Span } from "./spans.ts";
import { edgesOf, HORIZON_DAYS, mayAdvance, mayStart, minuteOfWeek, minutesOfRange } from "./windows.ts";
import type { WindowAnswer, WindowsOf } from "./windows.ts";

/*
 * When a whole plan can run. A run takes the observation times of its phases, one after the other, and with extensions as much more as each
 * phase may be extended. What comes on top is not foreseen: preparing, the router's own time, people's signatures, the promotion and what is
 * kept afterwards. docs/decisions/when-a-plan-fits.md says why.
 */

/** What the question rests on: a whole plan will do. */
export type RunOf = WindowsOf & Pick<Plan, "environment"> & { readonly phases: readonly Pick<Phase, "observeMs" | "extendMs">[] };

/** The part of a freeze that the question rests on; `untilMs` (epoch ms) is `null` while nobody has said when it ends. */
export interface FrozenSpan {
  readonly environment: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

export interface FitOptions {
  /** True: with every extension, and with any part of them; false: with none. */
  readonly extensions: boolean;
  /** Freezes of every environment: those of the plan's count. */
  readonly freezes: readonly FrozenSpan[];
  /** A window that is shorter than this is one for the start alone, ms; absent: the shortest run of the plan. For what is left of a longer run. */
  readonly wholeMs?: number;
}

/** How long the phases take one after the other, and with every extension, ms. */
export interface RunLength {
  readonly shortestMs: number;
  readonly longestMs: number;
}

type Closing = Exclude<WindowAnswer, { readonly ok: true }>;

/** Why a run that starts at a moment does not fit; times are epoch ms. The `phase` behind the last one is the promotion. */
export type Misfit =
  | { readonly kind: "closed"; readonly answer: Closing }
  | { readonly kind: "frozen"; readonly sinceMs: number; readonly untilMs: number | null }
  | { readonly kind: "too-late"; readonly closesMs: number; readonly endsMs: number; readonly answer: Closing }
  | { readonly kind: "advance"; readonly phase: number; readonly atMs: number; readonly answer: Closing };

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEK_MS = 7 * DAY_MS;
/** Starts are looked for so many days at a time, ms. */
const STRIDE_MS = 20 * DAY_MS;

/** How long a run of the plan takes. */
export function runLength({ phases }: Pick<RunOf, "phases">): RunLength {
  const shortestMs = phases.reduce((sum, phase) => sum + phase.observeMs, 0);
  return { shortestMs, longestMs: phases.reduce((sum, phase) => sum + phase.extendMs, shortestMs) };
}

/**
 * The earliest start at or after `fromMs` (epoch ms) with which the whole plan fits its windows; `null` when there is none within 400 days.
 *
 * It fits when a release may start then, when it may enter every phase, and be promoted, at every moment at which that may come, when no freeze
 * holds from its start to its end, and when it is over before its window closes. A window is the time from an opening to the next closing; one
 * that is by the wall clock shorter than the shortest run is one for the start alone, and the run may outlast it.
 */
export function nextFit(plan: RunOf, fromMs: number, options: FitOptions): number | null {
  // The most usual reason for never, and not worth looking at 400 days for.
  if (frozenStarts(plan, options).some((frozen) => frozen.fromMs <= fromMs && frozen.lastMs === Infinity)) return null;
  const untilMs = fromMs + HORIZON_DAYS * DAY_MS;
  for (let strideMs = fromMs; strideMs <= untilMs; strideMs += STRIDE_MS) {
    const found = fits(plan, { fromMs: strideMs, toMs: Math.min(strideMs + STRIDE_MS, untilMs + 1) }, options)[0];
    if (found !== undefined) return found.fromMs;
  }
  return null;
}

/** Every start from `fromMs` to before `toMs` (epoch ms) with which the whole plan fits, as `nextFit` says. */
export function fits(
  plan: RunOf,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  options: FitOptions,
): readonly Span[] {
  const { shortestMs, longestMs } = runLength(plan);
  const takesMs = options.extensions ? longestMs : shortestMs;
  const pieces = piecesOf(plan, { fromMs, toMs: toMs + takesMs + 1 }, options);
  const open = unionOf(pieces.filter((piece) => piece.isOpen));
  const whole = open.map((window) => ({ fromMs: window.fromMs, lastMs: window.lastMs + 1 - takesMs })).filter(isSome);
  const inside = intersectionOf(unionOf(pieces.filter((piece) => piece.isOpen && piece.holdsRun)), whole);
  const outlasting = pieces.filter((piece) => piece.isOpen && !piece.holdsRun);
  const passable = unionOf(pieces.filter((piece) => piece.isPassable));
  const starts = beginningsOf(plan, options).reduce(
    (left, { earliestMs, latestMs }) =>
      intersectionOf(left, passable.map((span) => ({ fromMs: span.fromMs - earliestMs, lastMs: span.lastMs - latestMs })).filter(isSome)),
    intersectionOf(unionOf([...inside, ...outlasting]), [{ fromMs, lastMs: toMs - 1 }]),
  );
  return differenceOf(starts, frozenStarts(plan, options));
}

/** Why a run that starts at `startMs` (epoch ms) does not fit, the first thing that is in its way; `null`: it fits. */
export function misfitOf(plan: RunOf, startMs: number, options: FitOptions): Misfit | null {
  const { shortestMs, longestMs } = runLength(plan);
  const endsMs = startMs + (options.extensions ? longestMs : shortestMs);
  const may = mayStart(plan, startMs);
  if (!may.ok) return { kind: "closed", answer: may };
  const frozen = freezesOf(plan, options).find(({ sinceMs, untilMs }) => sinceMs <= endsMs && (untilMs === null || untilMs > startMs));
  if (frozen !== undefined) return { kind: "frozen", sinceMs: frozen.sinceMs, untilMs: frozen.untilMs };
  const pieces = piecesOf(plan, { fromMs: startMs, toMs: endsMs + 1 }, options);
  const closing = pieces.find((piece) => !piece.isOpen && piece.fromMs < endsMs);
  if (closing !== undefined && pieces[0]?.holdsRun) {
    const answer = mayStart(plan, closing.fromMs);
    if (!answer.ok) return { kind: "too-late", closesMs: closing.fromMs, endsMs, answer };
  }
  for (const [index, { earliestMs, latestMs }] of beginningsOf(plan, options).entries()) {
    const shut = pieces.find((piece) => !piece.isPassable && piece.fromMs <= startMs + latestMs && piece.lastMs >= startMs + earliestMs);
    const atMs = shut === undefined ? 0 : Math.max(shut.fromMs, startMs + earliestMs);
    const answer = mayAdvance(plan, atMs);
    if (shut !== undefined && !answer.ok) return { kind: "advance", phase: index + 1, atMs, answer };
  }
  return null;
}

/** A stretch of time in which no answer changes. */
interface Piece extends Span {
  /** True when a release may start. */
  readonly isOpen: boolean;
  /** True when a release may advance. */
  readonly isPassable: boolean;
  /** True when the window around it is by the wall clock as long as the shortest run. */
  readonly holdsRun: boolean;
}

function piecesOf(
  plan: RunOf,
  span: { readonly fromMs: number; readonly toMs: number },
  { wholeMs = runLength(plan).shortestMs }: FitOptions,
): readonly Piece[] {
  const windows = weekWindows(plan.windows);
  const edges = edgesOf(plan, span);
  return edges.map((fromMs, index) => ({
    fromMs,
    lastMs: (edges[index + 1] ?? span.toMs) - 1,
    isOpen: mayStart(plan, fromMs).ok,
    isPassable: mayAdvance(plan, fromMs).ok,
    holdsRun: isRoomy(windows, minuteOfWeek(plan.timeZone, fromMs), wholeMs),
  }));
}

/** When the phases behind the first, and after them the promotion, begin at the earliest and the latest, ms after the start. */
function beginningsOf(
  { phases }: RunOf,
  { extensions }: FitOptions,
): readonly { readonly earliestMs: number; readonly latestMs: number }[] {
  const beginnings: { readonly earliestMs: number; readonly latestMs: number }[] = [];
  let [earliestMs, latestMs] = [0, 0];
  for (const { observeMs, extendMs } of phases) {
    earliestMs += observeMs;
    latestMs += observeMs + (extensions ? extendMs : 0);
    beginnings.push({ earliestMs, latestMs });
  }
  return beginnings;
}

/** Starts whose run meets a freeze: also at its end, when everybody gets the new version. */
function frozenStarts(plan: RunOf, options: FitOptions): readonly Span[] {
  const { shortestMs, longestMs } = runLength(plan);
  const takesMs = options.extensions ? longestMs : shortestMs;
  return freezesOf(plan, options).map(({ sinceMs, untilMs }) => ({ fromMs: sinceMs - takesMs, lastMs: (untilMs ?? Infinity) - 1 }));
}

function freezesOf(plan: RunOf, { freezes }: FitOptions): readonly FrozenSpan[] {
  return freezes.filter(({ environment }) => environment === plan.environment);
}

/**
 * The windows by the wall clock, holidays aside: each from an opening to the next closing, ms since the Monday of the second of four equal weeks,
 * so that every window that a minute of that week lies in is there as a whole.
 */
function weekWindows({ prefer, avoid }: Windows): readonly Span[] {
  const everyWeek = (ranges: readonly WeekRange[]): readonly Span[] =>
    ranges.flatMap((range) =>
      [-1, 0, 1, 2].map((week) => {
        const fromMs = week * WEEK_MS + range.fromMinute * MINUTE_MS;
        return { fromMs, lastMs: fromMs + minutesOfRange(range) * MINUTE_MS - 1 };
      }),
    );
  const all = [{ fromMs: -WEEK_MS, lastMs: 3 * WEEK_MS - 1 }];
  return differenceOf(prefer.length === 0 ? all : unionOf(everyWeek(prefer)), everyWeek(avoid));
}

/** True when the window that is open at a minute of the week is at least so long; one that never closes always is. */
function isRoomy(windows: readonly Span[], minute: number, takesMs: number): boolean {
  const atMs = minute * MINUTE_MS;
  const window = windows.find(({ fromMs, lastMs }) => fromMs <= atMs && atMs <= lastMs);
  const lengthMs = window === undefined ? 0 : window.lastMs + 1 - window.fromMs;
  return lengthMs >= takesMs || lengthMs > WEEK_MS;
}

function isSome({ fromMs, lastMs }: Span): boolean {
  return fromMs <= lastMs;
}
