import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import type { MetricSource, Query, ReadContext, Reading } from "../../ports.ts";
import type { SourceDefinition } from "../define.ts";
import { parseTimeout, timeoutWords } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { tlsWords } from "../tls.ts";
import { Cloudwatch } from "./cloudwatch/client.ts";
import type { CloudwatchPlace } from "./cloudwatch/client.ts";
import { examineCloudwatch } from "./cloudwatch/examine.ts";
import { readWords } from "./cloudwatch/words.ts";
import type { CloudwatchAsked, Dimension } from "./cloudwatch/words.ts";
import { selectorsOf } from "./window-sums/arms.ts";
import { meanOf, readingOfLevels, readingOfSums, sumOf } from "./window-sums/reading.ts";
import { closedWindow, lastMinutes } from "./window-sums/window.ts";

const connection = z
  .strictObject({
    region: z
      .string()
      .regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, { error: "A region is called such as eu-west-3." })
      .describe("The region, for example eu-west-3."),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .describe("Another address than the region's, such as that of a VPC endpoint."),
    accessKeyId: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe("A key; without it what the machine, its role or its environment has for AWS."),
    secretAccessKey: z.string().min(1).nullable().default(null).describe("The key's secret."),
    delay: z
      .string()
      .refine((text) => parseDuration(text) !== null, { error: 'A delay is a duration such as "2m".' })
      .default("2m")
      .describe("How long points may take to arrive: younger minutes are not asked for yet."),
    timeout: timeoutWords.default("2s"),
    tls: tlsWords,
  })
  .refine(({ accessKeyId, secretAccessKey }) => (accessKeyId === null) === (secretAccessKey === null), {
    error: "accessKeyId and secretAccessKey come together: write both, or neither.",
  });

type Connection = z.infer<typeof connection>;

/** Levels are the mean of so many minutes. */
const levelMinutes = 2;

/**
 * Adds up metrics of each arm in CloudWatch since the release began, minute by minute, of minutes that are over. Each reading asks for all of that
 * time, so what arrives late is in the next one. Everything is asked at once; when it cannot be answered the read throws.
 */
export const cloudwatch: SourceDefinition<Connection> = {
  kind: "cloudwatch",
  says: "Adds up metrics and reads levels per arm in Amazon CloudWatch.",
  connection,
  isBuiltIn: false,
  metrics: {
    ratio: { required: ["namespace", "dimensions", "total"], optional: ["bad", "good", "service"] },
    count: { required: ["namespace", "dimensions", "bad", "total"], optional: ["service"] },
    level: { required: ["namespace", "dimensions", "value"], optional: ["stat", "service"] },
  },
  countsPeople: false,
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: (options, examination, { clock }, signal) =>
    examineCloudwatch({ api: new Cloudwatch(placeOf(options), clock), clock }, examination, signal),
  create: (options, { clock }) => {
    const api = new Cloudwatch(placeOf(options), clock);
    const delayMs = parseDuration(options.delay) ?? 0;
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        const nowMs = clock.nowMs();
        const asked = queries.map(({ quantity, metric }) => ({ quantity, arms: armsOf(metric, context) }));
        const all = asked.flatMap(({ arms }) => (arms.kind === "asked" ? [arms] : []));
        const [counts, numbers] = (["counts", "number"] as const).map(
          (kind) =>
            new Map(
              all
                .filter(({ of }) => of.kind === kind)
                .flatMap(({ series }) => series)
                .map((one) => [keyOf(one), one]),
            ),
        );
        const window = closedWindow(context.sinceMs, nowMs, delayMs);
        const ask = async (
          some: Map<string, Series> | undefined,
          during: ReturnType<typeof closedWindow>,
        ): Promise<ReadonlyMap<string, readonly number[]>> => {
          const wanted = [...(some ?? [])];
          if (wanted.length === 0 || during === null) return new Map();
          const values = await api.values(
            wanted.map(([, one]) => one),
            during,
            signal,
          );
          return new Map(wanted.map(([key], at) => [key, values[at] ?? []]));
        };
        const answers = new Map([...(await ask(counts, window)), ...(await ask(numbers, lastMinutes(nowMs, delayMs, levelMinutes)))]);
        const readings = new Map<string, Reading>();
        for (const { quantity, arms } of asked) readings.set(quantity, arms.kind === "asked" ? readingOf(arms, answers, nowMs) : arms);
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

/** One series of one arm: `part` is its place in the words' metrics. */
interface Series {
  readonly arm: "canary" | "stable";
  readonly part: number;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
  readonly stat: string;
}

interface Arms {
  readonly kind: "asked";
  readonly of: CloudwatchAsked;
  readonly series: readonly Series[];
}

function keyOf({ namespace, metric, dimensions, stat }: Series): string {
  return JSON.stringify([namespace, metric, dimensions, stat]);
}

function armsOf({ kind, query }: Query["metric"], context: ReadContext): Arms | Reading {
  const read = readWords(kind, query);
  if (read.kind === "problem") return { kind: "unavailable", why: read.problem };
  const { asked: of } = read;
  const selectors = selectorsOf({ template: JSON.stringify(of.dimensions), service: of.service, shape: asJsonText }, context);
  if (selectors.kind === "none") return { kind: "no-data" };
  if (selectors.kind === "problem") return { kind: "unavailable", why: selectors.problem };
  const series = (["canary", "stable"] as const).flatMap((arm) =>
    selectors[arm].flatMap((text) => {
      const dimensions = JSON.parse(text) as readonly Dimension[];
      return of.metrics.map((metric, part): Series => ({ arm, part, namespace: of.namespace, metric, dimensions, stat: of.stat }));
    }),
  );
  return { kind: "asked", of, series };
}

/** A value inside the quotes of a JSON text; dimensions take at most 255 characters. */
function asJsonText(value: string): string {
  return JSON.stringify(value.slice(0, 255)).slice(1, -1);
}

function readingOf({ of, series }: Arms, answers: ReadonlyMap<string, readonly number[]>, atMs: number): Reading {
  const valuesOf = (arm: Series["arm"], part: number) =>
    series.filter((one) => one.arm === arm && one.part === part).map((one) => answers.get(keyOf(one)) ?? []);
  if (of.kind === "number") {
    const level = (arm: Series["arm"]): number | null => meanOf(valuesOf(arm, 0).map((values) => meanOf(values)));
    return readingOfLevels({ canary: level("canary"), stable: level("stable") }, atMs);
  }
  const sums = (arm: Series["arm"]) => ({ hits: sumOf(valuesOf(arm, 0).flat()), total: sumOf(valuesOf(arm, 1).flat()) });
  return readingOfSums({ canary: sums("canary"), stable: sums("stable") }, atMs);
}

function placeOf({ region, endpoint, accessKeyId, secretAccessKey, timeout, tls }: Connection): CloudwatchPlace {
  const credentials = accessKeyId === null || secretAccessKey === null ? null : { accessKeyId, secretAccessKey };
  return { region, endpoint, credentials, withinMs: parseTimeout(timeout), tls };
}
