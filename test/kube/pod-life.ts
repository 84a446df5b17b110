import { listOf, mapOf, textOf } from "./json.ts";
import type { JsonMap, KubeObject } from "./json.ts";

/** How often a crashing container is started again, at most: then it stays down. */
const mostRestarts = 4;

/**
 * The status that a pod comes to next by the BEHAVIOUR of its first container, or by an image whose name has "missing" in it; `status` is `null`
 * when it stays as it is. `event`: a warning about it; `null`: none. A pod of a Job ends when it may.
 */
export function nextPodStatus(
  pod: KubeObject,
  now: string,
  mayEnd = true,
): { readonly status: JsonMap | null; readonly event: string | null } {
  const before = mapOf(pod["status"]);
  const container = mapOf(listOf(mapOf(pod["spec"])["containers"])[0]);
  const [name, image] = [textOf(container["name"]), textOf(container["image"])];
  const behaviour = image.includes("missing") ? "missing" : behaviourOf(container);
  const known = mapOf(listOf(before["containerStatuses"])[0]);
  const stay = { status: null, event: null };
  const of = (phase: string, status: JsonMap, ready: boolean): JsonMap => ({
    phase,
    ...(before["qosClass"] === undefined ? {} : { qosClass: before["qosClass"] }),
    startTime: before["startTime"] ?? now,
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: now },
      { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: now },
    ],
    containerStatuses: [{ name, image, imageID: "", ready, restartCount: 0, started: ready, lastState: {}, ...status }],
  });
  const running = { running: { startedAt: now } };
  if (known["name"] === undefined)
    return { status: of("Pending", { state: { waiting: { reason: "ContainerCreating" } } }, false), event: null };
  const isCreating = mapOf(mapOf(known["state"])["waiting"])["reason"] === "ContainerCreating";
  if (mapOf(pod["spec"])["restartPolicy"] === "Never" && behaviour !== "missing") {
    const isOver = before["phase"] === "Failed" || before["phase"] === "Succeeded";
    if (isOver || (!mayEnd && behaviour !== "crashing")) return stay;
    const exitCode = behaviour === "crashing" ? 4 : 0;
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      message: exitCode === 0 ? "" : "I fell",
      startedAt: now,
      finishedAt: now,
    };
    return { status: of(exitCode === 0 ? "Succeeded" : "Failed", { state: { terminated } }, false), event: null };
  }
  switch (behaviour) {
    case "missing":
      return isCreating
        ? {
            status: of(
              "Pending",
              { state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}"` } } },
              false,
            ),
            event: null,
          }
        : stay;
    case "crashing": {
      const restarts = Number(known["restartCount"] ?? 0);
      if (restarts >= mostRestarts) return stay;
      const terminated = { exitCode: 4, reason: "Error", message: "", startedAt: now, finishedAt: now };
      const down = {
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off restarting failed container" } },
        lastState: { terminated },
        restartCount: restarts + 1,
      };
      return {
        status: of(
          "Running",
          {
            ...down,
            lastState: { terminated: { ...terminated, message: textOf(container["terminationMessagePolicy"]) === "File" ? "" : "I fell" } },
          },
          false,
        ),
        event: null,
      };
    }
    case "unhealthy":
      return isCreating
        ? { status: of("Running", { state: running }, false), event: "Readiness probe failed: HTTP probe failed with statuscode: 503" }
        : stay;
    default:
      return isCreating ? { status: of("Running", { state: running }, true), event: null } : stay;
  }
}

function behaviourOf(container: JsonMap): string {
  const said = listOf(container["env"])
    .map((each) => mapOf(each))
    .find((each) => each["name"] === "BEHAVIOUR");
  return textOf(said?.["value"]) || "good";
}
