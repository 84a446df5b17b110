import type { Clock } from "../../../ports.ts";
import type { Check, Examination } from "../../define.ts";
import { fillTarget } from "../../target-words.ts";
import { lastMinutes } from "../window-sums/window.ts";
import { tagValue } from "./scalar.ts";
import type { AskScalars } from "./scalar.ts";
import { readWords } from "./words.ts";

export interface Examined {
  /** The connection's template of an arm's tags. */
  readonly arm: string;
  readonly clock: Clock;
  readonly askScalars: AskScalars;
  /** Throws when Datadog does not know the API key. */
  readonly validate: (signal: AbortSignal) => Promise<void>;
}

/**
 * What only Datadog knows: whether it takes the keys, and whether each query has points under the tags of the plan's services, whatever their
 * version. Never throws, except with the signal's reason.
 */
export async function examineDatadog(examined: Examined, { plan, queries }: Examination, signal: AbortSignal): Promise<readonly Check[]> {
  const { clock, askScalars, validate } = examined;
  const checks: Check[] = [];
  const look = async <T>(what: string, remedy: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      checks.push({ what, verdict: "wrong", says: `${cause instanceof Error ? cause.message : String(cause)}.`, remedy });
      return null;
    }
  };
  const isKnown = await look("API key", "Look at the connection's url and apiKey: each site of Datadog has its own.", async () => {
    await validate(signal);
    return true;
  });
  if (isKnown === null) return checks;
  checks.push({ what: "API key", verdict: "ok", says: "Datadog knows it.", remedy: null });
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    if (read.kind === "problem") continue;
    const { asked } = read;
    const what = `query of ${metric.name}`;
    const services = plan.services.map(({ name }) => name).filter((name) => asked.service === null || asked.service === name);
    const query = asked.kind === "number" ? asked.value : asked.total;
    const aggregator = asked.kind === "number" ? "avg" : "sum";
    const wanted = services.map(
      (service) => ({ query: query.replaceAll("{arm}", anyVersion(examined.arm, service, plan.environment)), aggregator }) as const,
    );
    const remedy = "Correct the query in the plan, or give the application key the scope timeseries_query.";
    const scalars = await look(what, remedy, () => askScalars(wanted, lastMinutes(clock.nowMs(), 0, 60), signal));
    if (scalars === null) continue;
    const silent = services.filter((_, at) => (scalars[at] ?? null) === null);
    checks.push(
      silent.length === 0
        ? { what, verdict: "ok", says: "It has points in the last hour.", remedy: null }
        : silentCheck(what, silent, wanted[0]?.query ?? ""),
    );
  }
  return checks;
}

/** The tags of a service in any version: `*` stands for the rest of a value. */
function anyVersion(template: string, service: string, environment: string): string {
  const marker = "serin-any";
  const tags = fillTarget(template.replaceAll("{arm}", "{version}"), { service, version: marker, arm: "canary", environment }, tagValue);
  return tags.replaceAll(marker, "*");
}

function silentCheck(what: string, silent: readonly string[], query: string): Check {
  return {
    what,
    verdict: "doubtful",
    says: `No point of ${silent.join(", ")} in the last hour for ${query.slice(0, 200)}.`,
    remedy: "Look at the tags in Datadog's metrics explorer, and at arm in the connection.",
  };
}
