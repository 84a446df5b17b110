import { sliceCount } from "./client-slice.ts";
import type { Arm } from "./cohort.ts";

/** Upper bounds of the latency buckets, seconds; the lines of the plans we know (0.5 s, 2 s) are among them. */
export const latencyBoundsSeconds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];

/** Whose request it was: a drawn person's, a service's own call for one of them, or anybody else's. */
export type Who = "people" | "calls" | "others";

/** How a request ended, as few words as a counter can bear: its status class, or `aborted` when the client went away first. */
export type Ending = (typeof endings)[number];

const endings = ["1xx", "2xx", "3xx", "4xx", "5xx", "aborted"] as const;

/** A request that is being served; the object itself is its identity. */
export interface Asking {
  readonly arm: Arm;
  readonly service: string;
  readonly who: Who;
  /** Hash slice 0-9 of whoever asks. */
  readonly slice: number;
  /** Monotonic ms at which it began. */
  readonly sinceMs: number;
}

/**
 * How long requests wait for the head of their answer, bound by bound, and how they end.
 *
 * "Slower than 2 s" is `count - bucket{le="2"} + in_flight_over{le="2"} + gave_up_over_total{le="2"}`, of `count + in_flight_over{le="2"} +
 * gave_up_over_total{le="2"}` requests. A request enters both when it is older than the bound and never leaves: from "in flight" it moves to the
 * histogram with its answer, or to "gave up" when its client goes away first. So neither number ever falls, and the slowest requests are not the
 * last to be seen. Whose client went away before a bound is in neither number of that bound: nobody knows how long it would have taken.
 */
export class RequestTally {
  /** By service, and there by `placeOf`: this is asked for at every request, and a text to look for would have to be made each time. */
  readonly #series = new Map<string, (Series | undefined)[]>();
  readonly #waiting = new Set<Asking>();

  /** How many requests wait for their answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Shows a series before its first request. */
  show(of: Omit<Asking, "sinceMs">): void {
    this.#seriesOf(of);
  }

  begin(asking: Asking): void {
    this.#waiting.add(asking);
  }

  /** The head of the answer has come; nothing for a request that does not wait any more. */
  answered(asking: Asking, nowMs: number): void {
    if (!this.#waiting.delete(asking)) return;
    const seconds = ageSeconds(asking, nowMs);
    const series = this.#seriesOf(asking);
    const bucket = boundsPassed(seconds);
    series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
    series.sumSeconds += seconds;
  }

  /** The client went away before the head of the answer; nothing for a request that does not wait any more. */
  gaveUp(asking: Asking, nowMs: number): void {
    if (!this.#waiting.delete(asking)) return;
    addOver(this.#seriesOf(asking).gaveUp, boundsPassed(ageSeconds(asking, nowMs)));
  }

  /** A request is over: told once for each. */
  ended(asking: Asking, ending: Ending): void {
    const counts = this.#seriesOf(asking).endings;
    const at = endings.indexOf(ending);
    counts[at] = (counts[at] ?? 0) + 1;
  }

  /**
   * Its part of the metrics page as of `nowMs`; samples of zero are left out of the two families "over", and of the endings but for `2xx`, which shows
   * that the series is there.
   */
  text(nowMs: number): string {
    const inFlight = new Map<Series, Float64Array>();
    for (const asking of this.#waiting) {
      const series = this.#seriesOf(asking);
      const over = inFlight.get(series) ?? new Float64Array(latencyBoundsSeconds.length);
      addOver(over, boundsPassed(ageSeconds(asking, nowMs)));
      inFlight.set(series, over);
    }
    let ended = head(
      "serin_edge_requests_total",
      "counter",
      "Requests by ending; a canary's refusal counts as its 5xx though stable answered.",
    );
    let buckets = head("serin_edge_request_duration_seconds", "histogram", "Seconds to the head of the answer.");
    let waiting = head("serin_edge_in_flight_over", "gauge", "Requests without an answer that are already older than `le` seconds.");
    let left = head("serin_edge_gave_up_over_total", "counter", "Requests whose client went away when they were older than `le` seconds.");
    for (const series of this.#allSeries()) {
      ended += series.endingsText();
      buckets += series.histogramText();
      waiting += series.overText("serin_edge_in_flight_over", inFlight.get(series));
      left += series.overText("serin_edge_gave_up_over_total", series.gaveUp);
    }
    return ended + buckets + waiting + left;
  }

  #seriesOf(of: Omit<Asking, "sinceMs">): Series {
    const ofService = this.#series.get(of.service) ?? [];
    if (ofService.length === 0) this.#series.set(of.service, ofService);
    const place = placeOf(of);
    const known = ofService[place];
    if (known !== undefined) return known;
    const { arm, service, who, slice } = of;
    const fresh = new Series(`arm="${arm}",service="${escaped(service)}",who="${who}"`, `slice="${slice}"`);
    ofService[place] = fresh;
    return fresh;
  }

  *#allSeries(): Generator<Series> {
    for (const ofService of this.#series.values()) for (const series of ofService) if (series !== undefined) yield series;
  }
}

/** Where a series stands among those of its service. */
function placeOf({ arm, who, slice }: Omit<Asking, "sinceMs">): number {
  const group = who === "people" ? 0 : who === "calls" ? 1 : 2;
  return (arm === "canary" ? 3 + group : group) * sliceCount + slice;
}

class Series {
  /** Requests by the number of bounds that they passed. */
  readonly buckets = new Float64Array(latencyBoundsSeconds.length + 1);
  readonly gaveUp = new Float64Array(latencyBoundsSeconds.length);
  /** In the order of `endings`. */
  readonly endings = new Float64Array(endings.length);
  sumSeconds = 0;
  readonly #asked: string;
  readonly #slice: string;
  readonly #labels: string;

  constructor(asked: string, slice: string) {
    this.#asked = asked;
    this.#slice = slice;
    this.#labels = `${asked},${slice}`;
  }

  endingsText(): string {
    let text = "";
    for (const [index, ending] of endings.entries()) {
      const count = this.endings[index] ?? 0;
      if (count > 0 || ending === "2xx") text += `serin_edge_requests_total{${this.#asked},status="${ending}",${this.#slice}} ${count}\n`;
    }
    return text;
  }

  histogramText(): string {
    const name = "serin_edge_request_duration_seconds";
    let text = "";
    let count = 0;
    for (const [index, bucket] of this.buckets.entries()) {
      count += bucket;
      text += `${name}_bucket{${this.#labels},le="${latencyBoundsSeconds[index] ?? "+Inf"}"} ${count}\n`;
    }
    return `${text}${name}_sum{${this.#labels}} ${this.sumSeconds}\n${name}_count{${this.#labels}} ${count}\n`;
  }

  overText(name: string, over: Float64Array | undefined): string {
    let text = "";
    if (over === undefined) return text;
    for (const [index, count] of over.entries()) {
      if (count === 0) break;
      text += `${name}{${this.#labels},le="${latencyBoundsSeconds[index]}"} ${count}\n`;
    }
    return text;
  }
}

function ageSeconds(asking: Asking, nowMs: number): number {
  return (nowMs - asking.sinceMs) / 1000;
}

/** How many bounds a request of this age is over. Waiting and answered ones are held against the bounds alike, to the last bit. */
function boundsPassed(seconds: number): number {
  let passed = 0;
  while (seconds > (latencyBoundsSeconds[passed] ?? Infinity)) passed += 1;
  return passed;
}

function addOver(over: Float64Array, passed: number): void {
  for (let index = 0; index < passed; index += 1) over[index] = (over[index] ?? 0) + 1;
}

function head(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
