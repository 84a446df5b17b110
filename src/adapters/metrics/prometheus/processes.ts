import { seriesName } from "../exposition/exposition.ts";
import { isOf } from "./arms.ts";
import type { Sought } from "./arms.ts";
import { ownMetrics } from "./promql.ts";
import type { RawSample, RawSeries } from "./series.ts";

/** One process of an arm, as Prometheus scraped it. */
export interface Process {
  /** Names it for good: "backend 127.0.0.1:4001". */
  readonly name: string;
  readonly arm: "canary" | "stable";
  /** The service that it is of; `null` where the labels by which it was found leave several. */
  readonly service: string | null;
  readonly version: string | null;
  /** By `seriesName`, without the labels that are told apart no more. */
  readonly series: ReadonlyMap<string, RawSeries>;
}

/** What the plan's targets have in Prometheus, or one sentence about why nobody can say what is whose. */
export type Found =
  | { readonly kind: "processes"; readonly processes: readonly Process[] }
  | { readonly kind: "confused"; readonly why: string };

/**
 * Puts the series of the sought targets together by process, which is what the label `instance` names. A series that targets of both arms have, and one
 * that is there twice, make a reading impossible: a guess would count for the wrong arm, or twice. Labels named in `deduplicate` are read over: of
 * two copies the newest sample counts, so that the loss of one copy is no reset.
 */
export function findProcesses(all: readonly RawSeries[], sought: readonly Sought[], deduplicate: readonly string[]): Found {
  const found = new Map<string, { readonly owners: readonly Sought[]; readonly series: RawSeries[] }>();
  for (const series of all) {
    const owners = sought.filter((one) => isOf(one, series.labels));
    const [first] = owners;
    if (first === undefined) continue;
    if (owners.some(({ target }) => target.arm !== first.target.arm)) return { kind: "confused", why: sayBothArms(series) };
    const name = `${onlyOne(owners, ({ service }) => service) ?? first.target.arm} ${instanceOf(series.labels)}`;
    const process = found.get(name) ?? { owners, series: [] };
    process.series.push(series);
    found.set(name, process);
  }
  const processes: Process[] = [];
  for (const [name, { owners, series }] of found) {
    const once = withoutCopies(series, deduplicate);
    if (typeof once === "string") return { kind: "confused", why: once };
    const [service, version] = [onlyOne(owners, (target) => target.service), onlyOne(owners, (target) => target.version)];
    processes.push({ name, arm: owners[0]?.target.arm ?? "stable", service, version, series: once });
  }
  return { kind: "processes", processes };
}

/** The label that Prometheus gives every target; where it was taken away, all labels that do not belong to the metric. */
function instanceOf(labels: ReadonlyMap<string, string>): string {
  return labels.get("instance") ?? [...labels].map(([label, value]) => `${label}=${value}`).join(" ");
}

function onlyOne(owners: readonly Sought[], of: (target: Sought["target"]) => string): string | null {
  const values = new Set(owners.map(({ target }) => of(target)));
  return values.size === 1 ? ([...values][0] ?? null) : null;
}

function sayBothArms({ name, labels }: RawSeries): string {
  const says = seriesName({ name, labels, value: 0 });
  return `${says} belongs to both arms: write labels that tell them apart as arms of the connection`;
}

/**
 * The series by name, copies put together. A copy differs from its original only in labels of the scrape: those of `up`, and `job`. One sentence when
 * there are copies that the connection does not read over.
 */
function withoutCopies(all: readonly RawSeries[], deduplicate: readonly string[]): ReadonlyMap<string, RawSeries> | string {
  const ofScrape = new Set([
    "job",
    ...deduplicate,
    ...all.filter(({ name }) => name === ownMetrics.up).flatMap(({ labels }) => [...labels.keys()]),
  ]);
  const series = new Map<string, RawSeries>();
  const originals = new Map<string, RawSeries>();
  for (const one of all) {
    const labels = without(one.labels, deduplicate);
    const own = nameOf(
      one.name,
      [...one.labels].filter(([label]) => !ofScrape.has(label)),
    );
    const original = originals.get(own);
    originals.set(own, original ?? one);
    const key = nameOf(one.name, [...labels]);
    const before = series.get(key);
    if (original !== undefined && before === undefined) return sayCopies(original, one);
    series.set(key, { name: one.name, labels, samples: before === undefined ? one.samples : merge(before.samples, one.samples) });
  }
  return series;
}

function without(labels: ReadonlyMap<string, string>, left: readonly string[]): ReadonlyMap<string, string> {
  return left.some((label) => labels.has(label)) ? new Map([...labels].filter(([label]) => !left.includes(label))) : labels;
}

function nameOf(name: string, labels: readonly (readonly [string, string])[]): string {
  return seriesName({ name, labels: new Map(labels), value: 0 });
}

function merge(some: readonly RawSample[], others: readonly RawSample[]): readonly RawSample[] {
  return [...some, ...others].sort(([a], [b]) => a - b);
}

function sayCopies(one: RawSeries, other: RawSeries): string {
  const labels = [...new Set([...one.labels.keys(), ...other.labels.keys()])].filter(
    (label) => one.labels.get(label) !== other.labels.get(label),
  );
  const says = ({ labels: its }: RawSeries): string => labels.map((label) => `${label}="${its.get(label) ?? ""}"`).join(", ");
  const where = `${one.name} of ${instanceOf(one.labels)} is there twice, with ${says(one)} and with ${says(other)}`;
  return `${where}: choose one with where, or write deduplicate: [${labels.join(", ")}] in the connection`;
}
