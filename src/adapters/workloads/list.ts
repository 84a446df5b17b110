import { kubernetesWorkloads } from "./kubernetes.ts";
import { processWorkloads } from "./process.ts";

/** Every kind of workloads that this build has. */
export const workloads = [kubernetesWorkloads, processWorkloads] as const;
