import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import type { Clock, MetricSource, Query, ReadContext, Reading, Target } from "../../ports.ts";
import type { SourceDefinition } from "../define.ts";
import { createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import { Patience } from "../patience.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { oneLine } from "../one-line.ts";
import { targetWords } from "../target-words.ts";
import { tlsWords } from "../tls.ts";
import { examineDatadog } from "./datadog/examine.ts";
import type { Examined } from "./datadog/examine.ts";
import { readErrors, readScalars, scalarBody, tagValue } from "./datadog/scalar.ts";
import type { AskScalars } from "./datadog/scalar.ts";
import { readWords } from "./datadog/words.ts";
import type { DatadogAsked } from "./datadog/words.ts";
import { selectorsOf } from "./window-sums/arms.ts";
import { meanOf, readingOfLevels, readingOfSums, sumOf } from "./window-sums/reading.ts";
import { closedWindow, lastMinutes } from "./window-sums/window.ts";

const connection = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .default("https://api.datadoghq.com")
    .describe("The interface of your site, for example https://api.datadoghq.eu."),
  apiKey: z.string().min(1).describe("An API key of the organisation."),
  appKey: z.string().min(1).describe("An application key with the scope timeseries_query."),
  arm: z.string().min(1).default("service:{service},version:{tag}").describe(`The tags of an arm, of ${targetWords}.`),
  delay: z
    .string()
    .refine((text) => parseDuration(text) !== null, { error: 'A delay is a duration such as "1m".' })
    .default("1m")
    .describe("How long points may take to arrive: younger minutes are not asked for yet."),
  timeout: timeoutWords.default("2s"),
  tls: tlsWords,
});

type Connection = z.infer<typeof connection>;

/** Levels are the mean of so many minutes. */
const levelMinutes = 2;

/**
 * Adds up counts of each arm in Datadog since the release began, over whole minutes that are over. Each reading asks for all of that time, so what
 * arrives late is in the next one. A metric that cannot be answered is `unavailable` alone; when none can, the read throws.
 */
export const datadog: SourceDefinition<Connection> = {
  kind: "datadog",
  says: "Adds up counts and reads levels per arm in Datadog.",
  connection,
  isBuiltIn: false,
  metrics: {
    ratio: { required: ["total"], optional: ["bad", "good", "service"] },
    count: { required: ["bad", "total"], optional: ["service"] },
    level: { required: ["value"], optional: ["service"] },
  },
  countsPeople: false,
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: (options, examination, { clock }, signal) =>
    examineDatadog({ arm: options.arm, clock, ...talkTo(options, clock) }, examination, signal),
  create: (options, surroundings) => {
    const { askScalars } = talkTo(options, surroundings.clock);
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        const nowMs = surroundings.clock.nowMs();
        const keyOf = ({ kind, query }: Query["metric"]): string => JSON.stringify([kind, query]);
        const once = new Map(queries.map(({ metric }) => [keyOf(metric), metric]));
        const answers = new Map(
          await Promise.all(
            [...once].map(async ([key, metric]) => [key, await answerOr(metric, { options, askScalars, context, nowMs, signal })] as const),
          ),
        );
        const readings = new Map<string, Reading>();
        for (const { quantity, metric } of queries) readings.set(quantity, answers.get(keyOf(metric)) ?? { kind: "no-data" });
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

function talkTo({ url, apiKey, appKey, timeout, tls }: Connection, clock: Clock): Pick<Examined, "askScalars" | "validate"> {
  const exchange = createExchange(clock, tls);
  const patience = new Patience(clock);
  const headers = { accept: "application/json", "dd-api-key": apiKey, "dd-application-key": appKey };
  const send = async (method: "GET" | "POST", path: string, body: string | null, signal: AbortSignal): Promise<unknown> => {
    signal.throwIfAborted();
    patience.check("Datadog");
    const address = `${url.replace(/\/+$/, "")}${path}`;
    const shownAs = publicUrl(address);
    const sent = body === null ? headers : { ...headers, "content-type": "application/json" };
    const answer = await exchange({ method, url: address, shownAs, headers: sent, body, withinMs: parseTimeout(timeout) }, signal);
    if (answer.status === 429) patience.note(answer);
    const json = parseJson(answer.text);
    const reason = readErrors(json);
    if (answer.status !== 200)
      throw new Error(`${method} ${shownAs}: answered ${answer.status}${reason === null ? "" : ` (${oneLine(reason, 200)})`}`);
    if (json === undefined) throw new Error(`${method} ${shownAs}: the answer is no JSON`);
    if (reason !== null) throw new Error(`${method} ${shownAs}: ${oneLine(reason, 200)}`);
    return json;
  };
  return {
    async askScalars(queries, window, signal) {
      const scalars = readScalars(await send("POST", "/api/v2/query/scalar", scalarBody(queries, window), signal), queries.length);
      if (scalars === null) throw new Error("Datadog's answer is not what it documents");
      return scalars;
    },
    validate: async (signal) => void (await send("GET", "/api/v1/validate", null, signal)),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Asking {
  readonly options: Pick<Connection, "arm" | "delay">;
  readonly askScalars: AskScalars;
  readonly context: ReadContext;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

async function answerOr({ kind, query }: Query["metric"], asking: Asking): Promise<Reading> {
  const read = readWords(kind, query);
  if (read.kind === "problem") return { kind: "unavailable", why: read.problem };
  try {
    return await answer(read.asked, asking);
  } catch (cause) {
    asking.signal.throwIfAborted();
    return { kind: "unavailable", why: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function answer(asked: DatadogAsked, { options, askScalars, context, nowMs, signal }: Asking): Promise<Reading> {
  const selectors = selectorsOf({ template: options.arm, service: asked.service, shape: tagValue }, context);
  if (selectors.kind === "none") return { kind: "no-data" };
  if (selectors.kind === "problem") return { kind: "unavailable", why: selectors.problem };
  const delayMs = parseDuration(options.delay) ?? 0;
  const window = asked.kind === "number" ? lastMinutes(nowMs, delayMs, levelMinutes) : closedWindow(context.sinceMs, nowMs, delayMs);
  if (window === null) return { kind: "no-data" };
  const parts = asked.kind === "number" ? [asked.value] : [asked.hits, asked.total];
  const aggregator = asked.kind === "number" ? "avg" : "sum";
  const wanted = (["canary", "stable"] as const).flatMap((arm) =>
    selectors[arm].flatMap((tags) =>
      parts.map((text, part) => ({ arm, part, query: { query: text.replaceAll("{arm}", tags), aggregator } as const })),
    ),
  );
  const scalars = await askScalars(
    wanted.map(({ query }) => query),
    window,
    signal,
  );
  const of = (arm: Target["arm"], part: number): readonly (number | null)[] =>
    wanted.flatMap((one, at) => (one.arm === arm && one.part === part ? [scalars[at] ?? null] : []));
  if (asked.kind === "number") return readingOfLevels({ canary: meanOf(of("canary", 0)), stable: meanOf(of("stable", 0)) }, nowMs);
  const sums = (arm: Target["arm"]) => ({ hits: sumOf(of(arm, 0)), total: sumOf(of(arm, 1)) });
  return readingOfSums({ canary: sums("canary"), stable: sums("stable") }, nowMs);
}
