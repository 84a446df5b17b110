import { ownerOf, replicasFor } from "./clone.ts";
import type { CloneSpec } from "./clone.ts";
import { ownLabels, slotLabels, slotName, slotServiceName } from "./names.ts";
import { selects } from "./objects.ts";
import type { Autoscaler, Budget, Deployment, Service } from "./objects.ts";
import type { Place } from "./plan-options.ts";

/** What stands around a Deployment: it is read of stable, and made for each slot. */
export interface Around {
  /** The one that leads to stable. */
  readonly service: Service;
  readonly services: readonly Service[];
  readonly autoscalers: readonly Autoscaler[];
  readonly budgets: readonly Budget[];
}

/** An object to be applied: where, and what. */
export interface Companion {
  readonly apiVersion: string;
  readonly plural: (typeof companionKinds)[number]["plural"];
  readonly name: string;
  readonly object: object;
}

/** The collections of what is made beside a slot's Deployment; what of them a slot has bears its name. */
export const companionKinds = [
  { apiVersion: "v1", plural: "services" },
  { apiVersion: "autoscaling/v2", plural: "horizontalpodautoscalers" },
  { apiVersion: "policy/v1", plural: "poddisruptionbudgets" },
] as const;

/** A slot's own Service, and stable's autoscaler and disruption budget made for it. They belong to `owner`, the slot's Deployment. */
export function companionsOf(stable: Deployment, around: Around, spec: CloneSpec, owner: Deployment): readonly Companion[] {
  const { place, slot, release, sharePct } = spec;
  const name = slotName(place.deployment, slot);
  const metadata = {
    namespace: place.namespace,
    labels: ownLabels(place, slot, release),
    ownerReferences: [ownerOf("apps/v1", "Deployment", owner)],
  };
  const selector = slotLabels(place.deployment, slot);
  const service = {
    apiVersion: "v1",
    plural: "services" as const,
    kind: "Service",
    name: slotServiceName(place.deployment, slot),
    spec: { selector, ports: around.service.spec.ports.map(portOf) },
  };
  const replicas = replicasFor(stable.spec.replicas, sharePct);
  const autoscaler = around.autoscalers.find(
    ({ spec: { scaleTargetRef } }) => scaleTargetRef.kind === "Deployment" && scaleTargetRef.name === place.deployment,
  );
  const budget = budgetOf(stable, around.budgets, owner);
  // As long as it waits for a migration nothing may scale it.
  const scaled =
    sharePct > 0 && autoscaler
      ? [
          {
            apiVersion: "autoscaling/v2",
            plural: "horizontalpodautoscalers" as const,
            kind: "HorizontalPodAutoscaler",
            name,
            spec: autoscalerSpec(autoscaler, name, replicas),
          },
        ]
      : [];
  const kept = budget
    ? [
        {
          apiVersion: "policy/v1",
          plural: "poddisruptionbudgets" as const,
          kind: "PodDisruptionBudget",
          name,
          spec: budgetSpec(budget, selector, { replicas, sharePct }),
        },
      ]
    : [];
  return [service, ...scaled, ...kept].map(({ apiVersion, plural, kind, name: own, spec: of }) => ({
    apiVersion,
    plural,
    name: own,
    object: { apiVersion, kind, metadata: { ...metadata, name: own }, spec: of },
  }));
}

function portOf({ name, port, protocol, appProtocol, ...rest }: Service["spec"]["ports"][number]): object {
  return {
    ...(name === "" ? {} : { name }),
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
    targetPort: rest["targetPort"] ?? port,
  };
}

/** It may not go under what the share needs; above that the same rules scale it. */
function autoscalerSpec({ spec }: Autoscaler, name: string, replicas: number): object {
  return {
    ...spec,
    scaleTargetRef: { ...spec.scaleTargetRef, name },
    minReplicas: replicas,
    maxReplicas: Math.max(spec.maxReplicas, replicas),
  };
}

/** The budget of stable's pods, unless it takes the new pods for them anyway: a pod of two budgets cannot be moved at all. */
function budgetOf(stable: Deployment, budgets: readonly Budget[], owner: Deployment): Budget | undefined {
  return budgets.find(
    ({ spec: { selector } }) =>
      selector && selects(selector, stable.spec.template.metadata.labels) && !selects(selector, owner.spec.template.metadata.labels),
  );
}

function budgetSpec(
  { spec }: Budget,
  selector: Readonly<Record<string, string>>,
  size: { readonly replicas: number; readonly sharePct: number },
): object {
  const { minAvailable } = spec;
  const least =
    typeof minAvailable === "number" ? Math.min(Math.ceil((minAvailable * size.sharePct) / 100), size.replicas - 1) : minAvailable;
  return { ...spec, selector: { matchLabels: selector }, ...(least === undefined || least === null ? {} : { minAvailable: least }) };
}

/** The Service that leads to stable: the one that the plan names, the only one that selects its pods, or of several the one of its name. */
export function serviceOf(place: Place, stable: Deployment, services: readonly Service[]): Service | string {
  if (place.serviceName !== null) {
    const named = services.find(({ metadata }) => metadata.name === place.serviceName);
    return named ?? `there is no Service ${place.namespace}/${place.serviceName}`;
  }
  const leading = services.filter(
    ({ spec: { selector } }) =>
      selector &&
      Object.keys(selector).length > 0 &&
      selects({ matchLabels: selector, matchExpressions: [] }, stable.spec.template.metadata.labels),
  );
  const ofItsName = leading.find(({ metadata }) => metadata.name === place.deployment);
  const [first, ...others] = leading;
  if (first === undefined)
    return `no Service selects the pods of Deployment ${place.namespace}/${place.deployment}: the plan names it with "service"`;
  if (others.length === 0 || ofItsName) return ofItsName ?? first;
  return `${leading.length} Services select the pods of Deployment ${place.namespace}/${place.deployment} (${leading.map(({ metadata }) => metadata.name).join(", ")}): the plan names one with "service"`;
}

/** Where a slot answers through a Service like `service`, of this name. A sentence when no port of it is meant. */
export function urlOf(place: Place, service: Service, name: string): { readonly url: string } | string {
  const { ports } = service.spec;
  const wanted = place.port;
  const port =
    wanted === null
      ? (ports.find((each) => /^(?:http|web)/.test(each.name) && !each.name.startsWith("https")) ??
        ports.find((each) => each.port === 80) ??
        ports[0])
      : ports.find((each) => each.port === wanted || each.name === wanted);
  const known = ports.map((each) => (each.name === "" ? String(each.port) : `${each.name} (${each.port})`)).join(", ");
  if (!port) return `Service ${place.namespace}/${service.metadata.name} has no port ${wanted ?? ""}; it has ${known || "none"}`;
  const isSecure = port.appProtocol === "https" || port.name.startsWith("https") || port.port === 443;
  return { url: `${isSecure ? "https" : "http"}://${name}.${place.namespace}.svc:${port.port}` };
}
