import { z } from "zod";

/*
 * HTTPRoute v1, as far as it is read here; what is not named stays as it is.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */

const header = z.looseObject({ type: z.enum(["Exact", "RegularExpression"]).default("Exact"), name: z.string(), value: z.string() });

const match = z.looseObject({
  path: z
    .looseObject({ type: z.string().default("PathPrefix"), value: z.string().default("/") })
    .default({ type: "PathPrefix", value: "/" }),
  headers: z.array(header).default([]),
  method: z.string().optional(),
});

const filter = z.looseObject({ type: z.string() });

const backendRef = z.looseObject({
  group: z.string().default(""),
  kind: z.string().default("Service"),
  name: z.string(),
  namespace: z.string().optional(),
  port: z.number().optional(),
  weight: z.number().default(1),
});

const rule = z.looseObject({
  matches: z.array(match).default([]),
  filters: z.array(filter).default([]),
  backendRefs: z.array(backendRef).default([]),
});

const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  observedGeneration: z.number().optional(),
  reason: z.string().optional(),
});

const parentRef = z.looseObject({
  group: z.string().default("gateway.networking.k8s.io"),
  kind: z.string().default("Gateway"),
  namespace: z.string().optional(),
  name: z.string(),
  sectionName: z.string().optional(),
  port: z.number().optional(),
});

/** A route as the API answers it. */
export const httpRouteSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string(),
    generation: z.number().default(0),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({
    parentRefs: z.array(parentRef).default([]),
    hostnames: z.array(z.string()).optional(),
    rules: z.array(rule).default([]),
  }),
  status: z
    .looseObject({ parents: z.array(z.looseObject({ parentRef, conditions: z.array(condition).default([]) })).default([]) })
    .default({ parents: [] }),
});

export type HttpRoute = z.infer<typeof httpRouteSchema>;
export type Rule = HttpRoute["spec"]["rules"][number];
export type Match = Rule["matches"][number];
export type ParentRef = HttpRoute["spec"]["parentRefs"][number];

/** A Gateway, and the class that it has. */
export const gatewaySchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), generation: z.number().default(0) }),
  spec: z.looseObject({ gatewayClassName: z.string() }),
  status: z.looseObject({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});

/** What a class says that it can; before v1.3 the features were plain words. */
export const gatewayClassSchema = z.looseObject({
  status: z
    .looseObject({ supportedFeatures: z.array(z.union([z.string(), z.looseObject({ name: z.string() })])).default([]) })
    .default({ supportedFeatures: [] }),
});

/** The group and version of all of them. */
export const apiVersion = "gateway.networking.k8s.io/v1";
