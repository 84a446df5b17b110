import { join } from "node:path";
import { sayEnd, sayOutcomeEnd } from "../demo/outcome.ts";
import type { Outcome } from "../demo/outcome.ts";
import { runDemo } from "../demo/run.ts";
import type { DemoOptions, Screen } from "../demo/run.ts";
import type { Scenario } from "../demo/scenario.ts";

/** One scenario that was played, or that could not be. */
export interface Played {
  readonly scenario: Scenario;
  /** Names of the plan's phases; empty when it was not played to its end. */
  readonly phases: readonly string[];
  /** `null`: the demo itself failed. */
  readonly outcome: Outcome | null;
  readonly complaints: readonly string[];
  readonly tookMs: number;
}

/**
 * Plays each scenario on a stage of its own, also when one before did not end as it should, and tells after each how all came out so far. Rejects
 * only when `signal` aborts.
 */
export async function playEach(
  scenarios: readonly Scenario[],
  options: Omit<DemoOptions, "scenarios">,
  screen: Screen,
  signal: AbortSignal,
): Promise<readonly Played[]> {
  const all: Played[] = [];
  for (const [at, scenario] of scenarios.entries()) {
    screen.say(`\nscenario ${at + 1} of ${scenarios.length}: ${scenario.name}`);
    const keepDir = options.keepDir === null ? null : join(options.keepDir, scenario.name);
    all.push(await playOne(scenario, { ...options, keepDir }, screen, signal));
  }
  return all;
}

async function playOne(scenario: Scenario, options: Omit<DemoOptions, "scenarios">, screen: Screen, signal: AbortSignal): Promise<Played> {
  const startedMs = performance.now();
  let ended: Pick<Played, "outcome" | "complaints" | "phases"> = { outcome: null, complaints: [], phases: [] };
  const listening: Screen = {
    ...screen,
    end(outcome, complaints, phases) {
      ended = { outcome, complaints, phases };
      screen.end(outcome, complaints, phases);
    },
  };
  try {
    await runDemo({ ...options, scenarios: [scenario] }, listening, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    ended = { ...ended, complaints: [...ended.complaints, error instanceof Error ? error.message : String(error)] };
  }
  return { scenario, ...ended, tookMs: performance.now() - startedMs };
}

/** The table of everything that was played, a line each, and what it means. */
export function sayTable(all: readonly Played[]): readonly string[] {
  const rows = all.map(rowOf);
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const good = all.filter(({ complaints }) => complaints.length === 0).length;
  const seconds = Math.round(all.reduce((sum, { tookMs }) => sum + tookMs, 0) / 1000);
  return [
    line(heads),
    ...rows.map(line),
    `${good} of ${all.length} ended as stated, in ${seconds} s`,
    "times in ms; detected: first fault or trouble to breach or hold; back: decided to last request for the canary",
    "bound: people harmed on average before any test with the guard's error probability could know, at the traffic that there was",
  ];
}

const heads = ["scenario", "expected", "got", "detected", "back", "harmed", "bound", "took"] as const;

function rowOf({ scenario, phases, outcome, complaints, tookMs }: Played): readonly string[] {
  const number = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : String(value));
  const isSame = outcome !== null && complaints.length === 0;
  return [
    scenario.name,
    sayEnd(scenario.ends, phases),
    isSame ? "the same" : [outcome === null ? "nothing" : sayOutcomeEnd(outcome), ...complaints.slice(0, 1)].join(": "),
    number(outcome?.detectMs),
    number(outcome?.rollbackMs),
    number(outcome?.usersHarmed),
    number(outcome?.usersHarmedBound),
    `${Math.round(tookMs / 1000)} s`,
  ];
}
