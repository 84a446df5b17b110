import { UserError } from "../errors.ts";
import type { Problem } from "../errors.ts";
import type { Plan } from "../core/plan.ts";
import { PortError } from "../ports.ts";
import type { StartReleaseBody } from "./contract.ts";
import type { AppParts } from "./parts.ts";
import { details } from "./details.ts";
import type { VersionFaults } from "./details.ts";

/** The plan and its warnings, among them those about the moment at which it is meant to start. Throws `plan-invalid` with every problem when it has errors. */
export function readPlanOrRefuse(
  parts: AppParts,
  source: StartReleaseBody["plan"],
  startsMs: ((timeZone: string) => number) | null = null,
): { readonly plan: Plan; readonly problems: readonly Problem[] } {
  const { plan, problems } = parts.readPlan(source.text, source.file, startsMs);
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan !== null && errors.length === 0) return { plan, problems };
  throw new UserError("plan-invalid", details.planWrong(errors.length, source.file), {
    problems,
  });
}

/** Throws `versions-invalid` unless `versions` names each service of the plan and no other. */
export function checkVersions(plan: Plan, versions: Readonly<Record<string, string>>, which: VersionFaults["which"]): void {
  const known = plan.services.map((service) => service.name);
  const missing = known.filter((name) => !Object.hasOwn(versions, name));
  const strange = Object.keys(versions).filter((name) => !known.includes(name));
  if (missing.length === 0 && strange.length === 0) return;
  throw new UserError("versions-invalid", details.versionsWrong({ which, missing, strange, known }));
}

/**
 * Throws `connection-missing` when an adapter of the plan cannot be made: lint does not know which kinds need a connection. A file that names what
 * runs services means nothing else: with `process` whoever begins a release would run any program as the server's user.
 */
export function checkAdapters(parts: AppParts, plan: Plan): void {
  const named = parts.connections.flatMap(({ port, kind }) => (port === "workloads" ? [kind] : []));
  const stranger = named.length === 0 ? undefined : plan.services.find(({ workload }) => !named.includes(workload.kind));
  if (stranger !== undefined) {
    throw new UserError("connection-missing", details.kindUnnamed(named, stranger.workload.kind, stranger.name));
  }
  try {
    parts.world.router(plan);
    for (const { workload } of plan.services) parts.world.workloads(workload.kind);
    for (const { source } of Object.values(plan.metrics)) parts.world.source(source);
    for (const { notifier } of plan.notify) parts.world.notifier(notifier);
  } catch (error) {
    if (error instanceof PortError) throw new UserError("connection-missing", details.connectionMissing(error.message));
    throw error;
  }
}
