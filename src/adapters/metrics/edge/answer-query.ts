import type { Query, Reading, SeriesSample } from "../../../ports.ts";
import type { ExpositionSample } from "../exposition/exposition.ts";
import { readWords } from "./words.ts";
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

const sliceCount = 10;

/**
 * Answers one query from the pages of all edges. Every edge gives the canary as one series and stable as ten hash slices (requests) or one
 * (people, latency), zero ones too, so that the first event of a slice is an event and not a new series. On stable only drawn people's requests
 * are compared; on the canary every request from outside counts, since at 100 % it serves those without a cookie as well. What services ask of
 * each other is in the answers to people already.
 */
export function answerQuery(query: Query, pages: readonly EdgePage[], atMs: number): Reading {
  const read = readWords(query.metric.kind, query.metric.query);
  if (read.kind === "problem") return { kind: "unavailable", why: read.problem };
  const { asked } = read;
  const unit = asked.kind === "affected" || asked.kind === "goal" ? "person" : "request";
  if (query.metric.unit !== unit) {
    return { kind: "unavailable", why: `the edge counts this by ${unit}: write unit: ${unit} for ${query.metric.name}` };
  }
  const series = pages.flatMap((page) => seriesOf(page, asked, query));
  return series.length === 0 ? { kind: "no-data" } : { kind: "counters", atMs, series };
}

function seriesOf(page: EdgePage, asked: EdgeAsked, query: Query): readonly SeriesSample[] {
  switch (asked.kind) {
    case "statuses":
      return statusSeries(page, asked);
    case "affected":
      return outcomeSeries(page, { metric: "serin_edge_people_turns_total", bad: "affected", goal: null });
    case "goal":
      return outcomeSeries(page, { metric: "serin_edge_goal_people_total", bad: "reached", goal: asked.goal });
    case "latency":
      return latencySeries(page, asked, query.slowerThanMs ?? 0);
  }
}

function statusSeries(page: EdgePage, asked: EdgeAsked & { readonly kind: "statuses" }): readonly SeriesSample[] {
  const samples = page.samples.filter((sample) => isOf(sample, "serin_edge_requests_total") && asked.matches(sample));
  if (samples.length === 0) return [];
  const count = (arm: Arm, slice: number | null): Counts => {
    const own = samples.filter((sample) => isArm(sample, arm) && (slice === null || sample.labels.get("slice") === String(slice)));
    const answered = own.filter((sample) => sample.labels.get("status") !== "aborted");
    return { bad: sum(answered.filter((sample) => asked.bad.includes(sample.labels.get("status") ?? ""))), total: sum(answered) };
  };
  const slices = Array.from({ length: sliceCount }, (_, slice) => sample(page, { arm: "stable", slice }, count("stable", slice)));
  return [sample(page, { arm: "canary", slice: null }, count("canary", null)), ...slices];
}

function outcomeSeries(
  page: EdgePage,
  of: { readonly metric: string; readonly bad: string; readonly goal: string | null },
): readonly SeriesSample[] {
  const samples = page.samples.filter((one) => isOf(one, of.metric) && (of.goal === null || one.labels.get("goal") === of.goal));
  if (samples.length === 0) return [];
  return (["canary", "stable"] as const).map((arm) => {
    const own = samples.filter((one) => one.labels.get("arm") === arm);
    return sample(page, { arm, slice: null }, { bad: sum(own.filter((one) => one.labels.get("outcome") === of.bad)), total: sum(own) });
  });
}

/**
 * Slower than a line that is a bucket bound is exact; between two bounds it is "more than those over the upper, at most those over the lower".
 * Requests without an answer that are older than a bound are over it already.
 */
function latencySeries(page: EdgePage, asked: EdgeAsked & { readonly kind: "latency" }, slowerThanMs: number): readonly SeriesSample[] {
  const histogram = "serin_edge_request_duration_seconds";
  const samples = page.samples.filter((one) => asked.matches(one));
  if (!samples.some((one) => isOf(one, `${histogram}_count`))) return [];
  const bounds = [...new Set(samples.filter((one) => isOf(one, `${histogram}_bucket`)).map((one) => Number(one.labels.get("le"))))];
  const finite = bounds.filter(Number.isFinite);
  const lineSeconds = slowerThanMs / 1000;
  const lower = Math.max(0, ...finite.filter((bound) => bound <= lineSeconds));
  const upper = Math.min(Infinity, ...finite.filter((bound) => bound >= lineSeconds));
  return (["canary", "stable"] as const).map((arm) => {
    const own = samples.filter((one) => isArm(one, arm));
    const counted = sum(own.filter((one) => isOf(one, `${histogram}_count`)));
    const at = (metric: string, bound: number): number =>
      sum(own.filter((one) => isOf(one, metric) && Number(one.labels.get("le")) === bound));
    const waiting = (bound: number): number => at("serin_edge_in_flight_over", bound);
    const over = (bound: number): number => counted - at(`${histogram}_bucket`, bound) + waiting(bound);
    const bad = upper === Infinity ? 0 : over(upper);
    const badAtMost = lower === 0 ? counted : over(lower);
    const total = counted + waiting(lower);
    return sample(page, { arm, slice: null }, lower === upper ? { bad, total } : { bad, badAtMost, total });
  });
}

function sample(page: EdgePage, of: { readonly arm: Arm; readonly slice: number | null }, counts: Counts): SeriesSample {
  const series = of.slice === null ? `${page.edge} ${of.arm}` : `${page.edge} ${of.arm} ${of.slice}`;
  return { series, ...of, ...counts, bornMs: page.bornMs };
}

function isOf(one: ExpositionSample, metric: string): boolean {
  return one.name === metric;
}

function isArm(one: ExpositionSample, arm: Arm): boolean {
  const who = one.labels.get("who");
  return one.labels.get("arm") === arm && (who === "people" || (arm === "canary" && who === "others"));
}

function sum(samples: readonly ExpositionSample[]): number {
  return samples.reduce((total, { value }) => total + value, 0);
}
