import type { Clock } from "../../../ports.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { imageOf } from "./clone.ts";
import { imageAuthor, sayAuthor } from "./drift.ts";
import { fieldManager } from "./names.ts";
import { readDeployment } from "./objects.ts";
import type { Deployment } from "./objects.ts";
import type { Place } from "./plan-options.ts";

/** After being set back this often nobody is fought any more; by a program that keeps a repository's word once is enough. */
const mostReverts = 3;
/** When nothing is set back for this long, whoever did it has stopped: it is tried once more. */
const truceMs = 300_000;
/** A conflict is tried again at once, with what is there now. */
const mostTries = 4;

interface Set {
  readonly version: string;
  readonly reverts: number;
  /** The Deployment's generation after it was set: a later one with another image is somebody else's. */
  readonly generation: number;
  /** Who set it back last; empty: nobody has. */
  readonly by: string;
  readonly isOver: boolean;
  readonly atMs: number;
}

/**
 * Sets the image of stable's container as `kubectl set image` does, and nothing else: an operation on that one field that holds only for the
 * version that was looked at. What another program sets back is recognised, and not fought.
 */
export class StableImages {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #sets = new Map<string, Set>();
  /** What somebody else gave stable while a canary stands beside it. */
  readonly #others = new Map<string, { readonly version: string; readonly image: string; readonly by: string }>();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * Answers the Deployment with the image wanted, or as it is when it is left to somebody else. `canaries`: the versions of what stands, or is to
   * stand, beside it; stable is what they are compared with, and another version that somebody gives it meanwhile stays. Throws when there is no
   * such container.
   */
  async set(
    place: Place,
    seen: Deployment,
    { version, canaries }: { readonly version: string; readonly canaries: readonly string[] },
    signal: AbortSignal,
  ): Promise<Deployment> {
    let stable = seen;
    for (let attempt = 1; ; attempt += 1) {
      const index = containerIndex(place, stable);
      if (imageOf(stable, place.container) === version || this.#isOfOthers(place, stable, { version, canaries })) return stable;
      if (this.#isLeft(place, stable, version)) return stable;
      try {
        return await this.#patch(place, stable, { index, version }, signal);
      } catch (error) {
        const isStale = isRefusal(error, 409) || isRefusal(error, 422);
        if (!isStale || attempt === mostTries) throw error;
        stable = await this.#read(place, signal);
      }
    }
  }

  /** Who sets the image back instead of serin's; empty: nobody does. */
  says(place: Place, stable: Deployment): string {
    const image = imageOf(stable, place.container);
    const other = this.#others.get(keyOf(place));
    if (other && other.image === image) return `${other.by} gave it the image ${image} in the middle of a release; serin leaves it`;
    const set = this.#sets.get(keyOf(place));
    if (!set || set.by === "" || image === set.version) return "";
    const times = set.reverts === 1 ? "once" : `${set.reverts} times`;
    const rest = set.isOver ? "serin leaves it: suspend it there, or give it the new image" : "it is set again";
    return `${set.by} set the image back ${times}; ${rest}`;
  }

  /** True when its image is neither of the release's, and nothing that serin has set: a correction that must not wait for the release. */
  #isOfOthers(
    place: Place,
    stable: Deployment,
    { version, canaries }: { readonly version: string; readonly canaries: readonly string[] },
  ): boolean {
    const key = keyOf(place);
    const image = imageOf(stable, place.container) ?? "";
    const known = this.#others.get(key);
    // The canary goes a moment before the release is over.
    if (known && known.version === version && known.image === image) return true;
    this.#others.delete(key);
    const isCompared = canaries.length > 0 && !canaries.includes(version);
    if (!isCompared || canaries.includes(image)) return false;
    const author = imageAuthor(stable.metadata, place.container);
    this.#others.set(key, { version, image, by: author ? sayAuthor(author) : "somebody" });
    return true;
  }

  /** True while it is left to somebody else who has set back what serin set. */
  #isLeft(place: Place, stable: Deployment, version: string): boolean {
    const key = keyOf(place);
    const set = this.#sets.get(key);
    if (!set || set.version !== version) return false;
    const nowMs = this.#clock.monotonicMs();
    if (stable.metadata.generation === set.generation) {
      // What was counted is not counted again when the same call is tried again.
      if (!set.isOver) return false;
      if (nowMs - set.atMs < truceMs) return true;
      this.#sets.set(key, { ...set, isOver: false, reverts: mostReverts - 1, atMs: nowMs });
      return false;
    }
    const author = imageAuthor(stable.metadata, place.container);
    const reverts = set.reverts + 1;
    const isOver = reverts >= mostReverts || (author !== null && author.gitOps !== null);
    const by = author ? sayAuthor(author) : "somebody";
    this.#sets.set(key, { ...set, reverts, by, isOver, generation: stable.metadata.generation, atMs: nowMs });
    return isOver;
  }

  async #patch(
    place: Place,
    stable: Deployment,
    { index, version }: { readonly index: number; readonly version: string },
    signal: AbortSignal,
  ): Promise<Deployment> {
    const path = `/spec/template/spec/containers/${index}`;
    const body = [
      { op: "test", path: "/metadata/resourceVersion", value: stable.metadata.resourceVersion },
      { op: "test", path: `${path}/name`, value: place.container },
      { op: "replace", path: `${path}/image`, value: version },
    ];
    const answer = await this.#client.call(
      { method: "PATCH", path: pathOf(place), query: { fieldManager }, as: "application/json-patch+json", body },
      signal,
    );
    const after = readDeployment(answer as Parameters<typeof readDeployment>[0]);
    const before = this.#sets.get(keyOf(place));
    const known = before?.version === version ? before : { reverts: 0, by: "", isOver: false };
    this.#sets.set(keyOf(place), { ...known, version, generation: after.metadata.generation, atMs: this.#clock.monotonicMs() });
    return after;
  }

  async #read(place: Place, signal: AbortSignal): Promise<Deployment> {
    const object = await this.#client.find(pathOf(place), signal);
    if (!object) throw new Error(`there is no Deployment ${place.namespace}/${place.deployment}`);
    return readDeployment(object);
  }
}

function containerIndex(place: Place, stable: Deployment): number {
  const { containers } = stable.spec.template.spec;
  const index = containers.findIndex(({ name }) => name === place.container);
  if (index >= 0) return index;
  throw new Error(
    `Deployment ${place.namespace}/${place.deployment} has no container "${place.container}"; it has ${containers.map(({ name }) => name).join(", ")}`,
  );
}

function pathOf({ namespace, deployment }: Place): string {
  return kubePath({ apiVersion: "apps/v1", namespace, plural: "deployments", name: deployment });
}

function keyOf({ namespace, deployment, container }: Place): string {
  return JSON.stringify([namespace, deployment, container]);
}
