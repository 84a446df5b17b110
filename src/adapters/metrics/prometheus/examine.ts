import { distance } from "fastest-levenshtein";
import { z } from "zod";
import type { Query } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { NoAnswer } from "../../exchange.ts";
import { parseWhere } from "../exposition/selector.ts";
import { concerns } from "../exposition/words.ts";
import type { Asked } from "../exposition/words.ts";
import { isOf, labelsOf, sayLabels, soughtOf } from "./arms.ts";
import { findings } from "./findings.ts";
import { findProcesses } from "./processes.ts";
import { metricsOf, ownMetrics, quote, writeLabels } from "./promql.ts";
import type { Got, Reader } from "./reader.ts";
import { NoSeries, parseJson } from "./series.ts";

/**
 * Looks at the server's version, its clock, how often it scrapes, and for each metric at the series of every arm that runs: where there are none, by which
 * labels they were looked for, and which there are instead. Never throws, except with the signal's reason.
 */
export async function examine(reader: Reader, examination: Examination, signal: AbortSignal): Promise<readonly Check[]> {
  const what = `Prometheus ${reader.shownAs}`;
  try {
    const version = await versionOf(reader, signal);
    const asked = examination.queries.map((query) => ({ query, words: reader.asked(query) }));
    const sought = soughtOf(reader.words.arms, {
      release: "doctor",
      environment: examination.plan.environment,
      targets: examination.targets,
    });
    const got = await reader.gather([{ metrics: metricsOf(asked.map(({ words }) => words)), sought }], signal);
    const found = findProcesses(got.series, sought, reader.words.deduplicate);
    const confusion = found.kind === "confused" ? [wrong(what, findings.armsConfused(found.why))] : [];
    const metrics = await Promise.all(asked.map(async (one) => lookAtMetric(one, { reader, examination, got }, signal)));
    return [
      fine(what, findings.answers(version)),
      ...lookAtClock(what, got),
      ...lookAtScrapes(what, { reader, examination, got }),
      ...confusion,
      ...metrics.filter((check) => check !== null),
    ];
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (!(cause instanceof NoAnswer) && !(cause instanceof NoSeries)) throw cause;
    const isRefused = cause instanceof NoSeries && [401, 403].includes(cause.status);
    return [wrong(what, isRefused ? findings.refuses(cause.message) : findings.fails(cause.message))];
  }
}

/** "2.42.0"; `null` where the server does not say: Thanos and Mimir need not. */
async function versionOf(reader: Reader, signal: AbortSignal): Promise<string | null> {
  const { status, text } = await reader.call("GET", "/api/v1/status/buildinfo", {}, signal);
  const said = z.object({ data: z.object({ version: z.string().min(1) }) }).safeParse(parseJson(text));
  return status === 200 && said.success ? said.data.data.version.slice(0, 60) : null;
}

interface Looking {
  readonly reader: Reader;
  readonly examination: Examination;
  readonly got: Got;
}

function lookAtClock(what: string, got: Got): readonly Check[] {
  return got.aheadMs === 0 ? [] : [doubtful(what, findings.clocksDiffer(got.aheadMs))];
}

/** Nothing while no target was scraped twice. */
function lookAtScrapes(what: string, { reader, examination, got }: Looking): readonly Check[] {
  const gaps = got.series
    .filter(({ name }) => name === ownMetrics.up)
    .flatMap(({ samples }) => samples.slice(1).map(([ms], index) => ms - (samples[index]?.[0] ?? ms)))
    .sort((a, b) => a - b);
  const everyMs = gaps[Math.floor(gaps.length / 2)];
  if (everyMs === undefined) {
    if (!got.series.some(({ name }) => name === ownMetrics.up)) return [];
    return [doubtful(what, findings.scrapedOnce(reader.words.lookback))];
  }
  const seconds = Math.round(everyMs / 100) / 10;
  if (everyMs * 2.5 > reader.lookbackMs) return [doubtful(what, findings.lookbackShort(seconds, reader.words.lookback))];
  if (everyMs <= examination.plan.scrapeMs * 1.1) return [fine(what, findings.scrapes(seconds))];
  return [doubtful(what, findings.scrapesSlowly(seconds, examination.plan.scrapeMs / 1_000))];
}

/** `null`: every arm that runs has series. */
async function lookAtMetric(
  { query, words }: { readonly query: Query; readonly words: Asked },
  { reader, examination, got }: Looking,
  signal: AbortSignal,
): Promise<Check | null> {
  const what = query.quantity;
  const metric = nameOf(words);
  const sought = soughtOf(reader.words.arms, {
    release: "doctor",
    environment: examination.plan.environment,
    targets: examination.targets,
  });
  const arms = Map.groupBy(
    sought.filter(({ target }) => concerns(words, target.service)),
    ({ target }) => `${target.service} ${target.arm}`,
  );
  const counts = [...arms.values()].flatMap((theirs) => {
    const series = got.series.filter(({ name, labels }) => name === metric && theirs.some((one) => isOf(one, labels)));
    return theirs.slice(0, 1).map((first) => ({ ...first.target, series: series.length, sought: sayLabels(first) }));
  });
  const empty = counts.find(({ series }) => series === 0);
  if (counts.length > 0 && empty === undefined) return null;
  const there = await labelsOfMetric(reader, metric, signal);
  if (there.total === 0) {
    const like = await nearestName(reader, metric, signal);
    return doubtful(what, findings.noSeries(metric, like));
  }
  // No target runs yet to look for.
  if (empty === undefined) return null;
  const labels = labelsOf(reader.words.arms).join(", ");
  return wrong(what, findings.armEmpty({ metric, labels, ...empty, ...there }));
}

function nameOf(words: Asked): string {
  switch (words.kind) {
    case "events":
      return (words.total ?? words.hits).metric ?? "";
    case "histogram":
      return `${words.metric}_bucket`;
    case "gauge":
    case "growth":
      return words.value.metric ?? "";
  }
}

const vector = z.object({
  data: z.object({ result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })) }),
});

/** How many series a metric has now, and which values of the labels by which arms are told apart: `null` for series without them. */
async function labelsOfMetric(
  reader: Reader,
  metric: string,
  signal: AbortSignal,
): Promise<{ readonly total: number; readonly found: readonly (string | null)[] }> {
  const labels = labelsOf(reader.words.arms);
  const parsed = reader.words.where === null ? null : parseWhere(reader.words.where);
  const where = parsed?.kind === "selector" ? `,${writeLabels(parsed.selector.labels)}` : "";
  const query = `count by (${labels.join(",")}) ({__name__=${quote(metric)}${where}})`;
  const { status, text } = await reader.call("POST", "/api/v1/query", { query, timeout: reader.timeout }, signal);
  const read = vector.safeParse(parseJson(text));
  if (status !== 200 || !read.success) throw new NoSeries(status, `POST ${reader.shownAs}/api/v1/query: answered ${status}`);
  const { result } = read.data.data;
  const found = result.slice(0, 3).map(({ metric: its }) => sayFound(labels, its));
  const total = result.reduce((sum, { value: [, count] }) => sum + Number(count), 0);
  return { total, found: result.length > found.length ? [...found, "…"] : found };
}

/** `null`: it has none of these labels. */
function sayFound(labels: readonly string[], its: Readonly<Record<string, string>>): string | null {
  const found = labels.filter((label) => its[label] !== undefined).map((label) => `${label}="${(its[label] ?? "").slice(0, 80)}"`);
  return found.length === 0 ? null : found.join(", ");
}

/** The metric whose name is most like this one; `null`: none is. */
async function nearestName(reader: Reader, metric: string, signal: AbortSignal): Promise<string | null> {
  const { text } = await reader.call("GET", "/api/v1/label/__name__/values", {}, signal);
  const read = z.object({ data: z.array(z.string()) }).safeParse(parseJson(text));
  if (!read.success) return null;
  const near = read.data.data.map((name) => ({ name, away: distance(name, metric) })).sort((a, b) => a.away - b.away)[0];
  return near === undefined || near.away > Math.max(2, metric.length / 3) ? null : near.name;
}
