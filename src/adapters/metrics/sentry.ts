import { z } from "zod";
import type { MetricKind } from "../../core/plan.ts";
import type { MetricSource, Query, ReadContext, Reading, SeriesSample } from "../../ports.ts";
import type { SourceDefinition, Surroundings } from "../define.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { SentryApi, sentryWords } from "../sentry-api.ts";
import type { SentryPlace } from "../sentry-api.ts";
import { Asking, issuesInTime, projectIds, releasesOf } from "./sentry/ask.ts";
import type { Slice } from "./sentry/ask.ts";
import { examineSentry } from "./sentry/examine.ts";
import { readWords } from "./sentry/words.ts";
import type { SentryAsked } from "./sentry/words.ts";

const connection = z.strictObject(sentryWords);

/**
 * Counts errors, affected users and crashed sessions of each arm's releases in Sentry, since the release began, and names the errors behind them.
 * Each question is asked once per reading. What cannot be answered is `unavailable` for its metrics alone; when nothing could be, the read throws.
 */
export const sentry: SourceDefinition<z.infer<typeof connection>> = {
  kind: "sentry",
  says: "Counts errors, affected users and crashed sessions per release in Sentry, and names the errors.",
  connection,
  isBuiltIn: false,
  metrics: {
    count: { required: ["query"], optional: ["of", "service"] },
    ratio: { required: [], optional: ["query", "of", "service"] },
  },
  countsPeople: true,
  unitOf: ({ of }) => (of === "users" ? "person" : "request"),
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: (place, examination, { clock }, signal) =>
    examineSentry({ place, api: new SentryApi(place, clock), clock }, examination, signal),
  create: (place, surroundings) => {
    const api = new SentryApi(place, surroundings.clock);
    const lookUpProjects = rememberProjects(api, place);
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        const { clock } = surroundings;
        const askedMs = clock.nowMs();
        const asking = new Asking(api, place.organization, { askedMs, signal });
        const readings = new Map<string, Reading>();
        if (queries.length === 0) return readings;
        let projects: Promise<readonly string[]> | null = null;
        const knowProjects = (): Promise<readonly string[]> => (projects ??= lookUpProjects(signal));
        const reading = { asking, place, surroundings, context, askedMs, signal, knowProjects };
        const keyOf = ({ kind, query }: Query["metric"]): string => JSON.stringify([kind, query]);
        const once = new Map(queries.map(({ metric }) => [keyOf(metric), metric]));
        const answered = await Promise.all([...once].map(async ([key, metric]) => [key, await answerOr(reading, metric)] as const));
        const answers = new Map(answered);
        for (const { quantity, metric } of queries) readings.set(quantity, answers.get(keyOf(metric)) ?? { kind: "no-data" });
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

interface ReadingOf {
  readonly asking: Asking;
  readonly place: SentryPlace;
  readonly surroundings: Surroundings;
  readonly context: ReadContext;
  readonly askedMs: number;
  readonly signal: AbortSignal;
  readonly knowProjects: () => Promise<readonly string[]>;
}

/** Projects keep their numbers: they are looked up once, and again only when that failed. */
function rememberProjects(api: SentryApi, place: SentryPlace): (signal: AbortSignal) => Promise<readonly string[]> {
  let known: readonly string[] | null = null;
  return async (signal) => {
    known ??= await projectIds(api, place, signal);
    return known;
  };
}

async function answerOr(of: ReadingOf, metric: Query["metric"]): Promise<Reading> {
  const read = readWords(metric.kind, metric.query);
  if (read.kind === "problem") return { kind: "unavailable", why: read.problem };
  try {
    return await answer(of, metric.kind, read.asked);
  } catch (cause) {
    of.signal.throwIfAborted();
    return { kind: "unavailable", why: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function answer(of: ReadingOf, kind: MetricKind, asked: SentryAsked): Promise<Reading> {
  const { asking, context, signal, askedMs } = of;
  const releases = releasesOf(of.place.release, asked.service, context);
  if (releases.kind === "none") return { kind: "no-data" };
  if (releases.kind === "problem") return { kind: "unavailable", why: releases.problem };
  const projects = await of.knowProjects();
  const slice = (names: readonly string[]): Slice => ({ projects, environment: context.environment, sinceMs: context.sinceMs, names });
  const [canary, stable] = await Promise.all([
    sampleOf(of, "canary", slice(releases.canary), asked),
    sampleOf(of, "stable", slice(releases.stable), asked),
  ]);
  if (canary.total === 0 && stable.total === 0 && canary.bad === 0 && stable.bad === 0) return { kind: "no-data" };
  if (kind === "ratio" && [canary, stable].some(({ bad, total }) => bad > total))
    return { kind: "unavailable", why: `more ${asked.of} with an error than ${asked.of}: Sentry has not counted all of them yet` };
  const { clock } = of.surroundings;
  const named = { slice: slice(releases.canary), query: asked.query ?? unhandled };
  const findings = canary.bad > 0 ? await issuesInTime(asking, named, { clock, signal }) : [];
  const series = [canary, stable].map((sample) => ({ ...sample, total: Math.max(sample.total, sample.bad) }));
  return { kind: "counters", atMs: askedMs, series, ...(findings.length > 0 && { findings }) };
}

/** What sessions crash of. Source: https://docs.sentry.io/concepts/search/searchable-properties/events/ */
const unhandled = "error.unhandled:true";

/** One arm's counts; errors may be more than the whole, as where sessions are not sent, or later. */
async function sampleOf({ asking }: ReadingOf, arm: SeriesSample["arm"], slice: Slice, { of, query }: SentryAsked): Promise<SeriesSample> {
  const [health, errors] = await Promise.all([asking.health(slice), query === null ? null : asking.errors(slice, query)]);
  const { total, crashed } = health[of];
  const bad = errors === null ? crashed : of === "users" ? errors.users : errors.events;
  return { series: `${of} ${arm}`, arm, bad, total, slice: null, bornMs: null, neverRestarts: true };
}
