import { capital } from "../../../core/messages/context.ts";
import type { Plan } from "../../../core/plan.ts";
import { doubtful, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { imageOf } from "./clone.ts";
import { serviceOf, urlOf } from "./companions.ts";
import { imageAuthor } from "./drift.ts";
import { isOwn, slotName, slotServiceName } from "./names.ts";
import type { Autoscaler, Deployment, Service } from "./objects.ts";
import type { Place } from "./plan-options.ts";

interface Surrounded {
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly services: readonly Service[];
  readonly autoscalers: readonly Autoscaler[];
  readonly plan: Plan;
}

/** What is wrong or doubtful about one service's Deployment and what stands around it. Pure. */
export function examineDeployment(place: Place, around: Surrounded): readonly Check[] {
  const what = `Deployment ${place.namespace}/${place.deployment}`;
  const stable = around.deployments.get(place.deployment);
  if (!stable) return [wrong(what, "It is not there.", "Correct the name in the plan, or create it: serin releases what already runs.")];
  const image = imageOf(stable, place.container);
  if (image === null) {
    const { containers, initContainers = [] } = stable.spec.template.spec;
    const isInit = initContainers.some(({ name }) => name === place.container);
    const known = containers.map(({ name }) => name).join(", ");
    const says = isInit
      ? `"${place.container}" is one of its init containers.`
      : `It has no container "${place.container}"; it has ${known}.`;
    return [wrong(what, says, `Write one of them in the plan: container: ${containers[0]?.name ?? ""}`)];
  }
  const checks = [
    ...examineImage(what, image),
    ...examineState(what, stable, around),
    ...examineAuthor(what, stable, place),
    ...examineRoom(what, stable),
    ...examineSize(place, stable, around),
    ...examineService(place, stable, around),
    ...examineNames(place, around),
  ];
  const isFine = checks.every(({ verdict }) => verdict === "ok");
  return isFine ? [{ what, verdict: "ok", says: `It runs ${image}, ${stable.spec.replicas} replicas.`, remedy: null }, ...checks] : checks;
}

/** A version has to say always the same, or going back leads nowhere. */
function examineImage(what: string, image: string): readonly Check[] {
  if (image.includes("@sha256:")) return [];
  const [, tag] = /:([^:/]+)$/.exec(image) ?? [];
  if (tag !== undefined && tag !== "latest") return [];
  return [
    doubtful(
      what,
      `Its image is "${image}", which means another version tomorrow.`,
      "Release images by digest, or by tags that are never moved.",
    ),
  ];
}

function examineState(what: string, { spec }: Deployment, { plan }: Surrounded): readonly Check[] {
  const checks: Check[] = [];
  const { type } = (spec["strategy"] ?? {}) as { readonly type?: unknown };
  if (spec.paused === true) checks.push(wrong(what, "It is paused: a new image would never be rolled out.", "kubectl rollout resume"));
  if (spec.replicas === 0)
    checks.push(wrong(what, "It is scaled to 0: there is no stable version to compare with.", "Scale it up before the release."));
  if (type === "Recreate") {
    const isKept = plan.keepPreviousMs > 0;
    const says = isKept
      ? "Its strategy is Recreate: previous serves while its image is replaced."
      : "Its strategy is Recreate, and no previous is kept: nobody is served while its image is replaced.";
    checks.push(
      isKept
        ? doubtful(what, says, "Use RollingUpdate where two versions may run at once: they will.")
        : wrong(what, says, "Keep previous for some time, or use RollingUpdate."),
    );
  }
  return checks;
}

function examineAuthor(what: string, stable: Deployment, place: Place): readonly Check[] {
  const author = imageAuthor(stable.metadata, place.container);
  if (!author?.gitOps) return [];
  const says = `${author.gitOps} (${author.manager}) sets its image: it would set it back after a promotion.`;
  return [
    doubtful(
      what,
      says,
      `Tell ${author.gitOps} to leave this field (for Argo CD: ignoreDifferences), or suspend it until the repository says the new image.`,
    ),
  ];
}

/** Whoever goes back to stable finds it as small as its autoscaler has made it meanwhile. */
function examineSize({ namespace, deployment }: Place, { spec }: Deployment, { autoscalers }: Surrounded): readonly Check[] {
  const isOfStable = ({ spec: { scaleTargetRef: of } }: Autoscaler): boolean => of.kind === "Deployment" && of.name === deployment;
  return autoscalers.filter(isOfStable).flatMap(({ metadata, spec: { minReplicas } }) => {
    const least = minReplicas ?? 1;
    if (least >= spec.replicas) return [];
    const says = `While people are on the canary it may make stable as small as ${least} of now ${spec.replicas} replicas, and a rollback brings everybody back at once.`;
    const remedy = `Set its minReplicas to ${spec.replicas} until the release is over.`;
    return [doubtful(`HorizontalPodAutoscaler ${namespace}/${metadata.name}`, says, remedy)];
  });
}

/** What two versions beside each other cannot share. */
function examineRoom(what: string, { spec }: Deployment): readonly Check[] {
  const pod = spec.template.spec as {
    readonly volumes?: readonly { readonly persistentVolumeClaim?: unknown }[];
    readonly hostNetwork?: unknown;
    readonly containers: readonly { readonly ports?: readonly { readonly hostPort?: unknown }[] }[];
  };
  const checks: Check[] = [];
  if ((pod.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined)) {
    checks.push(
      doubtful(
        what,
        "Its pods mount a persistent volume, which the canary will mount too.",
        "Make sure that both versions may write to it, and that it can be mounted by pods of several nodes.",
      ),
    );
  }
  const hasHostPort = pod.containers.some(({ ports = [] }) => ports.some(({ hostPort }) => hostPort !== undefined));
  if (hasHostPort || pod.hostNetwork === true)
    checks.push(
      doubtful(
        what,
        "Its pods take ports of their node: on the same node there is no room for the canary.",
        "Do without hostPort and hostNetwork, or have free nodes.",
      ),
    );
  return checks;
}

function examineService(place: Place, stable: Deployment, { services }: Surrounded): readonly Check[] {
  const what = `Service of ${place.namespace}/${place.deployment}`;
  const service = serviceOf(place, stable, services);
  if (typeof service === "string")
    return [wrong(what, `${capital(service)}.`, "Write service: NAME in the plan's workload, or create one.")];
  const address = urlOf(place, service, service.metadata.name);
  if (typeof address === "string") return [wrong(what, `${capital(address)}.`, "Write port: NUMBER or its name in the plan's workload.")];
  return [{ what, verdict: "ok", says: `Stable answers at ${address.url}.`, remedy: null }];
}

function examineNames(place: Place, { deployments, services }: Surrounded): readonly Check[] {
  return (["canary", "previous"] as const).flatMap((slot) => {
    const checks: Check[] = [];
    const own = deployments.get(slotName(place.deployment, slot));
    if (own && !isOwn(own.metadata))
      checks.push(
        wrong(
          `Deployment ${place.namespace}/${own.metadata.name}`,
          `It is not serin's, and stands where the ${slot} would.`,
          "Rename or delete it.",
        ),
      );
    const service = services.find(({ metadata }) => metadata.name === slotServiceName(place.deployment, slot));
    if (service && !isOwn(service.metadata))
      checks.push(
        wrong(
          `Service ${place.namespace}/${service.metadata.name}`,
          `It is not serin's, and stands where that of the ${slot} would.`,
          "Rename or delete it.",
        ),
      );
    return checks;
  });
}
