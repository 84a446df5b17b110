import type { Clock } from "../../../ports.ts";
import { findByLaunch, identify } from "./identity.ts";
import type { ProcessRecord } from "./state-file.ts";

/** Between two looks at whether a process is gone. */
const lookEveryMs = 20;

/** True while the very process that was started runs, not another one that was given its pid. */
export function isRunning(record: ProcessRecord): boolean {
  return record.pid !== null && record.identity !== null && identify(record.pid) === record.identity;
}

/**
 * Ends the process and everything that it started: SIGTERM to its group, and SIGKILL to what is left after its plan's `stopWithinMs`. Resolves when
 * nothing of it runs. Never signals a process that is not of this launch.
 */
export async function stopProcess(record: ProcessRecord, clock: Clock): Promise<void> {
  signalAll(record, "SIGTERM");
  const untilMs = clock.monotonicMs() + record.plan.stopWithinMs;
  while (!isGone(record)) {
    if (clock.monotonicMs() >= untilMs) signalAll(record, "SIGKILL");
    await clock.wait(lookEveryMs);
  }
}

/** Kills what a process left behind when it ended by itself: its children would hold its port. */
export function killRemains(record: ProcessRecord): void {
  for (const pid of findByLaunch(record.launch)) signal(pid, "SIGKILL");
}

function isGone(record: ProcessRecord): boolean {
  return !isRunning(record) && findByLaunch(record.launch).length === 0;
}

function signalAll(record: ProcessRecord, name: "SIGTERM" | "SIGKILL"): void {
  if (record.pid !== null && isRunning(record)) signal(-record.pid, name);
  else for (const pid of findByLaunch(record.launch)) signal(pid, name);
}

/** Sends a signal to a process, or to a group (negative); one that ended in this moment needs none. */
function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
