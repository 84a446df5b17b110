import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { playRound } from "./round.ts";
import type { RoundReport } from "./round.ts";
import { openStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

export interface RoundsOptions {
  readonly rounds: number;
  /** Of the first round; each next one has the next number. */
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Writes one line. */
  readonly say: (line: string) => void;
}

/** New people a second: enough for a phase of a second, on a machine that does other things too. */
const peoplePerSecond = 40;

/**
 * Plays the rounds one after the other, on one data folder as long as nothing breaks; a round that broke leaves its folder (with what
 * server and edge said in it), and the next one begins with another. Says each round as a line of a table, then the sums. Throws when `signal` aborts.
 */
export async function killRounds(
  options: RoundsOptions,
): Promise<{ readonly reports: readonly RoundReport[]; readonly kept: readonly string[] }> {
  const reports: RoundReport[] = [];
  const kept: string[] = [];
  let stage: Stage | null = null;
  let stable = "1";
  options.say(header);
  try {
    for (let index = 0; index < options.rounds; index += 1) {
      if (stage === null) stable = "1";
      stage ??= await openStage(peoplePerSecond);
      const report: RoundReport = await playRound(stage, { seed: options.seed + index, number: index + 2, stable, signal: options.signal });
      reports.push(report);
      options.say(lineOf(report));
      if (report.ended === "promoted") stable = String(index + 2);
      if (report.broken.length === 0) continue;
      kept.push(stage.dir);
      await writeFile(join(stage.dir, "overheard.json"), JSON.stringify(stage.tap.overheard()));
      await stage.close("keep the folder");
      stage = null;
    }
  } finally {
    await stage?.close("remove the folder");
  }
  options.say(sumOf(reports));
  return { reports, kept };
}

const columns = [
  "seed",
  "kind",
  "ended",
  "kills",
  "away s",
  "acked",
  "entries",
  "readings",
  "notices",
  "again",
  "people",
  "took s",
  "right",
];
const widths = columns.map((name, index) => Math.max(name.length, index === 2 ? 11 : index === 1 ? 7 : 5));
const header = rowOf(columns);

function rowOf(cells: readonly string[]): string {
  return cells
    .map((cell, index) => (index === 1 || index === 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
    .join("  ");
}

function lineOf(report: RoundReport): string {
  const { seed, kind, ended, kills, awayMs, acknowledged, entries, readings, notices, repeated, people, tookMs, broken } = report;
  const counts = [acknowledged, entries, readings, notices, repeated, people].map(String);
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  return rowOf([String(seed), kind, ended, String(kills), seconds(awayMs), ...counts, seconds(tookMs), broken.length === 0 ? "yes" : "NO"]);
}

function sumOf(reports: readonly RoundReport[]): string {
  const sum = (of: (report: RoundReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  const right = reports.filter(({ broken }) => broken.length === 0).length;
  return `${reports.length} rounds, ${right} right; ${sum(({ kills }) => kills)} kills; ${sum((one) => one.acknowledged)} acknowledged calls, ${sum(
    (one) => one.entries,
  )} decisions, ${sum((one) => one.readings)} readings and ${sum((one) => one.notices)} notices, none lost where it says right; ${Math.round(
    sum(({ tookMs }) => tookMs) / 1000,
  )} s`;
}
