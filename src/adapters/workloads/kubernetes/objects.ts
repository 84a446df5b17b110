import { z } from "zod";
import type { KubeObject } from "../../kubernetes-client.ts";

/*
 * What this adapter reads of the API's objects; everything else of them is kept as it came.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/
 */

const texts = z.record(z.string(), z.string());
const instant = z.string().nullish();
const managed = z.looseObject({
  manager: z.string().optional(),
  operation: z.string().optional(),
  subresource: z.string().optional(),
  time: z.string().optional(),
  fieldsV1: z.unknown().optional(),
});
const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().default(""),
  resourceVersion: z.string().default(""),
  generation: z.number().default(0),
  creationTimestamp: instant,
  deletionTimestamp: instant,
  labels: texts.default({}),
  annotations: texts.default({}),
  managedFields: z.array(managed).default([]),
});
const expression = z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() });
const selector = z.looseObject({ matchLabels: texts.default({}), matchExpressions: z.array(expression).default([]) });
const container = z.looseObject({ name: z.string(), image: z.string().default("") });
const podSpec = z.looseObject({ containers: z.array(container), initContainers: z.array(container).optional() });
// Nothing is filled in here: clones are made of it.
const template = z.looseObject({
  metadata: z.looseObject({ labels: texts.default({}), annotations: texts.optional() }).default({ labels: {} }),
  spec: podSpec,
});
const condition = z.looseObject({ type: z.string(), status: z.string(), reason: z.string().default(""), message: z.string().default("") });
const count = z.number().default(0);

const deployment = z.looseObject({
  metadata,
  spec: z.looseObject({ replicas: z.number().default(1), selector, template, paused: z.boolean().optional() }),
  status: z
    .looseObject({
      observedGeneration: count,
      replicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      conditions: z.array(condition).default([]),
    })
    .default({ observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0, conditions: [] }),
});

const ended = z.looseObject({ exitCode: z.number().default(0), reason: z.string().default(""), message: z.string().default("") });
const containerState = z.looseObject({
  waiting: z.looseObject({ reason: z.string().default(""), message: z.string().default("") }).optional(),
  terminated: ended.optional(),
});
const containerStatus = z.looseObject({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: count,
  state: containerState.default({}),
  lastState: containerState.default({}),
});
const pod = z.looseObject({
  metadata,
  spec: podSpec,
  status: z
    .looseObject({
      phase: z.string().default(""),
      reason: z.string().default(""),
      message: z.string().default(""),
      conditions: z.array(condition).default([]),
      containerStatuses: z.array(containerStatus).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
    })
    .default({ phase: "", reason: "", message: "", conditions: [], containerStatuses: [], initContainerStatuses: [] }),
});

const servicePort = z.looseObject({
  name: z.string().default(""),
  port: z.number(),
  protocol: z.string().default("TCP"),
  appProtocol: z.string().optional(),
});
const service = z.looseObject({
  metadata,
  spec: z.looseObject({ type: z.string().default("ClusterIP"), selector: texts.nullish(), ports: z.array(servicePort).default([]) }),
});
const autoscaler = z.looseObject({
  metadata,
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().nullish(),
    maxReplicas: z.number(),
  }),
});
const budget = z.looseObject({
  metadata,
  spec: z.looseObject({
    selector: selector.nullish(),
    minAvailable: z.union([z.number(), z.string()]).nullish(),
    maxUnavailable: z.union([z.number(), z.string()]).nullish(),
  }),
});
const job = z.looseObject({
  metadata,
  spec: z.looseObject({ template }),
  status: z.looseObject({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});

export type Deployment = z.infer<typeof deployment>;
export type Pod = z.infer<typeof pod>;
export type Service = z.infer<typeof service>;
export type Autoscaler = z.infer<typeof autoscaler>;
export type Budget = z.infer<typeof budget>;
export type Job = z.infer<typeof job>;
export type Metadata = z.infer<typeof metadata>;
export type Selector = z.infer<typeof selector>;

function reader<T extends z.ZodType>(kind: string, schema: T): (object: KubeObject) => z.infer<T> {
  return (object) => {
    const read = schema.safeParse(object);
    if (read.success) return read.data;
    const { path, message } = read.error.issues[0] ?? { path: [], message: "" };
    throw new Error(`${kind} ${object.metadata.name} is not as the API says: ${path.join(".")}: ${message}`);
  };
}

export const readDeployment = reader("Deployment", deployment);
export const readPod = reader("Pod", pod);
export const readService = reader("Service", service);
export const readAutoscaler = reader("HorizontalPodAutoscaler", autoscaler);
export const readBudget = reader("PodDisruptionBudget", budget);
export const readJob = reader("Job", job);

/** Whether `labels` are meant; an empty selector means everything. */
export function selects({ matchLabels, matchExpressions }: Selector, labels: Readonly<Record<string, string>>): boolean {
  const isEqual = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    isEqual &&
    matchExpressions.every(({ key, operator, values }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return (value !== undefined && (values ?? []).includes(value)) === (operator === "In");
    })
  );
}

/** A selector as the API's `labelSelector` has it. */
export function saySelector({ matchLabels, matchExpressions }: Selector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator === "In" ? "in" : "notin"} (${(values ?? []).join(",")})`;
  });
  return [...equal, ...others].join(",");
}
