import { isMap, listOf, mapOf, textOf } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";

/*
 * What the API server fills in where people leave it out: later versions of what they wrote are compared with what is stored.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/
 */

function under(object: KubeObject, spec: JsonMap): KubeObject {
  return { ...object, spec: { ...spec, ...mapOf(object["spec"]) } };
}

function fillContainer(item: Json): Json {
  const container = mapOf(item);
  const image = textOf(container["image"]);
  const isLatest = !image.includes("@") && (image.endsWith(":latest") || !/:[^/]+$/.test(image));
  const ports = listOf(container["ports"]).map((port) => ({ protocol: "TCP", ...mapOf(port) }));
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: isLatest ? "Always" : "IfNotPresent",
    ...container,
    ...(ports.length === 0 ? {} : { ports }),
    ...fillProbes(container),
  };
}

function fillProbes(container: JsonMap): JsonMap {
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"].filter((name) => isMap(container[name]));
  const filled = (name: string): JsonMap => {
    const probe = mapOf(container[name]);
    const get = mapOf(probe["httpGet"]);
    const httpGet = isMap(probe["httpGet"]) ? { httpGet: { path: "/", scheme: "HTTP", ...get } } : {};
    return { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe, ...httpGet };
  };
  return Object.fromEntries(probes.map((name) => [name, filled(name)]));
}

function fillPodSpec(spec: JsonMap): JsonMap {
  const containers = listOf(spec["containers"]).map(fillContainer);
  const initContainers = listOf(spec["initContainers"]).map(fillContainer);
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    containers,
    ...(initContainers.length === 0 ? {} : { initContainers }),
  };
}

function fillTemplate(object: KubeObject): KubeObject {
  const spec = mapOf(object["spec"]);
  const template = mapOf(spec["template"]);
  const metadata = { creationTimestamp: null, ...mapOf(template["metadata"]) };
  return { ...object, spec: { ...spec, template: { ...template, metadata, spec: fillPodSpec(mapOf(template["spec"])) } } };
}

export function fillDeployment(object: KubeObject): KubeObject {
  const filled = under(object, {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
  });
  const spec = mapOf(filled["spec"]);
  const strategy = mapOf(spec["strategy"]);
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%", ...mapOf(strategy["rollingUpdate"]) } };
  return fillTemplate({ ...filled, spec: { ...spec, strategy: strategy["type"] === "Recreate" ? strategy : rolling } });
}

export function fillReplicaSet(object: KubeObject): KubeObject {
  return fillTemplate(under(object, { replicas: 1 }));
}

export function fillPod(object: KubeObject): KubeObject {
  const filled = {
    ...object,
    spec: { enableServiceLinks: true, preemptionPolicy: "PreemptLowerPriority", priority: 0, ...fillPodSpec(mapOf(object["spec"])) },
  };
  return { status: { phase: "Pending", qosClass: "BestEffort" }, ...filled };
}

export function fillJob(object: KubeObject): KubeObject {
  const uid = textOf(mapOf(object.metadata)["uid"]);
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": textOf(mapOf(object.metadata)["name"]),
    "controller-uid": uid,
    "job-name": textOf(mapOf(object.metadata)["name"]),
  };
  const filled = under(object, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: "TerminatingOrFailed",
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
  });
  const spec = mapOf(filled["spec"]);
  const template = mapOf(spec["template"]);
  const metadata = mapOf(template["metadata"]);
  const labelled = { ...template, metadata: { ...metadata, labels: { ...mapOf(metadata["labels"]), ...labels } } };
  return fillTemplate({ ...filled, spec: { ...spec, template: labelled } });
}

export function fillHpa(object: KubeObject): KubeObject {
  const metrics = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }];
  return under(object, { minReplicas: 1, metrics });
}

export function fillPdb(object: KubeObject): KubeObject {
  return object;
}

export function fillService(object: KubeObject): KubeObject {
  const spec = mapOf(object["spec"]);
  const ports = listOf(spec["ports"]).map((item) => {
    const port = mapOf(item);
    return { protocol: "TCP", targetPort: port["port"], ...port };
  });
  const isHeadless = spec["clusterIP"] === "None";
  const uid = textOf(mapOf(object.metadata)["uid"]);
  const number = Number.parseInt(uid.slice(0, 4) || "1", 16);
  const address = isHeadless ? "None" : `10.96.${number >> 8}.${number & 255 || 1}`;
  const filled = under(object, {
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    clusterIP: address,
    clusterIPs: [address],
  });
  return { status: { loadBalancer: {} }, ...filled, spec: { ...mapOf(filled["spec"]), ...(ports.length === 0 ? {} : { ports }) } };
}

export function fillHttpRoute(object: KubeObject): KubeObject {
  const spec = mapOf(object["spec"]);
  const path = { type: "PathPrefix", value: "/" };
  const backend = (item: Json): Json => ({ group: "", kind: "Service", weight: 1, ...mapOf(item) });
  const match = (item: Json): Json => {
    const headers = listOf(mapOf(item)["headers"]).map((header) => ({ type: "Exact", ...mapOf(header) }));
    return { ...mapOf(item), path: { ...path, ...mapOf(mapOf(item)["path"]) }, ...(headers.length === 0 ? {} : { headers }) };
  };
  const rules = listOf(spec["rules"] ?? [{}]).map((item) => {
    const rule = mapOf(item);
    const backendRefs = listOf(rule["backendRefs"]).map(backend);
    return { ...rule, matches: listOf(rule["matches"] ?? [{}]).map(match), ...(backendRefs.length === 0 ? {} : { backendRefs }) };
  });
  const parentRefs = listOf(spec["parentRefs"]).map((item) => ({ group: "gateway.networking.k8s.io", kind: "Gateway", ...mapOf(item) }));
  return { ...object, spec: { ...spec, rules, ...(parentRefs.length === 0 ? {} : { parentRefs }) } };
}
