import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import { quantitiesOf } from "../core/checks.ts";
import type { Plan } from "../core/plan.ts";
import type { Query, ReadContext, Reading, SeriesSample, Target } from "../ports.ts";
import { andSilent, examineItself, within } from "./examining.ts";
import type { Examining, Outcome } from "./examining.ts";
import { findings, subjects } from "./findings.ts";

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
  return [doubtful(subjects.metrics(), findings.nothingKnown(queries.map(({ quantity }) => quantity)))];
}

function sayReading({ quantity }: Query, reading: Reading): Check {
  switch (reading.kind) {
    case "unavailable":
      return isOnItsWay(reading)
        ? doubtful(quantity, findings.notMeasured(scoreWithinMs / 1_000))
        : wrong(quantity, findings.notRead(reading.why));
    case "no-data":
      return doubtful(quantity, findings.nothingMatches());
    case "level":
      return fine(quantity, findings.reads(reading));
    case "probe":
      return reading.down ? doubtful(quantity, findings.isDown()) : fine(quantity, findings.probeAnswers());
    case "counters": {
      const of = (arm: SeriesSample["arm"]): readonly SeriesSample[] => reading.series.filter((one) => one.arm === arm);
      const counted = { stable: of("stable"), canary: of("canary") };
      return reading.series.length > 0 ? fine(quantity, findings.counted(counted)) : doubtful(quantity, findings.nothingCounted(counted));
    }
  }
}
