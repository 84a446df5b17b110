import type { Phrase, SaidTrouble } from "../../../core/messages/phrases.ts";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, subjects as shared, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import { fillTarget } from "../../target-words.ts";
import { lastMinutes } from "../window-sums/window.ts";
import { findings, subjects } from "./findings.ts";
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
  const look = async <T>(what: Check["what"], fails: (why: string) => Phrase<SaidTrouble>, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (cause) {
      signal.throwIfAborted();
      checks.push(wrong(what, fails(cause instanceof Error ? cause.message : String(cause))));
      return null;
    }
  };
  const isKnown = await look(subjects.apiKey(), findings.keyRefused, async () => {
    await validate(signal);
    return true;
  });
  if (isKnown === null) return checks;
  checks.push(fine(subjects.apiKey(), findings.keyKnown()));
  for (const { metric } of queries) {
    const read = readWords(metric.kind, metric.query);
    if (read.kind === "problem") continue;
    const { asked } = read;
    const what = shared.queryOf(metric.name);
    const services = plan.services.map(({ name }) => name).filter((name) => asked.service === null || asked.service === name);
    const query = asked.kind === "number" ? asked.value : asked.total;
    const aggregator = asked.kind === "number" ? "avg" : "sum";
    const wanted = services.map(
      (service) => ({ query: query.replaceAll("{arm}", anyVersion(examined.arm, service, plan.environment)), aggregator }) as const,
    );
    const scalars = await look(what, findings.queryFails, () => askScalars(wanted, lastMinutes(clock.nowMs(), 0, 60), signal));
    if (scalars === null) continue;
    const silent = services.filter((_, at) => (scalars[at] ?? null) === null);
    checks.push(silent.length === 0 ? fine(what, findings.hasPoints()) : doubtful(what, findings.noPoints(silent, wanted[0]?.query ?? "")));
  }
  return checks;
}

/** The tags of a service in any version: `*` stands for the rest of a value. */
function anyVersion(template: string, service: string, environment: string): string {
  const marker = "serin-any";
  const tags = fillTarget(template.replaceAll("{arm}", "{version}"), { service, version: marker, arm: "canary", environment }, tagValue);
  return tags.replaceAll(marker, "*");
}
