import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeObject } from "../../kubernetes-client.ts";
import { cloneDeployment, imageOf, replicasFor } from "./clone.ts";
import type { CloneSpec } from "./clone.ts";
import type { Cluster } from "./cluster.ts";
import { companionKinds, companionsOf, serviceOf } from "./companions.ts";
import { migrationName, runMigration } from "./migration.ts";
import type { JobState } from "./migration.ts";
import { annotations, fieldManager, isOwn, labels, shorten, slotLabels, slotName } from "./names.ts";
import type { OwnSlot } from "./names.ts";
import { readDeployment } from "./objects.ts";
import type { Deployment } from "./objects.ts";
import type { Place } from "./plan-options.ts";

/** A slot that is wanted. */
export interface SlotWish {
  readonly place: Place;
  readonly slot: OwnSlot;
  readonly version: string;
  readonly release: string | null;
  readonly sharePct: number;
}

/** What stands where a slot's Deployment would. */
interface Standing {
  readonly stable: Deployment;
  readonly own: Deployment | undefined;
}

/** A conflict is tried again at once, with what is there now. */
const mostTries = 3;

/**
 * Makes a slot stand beside stable, or grow: its Deployment first, then what belongs to it. One that stands with the version wanted is not made
 * anew, whatever became of stable since: it stays what it was begun as.
 */
export async function makeSlot(cluster: Cluster, wish: SlotWish, standing: Standing, signal: AbortSignal): Promise<void> {
  const { place } = wish;
  const { stable } = standing;
  assertOwn(place, wish.slot, standing.own);
  if (standing.own?.metadata.deletionTimestamp) return;
  const isSame = standing.own !== undefined && isOf(standing.own, wish);
  if (isSame && standing.own && cluster.isSettled(standing.own, wish.sharePct)) return;
  const waitsFor = place.migration && wish.slot === "canary" ? migrationName(place.migration.job, wish) : null;
  const isWaiting = waitsFor !== null && sizedPct(standing.own, isSame) === 0;
  // It belongs to stable: a canary that somebody takes away and serin makes again has been migrated for.
  const migrate = (): Promise<JobState> =>
    runMigration(cluster.client, place, { name: waitsFor ?? "", version: wish.version, release: wish.release, owner: stable }, signal);
  if (isWaiting && isSame && (await migrate()) !== "complete") return;
  // All are asked at once: every call of this is part of one short turn.
  const [services, autoscalers, budgets] = await Promise.all([
    cluster.services(place.namespace, signal),
    cluster.autoscalers(place.namespace, signal),
    cluster.budgets(place.namespace, signal),
  ]);
  const service = serviceOf(place, stable, services);
  if (typeof service === "string") throw new Error(service);
  const around = { service, services, autoscalers, budgets };
  let own =
    isSame && standing.own
      ? standing.own
      : await putDeployment(cluster, standing, { ...wish, waitsFor, sharePct: isWaiting ? 0 : wish.sharePct }, signal);
  if (isWaiting && !isSame && (await migrate()) !== "complete") {
    return applyCompanions(cluster, { stable, around, own, spec: { ...wish, waitsFor, sharePct: 0 } }, signal);
  }
  const sharePct = Math.max(wish.sharePct, sizedPct(own, true));
  if (sharePct > sizedPct(own, true)) own = await grow(cluster, own, { stable, sharePct }, signal);
  await applyCompanions(cluster, { stable, around, own, spec: { ...wish, waitsFor, sharePct } }, signal);
  cluster.settle(own, sharePct);
}

/** Takes away what serin made for a slot: what belongs to the Deployment first, so that as long as anything is left, it is. */
export async function removeSlot(cluster: Cluster, place: Place, own: Deployment, signal: AbortSignal): Promise<void> {
  const slot = own.metadata.labels[labels.slot] as OwnSlot;
  const { namespace } = place;
  if (own.metadata.deletionTimestamp) return;
  const selector = { [labels.managedBy]: "serin", ...slotLabels(place.deployment, slot) };
  const hasMigrated = own.metadata.annotations[annotations.waitsFor] !== undefined;
  const kinds = hasMigrated ? [...companionKinds, { apiVersion: "batch/v1", plural: "jobs" }] : companionKinds;
  const found = await Promise.all(kinds.map((kind) => cluster.named(kind, { namespace, selector }, signal)));
  await Promise.all(found.flat().map((each) => remove(cluster, { ...each, namespace }, signal)));
  const { name, uid } = own.metadata;
  await remove(cluster, { apiVersion: "apps/v1", plural: "deployments", namespace, name, uid }, signal);
  cluster.forgetServices(namespace);
}

/** Percent of the people that a slot's Deployment is sized for. */
export function sizedPct(own: Deployment | undefined, isSame = true): number {
  const said = isSame ? Number(own?.metadata.annotations[annotations.share]) : 0;
  return Number.isFinite(said) ? said : 0;
}

/** Throws when something that serin has not made stands where the slot would. */
export function assertOwn(place: Place, slot: OwnSlot, there: Deployment | undefined): void {
  if (!there || (isOwn(there.metadata) && there.metadata.labels[labels.slot] === slot)) return;
  throw new Error(
    `Deployment ${place.namespace}/${there.metadata.name} is not serin's, and stands where the ${slot} of ${place.deployment} would: rename or delete it`,
  );
}

function isOf(own: Deployment, { place, version, release }: SlotWish): boolean {
  const isOfRelease = release === null || own.metadata.labels[labels.release] === shorten(release, "release");
  return isOfRelease && imageOf(own, place.container) === version;
}

/** Makes the Deployment, or makes that of another version or release into it. */
async function putDeployment(cluster: Cluster, { stable, own }: Standing, spec: CloneSpec, signal: AbortSignal): Promise<Deployment> {
  const { place } = spec;
  const services = await cluster.services(place.namespace, signal);
  const clone = cloneDeployment(stable, services, spec);
  const collection = { apiVersion: "apps/v1", namespace: place.namespace, plural: "deployments" };
  const name = slotName(place.deployment, spec.slot);
  let there = own;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = there
        ? await cluster.client.call(
            {
              method: "PUT",
              path: kubePath({ ...collection, name }),
              query: { fieldManager },
              body: { ...clone, metadata: { ...clone.metadata, resourceVersion: there.metadata.resourceVersion } },
            },
            signal,
          )
        : await cluster.client.call({ method: "POST", path: kubePath(collection), query: { fieldManager }, body: clone }, signal);
      return noted(cluster, answer);
    } catch (error) {
      const isMoved = isRefusal(error, 409) || (there !== undefined && isRefusal(error, 404));
      if (!isMoved || attempt === mostTries) throw error;
      const found = await cluster.client.find(kubePath({ ...collection, name }), signal);
      there = found ? readDeployment(found) : undefined;
      assertOwn(place, spec.slot, there);
    }
  }
}

/** More replicas, never fewer: an autoscaler or a person may have made it larger. */
async function grow(
  cluster: Cluster,
  own: Deployment,
  to: { readonly stable: Deployment; readonly sharePct: number },
  signal: AbortSignal,
): Promise<Deployment> {
  const path = kubePath({ apiVersion: "apps/v1", namespace: own.metadata.namespace ?? "", plural: "deployments", name: own.metadata.name });
  let there = own;
  for (let attempt = 1; ; attempt += 1) {
    const replicas = Math.max(there.spec.replicas, replicasFor(to.stable.spec.replicas, to.sharePct));
    const metadata = { resourceVersion: there.metadata.resourceVersion, annotations: { [annotations.share]: String(to.sharePct) } };
    try {
      const answer = await cluster.client.call(
        { method: "PATCH", path, query: { fieldManager }, as: "application/merge-patch+json", body: { metadata, spec: { replicas } } },
        signal,
      );
      return noted(cluster, answer);
    } catch (error) {
      if (!isRefusal(error, 409) || attempt === mostTries) throw error;
      const found = await cluster.client.find(path, signal);
      if (!found) throw error;
      there = readDeployment(found);
    }
  }
}

function noted(cluster: Cluster, answer: unknown): Deployment {
  const deployment = readDeployment(answer as KubeObject);
  cluster.note(deployment);
  return deployment;
}

async function applyCompanions(
  cluster: Cluster,
  of: {
    readonly stable: Deployment;
    readonly around: Parameters<typeof companionsOf>[1];
    readonly own: Deployment;
    readonly spec: CloneSpec;
  },
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = of.spec.place;
  const companions = companionsOf(of.stable, of.around, of.spec, of.own);
  const { services, autoscalers, budgets } = of.around;
  for (const { plural, name } of companions) {
    const there = { services, horizontalpodautoscalers: autoscalers, poddisruptionbudgets: budgets }[plural].find(
      ({ metadata }) => metadata.name === name,
    );
    if (there && !isOwn(there.metadata))
      throw new Error(
        `${plural} ${namespace}/${name} is not serin's, and stands where that of the ${of.spec.slot} would: rename or delete it`,
      );
  }
  await Promise.all(
    companions.map(({ apiVersion, plural, name, object }) =>
      cluster.client.call(
        {
          method: "PATCH",
          path: kubePath({ apiVersion, namespace, plural, name }),
          query: { fieldManager, force: "true" },
          as: "application/apply-patch+yaml",
          body: object,
        },
        signal,
      ),
    ),
  );
  cluster.forgetServices(namespace);
}

async function remove(
  cluster: Cluster,
  {
    uid,
    ...place
  }: { readonly apiVersion: string; readonly plural: string; readonly namespace: string; readonly name: string; readonly uid?: string },
  signal: AbortSignal,
): Promise<void> {
  const body = { propagationPolicy: "Background", ...(uid === undefined || uid === "" ? {} : { preconditions: { uid } }) };
  try {
    await cluster.client.call({ method: "DELETE", path: kubePath(place), body }, signal);
  } catch (error) {
    // It is gone, or the cluster does not know its kind.
    if (!isRefusal(error, 404)) throw error;
  }
}
