import { Counter, Gauge, Registry } from "prom-client";
import type { Arm } from "./cohort.ts";
import { PageMeters } from "./page-meters.ts";
import { RequestTally } from "./request-tally.ts";
import type { Asking, Ending } from "./request-tally.ts";

/** Why an arm did not answer properly. */
export type Failure = "refused" | "reset" | "timeout" | "cut" | "no-target" | "full";

/**
 * The edge's numbers for `/metrics`, in the exposition format. This and its part for pages alone know prom-client. Every counter only grows while
 * the process lives: a lower value is a new process, which `process_start_time_seconds` says as well.
 */
export class Meters {
  readonly #registry = new Registry();
  readonly #tally = new RequestTally();
  readonly #nowMs: () => number;
  readonly #epochMs: () => number;
  /** Epoch ms of the first request; `null`: there was none. */
  #firstMs: number | null = null;
  readonly #failures: Counter<"arm" | "service" | "upstream">;
  readonly #refused: Counter<"status">;
  readonly #skew: Counter<"arm" | "service">;
  readonly #people: Counter<"arm">;
  readonly #affected: Counter<"arm" | "service" | "kind">;
  readonly #turns: Counter<"arm" | "outcome">;
  readonly #goals: Counter<"goal" | "arm" | "outcome">;
  /** What is counted of pages. */
  readonly pages: PageMeters;

  constructor(start: {
    readonly bornMs: number;
    /** Monotonic. */
    readonly nowMs: () => number;
    readonly epochMs: () => number;
    readonly share: () => number;
    readonly known: () => number;
    readonly silentInARow: (arm: Arm) => number;
  }) {
    const registers = [this.#registry];
    this.#nowMs = start.nowMs;
    this.#epochMs = start.epochMs;
    const counter = <Labels extends string>(name: string, help: string, labelNames: readonly Labels[]): Counter<Labels> =>
      new Counter({ name: `serin_edge_${name}`, help, labelNames: [...labelNames], registers });
    this.#failures = counter("upstream_failures_total", "Answers that an arm did not give properly.", ["arm", "service", "upstream"]);
    this.#refused = counter("refused_total", "Requests that went to no backend, or not to their end, for the client's own fault.", [
      "status",
    ]);
    this.#skew = counter("skew_retries_total", "Hashed assets that were asked of the other arm.", ["arm", "service"]);
    this.#people = counter("people_total", "People drawn, once each.", ["arm"]);
    this.#affected = counter("affected_people_total", "Distinct people who met a server error, at once, by the first one.", [
      "arm",
      "service",
      "kind",
    ]);
    this.#turns = counter("people_turns_total", "People watched for one turn, counted at its end.", ["arm", "outcome"]);
    this.#goals = counter("goal_people_total", "People counted when the time for a goal is over.", ["goal", "arm", "outcome"]);
    this.pages = new PageMeters(this.#registry, start.silentInARow);
    const gauge = (name: string, help: string, value: () => number): unknown =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge("process_start_time_seconds", "When the process started.", () => start.bornMs / 1000);
    const sinceMs = (): number => this.#firstMs ?? this.#epochMs();
    gauge("serin_edge_counting_since_seconds", "The last moment at which every counter was zero.", () => sinceMs() / 1000);
    gauge("process_resident_memory_bytes", "Memory of the edge's process.", () => process.memoryUsage.rss());
    gauge("serin_edge_share_percent", "The share in force.", start.share);
    gauge("serin_edge_people_known", "People that are remembered now.", start.known);
    gauge("serin_edge_in_flight", "Requests that wait for the head of their answer.", () => this.#tally.waiting);
  }

  /** Shows zeros for everything that a release may count, so that its first event is seen as one and not as a new series. */
  expect(release: { readonly services: readonly string[]; readonly goals: readonly string[] }): void {
    this.pages.expect(release.services);
    for (const arm of ["canary", "stable"] as const) {
      this.#people.inc({ arm }, 0);
      for (const outcome of ["affected", "unaffected"]) this.#turns.inc({ arm, outcome }, 0);
      for (const goal of release.goals) for (const outcome of ["reached", "missed"]) this.#goals.inc({ goal, arm, outcome }, 0);
      for (const service of release.services) {
        this.#affected.inc({ arm, service, kind: "5xx" }, 0);
        this.#tally.show({ arm, service, who: "people", slice: 0 });
      }
    }
  }

  /** A request waits for its answer from now on; it must be told `answered` or `gaveUp` in the end. */
  begin(asking: Asking): void {
    this.#firstMs ??= this.#epochMs();
    this.#tally.begin(asking);
  }

  /** The head of the answer has arrived; telling it again is nothing. */
  answered(asking: Asking): void {
    this.#tally.answered(asking, this.#nowMs());
  }

  /** The client went away; nothing when the head of its answer was there already. */
  gaveUp(asking: Asking): void {
    this.#tally.gaveUp(asking, this.#nowMs());
  }

  /** A request is over: told once for each. */
  ended(asking: Asking, ending: Ending): void {
    this.#tally.ended(asking, ending);
  }

  failed(failed: { readonly arm: Arm; readonly service: string; readonly upstream: Failure }): void {
    this.#failures.inc({ ...failed });
  }

  /** A request was refused with this status. */
  refused(status: number): void {
    this.#refused.inc({ status });
  }

  skewed(asked: { readonly arm: Arm; readonly service: string }): void {
    this.#skew.inc({ ...asked });
  }

  drawn(arm: Arm): void {
    this.#people.inc({ arm });
  }

  harmed(arm: Arm, service: string): void {
    this.#affected.inc({ arm, service, kind: "5xx" });
  }

  turnOver(arm: Arm, outcome: "affected" | "unaffected"): void {
    this.#turns.inc({ arm, outcome });
  }

  goalOver(goal: string, arm: Arm, outcome: "reached" | "missed"): void {
    this.#goals.inc({ goal, arm, outcome });
  }

  /** The metrics page. */
  async page(): Promise<string> {
    return `${await this.#registry.metrics()}\n${this.#tally.text(this.#nowMs())}`;
  }

  /** The media type of the page. */
  get pageType(): string {
    return this.#registry.contentType;
  }
}

/** The ending of an answer with this status. */
export function endingOf(status: number): Ending {
  if (status < 200) return "1xx";
  if (status < 300) return "2xx";
  if (status < 400) return "3xx";
  return status < 500 ? "4xx" : "5xx";
}
