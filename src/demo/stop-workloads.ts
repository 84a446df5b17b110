import { processWorkloads } from "../adapters/workloads/process.ts";
import { createClock } from "../engine/clock.ts";

/** Ends every process that the workloads adapter keeps in `dataDir`, whoever started it; resolves when none is left. No server may run on it any more. */
export async function stopWorkloads(dataDir: string): Promise<void> {
  const workloads = processWorkloads.create({}, { clock: createClock(), dataDir });
  try {
    await workloads.stopAll();
  } finally {
    workloads.close();
  }
}
