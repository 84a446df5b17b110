import { processWorkloads } from "./process.ts";

/** Every kind of workloads that this build has. */
export const workloads = [processWorkloads] as const;
