import type { Clock, ReadContext, Reading, Target } from "../../../ports.ts";
import { createExchange } from "../../exchange.ts";
import type { Connection } from "./connection.ts";
import { Lhci, LhciTrouble } from "./lhci.ts";
import type { CategoryRead } from "./read-report.ts";
import type { AskedQuery } from "./words.ts";

/** So many quantities are remembered at most. */
const mostTold = 1_000;

/**
 * Returns what answers queries with the runs of a Lighthouse CI server. Each run of a build is one reading: they are told one a read, and when all
 * have been there is no more. A version without a build is `no-data`.
 */
export function readBuilds(server: NonNullable<Connection["lhci"]>, clock: Clock) {
  const lhci = new Lhci({ server, clock, exchange: createExchange(clock) });
  const told = new Map<string, number>();
  const answerOne = async ({ query, asked }: AskedQuery, context: ReadContext, signal: AbortSignal): Promise<Reading> => {
    const of = (arm: Target["arm"]) => lhci.runsOf(asked, arm, context, signal);
    try {
      const canary = await of("canary");
      if (canary === null) return { kind: "no-data" };
      const scored = canary.runs.filter(isScored);
      const [unscored] = canary.runs.filter((one) => one.kind === "unscored");
      if (scored.length === 0) return { kind: "unavailable", why: unscored?.why ?? `${canary.at} has no runs` };
      const key = JSON.stringify([context.release, query.quantity, canary.at]);
      const at = told.get(key) ?? 0;
      const next = scored[at];
      if (next === undefined) return { kind: "no-data" };
      const stable = await of("stable");
      remember(told, key, at + 1);
      const beside = stable?.runs.filter(isScored)[at]?.score ?? null;
      const found = next.findings.length === 0 ? {} : { findings: next.findings };
      return { kind: "level", atMs: clock.nowMs(), canary: next.score, stable: beside, ...found };
    } catch (cause) {
      if (cause instanceof LhciTrouble) return { kind: "unavailable", why: cause.message };
      throw cause;
    }
  };
  return async (all: readonly AskedQuery[], context: ReadContext, signal: AbortSignal): Promise<ReadonlyMap<string, Reading>> => {
    const readings = new Map<string, Reading>();
    // One after the other: what the first has fetched the next one finds.
    for (const one of all) readings.set(one.query.quantity, await answerOne(one, context, signal));
    return readings;
  };
}

function isScored(run: CategoryRead): run is Extract<CategoryRead, { kind: "scored" }> {
  return run.kind === "scored";
}

function remember(told: Map<string, number>, key: string, count: number): void {
  told.delete(key);
  told.set(key, count);
  const [oldest] = told.keys();
  if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
}
