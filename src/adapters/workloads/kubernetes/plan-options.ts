import { z } from "zod";
import type { AdapterUse } from "../../../core/plan.ts";
import { PortError } from "../../../ports.ts";

const name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/, { error: "Kubernetes names are lower case letters, digits, hyphens and dots." });

/** What a plan says of a service that is a Deployment. Reading its own output again changes nothing. */
export const planOptions = z.strictObject({
  namespace: name.optional().describe("The namespace; without it that of the connection."),
  deployment: name.describe("The Deployment that serves stable. serin sets the image of one of its containers, and nothing else of it."),
  container: name.default("app").describe("The container whose image is the version."),
  service: name.optional().describe("The Service that leads to stable; without it the one that selects its pods."),
  port: z
    .union([z.int().min(1).max(65_535), z.string().min(1)])
    .optional()
    .describe("The Service's port, by number or name; without it its only one, or the one for HTTP."),
  migration: z
    .strictObject({
      job: name.describe("A Job that stands as a pattern (suspended): it is run with the new image."),
      container: name
        .optional()
        .describe("The container of the Job whose image is the version; without it the only one, or the Deployment's."),
    })
    .optional()
    .describe("What has to end well before the new version starts."),
});

/** One service's words, with the namespace filled in. */
export interface Place {
  readonly service: string;
  readonly namespace: string;
  readonly deployment: string;
  readonly container: string;
  /** `null`: the Service that selects the pods. */
  readonly serviceName: string | null;
  /** `null`: the only port, or the one for HTTP. */
  readonly port: number | string | null;
  readonly migration: { readonly job: string; readonly container: string | null } | null;
}

/** Answers the plan's words for one service; throws a `PortError` when they are not those of this adapter. */
export function readPlace(service: string, use: AdapterUse, namespace: string): Place {
  const read = planOptions.safeParse(use.options);
  if (!read.success) throw new PortError(`service ${service}: ${z.prettifyError(read.error)}`, { retry: "never" });
  const { data } = read;
  return {
    service,
    namespace: data.namespace ?? namespace,
    deployment: data.deployment,
    container: data.container,
    serviceName: data.service ?? null,
    port: data.port ?? null,
    migration: data.migration ? { job: data.migration.job, container: data.migration.container ?? null } : null,
  };
}
