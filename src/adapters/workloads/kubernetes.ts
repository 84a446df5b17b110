import { z } from "zod";
import type { SeenWorkload, SeenWorkloads, Slot } from "../../core/observation.ts";
import { PortError } from "../../ports.ts";
import type { WantedService, WantedWorkloads, Workloads } from "../../ports.ts";
import { doubtful } from "../check.ts";
import type { Surroundings, WorkloadsDefinition } from "../define.ts";
import { createExchange } from "../exchange.ts";
import { KubeClient, kubernetesWords } from "../kubernetes-client.ts";
import { imageOf } from "./kubernetes/clone.ts";
import { Cluster } from "./kubernetes/cluster.ts";
import { serviceOf, urlOf } from "./kubernetes/companions.ts";
import { driftOfOwn, driftOfStable } from "./kubernetes/drift.ts";
import { examineImages } from "./kubernetes/examine-images.ts";
import { examineCluster } from "./kubernetes/examine.ts";
import { findings, subjects } from "./kubernetes/findings.ts";
import { sayMigration } from "./kubernetes/migration.ts";
import { annotations, isOwn, slotName, slotServiceName } from "./kubernetes/names.ts";
import type { OwnSlot } from "./kubernetes/names.ts";
import { selects } from "./kubernetes/objects.ts";
import type { Deployment, Pod } from "./kubernetes/objects.ts";
import { lookForOrphans } from "./kubernetes/orphans.ts";
import { planOptions, readPlace } from "./kubernetes/plan-options.ts";
import type { Place } from "./kubernetes/plan-options.ts";
import { restartsOf } from "./kubernetes/pod-words.ts";
import { judge } from "./kubernetes/readiness.ts";
import { makeSlot, removeSlot, sizedPct } from "./kubernetes/slots.ts";
import { StableImages } from "./kubernetes/stable-image.ts";
import { Words } from "./kubernetes/words.ts";

const ownSlots: readonly OwnSlot[] = ["canary", "previous"];

const connection = z.strictObject({
  ...kubernetesWords,
  namespace: z.string().min(1).optional().describe("The namespace of plans that name none; without it that of the context."),
});

type Connection = z.infer<typeof connection>;

/**
 * Runs services as Deployments of a cluster: canary and previous as clones of stable, whose image alone is changed.
 *
 * Source: docs/adapters/kubernetes.md
 */
export const kubernetesWorkloads: WorkloadsDefinition<Connection> = {
  kind: "kubernetes",
  says: "Runs services as Deployments of a Kubernetes cluster.",
  connection,
  planOptions,
  async examine({ namespace, ...options }, { plan, versions }, { clock }, signal) {
    const client = new KubeClient(options, clock);
    const ours = plan.services.filter(({ name, workload }) => workload.kind === "kubernetes" && versions[name] !== undefined);
    const images = Object.fromEntries(ours.map(({ name }) => [name, versions[name] ?? ""]));
    const looks = await Promise.all([
      examineCluster(client, { plan, namespace: async () => namespace ?? client.namespace() }, signal),
      examineImages(createExchange(clock), images, signal),
    ]);
    return [...looks.flat(), ...(Object.keys(versions).length === 0 ? [noImages] : [])];
  },
  async orphans({ namespace, ...options }, known, { clock }, signal) {
    const client = new KubeClient(options, clock);
    return lookForOrphans(client, { namespace, known }, signal);
  },
  create: (options, surroundings) => new KubernetesWorkloads(options, surroundings),
};

const noImages = doubtful(subjects.images(), findings.noImages());

class KubernetesWorkloads implements Workloads {
  readonly #cluster: Cluster;
  readonly #images: StableImages;
  readonly #words: Words;
  readonly #namespace: () => Promise<string>;
  /** Deployments that were seen to serve: their addresses stay while they fall and rise. */
  readonly #served = new Set<string>();

  constructor({ namespace, ...options }: Connection, { clock, closing = new AbortController().signal }: Surroundings) {
    const client = new KubeClient(options, clock);
    this.#cluster = new Cluster(client, clock, closing);
    this.#images = new StableImages(client, clock);
    this.#words = new Words(client, clock);
    this.#namespace = async () => namespace ?? client.namespace();
  }

  async apply(wanted: WantedWorkloads, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#assertApart(wanted);
    // One service's trouble does not stand in another one's way.
    const done = await Promise.allSettled(Object.entries(wanted).map(([service, use]) => this.#applyService(service, use, signal)));
    const failed = done.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
  }

  async observe(services: WantedWorkloads, signal: AbortSignal): Promise<SeenWorkloads> {
    signal.throwIfAborted();
    const seen = await Promise.all(
      Object.entries(services).map(
        async ([service, { use }]) =>
          [service, await this.#observeService(readPlace(service, use, await this.#namespace()), signal)] as const,
      ),
    );
    return Object.fromEntries(seen);
  }

  /** Two services of one Deployment would each take the other's clone away. */
  async #assertApart(wanted: WantedWorkloads): Promise<void> {
    const namespace = await this.#namespace();
    const places = Object.entries(wanted).map(([service, { use }]) => readPlace(service, use, namespace));
    for (const [, of] of Map.groupBy(places, (place) => `${place.namespace}/${place.deployment}`)) {
      const [first, second] = of;
      if (!first || !second) continue;
      const says = `${first.service} and ${second.service} are both the Deployment ${first.namespace}/${first.deployment}`;
      throw new PortError(`${says}: make them one service, or two Deployments`, { retry: "never" });
    }
  }

  async #applyService(service: string, { use, release, slots }: WantedService, signal: AbortSignal): Promise<void> {
    const place = readPlace(service, use, await this.#namespace());
    const deployments = await this.#cluster.deployments(place.namespace, signal);
    const stable = atFullSize(
      deployments.get(place.deployment),
      ownSlots.map((slot) => deployments.get(slotName(place.deployment, slot))),
    );
    const tasks = ownSlots.map(async (slot) => {
      const wish = slots[slot];
      const own = deployments.get(slotName(place.deployment, slot));
      if (!wish) return own && isOwn(own.metadata) ? removeSlot(this.#cluster, place, own, signal) : undefined;
      if (!stable) throw noStable(place);
      const sharePct = wish.sharePct ?? 100;
      return makeSlot(this.#cluster, { place, slot, version: wish.version, release: release ?? null, sharePct }, { stable, own }, signal);
    });
    const done = await Promise.allSettled(tasks);
    const failed = done.find((outcome) => outcome.status === "rejected");
    const isCloned = ownSlots.every((slot) => {
      const own = deployments.get(slotName(place.deployment, slot));
      return !slots[slot] || (own && isOwn(own.metadata) && imageOf(own, place.container) === slots[slot].version);
    });
    // Last: what is cloned is stable as it was. What only could not be kept up or cleared away does not stand in stable's way.
    if (failed && !isCloned) throw failed.reason;
    await this.#applyStable(place, { wanted: slots, deployments, stable }, signal);
    if (failed) throw failed.reason;
  }

  async #applyStable(
    place: Place,
    {
      wanted,
      deployments,
      stable,
    }: {
      readonly wanted: WantedService["slots"];
      readonly deployments: ReadonlyMap<string, Deployment>;
      readonly stable: Deployment | undefined;
    },
    signal: AbortSignal,
  ): Promise<void> {
    if (!wanted.stable) return;
    if (!stable) throw noStable(place);
    const canary = deployments.get(slotName(place.deployment, "canary"));
    const standing = canary && isOwn(canary.metadata) ? imageOf(canary, place.container) : null;
    const canaries = [wanted.canary?.version, standing].filter((image) => typeof image === "string");
    this.#cluster.note(await this.#images.set(place, stable, { version: wanted.stable.version, canaries }, signal));
  }

  async #observeService(place: Place, signal: AbortSignal): Promise<SeenWorkloads[string]> {
    const deployments = await this.#cluster.deployments(place.namespace, signal);
    const stable = deployments.get(place.deployment);
    const found: Partial<Record<Slot, SeenWorkload>> = {};
    const canary = deployments.get(slotName(place.deployment, "canary"));
    if (stable) found.stable = await this.#observeStable(place, { stable, canary }, signal);
    for (const slot of ownSlots) {
      const own = deployments.get(slotName(place.deployment, slot));
      if (own && isOwn(own.metadata)) found[slot] = await this.#observeOwn(place, { slot, own, stable }, signal);
    }
    return found;
  }

  async #observeStable(
    place: Place,
    { stable, canary }: { readonly stable: Deployment; readonly canary: Deployment | undefined },
    signal: AbortSignal,
  ): Promise<SeenWorkload> {
    const version = versionOf(place, stable);
    const drift = [this.#images.says(place, stable), driftOfStable(stable, canary, place.container)];
    const pods = judge(stable).isReady ? [] : await this.#words.pods(place.namespace, stable.spec.selector, signal);
    return this.#seen({ place, deployment: stable, version, pods, notes: drift, serviceName: null, stable }, signal);
  }

  async #observeOwn(
    place: Place,
    { slot, own, stable }: { readonly slot: OwnSlot; readonly own: Deployment; readonly stable: Deployment | undefined },
    signal: AbortSignal,
  ): Promise<SeenWorkload> {
    const version = versionOf(place, own);
    const serviceName = slotServiceName(place.deployment, slot);
    const all = await this.#cluster.ownPods(place.namespace, signal);
    const pods = all.filter(({ metadata }) => selects(own.spec.selector, metadata.labels));
    const job = own.metadata.annotations[annotations.waitsFor];
    const waits =
      job !== undefined && sizedPct(own) === 0
        ? await sayMigration({ client: this.#cluster.client, words: this.#words }, { namespace: place.namespace, name: job }, signal)
        : "";
    const seen = await this.#seen({ place, deployment: own, version, pods, notes: [driftOfOwn(own)], serviceName, stable }, signal);
    const said = waits === "" ? seen : { ...seen, detail: waits };
    const isWhole = (await this.#cluster.services(place.namespace, signal)).some(({ metadata }) => metadata.name === serviceName);
    if (!isWhole) this.#cluster.unsettle(own);
    // One that is not whole is asked for again.
    return slot === "canary" ? { ...said, sizedPct: isWhole ? sizedPct(own) : 0 } : said;
  }

  async #seen(of: Sight, signal: AbortSignal): Promise<SeenWorkload> {
    const { place, deployment, version, pods } = of;
    const { isReady, hasServed, says } = judge(deployment);
    const key = `${deployment.metadata.uid} ${version}`;
    if (hasServed) this.#served.add(key);
    const address = await this.#addressOf(of, signal);
    const words = isReady ? "" : await this.#words.of(place.namespace, pods, signal);
    const notes = [says, words, typeof address === "string" ? address : "", ...of.notes].filter((note) => note !== "");
    return {
      version,
      isReady: isReady && typeof address !== "string",
      urls: this.#served.has(key) && typeof address !== "string" ? [address.url] : [],
      restarts: restartsOf(pods),
      detail: notes.join("; "),
    };
  }

  async #addressOf({ place, stable, serviceName }: Sight, signal: AbortSignal): Promise<{ readonly url: string } | string> {
    const services = await this.#cluster.services(place.namespace, signal);
    const leading = stable ? serviceOf(place, stable, services) : `there is no Deployment ${place.namespace}/${place.deployment}`;
    if (typeof leading === "string" || serviceName === null)
      return typeof leading === "string" ? leading : urlOf(place, leading, leading.metadata.name);
    const own = services.find(({ metadata }) => metadata.name === serviceName);
    return own ? urlOf(place, leading, serviceName) : `its Service ${place.namespace}/${serviceName} is gone`;
  }
}

/**
 * Stable as large as it was when the release began: an autoscaler makes it smaller as its people leave, and what takes its place has to be as large as
 * it was before.
 */
function atFullSize(stable: Deployment | undefined, own: readonly (Deployment | undefined)[]): Deployment | undefined {
  const recorded = own.map((each) => Number(each?.metadata.annotations[annotations.replicas] ?? 0)).filter(Number.isFinite);
  return stable && { ...stable, spec: { ...stable.spec, replicas: Math.max(stable.spec.replicas, ...recorded) } };
}

interface Sight {
  readonly place: Place;
  readonly deployment: Deployment;
  readonly version: string;
  readonly pods: readonly Pod[];
  readonly notes: readonly string[];
  /** `null`: stable's. */
  readonly serviceName: string | null;
  readonly stable: Deployment | undefined;
}

function versionOf(place: Place, deployment: Deployment): string {
  const image = imageOf(deployment, place.container);
  if (image !== null) return image;
  const known = deployment.spec.template.spec.containers.map(({ name }) => name).join(", ");
  throw new Error(`Deployment ${place.namespace}/${deployment.metadata.name} has no container "${place.container}"; it has ${known}`);
}

function noStable({ namespace, deployment }: Place): Error {
  return new Error(`there is no Deployment ${namespace}/${deployment}`);
}
