import { ownUpdate, apply } from "./managed-fields.ts";
import { isSame, listOf, mapOf, textOf, without, say } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { identityOf, nameOf } from "./object-store.ts";
import type { ObjectName, ObjectStore } from "./object-store.ts";
import { jsonPatch, mergePatch, PatchRefused, strategicPatch } from "./patches.ts";
import { Refusal } from "./refusal.ts";
import { checkMetadata } from "./validate.ts";

/** How somebody writes: the query parameters of every writing call. */
export interface WriteOptions {
  readonly manager: string;
  readonly isDryRun: boolean;
  readonly isForced: boolean;
}

/** One object that is written to. `subresource` is empty for the object itself. */
export interface Place {
  readonly kind: Kind;
  readonly name: ObjectName;
  readonly subresource: string;
}

/** What the server's handlers do with objects. */
export class Resources {
  readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  read({ kind, name }: Place): KubeObject {
    const object = this.store.get(name);
    if (!object) throw notFound(kind, name.name);
    return object;
  }

  create({ kind, name, subresource }: Place, body: KubeObject, options: WriteOptions): KubeObject {
    if (subresource !== "") throw new Refusal(405, "the server does not allow this method on the requested resource");
    this.#checkBody(kind, name.namespace, body);
    const metadata = mapOf(body.metadata);
    if (metadata["resourceVersion"] !== undefined && metadata["resourceVersion"] !== "")
      throw new Refusal(400, "resourceVersion should not be set on objects to be created");
    const generated =
      textOf(metadata["generateName"]) === ""
        ? {}
        : { name: textOf(metadata["name"]) || `${textOf(metadata["generateName"])}${randomTail()}` };
    const named: KubeObject = {
      ...body,
      metadata: { ...metadata, ...generated, ...(kind.isNamespaced ? { namespace: name.namespace } : {}) },
    };
    const place = nameOf(kind, named);
    if (this.store.get(place)) {
      throw new Refusal(409, `${qualified(kind)} "${place.name}" already exists`, {
        reason: "AlreadyExists",
        details: detailsOf(kind, place.name),
      });
    }
    return this.#write(kind, { before: null, after: withoutStatus(kind, named) }, { ...options, subresource: "" });
  }

  replace(place: Place, body: KubeObject, options: WriteOptions): KubeObject {
    const before = this.read(place);
    if (place.subresource === "scale") return this.#scale(place, before, { body, options });
    const version = mapOf(body.metadata)["resourceVersion"];
    this.#checkBody(place.kind, place.name.namespace, body);
    return this.#write(
      place.kind,
      { before, after: this.#within(place, before, body), version },
      { ...options, subresource: place.subresource },
    );
  }

  patch(place: Place, patch: { readonly type: string; readonly body: Json }, options: WriteOptions): KubeObject {
    if (patch.type === "application/apply-patch+yaml") return this.#apply(place, patch.body as KubeObject, options);
    const before = this.read(place);
    const target = place.subresource === "scale" ? scaleOf(before) : before;
    const body = patched(place.kind, target, patch) as KubeObject;
    if (place.subresource === "scale") return this.#scale(place, before, { body, options });
    const version = mapOf(body.metadata)["resourceVersion"];
    return this.#write(
      place.kind,
      { before, after: this.#within(place, before, body), version },
      { ...options, subresource: place.subresource },
    );
  }

  /** Deletes at once, or marks what has finalizers, or a grace on a node. Answers what is left, or the last of it. */
  delete({ kind, name }: Place, body: JsonMap, isDryRun: boolean): { readonly object: KubeObject; readonly isGone: boolean } {
    const object = this.read({ kind, name, subresource: "" });
    const metadata = mapOf(object.metadata);
    const { uid, resourceVersion } = mapOf(body["preconditions"]);
    if (uid !== undefined && uid !== metadata["uid"]) throw preconditionFailed(kind, name.name, "UID");
    if (resourceVersion !== undefined && resourceVersion !== metadata["resourceVersion"])
      throw preconditionFailed(kind, name.name, "ResourceVersion");
    const graceSeconds =
      kind.plural === "pods" && textOf(mapOf(object["spec"])["nodeName"]) !== ""
        ? Number(body["gracePeriodSeconds"] ?? mapOf(object["spec"])["terminationGracePeriodSeconds"] ?? 30)
        : 0;
    const isKept = listOf(metadata["finalizers"]).length > 0 || graceSeconds > 0;
    if (isDryRun) return { object, isGone: !isKept };
    if (!isKept) return { object: this.store.remove(kind, object), isGone: true };
    if (metadata["deletionTimestamp"] !== undefined) return { object, isGone: false };
    const marked: KubeObject = {
      ...object,
      metadata: { ...metadata, deletionTimestamp: this.store.now(), deletionGracePeriodSeconds: graceSeconds },
    };
    return { object: this.store.put(kind, marked, object), isGone: false };
  }

  #apply(place: Place, body: KubeObject, options: WriteOptions): KubeObject {
    const { kind, name, subresource } = place;
    if (options.manager === "")
      throw new Refusal(422, `PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch`);
    if (mapOf(body.metadata)["managedFields"] !== undefined) throw new Refusal(400, "metadata.managedFields must be nil");
    this.#checkBody(kind, name.namespace, body);
    const live = this.store.get(name);
    if (!live && subresource !== "") throw notFound(kind, name.name);
    const asked =
      subresource === "status"
        ? { apiVersion: body.apiVersion, kind: body.kind, metadata: body.metadata, status: body["status"] }
        : withoutStatus(kind, body);
    const identity = { ...mapOf(body.metadata), name: name.name, ...(kind.isNamespaced ? { namespace: name.namespace } : {}) };
    const version = mapOf(body.metadata)["resourceVersion"];
    this.#checkVersion(kind, live, version);
    const writer = {
      manager: options.manager,
      operation: "Apply" as const,
      subresource,
      time: this.store.now(),
      apiVersion: apiVersionOf(kind),
    };
    const outcome = apply(live, { ...asked, metadata: identity } as KubeObject, kind.shape, { writer, isForced: options.isForced });
    if ("conflicts" in outcome) throw conflictOf(outcome.conflicts);
    return this.#write(kind, { before: live, after: outcome.object, isOwned: true }, { ...options, subresource });
  }

  #scale(place: Place, before: KubeObject, { body, options }: { readonly body: KubeObject; readonly options: WriteOptions }): KubeObject {
    const replicas = mapOf(body["spec"])["replicas"] ?? 0;
    const after: KubeObject = { ...before, spec: { ...mapOf(before["spec"]), replicas } };
    const version = mapOf(body.metadata)["resourceVersion"];
    return scaleOf(this.#write(place.kind, { before, after, version }, { ...options, subresource: "scale" }));
  }

  /** What of `body` may be written at this place: the status at its own subresource only. */
  #within({ kind, subresource }: Place, before: KubeObject, body: KubeObject): KubeObject {
    if (subresource === "status")
      return {
        ...before,
        metadata: { ...mapOf(before.metadata), ...keepOnly(mapOf(body.metadata), "labels", "annotations") },
        status: body["status"],
      };
    if (!kind.subresources.includes("status")) return body;
    return { ...without(body, "status"), ...(before["status"] === undefined ? {} : { status: before["status"] }) };
  }

  #write(
    kind: Kind,
    {
      before,
      after,
      version,
      isOwned = false,
    }: { readonly before: KubeObject | null; readonly after: KubeObject; readonly version?: Json | undefined; readonly isOwned?: boolean },
    options: WriteOptions & { readonly subresource: string },
  ): KubeObject {
    this.#checkVersion(kind, before, version);
    const kept = before
      ? keepOnly(
          mapOf(before.metadata),
          "uid",
          "creationTimestamp",
          "resourceVersion",
          "generation",
          "deletionTimestamp",
          "deletionGracePeriodSeconds",
        )
      : identityOf(this.store.now());
    const identified: KubeObject = {
      ...after,
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { ...mapOf(after.metadata), ...kept },
    };
    const filled = kind.complete(identified);
    const wrong = [...checkMetadata(filled), ...kind.check(filled, before)];
    const { name } = nameOf(kind, filled);
    if (wrong.length > 0)
      throw new Refusal(422, `${kind.kind}.${kind.group} "${name}" is invalid: ${wrong.join(", ")}`, {
        details: { ...detailsOf(kind, name), causes: wrong.map((message) => ({ message })) },
      });
    const counted = this.#count(kind, before, filled);
    const writer = {
      manager: options.manager === "" ? "unknown" : options.manager,
      operation: "Update" as const,
      subresource: options.subresource,
      time: this.store.now(),
      apiVersion: apiVersionOf(kind),
    };
    const owned = isOwned ? counted : ownUpdate(before, counted, kind.shape, writer);
    if (options.isDryRun) return owned;
    const isFinished =
      mapOf(owned.metadata)["deletionTimestamp"] !== undefined &&
      listOf(mapOf(owned.metadata)["finalizers"]).length === 0 &&
      kind.plural !== "pods";
    return isFinished ? this.store.remove(kind, owned) : this.store.put(kind, owned, before);
  }

  #count(kind: Kind, before: KubeObject | null, after: KubeObject): KubeObject {
    if (!kind.hasGeneration) return after;
    const last = Number(mapOf(before?.metadata)["generation"] ?? 0);
    const isChanged = !before || !isSame(before["spec"], after["spec"]);
    return { ...after, metadata: { ...mapOf(after.metadata), generation: isChanged ? last + 1 : last } };
  }

  #checkVersion(kind: Kind, before: KubeObject | null, version: Json | undefined): void {
    if (version === undefined || version === "" || version === mapOf(before?.metadata)["resourceVersion"]) return;
    const name = textOf(mapOf(before?.metadata)["name"]);
    throw new Refusal(
      409,
      `Operation cannot be fulfilled on ${qualified(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
      { details: detailsOf(kind, name) },
    );
  }

  #checkBody(kind: Kind, namespace: string, body: KubeObject): void {
    const said = { apiVersion: body.apiVersion ?? apiVersionOf(kind), kind: body.kind ?? kind.kind };
    if (said.apiVersion !== apiVersionOf(kind) || said.kind !== kind.kind)
      throw new Refusal(400, `the object provided is unrecognized (must be of type ${kind.kind}): ${said.apiVersion} ${said.kind}`);
    const other = mapOf(body.metadata)["namespace"];
    if (kind.isNamespaced && other !== undefined && other !== namespace)
      throw new Refusal(400, `the namespace of the provided object does not match the namespace sent on the request`);
    if (kind.isNamespaced && !this.store.get({ resource: "namespaces", namespace: "", name: namespace })) {
      throw new Refusal(404, `namespaces "${namespace}" not found`, { details: { name: namespace, kind: "namespaces" } });
    }
  }
}

function patched(kind: Kind, target: KubeObject, { type, body }: { readonly type: string; readonly body: Json }): Json {
  try {
    if (type === "application/merge-patch+json") return mergePatch(target, body);
    if (type === "application/json-patch+json") return jsonPatch(target, body);
    if (type === "application/strategic-merge-patch+json" && !kind.isCustom) return strategicPatch(target, body, kind.shape);
  } catch (error) {
    if (error instanceof PatchRefused) throw new Refusal(error.code, error.message);
    throw error;
  }
  throw new Refusal(
    415,
    `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml`,
  );
}

function scaleOf(object: KubeObject): KubeObject {
  const metadata = keepOnly(mapOf(object.metadata), "name", "namespace", "uid", "resourceVersion", "creationTimestamp");
  const labels = Object.entries(mapOf(mapOf(mapOf(object["spec"])["selector"])["matchLabels"]));
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    spec: { replicas: mapOf(object["spec"])["replicas"] ?? 0 },
    status: {
      replicas: mapOf(object["status"])["replicas"] ?? 0,
      selector: labels.map(([key, value]) => `${key}=${say(value)}`).join(","),
    },
  };
}

function withoutStatus(kind: Kind, object: KubeObject): KubeObject {
  return kind.subresources.includes("status") ? without(object, "status") : object;
}

function keepOnly(map: JsonMap, ...keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keys.includes(key)));
}

function qualified({ group, plural }: Kind): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function detailsOf(kind: Kind, name: string): JsonMap {
  return { name, kind: kind.plural, ...(kind.group === "" ? {} : { group: kind.group }) };
}

function notFound(kind: Kind, name: string): Refusal {
  return new Refusal(404, `${qualified(kind)} "${name}" not found`, { details: detailsOf(kind, name) });
}

function preconditionFailed(kind: Kind, name: string, what: string): Refusal {
  return new Refusal(
    409,
    `Operation cannot be fulfilled on ${qualified(kind)} "${name}": Precondition failed: ${what} in precondition does not match`,
  );
}

function conflictOf(conflicts: readonly { readonly manager: string; readonly field: string }[]): Refusal {
  const said = conflicts.map(({ manager, field }) => `conflict with "${manager}": ${field}`);
  const causes = conflicts.map(({ manager, field }) => ({ reason: "FieldManagerConflict", message: `conflict with "${manager}"`, field }));
  return new Refusal(409, `Apply failed with ${said.length} conflict${said.length === 1 ? "" : "s"}: ${said.join(", ")}`, {
    details: { causes },
  });
}

function randomTail(): string {
  return Math.random().toString(36).slice(2, 7).padEnd(5, "0");
}
