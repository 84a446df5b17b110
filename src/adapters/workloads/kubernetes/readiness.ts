import { annotations } from "./names.ts";
import type { Deployment } from "./objects.ts";

/** How far a Deployment is, by its own words. */
export interface Readiness {
  readonly isReady: boolean;
  /** True once pods of its present template have served: then its Service is an address, also while they fall and rise. */
  readonly hasServed: boolean;
  /** Why it is not ready, one sentence; empty when it is. */
  readonly says: string;
}

/**
 * Judges a Deployment as `kubectl rollout status` does while a roll-out is under way. Once that is complete it is ready as long as the Deployment
 * is available, so that a pod that is moved to another node does not unsettle a release.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status
 */
export function judge({ metadata, spec, status }: Deployment): Readiness {
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  const progressing = condition("Progressing");
  const isCurrent = status.observedGeneration >= metadata.generation;
  const isComplete = isCurrent && progressing?.reason === "NewReplicaSetAvailable";
  // Without a pod a roll-out is complete too: one that waits for its migration has served nobody.
  const hasWaited = metadata.annotations[annotations.waitsFor] !== undefined;
  const hasServed = (isComplete && !hasWaited) || (isCurrent && status.availableReplicas > 0);
  const available = `${status.availableReplicas} of ${spec.replicas} replicas available`;
  const not = (says: string): Readiness => ({ isReady: false, hasServed, says });
  if (metadata.deletionTimestamp) return not("it is being deleted");
  if (spec.replicas === 0) return not("it is scaled to 0");
  if (!isCurrent) return not("its change was not taken up yet");
  const failure = condition("ReplicaFailure");
  if (failure?.status === "True") return not(`${available}: ${failure.message}`);
  if (spec.paused === true && status.updatedReplicas < spec.replicas) return not("its roll-out is paused");
  if (progressing?.status === "False") return not(`${available}: ${progressing.message || progressing.reason}`);
  if (status.updatedReplicas < spec.replicas) return not(`${status.updatedReplicas} of ${spec.replicas} replicas are of the new version`);
  if (status.replicas > status.updatedReplicas)
    return not(`${status.replicas - status.updatedReplicas} replicas of the old version still run`);
  const isSteady = isComplete && condition("Available")?.status === "True";
  if (status.availableReplicas < spec.replicas && !isSteady) return not(available);
  return { isReady: true, hasServed: true, says: "" };
}
