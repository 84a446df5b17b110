import type { LoadOrder, LoadResult } from "./load.ts";
import { machineMs } from "./machine-ms.ts";
import { cpuSeconds } from "./processes.ts";
import type { Worker } from "./processes.ts";
import type { Way } from "./scene.ts";

export type Load = Worker<LoadOrder, LoadResult>;

/** One way in one round. */
export interface Slice {
  readonly requests: number;
  readonly seconds: number;
  /** Processor time of what stands between; `null`: nothing does. */
  readonly cpuSeconds: number | null;
  readonly failed: readonly string[];
  readonly latenciesMs: readonly number[];
}

/** How a measure is taken: every way once a round, each round beginning with the next one, so that a noisy neighbour meets all alike. */
export interface Rounds {
  readonly rounds: number;
  readonly sliceMs: number;
  readonly connections: number;
  readonly everyMs: number;
}

/** The slices of every way, in the order of the rounds. A first round that only warms up is not in them. */
export async function interleave(ways: readonly Way[], load: Load, how: Rounds): Promise<ReadonlyMap<Way, readonly Slice[]>> {
  const slices = new Map<Way, Slice[]>(ways.map((way) => [way, []]));
  for (let round = -1; round < how.rounds; round += 1) {
    for (let index = 0; index < ways.length; index += 1) {
      const way = ways[(index + round + ways.length) % ways.length];
      if (way === undefined) continue;
      const slice = await takeSlice(way, load, how);
      if (round >= 0) slices.get(way)?.push(slice);
    }
  }
  return slices;
}

async function takeSlice({ urls, pid }: Way, load: Load, { sliceMs, connections, everyMs }: Rounds): Promise<Slice> {
  const before = pid === null ? 0 : cpuSeconds(pid);
  const { requests, failed, tookMs, latenciesMs } = await load.order({ urls, connections, everyMs, forMs: sliceMs });
  return { requests, failed, latenciesMs, seconds: tookMs / 1000, cpuSeconds: pid === null ? null : cpuSeconds(pid) - before };
}

/** What came of moving the share again and again while people were served. */
export interface ShareChanges {
  readonly changes: number;
  readonly requests: number;
  readonly failed: readonly string[];
  /** For each change to 0, from the call until the last answer of the canary had arrived, ms; 0 when none arrived after the call. */
  readonly lastCanaryMs: readonly number[];
  /** The same until the last request that the canary was sent, ms; 0 also where the backends do not stamp their answers. */
  readonly lastForwardedMs: readonly number[];
  /** For each change, until the router had said that it is done, ms. */
  readonly callMs: readonly number[];
}

/** A router as a measure steers it. */
export interface Steered {
  /** Where visitors go, evenly. */
  readonly urls: readonly string[];
  /** Resolves when the router has said that it is done. */
  readonly share: (sharePct: number) => Promise<void>;
}

/**
 * Moves the share between 50 % and 0 % `changes` times under as much load as `connections` make, `gapMs` after the last word took effect: the
 * canary is taken away only when it has answered somebody, for a router may say that it is done before it is.
 */
export async function changeShares(
  router: Steered,
  load: Load,
  how: { readonly changes: number; readonly gapMs: number; readonly connections: number },
): Promise<ShareChanges> {
  const { connections, gapMs, changes } = how;
  await router.share(50);
  const loading = load.order({ urls: router.urls, connections, everyMs: 0, forMs: 300_000 });
  await load.hear("canary");
  await wait(500);
  const calls: { readonly atMs: number; readonly tookMs: number; readonly sharePct: number }[] = [];
  for (let change = 0; change < changes; change += 1) {
    const sharePct = change % 2 === 0 ? 0 : 50;
    const atMs = machineMs();
    await router.share(sharePct);
    calls.push({ atMs, tookMs: machineMs() - atMs, sharePct });
    if (sharePct > 0) await load.hear("canary");
    await wait(gapMs);
  }
  load.tell("stop");
  const { requests, failed, canaryAtMs, canaryForwardedAtMs } = await loading;
  /** For each change to 0, how long after its call the last of these moments was. */
  const lastOf = (momentsMs: readonly number[]): readonly number[] =>
    calls.flatMap(({ atMs, sharePct }, index) => {
      if (sharePct !== 0) return [];
      const nextMs = calls[index + 1]?.atMs ?? Infinity;
      return [momentsMs.reduce((last, at) => (at > atMs && at < nextMs ? Math.max(last, at - atMs) : last), 0)];
    });
  const callMs = calls.map(({ tookMs }) => tookMs);
  return { changes, requests, failed, lastCanaryMs: lastOf(canaryAtMs), lastForwardedMs: lastOf(canaryForwardedAtMs), callMs };
}

/** The value below which the part `quantile` (0-1) of the values lies; NaN of none. */
export function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * quantile) - 1)] ?? Number.NaN;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
