import type { Clock } from "../../../ports.ts";
import type { Check, Examination } from "../../define.ts";
import type { Cloudwatch } from "./client.ts";
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
    return [{ what, verdict: "ok", says: `It may be called, and takes the names of ${series.length} series.`, remedy: null }];
  } catch (cause) {
    signal.throwIfAborted();
    const says = `${cause instanceof Error ? cause.message : String(cause)}.`;
    return [
      {
        what,
        verdict: "wrong",
        says,
        remedy: "Look at the connection's region and key, or the role of this machine: it needs cloudwatch:GetMetricData.",
      },
    ];
  }
}
