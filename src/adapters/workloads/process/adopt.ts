import { findByLaunch, findLeader, identify } from "./identity.ts";
import type { ProcessRecord, StateFile } from "./state-file.ts";
import { isRunning, killRemains } from "./stop.ts";

/**
 * Answers the processes of the state file that run now, and forgets the others. What a dead one left behind is killed; one whose start was
 * not written down to its end, because serin was killed in it, is found by its mark.
 */
export function adoptRecords(state: StateFile): readonly ProcessRecord[] {
  return state.all().flatMap((found) => {
    const record = found.pid === null ? complete(found) : found;
    if (record !== null && isRunning(record)) {
      if (record !== found) state.put(record);
      return [record];
    }
    killRemains(found);
    state.remove(found);
    return [];
  });
}

function complete(record: ProcessRecord): ProcessRecord | null {
  const pid = findLeader(findByLaunch(record.launch));
  return pid === null ? null : { ...record, pid, identity: identify(pid) };
}
