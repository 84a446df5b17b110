import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MessageChannel, Worker, isMainThread, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { keptSeeds } from "./kept-seeds.ts";
import { live } from "./seeds.ts";
import { timeline } from "./timeline.ts";

/** What one seed came to. */
interface Told {
  readonly seed: number;
  readonly fate: string;
  readonly end: string;
  readonly crashes: number;
  readonly broken: readonly string[];
}

/** `npm run sim -- --seeds N [--from SEED] [--show SEED]`: lives N seeded stories through and says which broke a promise. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: "string", default: "200" }, from: { type: "string", default: "1" }, show: { type: "string" } },
  });
  if (values.show !== undefined) return show(Number(values.show));
  const [count, from] = [Number(values.seeds), Number(values.from)];
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(from))
    throw new Error("--seeds and --from want whole numbers: npm run sim -- --seeds 2000 --from 1");
  const asked = Array.from({ length: count }, (_, index) => from + index);
  const told = await liveAll([...new Set([...keptSeeds.keys(), ...asked])]);
  const bad = told.filter((story) => story.broken.length > 0);
  for (const [end, stories] of Map.groupBy(told, (story) => story.end))
    process.stdout.write(`${String(stories.length).padStart(6)}  ${end}\n`);
  for (const story of bad.slice(0, 20))
    process.stdout.write(`seed ${story.seed} (${story.fate}, ${story.end}, ${story.crashes} crashes): ${story.broken[0]}\n`);
  process.stdout.write(
    `${told.length} seeds, ${told.reduce((sum, story) => sum + story.crashes, 0)} crashes, ${bad.length} with a broken promise\n`,
  );
  process.exitCode = bad.length === 0 ? 0 : 1;
}

async function show(seed: number): Promise<void> {
  const story = await live(seed);
  process.stdout.write(
    `${timeline(story.stored)}\n${story.fate}: ${story.status.kind}, ${story.crashesMs.length} crashes\n${story.broken.join("\n")}\n${story.troubles.slice(0, 5).join("\n")}\n`,
  );
}

/** The seeds, shared between as many threads as there are cores. */
async function liveAll(all: readonly number[]): Promise<readonly Told[]> {
  const threads = Math.min(availableParallelism(), all.length);
  const parts = await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const seeds = all.filter((_seed, index) => index % threads === thread);
      return new Promise<readonly Told[]>((resolve, reject) => {
        const { port1, port2 } = new MessageChannel();
        const worker = new Worker(new URL(import.meta.url), { workerData: { seeds, port: port2 } satisfies Work, transferList: [port2] });
        port1.once("message", resolve);
        worker.once("error", reject);
      });
    }),
  );
  return parts.flat().sort((left, right) => left.seed - right.seed);
}

interface Work {
  readonly seeds: readonly number[];
  readonly port: MessagePort;
}

async function work({ seeds, port }: Work): Promise<void> {
  const told: Told[] = [];
  for (const seed of seeds) {
    const story = await live(seed);
    told.push({ seed, fate: story.fate, end: story.status.kind, crashes: story.crashesMs.length, broken: story.broken });
  }
  port.postMessage(told);
  port.close();
}

if (isMainThread) await main();
else await work(workerData as Work);
