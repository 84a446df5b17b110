import type { Plan } from "../../../core/plan.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { imageOf } from "./clone.ts";
import { serviceOf, urlOf } from "./companions.ts";
import { imageAuthor } from "./drift.ts";
import { deploymentFindings as findings, subjects } from "./findings.ts";
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
  if (!stable) return [wrong(what, findings.missing())];
  const image = imageOf(stable, place.container);
  if (image === null) {
    const { containers, initContainers = [] } = stable.spec.template.spec;
    const isInit = initContainers.some(({ name }) => name === place.container);
    const known = containers.map(({ name }) => name);
    return [wrong(what, isInit ? findings.isInitContainer(place.container, known[0] ?? "") : findings.noContainer(place.container, known))];
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
  return isFine ? [fine(what, findings.runs(image, stable.spec.replicas)), ...checks] : checks;
}

/** A version has to say always the same, or going back leads nowhere. */
function examineImage(what: string, image: string): readonly Check[] {
  if (image.includes("@sha256:")) return [];
  const [, tag] = /:([^:/]+)$/.exec(image) ?? [];
  if (tag !== undefined && tag !== "latest") return [];
  return [doubtful(what, findings.imageMoves(image))];
}

function examineState(what: string, { spec }: Deployment, { plan }: Surrounded): readonly Check[] {
  const checks: Check[] = [];
  const { type } = (spec["strategy"] ?? {}) as { readonly type?: unknown };
  if (spec.paused === true) checks.push(wrong(what, findings.paused()));
  if (spec.replicas === 0) checks.push(wrong(what, findings.scaledToZero()));
  if (type === "Recreate")
    checks.push(plan.keepPreviousMs > 0 ? doubtful(what, findings.recreates()) : wrong(what, findings.recreatesAlone()));
  return checks;
}

function examineAuthor(what: string, stable: Deployment, place: Place): readonly Check[] {
  const author = imageAuthor(stable.metadata, place.container);
  return author?.gitOps ? [doubtful(what, findings.imageIsSet(author.gitOps, author.manager))] : [];
}

/** Whoever goes back to stable finds it as small as its autoscaler has made it meanwhile. */
function examineSize({ namespace, deployment }: Place, { spec }: Deployment, { autoscalers }: Surrounded): readonly Check[] {
  const isOfStable = ({ spec: { scaleTargetRef: of } }: Autoscaler): boolean => of.kind === "Deployment" && of.name === deployment;
  return autoscalers.filter(isOfStable).flatMap(({ metadata, spec: { minReplicas } }) => {
    const least = minReplicas ?? 1;
    if (least >= spec.replicas) return [];
    return [doubtful(`HorizontalPodAutoscaler ${namespace}/${metadata.name}`, findings.mayShrink(least, spec.replicas))];
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
  if ((pod.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined))
    checks.push(doubtful(what, findings.volumeShared()));
  const hasHostPort = pod.containers.some(({ ports = [] }) => ports.some(({ hostPort }) => hostPort !== undefined));
  if (hasHostPort || pod.hostNetwork === true) checks.push(doubtful(what, findings.portsShared()));
  return checks;
}

function examineService(place: Place, stable: Deployment, { services }: Surrounded): readonly Check[] {
  const what = subjects.serviceOf(`${place.namespace}/${place.deployment}`);
  const service = serviceOf(place, stable, services);
  if (typeof service === "string") return [wrong(what, findings.noService(service))];
  const address = urlOf(place, service, service.metadata.name);
  return [typeof address === "string" ? wrong(what, findings.noPort(address)) : fine(what, findings.answersAt(address.url))];
}

function examineNames(place: Place, { deployments, services }: Surrounded): readonly Check[] {
  return (["canary", "previous"] as const).flatMap((slot) => {
    const checks: Check[] = [];
    const own = deployments.get(slotName(place.deployment, slot));
    if (own && !isOwn(own.metadata)) checks.push(wrong(`Deployment ${place.namespace}/${own.metadata.name}`, findings.slotTaken(slot)));
    const service = services.find(({ metadata }) => metadata.name === slotServiceName(place.deployment, slot));
    if (service && !isOwn(service.metadata))
      checks.push(wrong(`Service ${place.namespace}/${service.metadata.name}`, findings.slotServiceTaken(slot)));
    return checks;
  });
}
