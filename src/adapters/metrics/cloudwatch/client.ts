import type { CloudWatchClient, MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { Clock } from "../../../ports.ts";
import { createExchange, publicUrl } from "../../exchange.ts";
import type { Call } from "../../exchange.ts";
import { Patience } from "../../patience.ts";
import type { Tls } from "../../tls.ts";
import type { Window } from "../window-sums/window.ts";
import type { Dimension } from "./words.ts";

/** One series: its points are those of whole minutes. */
export interface SeriesQuery {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: readonly Dimension[];
  readonly stat: string;
}

export interface CloudwatchPlace {
  readonly region: string;
  /** `null`: the region's own. */
  readonly endpoint: string | null;
  /** `null`: what the machine, its role or its environment has for AWS. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null;
  readonly withinMs: number;
  readonly tls: Tls | null;
}

/** A call takes so many series, and a reading so many pages of answers. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const mostSeries = 500;
const mostPages = 20;

/**
 * CloudWatch's interface for one connection: AWS's own client signs, our exchange sends, so that time-outs, sizes and TLS are those of every other
 * source. Nothing is tried twice. The client is loaded at the first call.
 */
export class Cloudwatch {
  readonly #place: CloudwatchPlace;
  readonly #clock: Clock;
  readonly #patience: Patience;
  /** `null`: nobody has asked yet. */
  #client: Promise<CloudWatchClient> | null = null;

  constructor(place: CloudwatchPlace, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
    this.#patience = new Patience(clock);
  }

  /** The values of each series in the window, in the order of `queries`, a value per minute with points. Throws when one cannot be had whole. */
  async values(queries: readonly SeriesQuery[], window: Window, signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    const values: (readonly number[])[] = [];
    for (let from = 0; from < queries.length; from += mostSeries)
      values.push(...(await this.#chunk(queries.slice(from, from + mostSeries), window, signal)));
    return values;
  }

  async #chunk(queries: readonly SeriesQuery[], { fromMs, toMs }: Window, signal: AbortSignal): Promise<readonly (readonly number[])[]> {
    const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
    const collected = new Collected(queries.length);
    let token: string | undefined;
    for (let page = 0; page < mostPages; page += 1) {
      const input = {
        MetricDataQueries: queries.map(queryOf),
        StartTime: new Date(fromMs),
        EndTime: new Date(toMs),
        ScanBy: "TimestampAscending",
        NextToken: token,
      } as const;
      const answer = await this.#send((client, abortSignal) => client.send(new GetMetricDataCommand(input), { abortSignal }), signal);
      if (!Array.isArray(answer.MetricDataResults)) throw new Error("CloudWatch's answer is not what it documents");
      collected.add(answer.MetricDataResults);
      token = answer.NextToken;
      if (token === undefined) return collected.whole();
    }
    throw new Error(`CloudWatch's answer has more than ${mostPages} pages: the release is too long for its series`);
  }

  async #send<T>(ask: (client: CloudWatchClient, abortSignal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#patience.check("CloudWatch");
    this.#client ??= this.#make();
    const client = await this.#client;
    const isOver = new AbortController();
    const isTooLate = new AbortController();
    void this.#clock.wait(2 * this.#place.withinMs, isOver.signal).then(() => isTooLate.abort());
    const either = AbortSignal.any([signal, isTooLate.signal]);
    try {
      // Looking for credentials does not hear the signal.
      return await Promise.race([ask(client, either), aborted(either)]);
    } catch (cause) {
      signal.throwIfAborted();
      const trouble = troubleOf(cause, isTooLate.signal.aborted);
      if (trouble.isThrottled) this.#patience.note({ headers: {} });
      throw new CloudwatchTrouble(trouble.why);
    } finally {
      isOver.abort();
    }
  }

  async #make(): Promise<CloudWatchClient> {
    const { CloudWatchClient: Client } = await import("@aws-sdk/client-cloudwatch");
    const { region, endpoint, credentials, withinMs, tls } = this.#place;
    const exchange = createExchange(this.#clock, tls);
    return new Client({
      region,
      maxAttempts: 1,
      ...(endpoint !== null && { endpoint }),
      ...(credentials !== null && { credentials }),
      requestHandler: {
        metadata: { handlerProtocol: "http/1.1" },
        async handle(request: SignedRequest, { abortSignal }: { readonly abortSignal?: unknown } = {}) {
          const { protocol, hostname, port, path, headers, body } = request;
          const url = `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}`;
          const text = typeof body === "string" ? body : body === undefined ? null : new TextDecoder().decode(body);
          const call: Call = { method: "POST", url, shownAs: publicUrl(url), headers, body: text, withinMs };
          const answer = await exchange(call, abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal);
          return { response: { statusCode: answer.status, headers: defined(answer.headers), body: new TextEncoder().encode(answer.text) } };
        },
        updateHttpClientConfig: () => {},
        httpHandlerConfigs: () => ({}),
      },
    });
  }
}

/** Why CloudWatch could not be asked, in our words; it has no cause, because AWS's own words may name who we are. */
class CloudwatchTrouble extends Error {
  override readonly name = "CloudwatchTrouble";
}

/** What AWS's client gives to be sent. */
interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")), { once: true });
  });
}

function defined(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function queryOf({ namespace, metric, dimensions, stat }: SeriesQuery, at: number): MetricDataQuery {
  const Dimensions = dimensions.map(({ name, value }) => ({ Name: name, Value: value }));
  return {
    Id: `m${at}`,
    MetricStat: { Metric: { Namespace: namespace, MetricName: metric, Dimensions }, Period: 60, Stat: stat },
    ReturnData: true,
  };
}

/** What the pages of one question brought together. */
class Collected {
  readonly #values: number[][];
  readonly #status = new Map<string, string>();

  constructor(queries: number) {
    this.#values = Array.from({ length: queries }, () => []);
  }

  add(results: readonly MetricDataResult[]): void {
    for (const { Id = "", StatusCode = "Complete", Values } of results) {
      const values = this.#values[Number(/^m(\d+)$/.exec(Id)?.[1] ?? Number.NaN)];
      if (values === undefined) throw new Error("CloudWatch answered something that was not asked");
      for (const value of Values ?? []) {
        if (typeof value !== "number" || !Number.isFinite(value)) throw new Error("CloudWatch answered a value that is no number");
        values.push(value);
      }
      this.#status.set(Id, StatusCode);
    }
  }

  /** Throws when a series is incomplete, or was refused: a part of a sum is no sum. */
  whole(): readonly (readonly number[])[] {
    const wrong = [...this.#status.values()].find((status) => status !== "Complete");
    if (wrong !== undefined) throw new Error(`CloudWatch has not answered a series as a whole (${wrong})`);
    if (this.#status.size < this.#values.length) throw new Error("CloudWatch has left a series out of its answer");
    return this.#values;
  }
}

interface Trouble {
  readonly why: string;
  readonly isThrottled: boolean;
}

/** What AWS's client threw, without its words: they may name keys. Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html */
function troubleOf(cause: unknown, isTooLate: boolean): Trouble {
  if (isTooLate) return { why: "CloudWatch has not answered in time", isThrottled: false };
  if (!(cause instanceof Error)) return { why: "CloudWatch could not be asked", isThrottled: false };
  if (cause.name === "NoAnswer") return { why: cause.message, isThrottled: false };
  const status = statusOf(cause);
  const isThrottled = status === 429 || /Throttl|TooManyRequests|LimitExceeded|SlowDown/i.test(cause.name);
  if (cause.name === "CredentialsProviderError")
    return { why: "there are no credentials for AWS: give the machine a role, or the connection a key", isThrottled };
  const name = /^\w{3,60}$/.test(cause.name) ? cause.name : "an unknown error";
  return { why: `CloudWatch: ${status === null ? "" : `answered ${status}, `}${name}${remedies.get(name) ?? ""}`, isThrottled };
}

function statusOf(cause: Error): number | null {
  const metadata = "$metadata" in cause ? cause.$metadata : null;
  const response = "$response" in cause ? cause.$response : null;
  for (const [holder, key] of [[metadata, "httpStatusCode"] as const, [response, "statusCode"] as const]) {
    const status = typeof holder === "object" && holder !== null ? (holder as Readonly<Record<string, unknown>>)[key] : undefined;
    if (typeof status === "number") return status;
  }
  return null;
}

const remedies: ReadonlyMap<string, string> = new Map([
  ["AccessDenied", ": allow cloudwatch:GetMetricData"],
  ["AccessDeniedException", ": allow cloudwatch:GetMetricData"],
  ["UnrecognizedClientException", ": the key is not known in this region"],
  ["InvalidClientTokenId", ": the key is not known"],
  ["SignatureDoesNotMatch", ": the secret key is wrong, or our clock is"],
  ["RequestExpired", ": our clock is wrong"],
  ["ExpiredTokenException", ": the credentials have expired"],
]);
