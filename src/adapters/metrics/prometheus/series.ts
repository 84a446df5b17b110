import type { Answer } from "../../exchange.ts";

/** One series as Prometheus keeps it: its samples as they were scraped, oldest first; at least one. */
export interface RawSeries {
  readonly name: string;
  /** Without `__name__`. */
  readonly labels: ReadonlyMap<string, string>;
  /** Times are epoch ms by the clock of whoever scraped; `NaN` and infinities as they stand. */
  readonly samples: readonly RawSample[];
}

export type RawSample = readonly [ms: number, value: number];

/** The server answered, and not with data: it refused, failed, left something out, or is no Prometheus. `status` is that of the answer. */
export class NoSeries extends Error {
  override readonly name = "NoSeries";
  readonly status: number;
  constructor(status: number, because: string) {
    super(because);
    this.status = status;
  }
}

/**
 * Reads the answer to an instant query for a range of samples. A series with no sample is left out. Throws `NoSeries`, also for an answer with warnings:
 * Thanos and Mimir give one when a part of the data could not be asked, and a part must never be taken for all.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#range-vectors
 */
export function readSeries({ status, text }: Pick<Answer, "status" | "text">): readonly RawSeries[] {
  const body = parseJson(text);
  if (status !== 200 || !isObject(body) || body["status"] !== "success") throw new NoSeries(status, `answered ${status}${sayError(body)}`);
  const warnings = body["warnings"];
  if (Array.isArray(warnings) && warnings.length > 0) {
    throw new NoSeries(status, `answered with a part of the data only: ${short(String(warnings[0]))}`);
  }
  const data = body["data"];
  const result = isObject(data) && data["resultType"] === "matrix" ? data["result"] : null;
  if (!Array.isArray(result)) throw new NoSeries(status, "answered something that is no matrix of samples");
  return result.map((one: unknown) => readOne(status, one)).filter(({ samples }) => samples.length > 0);
}

function readOne(status: number, one: unknown): RawSeries {
  if (!isObject(one) || !isObject(one["metric"])) throw new NoSeries(status, "answered a series without labels");
  const labels = new Map<string, string>();
  for (const [label, value] of Object.entries(one["metric"])) {
    if (typeof value !== "string") throw new NoSeries(status, `answered a series whose label ${short(label)} is no text`);
    labels.set(label, value);
  }
  const name = labels.get("__name__") ?? "";
  labels.delete("__name__");
  const { values = [] } = one;
  if (!Array.isArray(values)) throw new NoSeries(status, `answered no samples for ${short(name)}`);
  if (values.length === 0 && one["histograms"] !== undefined) {
    throw new NoSeries(
      status,
      `keeps ${short(name)} as a native histogram, which is not read: let the scrape keep its classic buckets as well`,
    );
  }
  const samples = values.map((value: unknown): RawSample => {
    const [seconds, text] = Array.isArray(value) ? (value as unknown[]) : [];
    const number = toNumber(text);
    if (typeof seconds !== "number" || number === null) throw new NoSeries(status, `answered a sample of ${short(name)} that is no number`);
    return [Math.round(seconds * 1_000), number];
  });
  return { name, labels, samples };
}

function toNumber(text: unknown): number | null {
  if (typeof text !== "string" || text === "") return null;
  if (text === "NaN") return Number.NaN;
  if (/^[+-]?Inf$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  const number = Number(text);
  return Number.isNaN(number) ? null : number;
}

/** What Prometheus itself says of an error, shortened; nothing when a web page or anything else was answered. */
function sayError(body: unknown): string {
  if (!isObject(body)) return ", which is no answer of a Prometheus";
  const { errorType, error } = body;
  if (typeof error !== "string") return "";
  return `: ${typeof errorType === "string" ? `${short(errorType)}: ` : ""}${short(error)}`;
}

function short(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON of an answer; `undefined` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Web pages are answered by proxies: the caller says what came instead.
  }
}
