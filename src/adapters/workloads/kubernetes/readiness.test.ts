import { expect, test } from "vitest";
import { readDeployment } from "./objects.ts";
import { judge } from "./readiness.ts";

const complete = { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" };
const updating = { type: "Progressing", status: "True", reason: "ReplicaSetUpdated" };
const available = { type: "Available", status: "True" };

/** Of four replicas, in generation 3. */
function judged(status: object, { spec = {}, metadata = {} }: { readonly spec?: object; readonly metadata?: object } = {}) {
  const template = { metadata: { labels: {} }, spec: { containers: [{ name: "app", image: "web:1" }] } };
  const object = { metadata: { name: "web", generation: 3, ...metadata }, spec: { replicas: 4, selector: {}, template, ...spec }, status };
  return judge(readDeployment(object));
}

const all = { observedGeneration: 3, replicas: 4, updatedReplicas: 4, availableReplicas: 4, conditions: [complete, available] };

test.each<[string, object, boolean, RegExp]>([
  ["everything is there", all, true, /^$/],
  ["nobody has looked at it", { ...all, observedGeneration: 2 }, false, /not taken up/],
  ["nothing was said yet", {}, false, /not taken up/],
  [
    "some are of the old version",
    { ...all, updatedReplicas: 3, conditions: [updating, available] },
    false,
    /3 of 4 replicas are of the new version/,
  ],
  ["the old ones still run", { ...all, replicas: 5, conditions: [updating, available] }, false, /1 replicas of the old version/],
  [
    "the new ones do not serve yet",
    { ...all, availableReplicas: 3, conditions: [updating, available] },
    false,
    /3 of 4 replicas available/,
  ],
  ["one is moved to another node after the roll-out", { ...all, availableReplicas: 3 }, true, /^$/],
  [
    "too many have fallen after the roll-out",
    { ...all, availableReplicas: 1, conditions: [complete, { type: "Available", status: "False" }] },
    false,
    /1 of 4/,
  ],
  [
    "it took too long",
    {
      ...all,
      availableReplicas: 0,
      conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "has timed out" }],
    },
    false,
    /has timed out/,
  ],
  [
    "pods may not be made",
    {
      ...all,
      updatedReplicas: 0,
      replicas: 0,
      availableReplicas: 0,
      conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota: small" }],
    },
    false,
    /exceeded quota: small/,
  ],
])("%s", (_, status, isReady, says) => {
  const said = judged(status);
  expect(said.isReady).toBe(isReady);
  expect(said.says).toMatch(says);
});

test("scaled to nothing is available by the API's words, and not ready by ours", () => {
  expect(judged({ observedGeneration: 3, conditions: [complete, available] }, { spec: { replicas: 0 } })).toMatchObject({
    isReady: false,
    says: "it is scaled to 0",
  });
});

test("one that waits for a migration has served nobody, though its roll-out of no pods is complete", () => {
  const waits = { spec: { replicas: 0 }, metadata: { annotations: { "serin.dev/waits-for": "migrate-1" } } };
  expect(judged({ observedGeneration: 3, conditions: [complete, available] }, waits)).toMatchObject({ isReady: false, hasServed: false });
  expect(judged(all, { metadata: waits.metadata })).toMatchObject({ isReady: true, hasServed: true });
});

test("what is being deleted, or paused, is not ready", () => {
  expect(judged(all, { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })).toMatchObject({
    isReady: false,
    says: "it is being deleted",
  });
  expect(judged({ ...all, updatedReplicas: 0 }, { spec: { paused: true } })).toMatchObject({
    isReady: false,
    says: "its roll-out is paused",
  });
});

test("an address stays through a fall, and is there only once it has served", () => {
  const down = { ...all, availableReplicas: 0 };
  expect(judged({ ...down, conditions: [updating] }).hasServed).toBe(false);
  expect(judged(down)).toMatchObject({ isReady: true });
  expect(judged({ ...down, conditions: [complete, { type: "Available", status: "False" }] })).toMatchObject({
    isReady: false,
    hasServed: true,
  });
});
