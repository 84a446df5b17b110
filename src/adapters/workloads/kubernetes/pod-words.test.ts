import { expect, test } from "vitest";
import { readPod } from "./objects.ts";
import { restartsOf, tail, worstTrouble } from "./pod-words.ts";

function pod(status: object, metadata: object = {}) {
  return readPod({
    metadata: { name: "web-1", ...metadata },
    spec: { containers: [{ name: "app", image: "web:1" }] },
    status,
  });
}

const container = (of: object) => ({ containerStatuses: [{ name: "app", ready: false, restartCount: 0, ...of }] });
const ready = [{ type: "Ready", status: "True" }];

test.each<[string, object, string]>([
  [
    "no image",
    container({ state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "web:9"' } } }),
    'app cannot be started: ImagePullBackOff, Back-off pulling image "web:9"',
  ],
  [
    "a wrong reference",
    container({ state: { waiting: { reason: "CreateContainerConfigError", message: 'secret "x" not found' } } }),
    'app cannot be started: CreateContainerConfigError, secret "x" not found',
  ],
  [
    "falling again and again",
    container({
      restartCount: 3,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { exitCode: 1, reason: "Error", message: "no such table\n" } },
    }),
    "app: CrashLoopBackOff, exit code 1, last words: no such table",
  ],
  [
    "too little memory",
    container({ restartCount: 1, state: { running: {} }, lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } } }),
    "app: exit code 137 (OOMKilled)",
  ],
  [
    "no node",
    { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes are available" }] },
    "cannot be scheduled: 0/3 nodes are available",
  ],
  ["a node that threw it out", { phase: "Failed", reason: "Evicted", message: "low on disk" }, "failed: Evicted, low on disk"],
  [
    "an init container that fell",
    {
      initContainerStatuses: [
        { name: "wait", restartCount: 1, lastState: { terminated: { exitCode: 2 } }, state: { waiting: { reason: "CrashLoopBackOff" } } },
      ],
    },
    "wait: CrashLoopBackOff, exit code 2",
  ],
  ["a probe that says no", container({ state: { running: {} } }), "app is not ready"],
])("%s is told", (_, status, says) => expect(worstTrouble([pod(status)])).toMatchObject({ pod: "web-1", says }));

test("a pod that is well, or goes, is no trouble", () => {
  expect(worstTrouble([pod({ ...container({ ready: true, state: { running: {} } }), conditions: ready })])).toBeNull();
  expect(worstTrouble([pod({}, { deletionTimestamp: "2026-01-01T00:00:00Z" })])).toBeNull();
});

test("what has a reason is told before what is only slow", () => {
  const slow = pod(container({ state: { waiting: { reason: "ContainerCreating" } } }), { name: "a" });
  const fallen = pod(container({ state: { terminated: { exitCode: 1 } } }), { name: "b" });
  expect(worstTrouble([slow, fallen])?.pod).toBe("b");
});

test("restarts are counted over pods and containers", () => {
  expect(restartsOf([pod(container({ restartCount: 2 })), pod(container({ restartCount: 3 }))])).toBe(5);
});

test("last words are the last lines, and not a book", () => {
  expect(tail("1\n2\n3\n4\n5\n6\n7\n")).toBe("3 | 4 | 5 | 6 | 7");
  expect(tail("x".repeat(2_000)).length).toBeLessThan(510);
});
