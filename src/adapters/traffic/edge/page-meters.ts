import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import type { BrowserError, Vital } from "./beacon-report.ts";
import type { Arm } from "./cohort.ts";
import type { PageMark } from "./page-mark.ts";
import type { PageOutcome } from "./page-turns.ts";

/** What became of a message of a page: counted, or not, because its sender is no person, its page is not known, or it was no message. */
export type BeaconOutcome = "taken" | "nobody" | "no-page" | "refused";

/**
 * Upper bounds of what browsers measure, seconds but for `cls`. Among them are the lines of "good" and "poor": 2.5 and 4 s, 200 and 500 ms, 0.1 and
 * 0.25.
 *
 * Source: https://web.dev/articles/vitals and https://web.dev/articles/defining-core-web-vitals-thresholds
 */
export const vitalBounds: Readonly<Record<Vital, readonly number[]>> = {
  lcp: [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 30],
  inp: [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2, 5],
  cls: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1],
};

const vitalNames = { lcp: "lcp_seconds", inp: "inp_seconds", cls: "cls" } as const;
const vitalHelps = {
  lcp: "Largest contentful paint of page views that reported it.",
  inp: "Interaction to next paint of page views that reported it.",
  cls: "Cumulative layout shift of page views that reported it.",
} as const;

/** What the edge counts of pages and of what they report. */
export class PageMeters {
  readonly #turns: Counter<"arm" | "outcome">;
  readonly #affected: Counter<"arm" | "service" | "kind">;
  readonly #errors: Counter<"arm" | "service" | "kind">;
  readonly #beacons: Counter<"outcome">;
  readonly #vitals: Readonly<Record<Vital, Histogram<"arm" | "service" | "slice">>>;
  readonly #vitalsShown = new Set<string>();

  constructor(registry: Registry, silentInARow: (arm: Arm) => number) {
    const registers = [registry];
    const counter = <Labels extends string>(name: string, help: string, labelNames: readonly Labels[]): Counter<Labels> =>
      new Counter({ name: `serin_edge_${name}`, help, labelNames: [...labelNames], registers });
    this.#turns = counter("page_turns_total", "People watched for one turn from a page load on, counted at its end.", ["arm", "outcome"]);
    const first = "Distinct people whose page reported an error, at once, by the first one.";
    this.#affected = counter("browser_affected_people_total", first, ["arm", "service", "kind"]);
    this.#errors = counter("browser_errors_total", "Kinds of errors in the messages of pages.", ["arm", "service", "kind"]);
    this.#beacons = counter("beacons_total", "Messages of pages, by what became of them.", ["outcome"]);
    const vital = (of: Vital): Histogram<"arm" | "service" | "slice"> =>
      new Histogram({
        name: `serin_edge_${vitalNames[of]}`,
        help: vitalHelps[of],
        labelNames: ["arm", "service", "slice"],
        buckets: [...vitalBounds[of]],
        registers,
      });
    this.#vitals = { lcp: vital("lcp"), inp: vital("inp"), cls: vital("cls") };
    const silent: Gauge<"arm"> = new Gauge({
      name: "serin_edge_silent_people_in_a_row",
      help: "People since a page of the arm was last heard of, of whose page nothing was heard; begins again with each release.",
      labelNames: ["arm"],
      registers,
      collect: () => {
        for (const arm of ["canary", "stable"] as const) silent.set({ arm }, silentInARow(arm));
      },
    });
  }

  /** Shows zeros for everything that pages of these services may report. */
  expect(services: readonly string[]): void {
    for (const arm of ["canary", "stable"] as const) {
      for (const outcome of ["affected", "unaffected", "silent"]) this.#turns.inc({ arm, outcome }, 0);
      for (const service of services) this.#showVitals({ arm, service });
    }
  }

  turnOver(arm: Arm, outcome: PageOutcome): void {
    this.#turns.inc({ arm, outcome });
  }

  beacon(outcome: BeaconOutcome): void {
    this.#beacons.inc({ outcome });
  }

  reported({ arm, service }: PageMark, kind: BrowserError): void {
    this.#errors.inc({ arm, service, kind });
  }

  /** The first browser error of a person on this arm. */
  affected({ arm, service }: PageMark, kind: BrowserError): void {
    this.#affected.inc({ arm, service, kind });
  }

  /** A page view was measured; `value` in the unit of the bounds. */
  measured({ arm, service }: PageMark, measure: { readonly vital: Vital; readonly value: number; readonly slice: number }): void {
    this.#showVitals({ arm, service });
    this.#vitals[measure.vital].observe({ arm, service, slice: measure.slice }, measure.value);
  }

  /** Once for each arm and service: prom-client's `zero` takes back what was counted. */
  #showVitals({ arm, service }: PageMark): void {
    const key = `${arm} ${service}`;
    if (this.#vitalsShown.has(key)) return;
    this.#vitalsShown.add(key);
    for (const vital of Object.values(this.#vitals)) vital.zero({ arm, service, slice: 0 });
  }
}
