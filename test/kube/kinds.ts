import { fillDeployment, fillHpa, fillHttpRoute, fillJob, fillPdb, fillPod, fillReplicaSet, fillService } from "./fill.ts";
import type { JsonMap, KubeObject } from "./json.ts";
import { atomic, list, set, struct } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { checkDeployment, checkHttpRoute, checkJob, checkPod, checkService } from "./validate.ts";

/** One resource of the API. */
export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly subresources: readonly string[];
  /** Whether `metadata.generation` counts its changes. */
  readonly hasGeneration: boolean;
  /** A custom resource takes no strategic merge patch. */
  readonly isCustom: boolean;
  readonly shape: Shape;
  /** Fills in what is left out, as the server does. */
  readonly complete: (object: KubeObject) => KubeObject;
  /** Every sentence about what is wrong. `before`: what is there; `null`: it is to be created. */
  readonly check: (object: KubeObject, before: KubeObject | null) => readonly string[];
}

/*
 * Which lists have keys, and what is one value.
 * Source: https://github.com/kubernetes/api (listType, listMapKey, structType and mapType markers), https://github.com/kubernetes-sigs/gateway-api
 */
const selector = atomic;
const conditions = list(["type"]);
const containers = list(
  ["name"],
  struct({
    ports: list(["containerPort", "protocol"]),
    env: list(["name"]),
    volumeMounts: list(["mountPath"]),
    volumeDevices: list(["devicePath"]),
  }),
);
const podSpec = struct({
  containers,
  initContainers: containers,
  ephemeralContainers: containers,
  volumes: list(["name"]),
  imagePullSecrets: list(["name"]),
  hostAliases: list(["ip"]),
  topologySpreadConstraints: list(["topologyKey", "whenUnsatisfiable"]),
  nodeSelector: atomic,
});
const metadata = struct({ finalizers: set, ownerReferences: list(["uid"]) });
const template = struct({ metadata, spec: podSpec });
const withTemplate = struct({ metadata, spec: struct({ selector, template }), status: struct({ conditions }) });
const anything = struct({ metadata, status: struct({ conditions }) });
const httpRouteShape = struct({
  metadata,
  spec: struct({ rules: atomic, parentRefs: atomic, hostnames: atomic }),
  status: struct({ parents: atomic }),
});

const defaults = {
  isNamespaced: true,
  subresources: [],
  hasGeneration: false,
  isCustom: false,
  shape: anything,
  complete: (object: KubeObject) => object,
  check: () => [],
};

function kind(group: string, version: string, plural: string, name: string, more: Partial<Kind> = {}): Kind {
  return { group, version, plural, kind: name, ...defaults, ...more };
}

const status = ["status"];

/** Every resource that the server knows. */
export const kinds: readonly Kind[] = [
  kind("", "v1", "namespaces", "Namespace", { isNamespaced: false, subresources: status }),
  kind("", "v1", "nodes", "Node", { isNamespaced: false, subresources: status }),
  kind("", "v1", "configmaps", "ConfigMap"),
  kind("", "v1", "secrets", "Secret"),
  kind("", "v1", "serviceaccounts", "ServiceAccount"),
  kind("", "v1", "events", "Event"),
  kind("", "v1", "endpoints", "Endpoints"),
  kind("", "v1", "resourcequotas", "ResourceQuota", { subresources: status }),
  kind("", "v1", "services", "Service", {
    subresources: status,
    shape: struct({
      metadata,
      spec: struct({ ports: list(["port", "protocol"]), selector: atomic, clusterIPs: atomic, ipFamilies: atomic }),
    }),
    complete: fillService,
    check: checkService,
  }),
  kind("", "v1", "pods", "Pod", {
    subresources: ["status", "log"],
    shape: struct({ metadata, spec: podSpec, status: struct({ conditions }) }),
    complete: fillPod,
    check: checkPod,
  }),
  kind("apps", "v1", "deployments", "Deployment", {
    subresources: ["status", "scale"],
    hasGeneration: true,
    shape: withTemplate,
    complete: fillDeployment,
    check: checkDeployment,
  }),
  kind("apps", "v1", "replicasets", "ReplicaSet", {
    subresources: ["status", "scale"],
    hasGeneration: true,
    shape: withTemplate,
    complete: fillReplicaSet,
  }),
  kind("batch", "v1", "jobs", "Job", {
    subresources: status,
    hasGeneration: true,
    shape: withTemplate,
    complete: fillJob,
    check: checkJob,
  }),
  kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", {
    subresources: status,
    shape: struct({ metadata, spec: struct({ metrics: atomic, scaleTargetRef: atomic }), status: struct({ conditions }) }),
    complete: fillHpa,
  }),
  kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", {
    subresources: status,
    hasGeneration: true,
    shape: struct({ metadata, spec: struct({ selector }), status: struct({ conditions }) }),
    complete: fillPdb,
  }),
  kind("coordination.k8s.io", "v1", "leases", "Lease"),
  kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", { hasGeneration: true }),
  kind("rbac.authorization.k8s.io", "v1", "roles", "Role"),
  kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
  kind("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute", {
    subresources: status,
    hasGeneration: true,
    isCustom: true,
    shape: httpRouteShape,
    complete: fillHttpRoute,
    check: checkHttpRoute,
  }),
  kind("gateway.networking.k8s.io", "v1", "gateways", "Gateway", {
    subresources: status,
    hasGeneration: true,
    isCustom: true,
    shape: struct({ metadata, spec: struct({ listeners: list(["name"]) }), status: struct({ conditions, listeners: list(["name"]) }) }),
  }),
  kind("gateway.networking.k8s.io", "v1", "gatewayclasses", "GatewayClass", {
    isNamespaced: false,
    subresources: status,
    hasGeneration: true,
    isCustom: true,
    shape: struct({ metadata, status: struct({ conditions, supportedFeatures: list(["name"]) }) }),
  }),
  kind("gateway.networking.k8s.io", "v1beta1", "referencegrants", "ReferenceGrant", { isCustom: true, hasGeneration: true }),
];

/** "apps/v1", "v1". */
export function apiVersionOf({ group, version }: Kind): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The group's or version's resources as discovery lists them. */
export function discoveryOf(known: readonly Kind[]): readonly JsonMap[] {
  return known.flatMap((one) => {
    const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    const main = { name: one.plural, singularName: one.kind.toLowerCase(), namespaced: one.isNamespaced, kind: one.kind, verbs };
    const below = one.subresources.map((name) => ({
      name: `${one.plural}/${name}`,
      singularName: "",
      namespaced: one.isNamespaced,
      kind: one.kind,
      verbs: name === "log" ? ["get"] : ["get", "patch", "update"],
    }));
    return [main, ...below];
  });
}
