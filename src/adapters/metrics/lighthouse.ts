import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Metric } from "../../core/plan.ts";
import type { MetricSource, ReadContext, Reading } from "../../ports.ts";
import type { SourceDefinition, Surroundings } from "../define.ts";
import { createExchange } from "../exchange.ts";
import { throwWhenNothingIsKnown } from "../readings.ts";
import { findChromium } from "./lighthouse/browser.ts";
import { connection, timesOf } from "./lighthouse/connection.ts";
import type { Connection } from "./lighthouse/connection.ts";
import { examineLighthouse } from "./lighthouse/examine.ts";
import { KeptReports } from "./lighthouse/kept-reports.ts";
import { readBuilds } from "./lighthouse/read-builds.ts";
import { measureRound } from "./lighthouse/measure.ts";
import type { Measuring } from "./lighthouse/measure.ts";
import { oneAtATime } from "./lighthouse/one-at-a-time.ts";
import { Rounds } from "./lighthouse/rounds.ts";
import type { Round, Told } from "./lighthouse/rounds.ts";
import { createRunPage } from "./lighthouse/run-page.ts";
import type { RunPage } from "./lighthouse/run-page.ts";
import { readWords } from "./lighthouse/words.ts";
import type { Asked, AskedQuery } from "./lighthouse/words.ts";
import { toLogin } from "./login/login-words.ts";

const runsEveryMs = 600_000;
/** How long somebody who asks is kept waiting for a round that is under way, ms: under the time that the engine gives a source. */
const patienceMs = 2_500;
/** A page that nobody asked for in so many rounds is forgotten. */
const forgetAfterRounds = 3;

/**
 * Scores pages with Lighthouse in the machine's Chromium, canary and stable in turn, in a process of its own; or reads the runs that a Lighthouse
 * CI server has. One run answers all categories of a page. A page that could not be measured is `unavailable`, never a score.
 */
export const lighthouse: SourceDefinition<Connection> = {
  kind: "lighthouse",
  says: "Scores pages with Lighthouse in a real browser, both versions in turn, or reads the runs of a Lighthouse CI server.",
  connection,
  isBuiltIn: true,
  metrics: { score: { required: ["category"], optional: ["path", "service", "contains"] } },
  countsPeople: false,
  runsEveryMs,
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  examine: examineLighthouse,
  create: (options, surroundings) => createLighthouse(options, surroundings, createRunPage(surroundings.clock, timesOf(options).withinMs)),
};

/** The source, with `run` for its browser. */
export function createLighthouse(options: Connection, surroundings: Surroundings, run: RunPage): MetricSource {
  const answer = options.lhci === null ? answerByRuns(options, surroundings, run) : readBuilds(options.lhci, surroundings.clock);
  return {
    async read(queries, context, signal) {
      signal.throwIfAborted();
      const readings = new Map<string, Reading>();
      const asked = queries.map((query) => ({ query, asked: readAsked(query.metric) }));
      for (const [quantity, reading] of await answer(asked, context, signal)) readings.set(quantity, reading);
      throwWhenNothingIsKnown(readings);
      return readings;
    },
  };
}

type Answer = (asked: readonly AskedQuery[], context: ReadContext, signal: AbortSignal) => Promise<ReadonlyMap<string, Reading>>;

function answerByRuns(options: Connection, surroundings: Surroundings, run: RunPage): Answer {
  const measuring = toMeasuring(options, surroundings, run);
  const roundsOf = rememberRounds(options, surroundings);
  return async (all, context, signal) => {
    const isRunning = (asked: Asked): boolean =>
      context.targets.some(({ arm, service }) => arm === "canary" && (asked.service === null || asked.service === service));
    const open = all.filter(({ asked }) => isRunning(asked));
    const pages = Map.groupBy(open, ({ asked: { service, path, contains } }) => JSON.stringify([service, path, contains]));
    const rounds = [...pages].map(([key, asks]) => {
      const known = roundsOf(JSON.stringify([context.release, key]));
      known.begin(needed(asks), (number) => measure(measuring, { asks, context, number }));
      return { asks, known };
    });
    await Promise.all(rounds.map(({ known }) => known.wait(signal)));
    const readings = new Map<string, Reading>(all.map(({ query }) => [query.quantity, { kind: "no-data" }]));
    for (const { asks, known } of rounds) {
      for (const one of asks) readings.set(one.query.quantity, toReading(known.tell(one.query.quantity), one.asked));
    }
    return readings;
  };
}

function needed(asks: readonly AskedQuery[]): number {
  return Math.max(...asks.map(({ query }) => query.metric.minRuns));
}

interface Asking {
  readonly asks: readonly AskedQuery[];
  readonly context: ReadContext;
  readonly number: number;
}

async function measure(measuring: Measuring, { asks, context, number }: Asking): Promise<Round> {
  const categories = [...new Set(asks.map(({ asked }) => asked.category))];
  const page = asks[0]?.asked;
  if (page === undefined) return { kind: "failed", why: "nothing was asked" };
  return oneAtATime(() => measureRound(measuring, { page, categories, context, number }));
}

function toReading(told: Told, { path, category }: Asked): Reading {
  switch (told.kind) {
    case "first":
      return { kind: "unavailable", why: `${path}: being measured for the first time`, soon: true };
    case "later":
      return { kind: "no-data" };
    case "failed":
      return { kind: "unavailable", why: told.why };
    case "measured": {
      const canary = told.canary.get(category);
      const stable = told.stable?.get(category);
      // Asked for after the round had begun.
      if (canary === undefined) return { kind: "no-data" };
      if (canary.kind === "unscored") return { kind: "unavailable", why: canary.why };
      const { score, findings } = canary;
      const found = findings.length === 0 ? {} : { findings };
      return { kind: "level", atMs: told.atMs, canary: score, stable: stable?.kind === "scored" ? stable.score : null, ...found };
    }
  }
}

function toMeasuring(options: Connection, { clock, dataDir, closing }: Surroundings, run: RunPage): Measuring {
  // What runs of an earlier process left when it was killed.
  rmSync(join(dataDir, "runs"), { recursive: true, force: true });
  const { base, arms, chromium, preset, sandbox, headers, reports, keep } = options;
  const isRoot = process.getuid?.() === 0;
  return {
    clock,
    run,
    reports: new KeptReports({ dataDir, most: keep }),
    reportsUrl: reports,
    dataDir,
    browser: { chromium: findChromium(chromium, process.env["PATH"] ?? ""), preset, sandbox: sandbox ?? !isRoot },
    headers,
    login:
      options.login === null
        ? null
        : { login: toLogin(options.login), exchange: createExchange(clock), withinMs: Math.min(10_000, timesOf(options).withinMs) },
    base: base === null || arms === null ? null : { url: base, headers: arms },
    closing: closing ?? new AbortController().signal,
  };
}

/** What is known of each page, as long as somebody asks for it. */
function rememberRounds(options: Connection, { clock }: Surroundings): (place: string) => Rounds {
  const { everyMs } = timesOf(options);
  const known = new Map<string, { readonly rounds: Rounds; readonly usedMs: number }>();
  return (place) => {
    const nowMs = clock.monotonicMs();
    const forgetMs = forgetAfterRounds * Math.max(everyMs, runsEveryMs);
    for (const [other, { usedMs }] of known) if (nowMs - usedMs > forgetMs) known.delete(other);
    const rounds = known.get(place)?.rounds ?? new Rounds({ clock, everyMs, patienceMs });
    known.set(place, { rounds, usedMs: nowMs });
    return rounds;
  };
}

function readAsked(metric: Metric): Asked {
  const read = readWords(metric.kind, metric.query);
  if (read.kind === "problem") throw new Error(`metric ${metric.name}: ${read.problem}`);
  return read.asked;
}
