import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import { quantitiesOf } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Query, ReadContext, Reading, SeriesSample, Target } from "../ports.ts";
import { andSilent, examineItself, within } from "./examining.ts";
import type { Examining, Outcome } from "./examining.ts";

/** How far back a source is asked, ms: what happened in a day, as if a release had begun then. */
const lookBackMs = 24 * 3_600_000;
/** A score takes a browser or a parser its time, ms. */
const scoreWithinMs = 120_000;
const scoreLooksEveryMs = 2_000;

/** One source with what the plan asks of it, and where the services answer. */
export interface LookAtSource {
  readonly name: string;
  readonly queries: readonly Query[];
  readonly targets: readonly Target[];
}

/** What the plan asks, by the source that it asks. */
export function sourcesOf(plan: Plan): readonly (readonly [name: string, queries: readonly Query[]])[] {
  return [...Map.groupBy(quantitiesOf(plan), ({ metric }) => metric.source)];
}

/** The source itself, and every metric that the plan asks of it, for each arm. */
export async function lookAtSource(examining: Examining, look: LookAtSource, signal: AbortSignal): Promise<readonly Check[]> {
  const { name, queries, targets } = look;
  const [own, read] = await Promise.all([
    examineItself(examining, { port: "sources", word: name, queries, targets }, signal),
    readSettled(examining, look, signal),
  ]);
  if (!read.ok) return andSilent(own, name, read);
  const readingOf = ({ quantity }: Query): Reading => read.value.get(quantity) ?? noData;
  // Where nothing runs there is nothing to read of: that is said once.
  const orphaned = targets.length > 0 ? [] : queries.filter((query) => readingOf(query).kind === "no-data");
  const others = queries.filter((query) => !orphaned.includes(query));
  return [...own, ...sayOrphaned(orphaned), ...others.map((query) => sayReading(query, readingOf(query)))];
}

const noData: Reading = { kind: "no-data" };

/**
 * The readings of what runs. Nothing is canary before the day, so what only a canary has (a level, a score) is asked for with the stable version in its
 * place; never with one address on both sides, where nobody could tell whose is what. Scores have the time for a run.
 */
async function readSettled(examining: Examining, look: LookAtSource, signal: AbortSignal): Promise<Outcome<ReadonlyMap<string, Reading>>> {
  const { queries, targets } = look;
  const { clock } = examining;
  const read = reader(examining, look, signal);
  const running = await read(queries, targets);
  if (!running.ok || targets.length === 0) return running;
  const settled = new Map(running.value);
  const deadlineMs = clock.monotonicMs() + scoreWithinMs;
  let open = queries.filter(({ quantity }) => (settled.get(quantity) ?? noData).kind === "no-data");
  while (open.length > 0) {
    const outcome = await read(
      open,
      targets.map((target): Target => ({ ...target, arm: "canary" })),
    );
    for (const { quantity } of open)
      settled.set(quantity, outcome.ok ? (outcome.value.get(quantity) ?? noData) : { kind: "unavailable", why: outcome.why });
    open = open.filter(({ quantity }) => isOnItsWay(settled.get(quantity) ?? noData));
    if (clock.monotonicMs() > deadlineMs) break;
    if (open.length > 0) await clock.wait(scoreLooksEveryMs, signal);
  }
  return { ok: true, value: settled };
}

/** Reads under a name of its own: a source tells a release nothing twice, and this is none that it has told anything. */
function reader({ plan, world, clock }: Examining, { name }: LookAtSource, signal: AbortSignal) {
  const { environment, traffic } = plan;
  const nowMs = clock.nowMs();
  const context = { release: `doctor-${nowMs}`, environment, routes: traffic.routes, sinceMs: nowMs - lookBackMs };
  return async (queries: readonly Query[], targets: readonly Target[]): Promise<Outcome<ReadonlyMap<string, Reading>>> =>
    within(clock, signal, async (ends) => world.source(name).read(queries, { ...context, targets } satisfies ReadContext, ends));
}

/** True when a score only needs its time. */
function isOnItsWay(reading: Reading): boolean {
  return reading.kind === "unavailable" && reading.soon === true;
}

function sayOrphaned(queries: readonly Query[]): readonly Check[] {
  if (queries.length === 0) return [];
  const says = `Nothing is known of ${queries.map(({ quantity }) => quantity).join(", ")}: no version was found that runs.`;
  return [doubtful("metrics", says, "Mend what is wrong with the workloads, then ask again.")];
}

const holds = "without data the release holds, and never passes.";

function sayReading({ quantity }: Query, reading: Reading): Check {
  switch (reading.kind) {
    case "unavailable":
      if (isOnItsWay(reading))
        return doubtful(
          quantity,
          `It was not measured within ${scoreWithinMs / 1_000} s.`,
          "See that the page answers, and that the machine has a core to spare: a slow one measures late in the release, too.",
        );
      return wrong(
        quantity,
        `It cannot be read: ${reading.why}.`,
        "Mend it, or take the metric out of the plan: what cannot be read holds the release.",
      );
    case "no-data":
      return doubtful(
        quantity,
        "Nothing matches it now.",
        `What counts by release is empty before it; otherwise see that its words name what the source has: ${holds}`,
      );
    case "level": {
      const stable = reading.stable === null ? "" : `; stable ${sayNumber(reading.stable)}`;
      return fine(quantity, `It reads ${sayNumber(reading.canary)}${stable}.`);
    }
    case "probe":
      return reading.down
        ? doubtful(quantity, "It is down now.", "Bring it up before the release: its guard would set off.")
        : fine(quantity, "It answers.");
    case "counters":
      return sayCounters(quantity, reading.series);
  }
}

function sayCounters(quantity: string, series: readonly SeriesSample[]): Check {
  const [stable, canary] = (["stable", "canary"] as const).map((arm) => series.filter((one) => one.arm === arm)) as [
    SeriesSample[],
    SeriesSample[],
  ];
  const says = `stable: ${sayArm(stable)}; canary: ${sayArm(canary)}.`;
  if (series.length > 0) return fine(quantity, says);
  return doubtful(
    quantity,
    says,
    `What counts by release is empty before it; otherwise see that its words name what the source has: ${holds}`,
  );
}

function sayArm(series: readonly SeriesSample[]): string {
  if (series.length === 0) return "nothing yet";
  return `${sayNumber(series.reduce((sum, { total }) => sum + total, 0))} counted in ${series.length} series`;
}

function sayNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
