import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { ownerOf } from "./clone.ts";
import { fieldManager, hashOf, ownLabels, shorten } from "./names.ts";
import { readJob } from "./objects.ts";
import type { Deployment, Job } from "./objects.ts";
import type { Place } from "./plan-options.ts";
import type { Words } from "./words.ts";

/** How far a Job is. `failed`: it will not be tried again. */
export type JobState = "running" | "complete" | "failed";

/** How far a Job is, by its conditions. Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#terminal-job-conditions */
export function stateOf({ status }: Job): JobState {
  const has = (type: string): boolean => status.conditions.some((condition) => condition.type === type && condition.status === "True");
  if (has("Complete")) return "complete";
  return has("Failed") ? "failed" : "running";
}

/** The name of the Job that one version of one release waits for. */
export function migrationName(job: string, of: { readonly release: string | null; readonly version: string }): string {
  return shorten(`${job}-${hashOf(`${of.release ?? ""} ${of.version}`)}`, "migration");
}

/** Labels that the API gives a Job's pods itself. */
const given = ["controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"];

/** A Job as its pattern is, with the version's image; a sentence when it cannot be told which container is meant. */
export function cloneJob(
  pattern: Job,
  place: Place,
  of: { readonly name: string; readonly version: string; readonly release: string | null; readonly owner: Deployment },
): object | string {
  const {
    selector: _,
    manualSelector: __,
    suspend: ___,
    // One that is gone before it was seen to have ended well would be run again.
    ttlSecondsAfterFinished: ____,
    template,
    ...rest
  } = pattern.spec as Job["spec"] & Readonly<Record<string, unknown>>;
  const { containers } = template.spec;
  const wanted = place.migration?.container ?? (containers.length === 1 ? containers[0]?.name : place.container);
  if (!containers.some(({ name }) => name === wanted)) {
    return `Job ${place.namespace}/${pattern.metadata.name} has no container "${wanted ?? ""}"; it has ${containers.map(({ name }) => name).join(", ")}`;
  }
  const kept = Object.entries(template.metadata.labels).filter(([key]) => !given.includes(key));
  const labels = ownLabels(place, "canary", of.release);
  // Its pods are not the canary's: they bear no label of a slot.
  const podLabels = Object.fromEntries(Object.entries(labels).filter(([key]) => key !== "serin.dev/slot"));
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: of.name, namespace: place.namespace, labels, ownerReferences: [ownerOf("apps/v1", "Deployment", of.owner)] },
    spec: {
      ...rest,
      template: {
        ...template,
        metadata: { ...template.metadata, labels: { ...Object.fromEntries(kept), ...podLabels } },
        spec: { ...template.spec, containers: containers.map((each) => (each.name === wanted ? { ...each, image: of.version } : each)) },
      },
    },
  };
}

/** The Job of this name; `null`: there is none. */
export async function findJob(
  client: KubeClient,
  at: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<Job | null> {
  const object = await client.find(kubePath({ apiVersion: "batch/v1", namespace: at.namespace, plural: "jobs", name: at.name }), signal);
  return object ? readJob(object) : null;
}

/** Begins the migration of a version unless it was begun. Answers its state. */
export async function runMigration(
  client: KubeClient,
  place: Place,
  of: { readonly name: string; readonly version: string; readonly release: string | null; readonly owner: Deployment },
  signal: AbortSignal,
): Promise<JobState> {
  const { namespace } = place;
  const known = await findJob(client, { namespace, name: of.name }, signal);
  if (known) return stateOf(known);
  const pattern = await findJob(client, { namespace, name: place.migration?.job ?? "" }, signal);
  if (!pattern) throw new Error(`there is no Job ${namespace}/${place.migration?.job ?? ""}, which the plan names as migration`);
  const job = cloneJob(pattern, place, of);
  if (typeof job === "string") throw new Error(job);
  try {
    await client.call(
      { method: "POST", path: kubePath({ apiVersion: "batch/v1", namespace, plural: "jobs" }), query: { fieldManager }, body: job },
      signal,
    );
  } catch (error) {
    // Another try of the same call has made it.
    if (!isRefusal(error, 409)) throw error;
  }
  return "running";
}

/** Where a migration stands, one sentence; empty once it has ended well. */
export async function sayMigration(
  parts: { readonly client: KubeClient; readonly words: Words },
  at: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<string> {
  const job = await findJob(parts.client, at, signal);
  if (!job) return `its migration Job ${at.name} was not begun yet, or is gone`;
  const state = stateOf(job);
  if (state === "complete") return "";
  const selector = { matchLabels: { "job-name": at.name }, matchExpressions: [] };
  const said = await parts.words.of(at.namespace, await parts.words.pods(at.namespace, selector, signal), signal);
  const why = job.status.conditions.find(({ type, status }) => type === "Failed" && status === "True");
  const end = state === "failed" ? `failed${why?.message ? `: ${why.message}` : ""}` : "has not ended yet";
  return `its migration Job ${at.name} ${end}${said === "" ? "" : `; ${said}`}`;
}
