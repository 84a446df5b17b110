import type { Clock } from "../../../ports.ts";
import { fine, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import type { Cloudwatch } from "./client.ts";
import { findings } from "./findings.ts";
import { readWords } from "./words.ts";

export interface Examined {
  readonly api: Cloudwatch;
  readonly clock: Clock;
}

/**
 * What only CloudWatch knows: whether it takes our credentials and lets us read. Which arms have points shows only with a release: each version is a
 * dimension of its own. Never throws, except with the signal's reason.
 */
export async function examineCloudwatch(
  { api, clock }: Examined,
  { queries }: Examination,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const what = "cloudwatch:GetMetricData";
  const asked = queries.flatMap(({ metric }) => {
    const read = readWords(metric.kind, metric.query);
    return read.kind === "asked" ? [read.asked] : [];
  });
  const toMs = clock.nowMs();
  const series = asked.flatMap(({ namespace, metrics, dimensions, stat }) =>
    metrics.map((metric) => ({ namespace, metric, dimensions, stat })),
  );
  try {
    await api.values(series, { fromMs: toMs - 60_000, toMs }, signal);
    return [fine(what, findings.mayBeCalled(series.length))];
  } catch (cause) {
    signal.throwIfAborted();
    return [wrong(what, findings.fails(cause instanceof Error ? cause.message : String(cause)))];
  }
}
