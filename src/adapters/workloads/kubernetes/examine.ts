import type { Plan } from "../../../core/plan.ts";
import type { Check } from "../../define.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";
import { examineDeployment } from "./examine-deployment.ts";
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
    const ok: Check = {
      what: "cluster",
      verdict: "ok",
      says: `It answers, and runs Kubernetes ${typeof version.gitVersion === "string" ? version.gitVersion : "of an unknown version"}.`,
      remedy: null,
    };
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
    const remedy = "Check the connection in the server's file: kubeconfig, context, and that the API server can be reached from here.";
    return [{ what: "cluster", verdict: "wrong", says: `It cannot be asked: ${whyOf(error)}.`, remedy }];
  }
}

async function examineApis(client: KubeClient, signal: AbortSignal): Promise<readonly Check[]> {
  const kinds = [
    { path: "/apis/autoscaling/v2", says: "autoscaling/v2, so that autoscalers are not copied for the canary" },
    { path: "/apis/policy/v1", says: "policy/v1, so that disruption budgets are not copied for the canary" },
  ];
  const missing = await Promise.all(
    kinds.map(async ({ path, says }): Promise<readonly Check[]> => {
      try {
        await client.call({ method: "GET", path }, signal);
        return [];
      } catch (error) {
        if (!isRefusal(error, 404)) throw error;
        return [
          {
            what: "cluster",
            verdict: "doubtful",
            says: `It does not know ${says}.`,
            remedy: "Use a cluster of version 1.23 or later, or look after the size of the canary yourself.",
          },
        ];
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
  const allowed: Check = {
    what: `rights in namespace ${namespace}`,
    verdict: "ok",
    says: `serin may do all that it does there (${needed.length} resources).`,
    remedy: null,
  };
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
  const what = `${group === "" ? resource : `${resource}.${group}`} in namespace ${namespace}`;
  if (denied.length === 0) return { what, verdict: "ok", says: "serin may do all that it does there.", remedy: null };
  return {
    what,
    verdict: "wrong",
    says: `serin may not ${denied.join(", ")} them.`,
    remedy: `Apply deploy/kubernetes/rbac.yaml to the namespace ${namespace}, for the account that serin runs as.`,
  };
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
    const shared = places.filter((place) => places.some((other) => other !== place && other.deployment === place.deployment));
    const twice = shared.map(({ service, deployment }): Check => ({
      what: `Deployment ${namespace}/${deployment}`,
      verdict: "wrong",
      says: `It is several services of the plan, ${service} among them.`,
      remedy: "Make them one service, or two Deployments.",
    }));
    const around = { deployments: there, services: known, autoscalers: autoscalers.map(readAutoscaler), plan };
    const found = places.flatMap((place) => examineDeployment(place, around));
    const jobs = await Promise.all(places.map((place) => examineMigration(client, place, signal)));
    return [...twice, ...found, ...jobs.flat(), ...(await examineQuota(client, { namespace, places, deployments: there }, signal))];
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return [
      {
        what: `namespace ${namespace}`,
        verdict: "wrong",
        says: `It cannot be looked at: ${whyOf(error)}.`,
        remedy: `Apply deploy/kubernetes/rbac.yaml to the namespace ${namespace}.`,
      },
    ];
  }
}

async function examineMigration(client: KubeClient, place: Place, signal: AbortSignal): Promise<readonly Check[]> {
  if (!place.migration) return [];
  const { job: name } = place.migration;
  const what = `Job ${place.namespace}/${name}`;
  const job = await findJob(client, { namespace: place.namespace, name }, signal);
  if (!job)
    return [
      {
        what,
        verdict: "wrong",
        says: "It is not there, and the plan names it as migration.",
        remedy: "Create it as a pattern, with suspend: true.",
      },
    ];
  if ((job.spec as { readonly suspend?: unknown }).suspend === true)
    return [{ what, verdict: "ok", says: "It stands as a pattern for migrations.", remedy: null }];
  return [
    {
      what,
      verdict: "doubtful",
      says: "It is not suspended: it runs, or has run, by itself.",
      remedy: "Set suspend: true, so that it is a pattern alone.",
    },
  ];
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
    const says = `It has room for ${free} more pods; canary and previous at full size need ${more}.`;
    return [
      {
        what: `ResourceQuota ${namespace}/${metadata.name}`,
        verdict: "doubtful",
        says,
        remedy: "Raise it for the time of the release, or set keepPrevious: 0.",
      },
    ];
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
