import type { Pod } from "./objects.ts";

/** What stands in the way of one pod. */
export interface PodTrouble {
  readonly pod: string;
  /** One clause: "app: CrashLoopBackOff, exit code 1". */
  readonly says: string;
  /** The container whose log may say more, and how often it was started again; `null`: nothing has run. */
  readonly log: { readonly container: string; readonly restarts: number; readonly isOfBefore: boolean } | null;
  /** True when only the pod's events can say more. */
  readonly isSilent: boolean;
}

/** How often the containers of these pods were started again. */
export function restartsOf(pods: readonly Pod[]): number {
  return pods.flatMap(({ status }) => status.containerStatuses).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** The gravest trouble of these pods; `null`: none that they say. */
export function worstTrouble(pods: readonly Pod[]): PodTrouble | null {
  const troubles = pods.filter(({ metadata }) => !metadata.deletionTimestamp).flatMap((pod) => troubleOf(pod) ?? []);
  return troubles.sort((left, right) => Number(left.isSilent) - Number(right.isSilent) || left.pod.localeCompare(right.pod))[0] ?? null;
}

/** Waiting for these is the way of every pod. */
const usual = new Set(["ContainerCreating", "PodInitializing"]);

function troubleOf({ metadata, status }: Pod): PodTrouble | null {
  const named = (says: string, more: Partial<PodTrouble> = {}): PodTrouble => ({
    pod: metadata.name,
    says,
    log: null,
    isSilent: false,
    ...more,
  });
  const scheduled = status.conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return named(`cannot be scheduled: ${scheduled.message || scheduled.reason}`);
  if (status.phase === "Succeeded") return null;
  if (status.phase === "Failed" && status.reason !== "") {
    return named(`failed: ${[status.reason, status.message].filter((word) => word !== "").join(", ")}`);
  }
  for (const each of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const { waiting, terminated } = each.state;
    const before = terminated ?? each.lastState.terminated;
    const log = before ? { container: each.name, restarts: each.restartCount, isOfBefore: terminated === undefined } : null;
    if (waiting && !usual.has(waiting.reason) && !before) {
      return named(`${each.name} cannot be started: ${[waiting.reason, waiting.message].filter((word) => word !== "").join(", ")}`);
    }
    if (before && !each.ready && (before.exitCode !== 0 || waiting)) {
      const reason = waiting && waiting.reason !== "" ? `${waiting.reason}, ` : "";
      return named(`${each.name}: ${reason}${sayEnd(before)}`, { log: before.message === "" ? log : null });
    }
  }
  const isReady = status.conditions.some(({ type, status: said }) => type === "Ready" && said === "True");
  const unready = status.containerStatuses.find(({ ready }) => !ready);
  return isReady ? null : named(unready ? `${unready.name} is not ready` : "it is not ready", { isSilent: true });
}

function sayEnd({ exitCode, reason, message }: { readonly exitCode: number; readonly reason: string; readonly message: string }): string {
  const how = reason === "" || reason === "Error" || reason === "Completed" ? "" : ` (${reason})`;
  return `exit code ${exitCode}${how}${message === "" ? "" : `, last words: ${tail(message)}`}`;
}

const mostCharacters = 500;

/** The last lines of a text, as one. */
export function tail(text: string): string {
  const lines = text.trim().split(/\r?\n/).slice(-5).join(" | ");
  return lines.length > mostCharacters ? `…${lines.slice(-mostCharacters)}` : lines;
}
