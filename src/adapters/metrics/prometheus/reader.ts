import type { Clock, Query, ReadContext, Reading } from "../../../ports.ts";
import type { Surroundings } from "../../define.ts";
import { createExchange, parseTimeout, publicUrl } from "../../exchange.ts";
import type { Answer, Exchange } from "../../exchange.ts";
import { parseDuration } from "../../../core/duration.ts";
import { answer } from "../exposition/answer.ts";
import { parseWhere } from "../exposition/selector.ts";
import { concerns, rememberAsked } from "../exposition/words.ts";
import type { Asked } from "../exposition/words.ts";
import type { PrometheusConnection } from "./connection.ts";
import { sayLabels, soughtOf } from "./arms.ts";
import type { Sought } from "./arms.ts";
import { Batches } from "./batches.ts";
import { Ledger } from "./ledger.ts";
import { isSilent, lookAt } from "./look.ts";
import type { ReadAt } from "./look.ts";
import { findProcesses } from "./processes.ts";
import type { Process } from "./processes.ts";
import { metricsOf, queriesOf, writeLabels } from "./promql.ts";
import type { Want } from "./promql.ts";
import { NoSeries, readSeries } from "./series.ts";
import type { RawSeries } from "./series.ts";
import { Told } from "./told.ts";

/** Prometheus gets at most two calls of ours at once, each for at most so many readings: it saturates long before we do. */
const batchLimits = { atOnce: 2, together: 25 } as const;
/** Clocks are told apart from here on, ms: the Date header has whole seconds. */
const dateResolutionMs = 2_000;
/** Refusals that one query of several may be the reason for. */
const refusals = new Set([400, 413, 422]);

/** What Prometheus has, as of one moment. */
export interface Got extends ReadAt {
  readonly series: readonly RawSeries[];
}

/** Asks one Prometheus, and remembers what readings are told apart by. */
export class Reader {
  readonly #words: PrometheusConnection;
  readonly #clock: Clock;
  readonly #exchange: Exchange;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #batches: Batches<Want, Got>;
  readonly #askedOf = rememberAsked();
  readonly #ledger: Ledger;
  readonly #told = new Told();
  #aheadMs = 0;

  constructor(words: PrometheusConnection, { clock }: Surroundings) {
    this.#words = words;
    this.#clock = clock;
    this.#exchange = createExchange(clock, words.tls);
    this.#headers = headersOf(words);
    this.#ledger = new Ledger(words.deduplicate.length > 0);
    const isOneOf = (error: unknown): boolean => error instanceof NoSeries && refusals.has(error.status);
    this.#batches = new Batches(async (wants, signal) => this.gather(wants, signal), { ...batchLimits, isOneOf });
  }

  get words(): PrometheusConnection {
    return this.#words;
  }

  /** How the server's address may be shown. */
  get shownAs(): string {
    return publicUrl(this.#words.url).replace(/\/+$/, "");
  }

  get lookbackMs(): number {
    return parseDuration(this.#words.lookback) ?? 0;
  }

  /** How long the server may take for a query, as it reads it. */
  get timeout(): string {
    return `${parseTimeout(this.#words.timeout)}ms`;
  }

  /** The words of a query, understood. */
  asked(query: Query): Asked {
    return this.#askedOf(query.metric);
  }

  /** One reading per query, by quantity. Throws when Prometheus cannot be asked. */
  async read(queries: readonly Query[], context: ReadContext, signal: AbortSignal): Promise<ReadonlyMap<string, Reading>> {
    const sought = soughtOf(this.#words.arms, context);
    const asked = queries.map((query) => this.asked(query));
    const got = await this.#batches.ask({ metrics: metricsOf(asked), sought }, signal);
    const found = findProcesses(got.series, sought, this.#words.deduplicate);
    if (found.kind === "confused") throw new Error(`${this.shownAs}: ${found.why}`);
    const isCounter = isCounterOf(asked);
    const seen = found.processes.flatMap((process) => lookAt(process, { ledger: this.#ledger, isCounter }, got) ?? []);
    const silent = this.#silentArms(found.processes, { sought, context, got });
    const readings = new Map<string, Reading>();
    for (const [index, query] of queries.entries()) {
      const words = asked[index] ?? this.asked(query);
      const missing = silent.find(({ service }) => concerns(words, service));
      const reading: Reading = missing ? { kind: "unavailable", why: missing.why } : answer(query, words, seen);
      readings.set(
        query.quantity,
        this.#told.isOld(query, reading, { release: context.release, readMs: got.monotonicMs }) ? { kind: "no-data" } : reading,
      );
    }
    return readings;
  }

  /** Everything that these wants ask for, as of one moment. Throws `NoAnswer` or `NoSeries`. */
  async gather(wants: readonly Want[], signal: AbortSignal): Promise<Got> {
    const parsed = this.#words.where === null ? null : parseWhere(this.#words.where);
    const where = parsed?.kind === "selector" ? writeLabels(parsed.selector.labels) : "";
    const queries = queriesOf(wants, { where, lookbackMs: this.lookbackMs });
    const first = await this.#askAll(queries, signal);
    if (Math.abs(first.aheadMs - this.#aheadMs) < dateResolutionMs) return { ...first, aheadMs: this.#aheadMs };
    // Asked by a clock that is not theirs: what they had then is not what they have now.
    this.#aheadMs = first.aheadMs;
    return { ...(await this.#askAll(queries, signal)), aheadMs: this.#aheadMs };
  }

  async #askAll(queries: readonly string[], signal: AbortSignal): Promise<Got> {
    const time = String((this.#clock.nowMs() + this.#aheadMs) / 1_000);
    const answers = await Promise.all(
      queries.map(async (query) => this.call("POST", "/api/v1/query", { query, time, timeout: this.timeout }, signal)),
    );
    const [nowMs, monotonicMs] = [this.#clock.nowMs(), this.#clock.monotonicMs()];
    const dateMs = Date.parse(answers[0]?.headers["date"] ?? "");
    const aheadMs = Number.isNaN(dateMs) || Math.abs(dateMs - nowMs) < dateResolutionMs ? 0 : dateMs - nowMs;
    const series = answers.flatMap((one) => this.#read(one));
    return { series, nowMs, monotonicMs, aheadMs, lookbackMs: this.lookbackMs };
  }

  #read(got: Answer): readonly RawSeries[] {
    try {
      return readSeries(got);
    } catch (cause) {
      if (!(cause instanceof NoSeries)) throw cause;
      throw new NoSeries(cause.status, `POST ${this.shownAs}/api/v1/query: ${cause.message}`);
    }
  }

  /** One call of the API, whatever it answers. Throws `NoAnswer`. */
  async call(method: "GET" | "POST", path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
    const fields = new URLSearchParams(form).toString();
    const address = `${this.#words.url.replace(/\/+$/, "")}${path}`;
    const url = method === "GET" && fields !== "" ? `${address}?${fields}` : address;
    const type = method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {};
    const call = {
      method,
      url,
      shownAs: publicUrl(address),
      headers: { ...this.#headers, ...type },
      body: method === "POST" ? fields : null,
    };
    return this.#exchange({ ...call, withinMs: parseTimeout(this.#words.timeout) }, signal);
  }

  /** The arms of which nothing is there, or nothing can be scraped, with the reason. */
  #silentArms(
    processes: readonly Process[],
    { sought, context, got }: { readonly sought: readonly Sought[]; readonly context: ReadContext; readonly got: Got },
  ): readonly { readonly service: string; readonly why: string }[] {
    const arms = Map.groupBy(context.targets, ({ service, arm }) => `${service} ${arm}`);
    return [...arms].flatMap(([name, targets]) => {
      const service = targets[0]?.service ?? "";
      const looked = sought.filter(({ target }) => targets.includes(target));
      const theirs = processes.filter((process) => `${process.service ?? service} ${process.arm}` === name);
      if (theirs.some((process) => !isSilent(process))) return [];
      const [silent] = theirs;
      if (silent) return [{ service, why: `${this.shownAs} cannot scrape ${name}: up is 0 at ${silent.name}` }];
      return [
        { service, why: `${this.shownAs} has nothing of ${name}${sayWhere(looked)} in the last ${this.#words.lookback}${sayClock(got)}` },
      ];
    });
  }
}

function sayWhere(looked: readonly Sought[]): string {
  if (looked.length === 0) return ": its address fills none of the connection's arms";
  return ` with ${looked.slice(0, 3).map(sayLabels).join(" or ")}${looked.length > 3 ? " or …" : ""}`;
}

/** That the clocks differ, where they do. */
function sayClock({ aheadMs }: Pick<Got, "aheadMs">): string {
  if (aheadMs === 0) return "";
  return ` (its clock is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"} ours)`;
}

function headersOf({ basic, token, headers }: PrometheusConnection): Readonly<Record<string, string>> {
  const theirs = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const own = { accept: "application/json" };
  if (token !== null) return { ...own, ...theirs, authorization: `Bearer ${token}` };
  if (basic === null) return { ...own, ...theirs };
  return { ...own, ...theirs, authorization: `Basic ${Buffer.from(`${basic.user}:${basic.password}`).toString("base64")}` };
}

function isCounterOf(all: readonly Asked[]): (name: string) => boolean {
  const names = new Set(
    all.flatMap((asked) => {
      if (asked.kind === "events") return [asked.hits.metric, asked.total?.metric];
      if (asked.kind === "histogram") return [`${asked.metric}_bucket`, `${asked.metric}_count`];
      return asked.kind === "growth" ? [asked.value.metric] : [];
    }),
  );
  return (name) => names.has(name);
}
