import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Arm } from "./cohort.ts";

/** Upper bounds of the latency buckets, seconds; the lines of the plans we know (0.5 s, 2 s) are among them. */
export const latencyBoundsSeconds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30];

/** Whose request it was: a drawn person's, a service's own call for one of them, or anybody else's. */
export type Who = "people" | "calls" | "others";

/** How a request ended, as few words as a counter can bear: its status class, or `aborted` when the client went away first. */
export type Ending = "1xx" | "2xx" | "3xx" | "4xx" | "5xx" | "aborted";

/** Why an arm did not answer properly. */
export type Failure = "refused" | "reset" | "timeout" | "cut" | "no-target";

/** A request that is being served. */
export interface Asking {
  readonly arm: Arm;
  readonly service: string;
  readonly who: Who;
  readonly sinceMs: number;
}

/**
 * The edge's numbers for `/metrics`, in the exposition format. The one file that knows prom-client.
 *
 * Latency is the time from the request to the head of its answer. A request that has no answer yet is in no bucket, and the slowest would be
 * missing longest: so `serin_edge_in_flight_over` says, bound by bound, how many are already slower. "Slower than 2 s" is
 * `count - bucket{le="2"} + in_flight_over{le="2"}`, which never falls: a request moves from the second term to the first when it ends.
 */
export class Meters {
  readonly #registry = new Registry();
  readonly #inFlight = new Set<Asking>();
  readonly #expected = new Set<string>();
  readonly #requests: Counter<"arm" | "service" | "who" | "status" | "slice">;
  readonly #seconds: Histogram<"arm" | "service" | "who">;
  readonly #failures: Counter<"arm" | "service" | "upstream">;
  readonly #skew: Counter<"arm" | "service">;
  readonly #people: Counter<"arm">;
  readonly #affected: Counter<"arm" | "kind">;
  readonly #turns: Counter<"arm" | "outcome">;
  readonly #goals: Counter<"goal" | "arm" | "outcome">;

  constructor(start: {
    readonly bornMs: number;
    readonly nowMs: () => number;
    readonly share: () => number;
    readonly known: () => number;
  }) {
    const registers = [this.#registry];
    const counter = <Labels extends string>(name: string, help: string, labelNames: readonly Labels[]): Counter<Labels> =>
      new Counter({ name: `serin_edge_${name}`, help, labelNames: [...labelNames], registers });
    this.#requests = counter("requests_total", "Requests by ending; a canary's refusal counts as its 5xx though stable answered.", [
      "arm",
      "service",
      "who",
      "status",
      "slice",
    ]);
    this.#failures = counter("upstream_failures_total", "Answers that an arm did not give properly.", ["arm", "service", "upstream"]);
    this.#skew = counter("skew_retries_total", "Hashed assets that were asked of the other arm.", ["arm", "service"]);
    this.#people = counter("people_total", "People drawn, once each.", ["arm"]);
    this.#affected = counter("affected_people_total", "Distinct people who met a server error, at once.", ["arm", "kind"]);
    this.#turns = counter("people_turns_total", "People watched for one turn, counted at its end.", ["arm", "outcome"]);
    this.#goals = counter("goal_people_total", "People counted when the time for a goal is over.", ["goal", "arm", "outcome"]);
    this.#seconds = new Histogram({
      name: "serin_edge_request_duration_seconds",
      help: "Seconds to the head of the answer.",
      labelNames: ["arm", "service", "who"],
      buckets: [...latencyBoundsSeconds],
      registers,
    });
    const gauge = (name: string, help: string, value: () => number): unknown =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge("process_start_time_seconds", "When every counter began at zero.", () => start.bornMs / 1000);
    gauge("process_resident_memory_bytes", "Memory of the edge's process.", () => process.memoryUsage.rss());
    gauge("serin_edge_share_percent", "The share in force.", start.share);
    gauge("serin_edge_people_known", "People that are remembered now.", start.known);
    gauge("serin_edge_in_flight", "Requests being served.", () => this.#inFlight.size);
    this.#gaugeSlow(start.nowMs);
  }

  /** Shows zeros for everything that a release may count, so that its first event is seen as one and not as a new series. */
  expect(release: { readonly services: readonly string[]; readonly goals: readonly string[] }): void {
    for (const arm of ["canary", "stable"] as const) {
      this.#people.inc({ arm }, 0);
      this.#affected.inc({ arm, kind: "5xx" }, 0);
      for (const outcome of ["affected", "unaffected"]) this.#turns.inc({ arm, outcome }, 0);
      for (const goal of release.goals) for (const outcome of ["reached", "missed"]) this.#goals.inc({ goal, arm, outcome }, 0);
      for (const service of release.services) {
        if (!this.#expected.has(`${arm} ${service}`)) this.#seconds.zero({ arm, service, who: "people" });
        this.#expected.add(`${arm} ${service}`);
        this.#requests.inc({ arm, service, who: "people", status: "2xx", slice: 0 }, 0);
      }
    }
  }

  begin(asking: Asking): void {
    this.#inFlight.add(asking);
  }

  /** The head of the answer has arrived, or there will be none. */
  headed(asking: Asking, nowMs: number): void {
    this.#inFlight.delete(asking);
    if (asking.who === "people") this.#expected.add(`${asking.arm} ${asking.service}`);
    this.#seconds.observe({ arm: asking.arm, service: asking.service, who: asking.who }, (nowMs - asking.sinceMs) / 1000);
  }

  ended(asking: Asking, ended: { readonly status: Ending; readonly slice: number }): void {
    this.#requests.inc({ arm: asking.arm, service: asking.service, who: asking.who, status: ended.status, slice: ended.slice });
  }

  failed(failed: { readonly arm: Arm; readonly service: string; readonly upstream: Failure }): void {
    this.#failures.inc({ ...failed });
  }

  skewed(asked: { readonly arm: Arm; readonly service: string }): void {
    this.#skew.inc({ ...asked });
  }

  drawn(arm: Arm): void {
    this.#people.inc({ arm });
  }

  harmed(arm: Arm): void {
    this.#affected.inc({ arm, kind: "5xx" });
  }

  turnOver(arm: Arm, outcome: "affected" | "unaffected"): void {
    this.#turns.inc({ arm, outcome });
  }

  goalOver(goal: string, arm: Arm, outcome: "reached" | "missed"): void {
    this.#goals.inc({ goal, arm, outcome });
  }

  /** The metrics page. */
  page(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The media type of the page. */
  get pageType(): string {
    return this.#registry.contentType;
  }

  #gaugeSlow(nowMs: () => number): void {
    const inFlight = this.#inFlight;
    void new Gauge({
      name: "serin_edge_in_flight_over",
      help: "Requests without an answer that are already older than `le` seconds.",
      labelNames: ["arm", "service", "who", "le"],
      registers: [this.#registry],
      collect() {
        this.reset();
        const now = nowMs();
        for (const { arm, service, who, sinceMs } of inFlight) {
          for (const le of latencyBoundsSeconds) {
            if (now - sinceMs <= le * 1000) break;
            this.inc({ arm, service, who, le });
          }
        }
      },
    });
  }
}

/** The ending of an answer with this status. */
export function endingOf(status: number): Ending {
  if (status < 200) return "1xx";
  if (status < 300) return "2xx";
  if (status < 400) return "3xx";
  return status < 500 ? "4xx" : "5xx";
}
