import { dateOf, daysOf, mondayOf } from "./calendar.ts";
import type { Day } from "./calendar.ts";
import { intersectionOf } from "./spans.ts";
import type { Span } from "./spans.ts";
import { fits, misfitOf, runLength } from "./when.ts";
import type { FrozenSpan, Misfit, RunLength, RunOf } from "./when.ts";
import { edgesOf, HORIZON_DAYS } from "./windows.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What is asked about a plan: a whole local day, or a moment. */
export interface OutlookAsked {
  readonly fromMs: number;
  readonly about: "day" | "moment";
  /** At most so many spans of starts. */
  readonly count: number;
  readonly freezes: readonly FrozenSpan[];
}

/** When a plan can run. Times are epoch ms. */
export interface Outlook {
  readonly takes: RunLength;
  /** Whether a start fits then: at that moment, or at any moment of that day. */
  readonly asked: {
    readonly about: "day" | "moment";
    readonly fromMs: number;
    /** `null`: one fits. */
    readonly misfit: Misfit | null;
    /** The same with every extension. */
    readonly extendedMisfit: Misfit | null;
  };
  /** The next spans of starts that fit, ascending; empty: none within 400 days. */
  readonly starts: readonly OutlookStart[];
  /** True: every start from then on fits, with every extension too. */
  readonly isAlways: boolean;
  /** Week by week up to the last of the starts; weeks in which there is nothing to say are left out. */
  readonly weeks: readonly OutlookWeek[];
}

/** Starts that fit, from the first to the last. */
export interface OutlookStart extends Span {
  /** Those of them with which the plan fits with every extension too. */
  readonly extended: readonly Span[];
}

export interface OutlookWeek {
  /** YYYY-MM-DD. */
  readonly monday: string;
  readonly starts: readonly OutlookStart[];
  /** Holidays that the plan avoids, and days of a clock change. */
  readonly days: readonly Day[];
}

/** When the plan can run, from a moment on. */
export function outlookOf(plan: RunOf, asked: OutlookAsked): Outlook {
  const { fromMs, about, count } = asked;
  const { spans, toMs } = spansOf(plan, asked);
  const extended = fits(plan, { fromMs, toMs }, { extensions: true, freezes: asked.freezes });
  const starts = spans.slice(0, count).map((span) => ({ ...span, extended: intersectionOf([span], extended) }));
  const isAlways = starts[0]?.extended[0]?.fromMs === fromMs && starts[0].extended[0].lastMs >= fromMs + HORIZON_DAYS * DAY_MS - 1;
  const misfit = (extensions: boolean): Misfit | null => {
    const options = { extensions, freezes: asked.freezes };
    return about === "moment" ? misfitOf(plan, fromMs, options) : misfitOfDay(plan, fromMs, options);
  };
  return {
    takes: runLength(plan),
    asked: { about, fromMs, misfit: misfit(false), extendedMisfit: misfit(true) },
    starts,
    isAlways,
    weeks: isAlways ? [] : weeksOf(plan, fromMs, starts),
  };
}

/** One span more than is asked for, so that the last of them is whole; further and further ahead. */
function spansOf(plan: RunOf, { fromMs, count, freezes }: OutlookAsked): { readonly spans: readonly Span[]; readonly toMs: number } {
  for (let days = Math.min(28, HORIZON_DAYS); ; days = Math.min(2 * days, HORIZON_DAYS)) {
    const toMs = fromMs + days * DAY_MS;
    const spans = fits(plan, { fromMs, toMs }, { extensions: false, freezes });
    if (spans.length > count || days === HORIZON_DAYS) return { spans, toMs };
  }
}

/** Why no start of a local day fits: what is in the way where one may start at least, otherwise what is in the way at noon. */
function misfitOfDay(plan: RunOf, fromMs: number, options: Parameters<typeof misfitOf>[2]): Misfit | null {
  const toMs = daysOf(plan, { from: dateOf(plan, fromMs), count: 1 })[0]?.toMs ?? fromMs + DAY_MS;
  if (fits(plan, { fromMs, toMs }, options).length > 0) return null;
  const found = edgesOf(plan, { fromMs, toMs }).map((atMs) => misfitOf(plan, atMs, options));
  return found.find((misfit) => misfit !== null && misfit.kind !== "closed") ?? misfitOf(plan, fromMs + 12 * HOUR_MS, options);
}

function weeksOf(plan: RunOf, fromMs: number, starts: readonly OutlookStart[]): readonly OutlookWeek[] {
  const from = dateOf(plan, fromMs);
  const untilMs = starts.at(-1)?.fromMs ?? fromMs;
  const count = Math.ceil((untilMs - fromMs) / DAY_MS) + 1;
  const days = daysOf(plan, { from, count }).filter((day) => day.fromMs <= untilMs && (day.holiday !== null || day.change !== null));
  const weekOf = (start: OutlookStart): string => mondayOf(dateOf(plan, start.fromMs));
  const mondays = new Set([...starts.map(weekOf), ...days.map(({ date }) => mondayOf(date))]);
  return [...mondays].toSorted().map((monday) => ({
    monday,
    starts: starts.filter((start) => weekOf(start) === monday),
    days: days.filter(({ date }) => mondayOf(date) === monday),
  }));
}
