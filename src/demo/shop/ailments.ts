import type { Weather } from "../weather.ts";
import type { Fault, Mischief } from "./fault.ts";

/** Processor time that the plan gives each process of the shop, as a share of one core; `limit` of the metric `cpu` in `examples/laptop/plan.yaml`. */
export const cpuLimit = 0.5;

/** What a process of the shop suffers from as a whole, whoever asks it. */
export interface Ailments {
  /** Begins what the weather of an answer brings on; each ailment begins once and then goes on. */
  catch(weather: Weather): void;
  /** Ends them all. */
  heal(): void;
}

const leaksEveryMs = 100;
const burnsEveryMs = 20;

/** The ailments of a process under its mischief. */
export function createAilments(mischief: Mischief): Ailments {
  const caught = new Map<object, NodeJS.Timeout>();
  return {
    catch(weather) {
      for (const leak of mischief.active("leak", weather)) if (!caught.has(leak)) caught.set(leak, keepMemory(leak));
      for (const burn of mischief.active("burn", weather)) if (!caught.has(burn)) caught.set(burn, burnProcessor(burn.ofLimit * cpuLimit));
    },
    heal() {
      for (const timer of caught.values()) clearInterval(timer);
    },
  };
}

type Leak = Pick<Extract<Fault, { readonly kind: "leak" }>, "mebibytesPerSecond" | "mostMebibytes">;

/** Keeps more and more memory, every byte of it written, so that it is resident. */
function keepMemory({ mebibytesPerSecond, mostMebibytes }: Leak): NodeJS.Timeout {
  const kept: Buffer[] = [];
  const pieceBytes = Math.round((mebibytesPerSecond * 1024 * 1024 * leaksEveryMs) / 1000);
  const most = (mostMebibytes * 1024 * 1024) / pieceBytes;
  const timer = setInterval(() => {
    kept.push(Buffer.alloc(pieceBytes, kept.length + 1));
    if (kept.length >= most) clearInterval(timer);
  }, leaksEveryMs);
  return timer.unref();
}

/** Uses up what the process leaves of `cores`, in short pieces, so that it answers in between. */
function burnProcessor(cores: number): NodeJS.Timeout {
  const began = { atMs: performance.now(), usedMs: usedMs() };
  const timer = setInterval(() => {
    const owed = (): number => (performance.now() - began.atMs) * cores - (usedMs() - began.usedMs);
    const untilMs = performance.now() + burnsEveryMs;
    while (owed() > 0 && performance.now() < untilMs) Math.sqrt(untilMs);
  }, burnsEveryMs);
  return timer.unref();
}

function usedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
