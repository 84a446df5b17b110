import type { Plan } from "../../../core/plan.ts";
import { doubtful, fine, subjects as shared, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";
import { examineDeployment } from "./examine-deployment.ts";
import { deploymentFindings, findings, subjects } from "./findings.ts";
import type { LackingApi } from "./findings.ts";
import { readAutoscaler, readDeployment, readService } from "./objects.ts";
import type { Deployment, Service } from "./objects.ts";
import { readPlace } from "./plan-options.ts";
import type { Place } from "./plan-options.ts";
import { findJob } from "./migration.ts";

/** What serin does in a namespace; deploy/kubernetes/rbac.yaml says the same. */
const rights: readonly { readonly group: string; readonly resource: string; readonly verbs: readonly string[] }[] = [
  { group: "apps", resource: "deployments", verbs: ["get", "list", "watch", "create", "update", "patch", "delete"] },
  { group: "", resource: "services", verbs: ["get", "list", "create", "patch", "delete"] },
  { group: "", resource: "pods", verbs: ["list", "watch"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
  { group: "", resource: "events", verbs: ["list"] },
  { group: "autoscaling", resource: "horizontalpodautoscalers", verbs: ["list", "create", "patch", "delete"] },
  { group: "policy", resource: "poddisruptionbudgets", verbs: ["list", "create", "patch", "delete"] },
];
const rightsForMigrations = { group: "batch", resource: "jobs", verbs: ["get", "list", "create", "delete"] };

/** Looks at everything that a release of this plan would need of the cluster. Throws only the signal's reason. */
export async function examineCluster(
  client: KubeClient,
  { plan, namespace }: { readonly plan: Plan; readonly namespace: () => Promise<string> },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  try {
    const version = (await client.call({ method: "GET", path: "/version" }, signal)) as { readonly gitVersion?: unknown };
    const ok = fine(shared.cluster(), findings.answers(typeof version.gitVersion === "string" ? version.gitVersion : null));
    const home = await namespace();
    const places = plan.services
      .filter(({ workload }) => workload.kind === "kubernetes")
      .map(({ name, workload }) => readPlace(name, workload, home));
    const byNamespace = [...Map.groupBy(places, (place) => place.namespace)];
    const found = await Promise.all(
      byNamespace.map(([name, of]) => examineNamespace(client, { namespace: name, places: of, plan }, signal)),
    );
    return [ok, ...(await examineApis(client, signal)), ...found.flat()];
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return [wrong(shared.cluster(), findings.silent(whyOf(error)))];
  }
}

async function examineApis(client: KubeClient, signal: AbortSignal): Promise<readonly Check[]> {
  const kinds: readonly LackingApi[] = ["autoscaling/v2", "policy/v1"];
  const missing = await Promise.all(
    kinds.map(async (api): Promise<readonly Check[]> => {
      try {
        await client.call({ method: "GET", path: `/apis/${api}` }, signal);
        return [];
      } catch (error) {
        if (!isRefusal(error, 404)) throw error;
        return [doubtful(shared.cluster(), findings.lacks(api))];
      }
    }),
  );
  return missing.flat();
}

interface Area {
  readonly namespace: string;
  readonly places: readonly Place[];
  readonly plan: Plan;
}

async function examineNamespace(client: KubeClient, area: Area, signal: AbortSignal): Promise<readonly Check[]> {
  const { namespace, places } = area;
  const needed = places.some(({ migration }) => migration !== null) ? [...rights, rightsForMigrations] : rights;
  const access = await Promise.all(needed.map((right) => examineRight(client, { namespace, ...right }, signal)));
  const denied = access.filter((check) => check.verdict === "wrong");
  const allowed = fine(subjects.rights(namespace), findings.mayAll(needed.length));
  return [...(denied.length === 0 ? [allowed] : denied), ...(await examineObjects(client, area, signal))];
}

/** Asks whether it may, for each verb. */
async function examineRight(
  client: KubeClient,
  {
    namespace,
    group,
    resource,
    verbs,
  }: { readonly namespace: string; readonly group: string; readonly resource: string; readonly verbs: readonly string[] },
  signal: AbortSignal,
): Promise<Check> {
  const [plural = "", subresource] = resource.split("/");
  const may = async (verb: string): Promise<boolean> => {
    const resourceAttributes = { namespace, verb, group, resource: plural, ...(subresource === undefined ? {} : { subresource }) };
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
    const answer = (await client.call(
      { method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body },
      signal,
    )) as { readonly status?: { readonly allowed?: unknown } };
    return answer.status?.allowed === true;
  };
  const answers = await Promise.all(verbs.map(async (verb) => ({ verb, isAllowed: await may(verb) })));
  const denied = answers.filter(({ isAllowed }) => !isAllowed).map(({ verb }) => verb);
  const what = subjects.right(group === "" ? resource : `${resource}.${group}`, namespace);
  return denied.length === 0 ? fine(what, findings.may()) : wrong(what, findings.mayNot(denied, namespace));
}

async function examineObjects(client: KubeClient, { namespace, places, plan }: Area, signal: AbortSignal): Promise<readonly Check[]> {
  try {
    const [deployments, services, autoscalers] = await Promise.all([
      client.list(kubePath({ apiVersion: "apps/v1", namespace, plural: "deployments" }), {}, signal),
      client.list(kubePath({ apiVersion: "v1", namespace, plural: "services" }), {}, signal),
      listIfAllowed(client, { apiVersion: "autoscaling/v2", namespace, plural: "horizontalpodautoscalers" }, signal),
    ]);
    const there: ReadonlyMap<string, Deployment> = new Map(deployments.items.map((item) => [item.metadata.name, readDeployment(item)]));
    const known: readonly Service[] = services.items.map(readService);
    const doubled = places.filter((place) => places.some((other) => other !== place && other.deployment === place.deployment));
    const twice = doubled.map(({ service, deployment }) =>
      wrong(`Deployment ${namespace}/${deployment}`, deploymentFindings.several(service)),
    );
    const around = { deployments: there, services: known, autoscalers: autoscalers.map(readAutoscaler), plan };
    const found = places.flatMap((place) => examineDeployment(place, around));
    const jobs = await Promise.all(places.map((place) => examineMigration(client, place, signal)));
    return [...twice, ...found, ...jobs.flat(), ...(await examineQuota(client, { namespace, places, deployments: there }, signal))];
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return [wrong(subjects.namespace(namespace), findings.namespaceUnread(whyOf(error), namespace))];
  }
}

async function examineMigration(client: KubeClient, place: Place, signal: AbortSignal): Promise<readonly Check[]> {
  if (!place.migration) return [];
  const { job: name } = place.migration;
  const what = `Job ${place.namespace}/${name}`;
  const job = await findJob(client, { namespace: place.namespace, name }, signal);
  if (!job) return [wrong(what, findings.noJob())];
  const isPattern = (job.spec as { readonly suspend?: unknown }).suspend === true;
  return [isPattern ? fine(what, findings.jobIsPattern()) : doubtful(what, findings.jobRuns())];
}

/** Room for canary and previous beside stable, where quotas may be seen. */
async function examineQuota(
  client: KubeClient,
  {
    namespace,
    places,
    deployments,
  }: { readonly namespace: string; readonly places: readonly Place[]; readonly deployments: ReadonlyMap<string, Deployment> },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const more = places.reduce((sum, { deployment }) => sum + 2 * (deployments.get(deployment)?.spec.replicas ?? 0), 0);
  const items = await listIfAllowed(client, { apiVersion: "v1", namespace, plural: "resourcequotas" }, signal);
  return items.flatMap(({ metadata, status }): readonly Check[] => {
    const { hard, used } = (status ?? {}) as {
      readonly hard?: Readonly<Record<string, string>>;
      readonly used?: Readonly<Record<string, string>>;
    };
    const free = Number(hard?.["pods"]) - Number(used?.["pods"] ?? 0);
    if (!Number.isFinite(free) || free >= more) return [];
    return [doubtful(`ResourceQuota ${namespace}/${metadata.name}`, findings.littleRoom(free, more))];
  });
}

/** Nothing where serin may not look, or the cluster does not know the kind: both are told elsewhere. */
async function listIfAllowed(
  client: KubeClient,
  collection: Parameters<typeof kubePath>[0],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  try {
    return (await client.list(kubePath(collection), {}, signal)).items;
  } catch (error) {
    if (isRefusal(error, 403) || isRefusal(error, 404)) return [];
    throw error;
  }
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
