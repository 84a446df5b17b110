import type { Query, Reading, SeriesSample } from "../../../ports.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";
import { countsPeople, readWords } from "./words.ts";
import type { EdgeAsked } from "./words.ts";

/** One edge's metrics page. */
export interface EdgePage {
  /** Names the edge's series. */
  readonly edge: string;
  readonly samples: readonly ExpositionSample[];
  /** When its counters began at zero, epoch ms; `null` when it does not say. */
  readonly bornMs: number | null;
}

type Arm = SeriesSample["arm"];
type Counts = Pick<SeriesSample, "bad" | "badAtMost" | "total">;

const arms = ["canary", "stable"] as const;
const sliceCount = 10;
const histograms = {
  requests: "serin_edge_request_duration_seconds",
  lcp: "serin_edge_lcp_seconds",
  inp: "serin_edge_inp_seconds",
  cls: "serin_edge_cls",
} as const;

/** So many people in a row of whose page nothing was heard, at each edge, are no chance any more. */
const mutePeople = 20;

/**
 * Answers one query from the pages of all edges. Every edge gives each arm as ten hash slices (requests, latency) or as one series (people), zero
 * ones too, so that the first event of a slice is an event and not a new series. On stable only drawn people's requests are compared; on the
 * canary every request from outside counts, since at 100 % it serves those without a cookie as well. What services ask of each other is in the
 * answers to people already. What pages report is of drawn people alone. While an edge lives no number of a series falls, and `bad` is never more than `total`.
 */
export function answerQuery(query: Query, pages: readonly EdgePage[], atMs: number): Reading {
  const read = readWords(query.metric.kind, query.metric.query);
  if (read.kind === "problem") return { kind: "unavailable", why: read.problem };
  const { asked } = read;
  const unit = countsPeople(query.metric.query) ? "person" : "request";
  if (query.metric.unit !== unit) {
    return { kind: "unavailable", why: `the edge counts this by ${unit}: write unit: ${unit} for ${query.metric.name}` };
  }
  const reading =
    asked.kind === "pages" && asked.bad === "affected" ? answerPages(pages, atMs) : answerCounts(pages, { asked, query, atMs });
  const garbled = reading.kind === "counters" ? reading.series.find((one) => !isCounted(one)) : undefined;
  if (garbled === undefined) return reading;
  return { kind: "unavailable", why: `what is counted is garbled: ${garbled.bad} of ${garbled.total} in ${garbled.series}` };
}

function answerCounts(
  pages: readonly EdgePage[],
  { asked, query, atMs }: { readonly asked: EdgeAsked; readonly query: Query; readonly atMs: number },
): Reading {
  const series = pages.flatMap((page) => seriesOf(page, asked, query));
  return series.length === 0 ? { kind: "no-data" } : { kind: "counters", atMs, series };
}

/** False for what no count can be: NaN, infinity, less than nothing, more bad ones than there are. */
function isCounted({ bad, badAtMost = bad, total }: SeriesSample): boolean {
  return bad >= 0 && badAtMost >= bad && total >= badAtMost && Number.isFinite(total);
}

function seriesOf(page: EdgePage, asked: EdgeAsked, query: Query): readonly SeriesSample[] {
  switch (asked.kind) {
    case "statuses":
      return statusSeries(page, asked);
    case "affected":
      return outcomeSeries(page, { metric: "serin_edge_people_turns_total", bad: "affected", goal: null });
    case "pages":
      return outcomeSeries(page, { metric: pageTurns, bad: asked.bad, goal: null });
    case "goal":
      return outcomeSeries(page, { metric: "serin_edge_goal_people_total", bad: "reached", goal: asked.goal });
    case "shifts":
      return histogramSeries(page, { ...asked, histogram: histograms.cls });
    case "latency":
      return histogramSeries(page, { ...asked, histogram: histograms[asked.of], line: (query.slowerThanMs ?? 0) / 1000 });
  }
}

function statusSeries(page: EdgePage, asked: EdgeAsked & { readonly kind: "statuses" }): readonly SeriesSample[] {
  const samples = page.samples.filter((one) => one.name === "serin_edge_requests_total" && asked.matches(one));
  if (samples.length === 0) return [];
  const cells = cellsOf(() => ({ bad: 0, total: 0 }));
  for (const one of samples) {
    const cell = cellOf(cells, one);
    const status = one.labels.get("status") ?? "";
    if (cell === null || status === "aborted") continue;
    cell.total += one.value;
    if (asked.bad.includes(status)) cell.bad += one.value;
  }
  return slicedSeries(page, cells, (counts) => counts);
}

function outcomeSeries(
  page: EdgePage,
  of: { readonly metric: string; readonly bad: string; readonly goal: string | null },
): readonly SeriesSample[] {
  const samples = page.samples.filter((one) => one.name === of.metric && (of.goal === null || one.labels.get("goal") === of.goal));
  if (samples.length === 0) return [];
  return arms.map((arm) => {
    const own = samples.filter((one) => one.labels.get("arm") === arm);
    const bad = own.filter((one) => one.labels.get("outcome") === of.bad);
    return { series: `${page.edge} ${arm}`, arm, slice: null, bad: sum(bad), total: sum(own), bornMs: page.bornMs };
  });
}

const pageTurns = "serin_edge_page_turns_total";
const silentInARow = "serin_edge_silent_people_in_a_row";

/**
 * Browser errors, of the people who got a page. Where nobody's page of an arm is heard of any more, its pages do not carry the script, or it does
 * not run, and they say nothing about errors: on the canary that is an outage of this metric, and never health; on stable there is nothing to
 * compare with.
 */
function answerPages(pages: readonly EdgePage[], atMs: number): Reading {
  const all = pages.flatMap((page) => outcomeSeries(page, { metric: pageTurns, bad: "affected", goal: null }));
  if (all.length === 0) return { kind: "no-data" };
  const isMute = (arm: Arm): boolean => {
    const inARow = pages.flatMap(({ samples }) => samples.filter((one) => one.name === silentInARow && one.labels.get("arm") === arm));
    return sum(inARow) >= mutePeople * pages.length;
  };
  if (isMute("canary")) {
    return { kind: "unavailable", why: "nothing is heard of the pages of the canary: does every page have the tag of /.serin/beacon.js?" };
  }
  return { kind: "counters", atMs, series: isMute("stable") ? all.filter(({ arm }) => arm !== "stable") : all };
}

/** Requests of one slice by what is known at the two bucket bounds around a line; they are one bound where the line is a bound. */
interface Waits {
  answered: number;
  /** Answered within the bound. */
  readonly within: Around;
  /** Without an answer, and over the bound. */
  readonly unanswered: Around;
}

interface Around {
  lower: number;
  upper: number;
}

/**
 * Slower than a line that is a bucket bound is exact; between two bounds it is "more than those over the upper, at most those over the lower".
 * Requests that wait, or whose client gave up, are over a bound as soon as they are older. Below the first bound every request may be slow.
 */
function histogramSeries(
  page: EdgePage,
  asked: { readonly histogram: string; readonly line: number; readonly matches: (one: ExpositionSample) => boolean },
): readonly SeriesSample[] {
  const { histogram, line } = asked;
  const samples = page.samples.filter((one) => asked.matches(one));
  if (!samples.some((one) => one.name === `${histogram}_count`)) return [];
  const overNames = histogram === histograms.requests ? unansweredNames : new Set<string>();
  const { lower, upper } = boundsAround(samples, histogram, line);
  const cells = cellsOf<Waits>(() => ({ answered: 0, within: { lower: 0, upper: 0 }, unanswered: { lower: 0, upper: 0 } }));
  for (const one of samples) {
    const cell = cellOf(cells, one);
    if (cell === null) continue;
    if (one.name === `${histogram}_count`) cell.answered += one.value;
    const around = one.name === `${histogram}_bucket` ? cell.within : overNames.has(one.name) ? cell.unanswered : null;
    const bound = Number(one.labels.get("le"));
    if (around !== null && bound === lower) around.lower += one.value;
    if (around !== null && bound === upper) around.upper += one.value;
  }
  return slicedSeries(page, cells, ({ answered, within, unanswered }) => {
    const bad = upper === Infinity ? 0 : answered - within.upper + unanswered.upper;
    if (lower === 0) return { bad, badAtMost: answered + unanswered.upper, total: answered + unanswered.upper };
    const total = answered + unanswered.lower;
    return lower === upper ? { bad, total } : { bad, badAtMost: answered - within.lower + unanswered.lower, total };
  });
}

/** Requests without an answer; page views have no such state. */
const unansweredNames: ReadonlySet<string> = new Set(["serin_edge_in_flight_over", "serin_edge_gave_up_over_total"]);

/** The bucket bounds beside a line, in the histogram's unit: 0 when there is none below, infinity when there is none above. */
function boundsAround(
  samples: readonly ExpositionSample[],
  histogram: string,
  line: number,
): { readonly lower: number; readonly upper: number } {
  const bounds = new Set(samples.filter((one) => one.name === `${histogram}_bucket`).map((one) => Number(one.labels.get("le"))));
  const finite = [...bounds].filter(Number.isFinite);
  return {
    lower: Math.max(0, ...finite.filter((bound) => bound <= line)),
    upper: Math.min(Infinity, ...finite.filter((bound) => bound >= line)),
  };
}

/** What is counted of one edge: per arm, one of each slice. */
type Cells<Cell> = Readonly<Record<Arm, readonly Cell[]>>;

function cellsOf<Cell>(empty: () => Cell): Cells<Cell> {
  const slices = (): Cell[] => Array.from({ length: sliceCount }, empty);
  return { canary: slices(), stable: slices() };
}

/** Where a sample of requests or page views is counted; `null`: nowhere. What says no slice is in the first; page views are people's. */
function cellOf<Cell>(cells: Cells<Cell>, one: ExpositionSample): Cell | null {
  const who = one.labels.get("who") ?? "people";
  const arm = arms.find((known) => known === one.labels.get("arm"));
  if (arm === undefined || !(who === "people" || (arm === "canary" && who === "others"))) return null;
  return cells[arm][Number(one.labels.get("slice") ?? 0)] ?? null;
}

function slicedSeries<Cell>(page: EdgePage, cells: Cells<Cell>, toCounts: (cell: Cell) => Counts): readonly SeriesSample[] {
  return arms.flatMap((arm) =>
    cells[arm].map((cell, slice) => ({ series: `${page.edge} ${arm} ${slice}`, arm, slice, ...toCounts(cell), bornMs: page.bornMs })),
  );
}

function sum(samples: readonly ExpositionSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
