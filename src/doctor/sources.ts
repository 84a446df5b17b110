import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import { quantitiesOf } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Query, ReadContext, Reading, SeriesSample, Target } from "../ports.ts";
import { examineItself, silent, within } from "./examining.ts";
import type { Examining } from "./examining.ts";

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
  const [own, readings] = await Promise.all([
    examineItself(examining, { port: "sources", word: name, queries, targets }, signal),
    readSettled(examining, look, signal),
  ]);
  if (typeof readings === "string") return [...own.filter(({ what }) => what !== name), silent(name, readings)];
  return [...own, ...queries.map((query) => sayReading(query, readings.get(query.quantity) ?? { kind: "no-data" }))];
}

/** The readings, once scores have had the time for a run; why there are none where the source cannot be asked. */
async function readSettled(
  { plan, world, clock }: Examining,
  { name, queries, targets }: LookAtSource,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Reading> | string> {
  const { environment, traffic } = plan;
  const sinceMs = clock.nowMs() - lookBackMs;
  const context: ReadContext = { release: "doctor", environment, targets, routes: traffic.routes, sinceMs };
  const deadlineMs = clock.monotonicMs() + scoreWithinMs;
  for (;;) {
    const outcome = await within(clock, signal, async (ends) => world.source(name).read(queries, context, ends));
    if (!outcome.ok) return outcome.why;
    const isWaiting =
      targets.length > 0 && queries.some(({ quantity, metric }) => metric.kind === "score" && isOnItsWay(outcome.value.get(quantity)));
    if (!isWaiting || clock.monotonicMs() > deadlineMs) return outcome.value;
    await clock.wait(scoreLooksEveryMs, signal);
  }
}

/** True when a score may only need its time. */
function isOnItsWay(reading: Reading | undefined): boolean {
  return reading?.kind === "no-data" || (reading?.kind === "unavailable" && reading.soon === true);
}

function sayReading({ quantity }: Query, reading: Reading): Check {
  switch (reading.kind) {
    case "unavailable":
      return wrong(
        quantity,
        `It cannot be read: ${reading.why}.`,
        "Mend it, or take the metric out of the plan: what cannot be read holds the release.",
      );
    case "no-data":
      return doubtful(
        quantity,
        "Nothing matches it now.",
        "See that its words name what the source has; without data the release holds, and never passes.",
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
  return doubtful(quantity, says, "See that its words name what the source has; without data the release holds, and never passes.");
}

function sayArm(series: readonly SeriesSample[]): string {
  if (series.length === 0) return "nothing yet";
  return `${sayNumber(series.reduce((sum, { total }) => sum + total, 0))} counted in ${series.length} series`;
}

function sayNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
