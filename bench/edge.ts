// What serin's edge costs beside other ways to a shop, and what it bears. All ways are measured in turns in one run, since the machine is never quiet.
import type { CrowdOrder, CrowdResult } from "./edge/crowd.ts";
import type { LoadOrder, LoadResult } from "./edge/load.ts";
import { changeShares, interleave, quantileOf } from "./edge/measures.ts";
import type { Load, Slice } from "./edge/measures.ts";
import { raiseOpenFiles, residentMb, startWorker } from "./edge/processes.ts";
import { endOnInterrupt, openScene } from "./edge/scene.ts";
import type { Scene, Way } from "./edge/scene.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const count = (value: number): string => Math.round(value).toLocaleString("en");

/** Of the files that a process may open, what the edge gives to clients at most, and a little less. */
const clientsPart = 0.7;
const wantedConnections = 10_000;
/** What the edge is compared with, where it is there. */
const peers = ["HAProxy", "bare undici"] as const;

/** Throughput, added latency, share changes under load, and very many connections. Quick: a look, of a third of the time. */
export async function bench(options: { readonly quick: boolean }): Promise<void> {
  if (process.platform !== "linux") throw new Error("the processor time of a process is read from /proc: run this on Linux");
  endOnInterrupt();
  const files = raiseOpenFiles(process.pid, Math.ceil(wantedConnections / clientsPart));
  const scene = await openScene();
  const load: Load = startWorker<LoadOrder, LoadResult>("load");
  try {
    const compared =
      scene.haproxyVersion === null ? "haproxy is not installed: apt-get install haproxy" : `HAProxy ${scene.haproxyVersion}`;
    say(`Node ${process.version}, ${compared}. Ratios carry over to other machines; figures marked * are of this one, now.`);
    await throughput(scene, load, options);
    await latency(scene, load, options);
    await shares(scene, load, options);
    await crowd(scene, { ...options, files });
  } finally {
    await load.end();
    await scene.close();
  }
}

async function throughput(scene: Scene, load: Load, { quick }: { readonly quick: boolean }): Promise<void> {
  const how = { rounds: quick ? 8 : 40, sliceMs: 500, connections: 64, everyMs: 0 };
  const slices = await interleave(scene.ways, load, how);
  say(
    `\nThroughput: ${how.connections} keep-alive connections, ${how.rounds} rounds of ${how.sliceMs / 1000} s in turns; ratio of all rounds (middle half of the rounds)`,
  );
  const compared = peers.filter((name) => scene.ways.some((way) => way.name === name));
  const heads = ["* requests per CPU-second", ...compared.map((name) => `to ${name}`), "requests/s to direct"];
  say(`  ${"".padEnd(22)}${heads.map((head) => head.padStart(26)).join("")}`);
  const named = (name: Way["name"]): readonly Slice[] => [...slices].find(([way]) => way.name === name)?.[1] ?? [];
  for (const [way, own] of slices) {
    const toOthers = compared.map((name) => ratio(own, named(name), perCpuSecond));
    const cells = [way.pid === null ? "" : count(perCpuSecond(own)), ...toOthers, ratio(own, named("direct"), perSecond)];
    say(`  ${way.name.padEnd(22)}${cells.map((cell) => cell.padStart(26)).join("")}`);
    sayFailed(way.name, failures(own));
  }
}

const sum = (slices: readonly Slice[], of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0);
const requests = (slices: readonly Slice[]): number => sum(slices, (slice) => slice.requests);
const perSecond = (slices: readonly Slice[]): number => requests(slices) / sum(slices, (slice) => slice.seconds);
const perCpuSecond = (slices: readonly Slice[]): number => requests(slices) / sum(slices, (slice) => slice.cpuSeconds ?? Number.NaN);
const failures = (slices: readonly Slice[]): readonly string[] => slices.flatMap((slice) => slice.failed);

/** What one way does to what another does; empty when there is nothing to compare. */
function ratio(own: readonly Slice[], other: readonly Slice[], of: (slices: readonly Slice[]) => number): string {
  const all = of(own) / of(other);
  if (!Number.isFinite(all)) return "";
  const rounds = own.map((slice, round) => of([slice]) / of(other.slice(round, round + 1)));
  return `${all.toFixed(2)} (${quantileOf(rounds, 0.25).toFixed(2)}-${quantileOf(rounds, 0.75).toFixed(2)})`;
}

async function latency(scene: Scene, load: Load, { quick }: { readonly quick: boolean }): Promise<void> {
  const how = { rounds: quick ? 8 : 40, sliceMs: 500, connections: 16, everyMs: 40 };
  const slices = await interleave(scene.ways, load, how);
  say(`\nLatency at ${(how.connections * 1000) / how.everyMs} requests/s on ${how.connections} connections, ${how.rounds} rounds in turns`);
  const heads = ["* p50 ms", "* p99 ms", "* added p50 ms", "* added p99 ms", "p50 to direct", "p99 to direct"];
  say(`  ${"".padEnd(22)}${heads.map((head) => head.padStart(16)).join("")}`);
  const all = new Map([...slices].map(([way, own]) => [way.name, own.flatMap((slice) => slice.latenciesMs)]));
  const at = (name: Way["name"], quantile: number): number => quantileOf(all.get(name) ?? [], quantile);
  for (const name of all.keys()) {
    const quantiles = [0.5, 0.99];
    const own = quantiles.map((quantile) => at(name, quantile));
    const added = quantiles.map((quantile) => at(name, quantile) - at("direct", quantile));
    const times = quantiles.map((quantile) => at(name, quantile) / at("direct", quantile));
    const cells = name === "direct" ? own : [...own, ...added, ...times];
    say(`  ${name.padEnd(22)}${cells.map((cell) => cell.toFixed(2).padStart(16)).join("")}`);
  }
  for (const [way, own] of slices) sayFailed(way.name, failures(own));
}

async function shares(scene: Scene, load: Load, { quick }: { readonly quick: boolean }): Promise<void> {
  const how = { changes: 200, gapMs: quick ? 30 : 60, connections: 64 };
  const { requests, failed, lastCanaryMs, callMs } = await changeShares({ urls: scene.edge.urls, share: scene.share }, load, how);
  say(`\n${how.changes} share changes between 50 % and 0 % under load, ${how.connections} keep-alive connections that repeat nothing`);
  say(`  failed: ${failed.length} of ${count(requests)} requests`);
  const figures = (values: readonly number[]): string =>
    `p50 ${quantileOf(values, 0.5).toFixed(1)}, p99 ${quantileOf(values, 0.99).toFixed(1)}, longest ${Math.max(...values).toFixed(1)} ms *`;
  say(`  from the call to the last answer of the canary: ${figures(lastCanaryMs)}`);
  say(`  from the call until the edge says that it is done: ${figures(callMs)}`);
  sayFailed("share changes", failed);
}

async function crowd(scene: Scene, { quick, files }: { readonly quick: boolean; readonly files: number }): Promise<void> {
  const people = startWorker<CrowdOrder, CrowdResult>("crowd");
  try {
    const connections = Math.min(wantedConnections, Math.floor(files * clientsPart));
    const beforeMb = residentMb(scene.edge.pid);
    const { served, failed } = await people.order({ url: scene.edge.urls[0] ?? "", connections, rounds: quick ? 2 : 4 });
    const afterMb = residentMb(scene.edge.pid);
    const limited =
      connections < wantedConnections
        ? ` (${count(wantedConnections)} were wanted: this user may open ${count(files)} files a process)`
        : "";
    say(`\n${count(connections)} concurrent keep-alive connections${limited}`);
    say(`  failed: ${failed.length} of ${count(served + failed.length)} requests`);
    say(`  memory of the edge: ${beforeMb.toFixed(0)} MB before, ${afterMb.toFixed(0)} MB with them *`);
    sayFailed("connections", failed);
  } finally {
    await people.end();
  }
}

function sayFailed(where: string, failed: readonly string[]): void {
  if (failed.length === 0) return;
  const whys = Object.entries(Object.groupBy(failed, (why) => why)).map(([why, all]) => `${why} (${all?.length ?? 0})`);
  say(`  ${where}: ${failed.length} requests failed: ${whys.join(", ")}`);
  process.exitCode = 1;
}
