import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import type { Metric } from "../../core/plan.ts";
import type { MetricSource, ReadContext, Reading, Target } from "../../ports.ts";
import type { SourceDefinition, Surroundings } from "../define.ts";
import { createExchange, parseTimeout, timeoutWords } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { Analyst } from "./axe/analyst.ts";
import { fetchPage, fetchSheets } from "./axe/fetch-page.ts";
import type { Fetching } from "./axe/fetch-page.ts";
import { Rounds } from "./axe/rounds.ts";
import type { Round, SentPage } from "./axe/rounds.ts";
import { readWords } from "./axe/words.ts";
import type { Asked } from "./axe/words.ts";
import { loginWords, texts, toLogin } from "./login/login-words.ts";
import { Sessions } from "./login/session.ts";

const connection = z.strictObject({
  login: loginWords.nullable().default(null).describe("Logs somebody in first; the cookies that it answers are sent with the pages."),
  headers: texts.default({}).describe("Sent with every page, for example accept-language."),
  every: z
    .string()
    .refine((text) => parseDuration(text) !== null, { error: 'A time between two looks is a duration such as "30s".' })
    .default("30s")
    .describe("Least time between two looks at a page whose bytes change; the same bytes are looked at once."),
  timeout: timeoutWords.default("2s"),
});

type Connection = z.infer<typeof connection>;

/** A page that takes longer than this to be looked at is given up, ms; and one that takes more memory, MiB. */
const limits = { limitMs: 20_000, limitMb: 512 };
/** So many of the rules that a page breaks are named. */
const mostFindings = 10;
/** A page that nobody asked for in this long is forgotten, ms. */
const forgetAfterMs = 10 * 60_000;

/**
 * Scores the accessibility of pages as Lighthouse would, without a browser (`inspect.ts`). Each target of the service is asked for the page at
 * every read; of several targets of a version the lowest score counts. A target that does not answer, or answers something else than the page,
 * leaves the score to the others; when none is left the score is `unavailable`. When every query is, the read throws.
 */
export const axe: SourceDefinition<Connection> = {
  kind: "axe",
  says: "Scores the accessibility of pages with axe-core, without a browser.",
  connection,
  isBuiltIn: true,
  metrics: { score: { required: ["service"], optional: ["path", "category", "contains"] } },
  countsPeople: false,
  isApproximate: true,
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  create: (options, surroundings) => {
    const answer = createAnswer(options, surroundings);
    return {
      async read(queries, context, signal) {
        signal.throwIfAborted();
        const asked = new Map(queries.map(({ quantity, metric }) => [quantity, readAsked(metric)]));
        const pages = new Map([...asked.values()].map((one) => [JSON.stringify(one), one]));
        const answered = await Promise.all([...pages].map(async ([key, one]) => [key, await answer(one, context, signal)] as const));
        const answers = new Map(answered);
        const readings = new Map<string, Reading>();
        for (const [quantity, one] of asked) readings.set(quantity, answers.get(JSON.stringify(one)) ?? { kind: "no-data" });
        throwWhenNothingIsKnown(readings);
        return readings;
      },
    } satisfies MetricSource;
  },
};

type Arm = Target["arm"];

function createAnswer(options: Connection, { clock, closing }: Surroundings) {
  const exchange = createExchange(clock);
  const withinMs = parseTimeout(options.timeout);
  const loginAt = options.login === null ? null : toLogin(options.login);
  const sessions = loginAt === null ? null : new Sessions({ login: loginAt, exchange, withinMs });
  const fetching: Fetching = { exchange, headers: options.headers, withinMs, sessions };
  const analyst = new Analyst({ clock, ...limits, closing: closing ?? null });
  const roundsOf = rememberRounds({ clock, analyst, everyMs: parseDuration(options.every) ?? 0 });
  // A look outlives the call that began it, and so do its style sheets; each has its time-out.
  const never = new AbortController().signal;

  const roundAt = async (asked: Asked, arm: Arm, context: ReadContext, signal: AbortSignal): Promise<Round | null> => {
    const targets = context.targets.filter((target) => target.service === asked.service && target.arm === arm);
    if (targets.length === 0) return null;
    const fetched = await Promise.all(targets.map((target) => fetchPage(fetching, { asked, target, context }, signal)));
    const pages = fetched.flatMap((one): readonly SentPage[] =>
      one.kind === "page" ? [{ ...one, sheets: (sheets) => fetchSheets(fetching, { ...one, sheets }, never) }] : [],
    );
    const silent = fetched.find((one) => one.kind === "silent");
    if (pages.length === 0 && silent !== undefined) return { kind: "silent", why: silent.why };
    return roundsOf(JSON.stringify([context.release, arm, targets[0]?.version, asked])).look(pages, signal);
  };
  return async (asked: Asked, context: ReadContext, signal: AbortSignal): Promise<Reading> => {
    const [canary, stable] = await Promise.all([roundAt(asked, "canary", context, signal), roundAt(asked, "stable", context, signal)]);
    if (canary === null || canary.kind === "later") return { kind: "no-data" };
    if (canary.kind === "silent") return { kind: "unavailable", why: canary.why, ...(canary.soon && { soon: true }) };
    const { atMs, score, findings } = canary;
    const found = findings.length === 0 ? {} : { findings: findings.slice(0, mostFindings) };
    return { kind: "level", atMs, canary: score, stable: stable?.kind === "scored" ? stable.score : null, ...found };
  };
}

/** What is known of each page, as long as somebody asks for it. */
function rememberRounds(options: ConstructorParameters<typeof Rounds>[0]): (place: string) => Rounds {
  const known = new Map<string, { readonly rounds: Rounds; readonly usedMs: number }>();
  return (place) => {
    const nowMs = options.clock.monotonicMs();
    for (const [other, { usedMs }] of known) if (nowMs - usedMs > forgetAfterMs) known.delete(other);
    const rounds = known.get(place)?.rounds ?? new Rounds(options);
    known.set(place, { rounds, usedMs: nowMs });
    return rounds;
  };
}

function readAsked(metric: Metric): Asked {
  const read = readWords(metric.kind, metric.query);
  if (read.kind === "problem") throw new Error(`metric ${metric.name}: ${read.problem}`);
  return read.asked;
}
