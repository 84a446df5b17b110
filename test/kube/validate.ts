import { isSame, listOf, mapOf, textOf, say } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";

/*
 * What the API server refuses, in its own order of words.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const labelName = /^(?:[a-z0-9][-a-z0-9.]*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Names, labels and owners of any object. */
export function checkMetadata(object: KubeObject): readonly string[] {
  const metadata = mapOf(object.metadata);
  const name = textOf(metadata["name"]);
  const wrong: string[] = [];
  if (name === "") wrong.push("metadata.name: Required value: name or generateName is required");
  else if (name.length > 253 || !subdomain.test(name))
    wrong.push(
      `metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`,
    );
  wrong.push(...checkLabels(mapOf(metadata["labels"]), "metadata.labels"));
  for (const item of listOf(metadata["ownerReferences"])) {
    const owner = mapOf(item);
    for (const key of ["apiVersion", "kind", "name", "uid"]) {
      if (textOf(owner[key]) === "") wrong.push(`metadata.ownerReferences.${key}: Invalid value: "": ${key} must not be empty`);
    }
  }
  return wrong;
}

function checkLabels(labels: JsonMap, at: string): readonly string[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const name = key.split("/").at(-1) ?? "";
    const wrong: string[] = [];
    if (!labelName.test(key) || name.length > 63)
      wrong.push(`${at}: Invalid value: "${key}": name part must be no more than 63 characters`);
    if (typeof value !== "string" || value.length > 63 || !labelValue.test(value)) {
      wrong.push(
        `${at}: Invalid value: "${say(value)}": must be no more than 63 characters, and a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`,
      );
    }
    return wrong;
  });
}

function checkPodSpec(spec: JsonMap, at: string): readonly string[] {
  const containers = listOf(spec["containers"]);
  if (containers.length === 0) return [`${at}.containers: Required value`];
  const names = new Set<string>();
  return containers.flatMap((item, index) => {
    const container = mapOf(item);
    const [name, image] = [textOf(container["name"]), textOf(container["image"])];
    const wrong: string[] = [];
    if (!label.test(name) || name.length > 63) wrong.push(`${at}.containers[${index}].name: Invalid value: "${name}"`);
    if (names.has(name)) wrong.push(`${at}.containers[${index}].name: Duplicate value: "${name}"`);
    names.add(name);
    if (image === "") wrong.push(`${at}.containers[${index}].image: Required value`);
    else if (image.trim() !== image)
      wrong.push(`${at}.containers[${index}].image: Invalid value: "${image}": must not have leading or trailing whitespace`);
    return wrong;
  });
}

export function checkDeployment(object: KubeObject, before: KubeObject | null): readonly string[] {
  const spec = mapOf(object["spec"]);
  const template = mapOf(spec["template"]);
  const matchLabels = mapOf(mapOf(spec["selector"])["matchLabels"]);
  const labels = mapOf(mapOf(template["metadata"])["labels"]);
  const wrong = [...checkPodSpec(mapOf(template["spec"]), "spec.template.spec"), ...checkLabels(labels, "spec.template.labels")];
  if (spec["selector"] === undefined) wrong.push("spec.selector: Required value");
  else if (Object.entries(matchLabels).some(([key, value]) => labels[key] !== value)) {
    wrong.push(`spec.template.metadata.labels: Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``);
  }
  if (before && !isSame(mapOf(before["spec"])["selector"], spec["selector"])) {
    wrong.push(`spec.selector: Invalid value: ${JSON.stringify(spec["selector"])}: field is immutable`);
  }
  if (!Number.isInteger(spec["replicas"]) || Number(spec["replicas"]) < 0)
    wrong.push(`spec.replicas: Invalid value: ${say(spec["replicas"])}: must be greater than or equal to 0`);
  return wrong;
}

export function checkPod(object: KubeObject): readonly string[] {
  return checkPodSpec(mapOf(object["spec"]), "spec");
}

export function checkJob(object: KubeObject, before: KubeObject | null): readonly string[] {
  const spec = mapOf(object["spec"]);
  const template = mapOf(spec["template"]);
  const policy = textOf(mapOf(template["spec"])["restartPolicy"]);
  const wrong = [...checkPodSpec(mapOf(template["spec"]), "spec.template.spec")];
  if (!["OnFailure", "Never"].includes(policy))
    wrong.push(`spec.template.spec.restartPolicy: Unsupported value: "${policy}": supported values: "OnFailure", "Never"`);
  if (before && !isSame(mapOf(before["spec"])["template"], template)) wrong.push("spec.template: Invalid value: field is immutable");
  return wrong;
}

export function checkService(object: KubeObject, before: KubeObject | null): readonly string[] {
  const name = textOf(mapOf(object.metadata)["name"]);
  const spec = mapOf(object["spec"]);
  const wrong: string[] = [];
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) || name.length > 63)
    wrong.push(
      `metadata.name: Invalid value: "${name}": a DNS-1035 label must consist of lower case alphanumeric characters or '-', and be at most 63 characters`,
    );
  const ports = listOf(spec["ports"]);
  if (ports.length === 0 && spec["clusterIP"] !== "None" && spec["type"] !== "ExternalName") wrong.push("spec.ports: Required value");
  if (ports.length > 1 && ports.some((port) => textOf(mapOf(port)["name"]) === "")) wrong.push("spec.ports[0].name: Required value");
  wrong.push(...checkLabels(mapOf(spec["selector"]), "spec.selector"));
  const ip = before ? mapOf(before["spec"])["clusterIP"] : undefined;
  if (ip !== undefined && ip !== spec["clusterIP"])
    wrong.push(`spec.clusterIP: Invalid value: "${say(spec["clusterIP"])}": field is immutable`);
  return wrong;
}

/** Rules of the schema that are about one route. */
export function checkHttpRoute(object: KubeObject): readonly string[] {
  const rules = listOf(mapOf(object["spec"])["rules"]);
  const wrong: string[] = [];
  const names = rules.map((rule) => textOf(mapOf(rule)["name"])).filter((name) => name !== "");
  if (rules.length < 1) wrong.push("spec.rules: Invalid value: 0: spec.rules in body should have at least 1 items");
  if (rules.length > 16) wrong.push(`spec.rules: Too many: ${rules.length}: must have at most 16 items`);
  if (new Set(names).size < names.length) wrong.push('spec.rules: Invalid value: "array": Rule name must be unique within the route');
  const matches = rules.map((rule) => listOf(mapOf(rule)["matches"]));
  if (matches.flat().length > 128)
    wrong.push(
      'spec.rules: Invalid value: "array": While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
    );
  for (const [index, of] of matches.entries())
    if (of.length > 64) wrong.push(`spec.rules[${index}].matches: Too many: ${of.length}: must have at most 64 items`);
  for (const match of matches.flat()) wrong.push(...checkPath(mapOf(mapOf(match)["path"])));
  for (const rule of rules) wrong.push(...checkRule(mapOf(rule)));
  return wrong;
}

function checkPath({ type, value }: JsonMap): readonly string[] {
  if (type === "RegularExpression") return [];
  const path = textOf(value);
  if (!path.startsWith("/"))
    return [
      `spec.rules.matches.path: Invalid value: "object": value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']`,
    ];
  return path.includes("//")
    ? [`spec.rules.matches.path: Invalid value: "object": must not contain '//' when type one of ['Exact', 'PathPrefix']`]
    : [];
}

const filterFields: Readonly<Record<string, string>> = {
  RequestHeaderModifier: "requestHeaderModifier",
  ResponseHeaderModifier: "responseHeaderModifier",
  RequestMirror: "requestMirror",
  RequestRedirect: "requestRedirect",
  URLRewrite: "urlRewrite",
  ExtensionRef: "extensionRef",
};

function checkRule(rule: JsonMap): readonly string[] {
  const lists = [listOf(rule["filters"]), ...listOf(rule["backendRefs"]).map((ref) => listOf(mapOf(ref)["filters"]))];
  const wrong = lists.flatMap((filters) => {
    const types = filters.map((filter) => textOf(mapOf(filter)["type"]));
    const repeated = ["RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"].filter(
      (type) => types.filter((one) => one === type).length > 1,
    );
    return [
      ...repeated.map((type) => `spec.rules.filters: Invalid value: "array": ${type} filter cannot be repeated`),
      ...filters.flatMap(checkFilter),
    ];
  });
  for (const ref of listOf(rule["backendRefs"])) {
    const { weight, port, name, kind } = mapOf(ref);
    if (typeof weight === "number" && (weight < 0 || weight > 1_000_000))
      wrong.push(`spec.rules.backendRefs.weight: Invalid value: ${weight}: should be between 0 and 1000000`);
    if (textOf(name) === "") wrong.push("spec.rules.backendRefs.name: Required value");
    if (kind === "Service" && port === undefined)
      wrong.push(`spec.rules.backendRefs: Invalid value: "object": Must have port for Service reference`);
  }
  return wrong;
}

function checkFilter(item: Json): readonly string[] {
  const filter = mapOf(item);
  const type = textOf(filter["type"]);
  const field = filterFields[type];
  if (field === undefined) return [`spec.rules.filters.type: Unsupported value: "${type}"`];
  return filter[field] === undefined
    ? [`spec.rules.filters: Invalid value: "object": filter.${field} must be specified for ${type} filter.type`]
    : [];
}
