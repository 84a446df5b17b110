import { annotations, fieldManager } from "./names.ts";
import type { Deployment, Metadata } from "./objects.ts";
import { templateHash } from "./clone.ts";

/** Programs that keep a cluster as a repository says, by the names under which they write. */
const gitOps: readonly { readonly name: string; readonly managers: RegExp }[] = [
  { name: "Argo CD", managers: /^argocd/ },
  { name: "Flux", managers: /^(?:kustomize-controller|helm-controller|flux)/ },
  { name: "Helm", managers: /^helm/i },
  { name: "Config Sync", managers: /^configsync/ },
  { name: "Fleet", managers: /^fleet/ },
  { name: "Rancher", managers: /^rancher/ },
  { name: "Terraform", managers: /^terraform/i },
];

/** Who wrote, in people's words, and when; `null`: nobody is known. */
export interface Author {
  readonly manager: string;
  /** The program that keeps a repository's word, when it is known as one. */
  readonly gitOps: string | null;
  /** RFC 3339; empty when it is not known. */
  readonly at: string;
}

/** "kubectl-edit at 2026-11-25T14:03:00Z", "Argo CD (argocd-controller) at …". */
export function sayAuthor({ manager, gitOps: program, at }: Author): string {
  return `${program === null ? manager : `${program} (${manager})`}${at === "" ? "" : ` at ${at}`}`;
}

/** Who set the image of a container last; `null` when nobody is known to have. */
export function imageAuthor(metadata: Metadata, container: string): Author | null {
  return authorOf(metadata, (fields) =>
    at(fields, ["f:spec", "f:template", "f:spec", "f:containers", `k:${JSON.stringify({ name: container })}`, "f:image"]),
  );
}

/** Who set the number of replicas last; an autoscaler, which writes by the Deployment's scale, is `null`. */
function replicasAuthor(metadata: Metadata): Author | null {
  return authorOf(metadata, (fields) => at(fields, ["f:spec", "f:replicas"]));
}

function templateAuthor(metadata: Metadata): Author | null {
  return authorOf(metadata, (fields) => at(fields, ["f:spec", "f:template"]));
}

function authorOf(metadata: Metadata, owns: (fields: unknown) => boolean): Author | null {
  const entries = metadata.managedFields.filter(({ fieldsV1, subresource }) => owns(fieldsV1) && (subresource ?? "") === "");
  const others = entries
    .filter(({ manager }) => manager !== fieldManager)
    .sort((left, right) => ((left.time ?? "") < (right.time ?? "") ? 1 : -1));
  const [last] = others;
  if (!last?.manager) return null;
  return {
    manager: last.manager,
    gitOps: gitOps.find(({ managers }) => managers.test(last.manager ?? ""))?.name ?? null,
    at: last.time ?? "",
  };
}

function at(fields: unknown, path: readonly string[]): boolean {
  let node: unknown = fields;
  for (const step of path) node = typeof node === "object" && node !== null ? (node as Readonly<Record<string, unknown>>)[step] : undefined;
  return node !== undefined;
}

/** What others did to a Deployment that serin made; empty: nothing. */
export function driftOfOwn(own: Deployment): string {
  const said = [];
  const [edited, scaled] = [templateAuthor(own.metadata), replicasAuthor(own.metadata)];
  if (edited && !isController(edited)) said.push(`its pods were changed by ${sayAuthor(edited)}`);
  if (scaled && !isController(scaled)) said.push(`it was scaled to ${own.spec.replicas} by ${sayAuthor(scaled)}`);
  return said.join("; ");
}

/** What others did to stable since `own` was cloned from it, beside the image; empty: nothing. */
export function driftOfStable(stable: Deployment, own: Deployment | undefined, container: string): string {
  const said = [];
  const cloned = own?.metadata.annotations[annotations.template];
  if (cloned !== undefined && cloned !== templateHash(stable, container)) {
    const author = templateAuthor(stable.metadata);
    said.push(
      `its pods were changed since the canary was cloned${author ? `, by ${sayAuthor(author)}` : ""}: the two differ by more than the version`,
    );
  }
  const before = own?.metadata.annotations[annotations.replicas];
  const scaled = replicasAuthor(stable.metadata);
  if (before !== undefined && Number(before) > stable.spec.replicas && scaled && !isController(scaled) && isNewer(scaled, own)) {
    said.push(`it was scaled from ${before} to ${stable.spec.replicas} by ${sayAuthor(scaled)}`);
  }
  return said.join("; ");
}

function isController({ manager }: Author): boolean {
  return manager === "kube-controller-manager";
}

/** Times have whole seconds: of the same one nobody knows what came first. */
function isNewer({ at: when }: Author, own: Deployment | undefined): boolean {
  return when > (own?.metadata.creationTimestamp ?? "");
}
