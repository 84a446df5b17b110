/*
 * The part of the Gateway API's resources that serin and its tests use, with the list types of the real ones, for a cluster that has none.
 * Source: https://github.com/kubernetes-sigs/gateway-api, config/crd/standard, v1.
 */

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const integer: Schema = { type: "integer" };
const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({ type: "object", properties, ...more });
const atomic = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, "x-kubernetes-list-type": "atomic", ...more });
const listMap = (keys: readonly string[], items: Schema, more: Schema = {}): Schema => ({
  type: "array",
  items: { ...items, required: keys },
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
  ...more,
});

const conditions = listMap(
  ["type"],
  object({
    type: text,
    status: text,
    reason: text,
    message: text,
    lastTransitionTime: { ...text, format: "date-time" },
    observedGeneration: integer,
  }),
);
const parentRef = object(
  {
    group: { ...text, default: "gateway.networking.k8s.io" },
    kind: { ...text, default: "Gateway" },
    namespace: text,
    name: text,
    sectionName: text,
    port: integer,
  },
  { required: ["name"] },
);
const headers = listMap(["name"], object({ name: text, value: { ...text, maxLength: 4096 } }), { maxItems: 16 });
const headerMatches = listMap(
  ["name"],
  object({
    name: text,
    value: { ...text, maxLength: 4096 },
    type: { ...text, enum: ["Exact", "RegularExpression"], default: "Exact" },
  }),
  { maxItems: 16 },
);
const modifier = object({ set: headers, add: headers, remove: { type: "array", items: text, "x-kubernetes-list-type": "set" } });
const filters = atomic(object({ type: text, requestHeaderModifier: modifier, responseHeaderModifier: modifier }, { required: ["type"] }), {
  maxItems: 16,
});
const match = object({
  path: object(
    {
      type: { ...text, enum: ["Exact", "PathPrefix", "RegularExpression"], default: "PathPrefix" },
      value: { ...text, maxLength: 1024, default: "/" },
    },
    { default: { type: "PathPrefix", value: "/" } },
  ),
  headers: headerMatches,
  method: { ...text, enum: ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"] },
});
const backendRef = object(
  {
    group: { ...text, default: "" },
    kind: { ...text, default: "Service" },
    name: text,
    namespace: text,
    port: { ...integer, minimum: 1, maximum: 65_535 },
    weight: { ...integer, minimum: 0, maximum: 1_000_000, default: 1 },
    filters,
  },
  { required: ["name"] },
);
const rule = object({
  name: text,
  matches: atomic(match, { maxItems: 64, default: [{ path: { type: "PathPrefix", value: "/" } }] }),
  filters,
  backendRefs: atomic(backendRef, { maxItems: 16 }),
  timeouts: object({ request: text, backendRequest: text }),
});
const httpRoute = {
  spec: object({
    parentRefs: atomic(parentRef, { maxItems: 32 }),
    hostnames: atomic(text, { maxItems: 16 }),
    rules: atomic(rule, { minItems: 1, maxItems: 16, default: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }] }),
  }),
  status: object({
    parents: atomic(object({ parentRef, controllerName: text, conditions }, { required: ["parentRef", "controllerName"] }), {
      maxItems: 32,
    }),
  }),
};
const gateway = {
  spec: object(
    { gatewayClassName: text, listeners: listMap(["name"], object({ name: text, protocol: text, port: integer })) },
    { required: ["gatewayClassName", "listeners"] },
  ),
  status: object({ conditions }),
};
const gatewayClass = {
  spec: object({ controllerName: text }, { required: ["controllerName"] }),
  status: object({ conditions, supportedFeatures: listMap(["name"], object({ name: text })) }),
};

function crd(kind: string, plural: string, scope: string, properties: Readonly<Record<string, Schema>>): object {
  const group = "gateway.networking.k8s.io";
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api/pull/2466" },
    },
    spec: {
      group,
      scope,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema: object(properties, { required: ["spec"] }) },
        },
      ],
    },
  };
}

/** What a cluster without the Gateway API is given, by the plural names of the resources. */
export const gatewayCrds: Readonly<Record<string, object>> = {
  httproutes: crd("HTTPRoute", "httproutes", "Namespaced", httpRoute),
  gateways: crd("Gateway", "gateways", "Namespaced", gateway),
  gatewayclasses: crd("GatewayClass", "gatewayclasses", "Cluster", gatewayClass),
};
