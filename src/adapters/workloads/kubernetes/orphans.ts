import { doubtful, fine, subjects as shared, wrong } from "../../check.ts";
import type { Check, KnownReleases } from "../../define.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient, KubeObject } from "../../kubernetes-client.ts";
import { findings, subjects } from "./findings.ts";
import { labels, shorten } from "./names.ts";

/** Everything that serin makes in a cluster. */
const made = [
  { kind: "Deployment", apiVersion: "apps/v1", plural: "deployments" },
  { kind: "Service", apiVersion: "v1", plural: "services" },
  { kind: "HorizontalPodAutoscaler", apiVersion: "autoscaling/v2", plural: "horizontalpodautoscalers" },
  { kind: "PodDisruptionBudget", apiVersion: "policy/v1", plural: "poddisruptionbudgets" },
  { kind: "Job", apiVersion: "batch/v1", plural: "jobs" },
] as const;

/** What stands in the cluster with serin's labels and of no active release: in every namespace, or where that may not be asked in `namespace`. */
export async function lookForOrphans(
  client: KubeClient,
  { namespace: given, known }: { readonly namespace: string | undefined; readonly known: KnownReleases },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const active = new Set(known.active.map((release) => shorten(release, "release")));
  let namespace: string;
  try {
    namespace = given ?? (await client.namespace());
  } catch (error) {
    return [wrong(shared.cluster(), findings.orphansUnasked(whyOf(error)))];
  }
  const found = await Promise.all(made.map((kind) => look(client, kind, { namespace, active }, signal)));
  const checks = found.flat();
  if (checks.length > 0) return checks;
  return [fine(subjects.made(), findings.nothingLeft())];
}

async function look(
  client: KubeClient,
  kind: (typeof made)[number],
  { namespace, active }: { readonly namespace: string; readonly active: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const query = { labelSelector: `${labels.managedBy}=serin,${labels.deployment}` };
  const { apiVersion, plural } = kind;
  try {
    const everywhere = await client.list(kubePath({ apiVersion, plural }), query, signal).catch((error: unknown) => {
      if (isRefusal(error, 403)) return client.list(kubePath({ apiVersion, namespace, plural }), query, signal);
      throw error;
    });
    return everywhere.items.flatMap((object) => orphanOf(kind.kind, object, active) ?? []);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // A kind that the cluster does not know cannot be left over.
    if (isRefusal(error, 404)) return [];
    return [wrong(subjects.madeOf(kind.kind), findings.orphansUnread(whyOf(error), plural))];
  }
}

function orphanOf(kind: string, { metadata }: KubeObject, active: ReadonlySet<string>): Check | null {
  const release = metadata.labels?.[labels.release];
  if (release !== undefined && active.has(release)) return null;
  const namespace = metadata.namespace ?? "default";
  const remove = `kubectl delete ${kind.toLowerCase()} ${metadata.name} --namespace ${namespace}`;
  return doubtful(`${kind} ${namespace}/${metadata.name}`, findings.orphan(release ?? null, remove));
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
