import { randomUUID } from "node:crypto";
import { isSame, listOf, mapOf, textOf, without } from "./json.ts";
import type { JsonMap, KubeObject } from "./json.ts";
import type { Kind } from "./kinds.ts";

/** Something that happened to an object, as watches tell it. */
export interface ObjectEvent {
  readonly version: number;
  readonly resource: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
  /** What it was before; `null`: it is new. */
  readonly before: KubeObject | null;
}

/** A name of an object: its resource, namespace (empty: none) and name. */
export interface ObjectName {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** "apps/deployments", "services". */
export function resourceOf({ group, plural }: Kind): string {
  return group === "" ? plural : `${group}/${plural}`;
}

/** Every object of the server, and what happened to them since the last compaction. */
export class ObjectStore {
  readonly #objects = new Map<string, KubeObject>();
  readonly #listeners = new Set<(event: ObjectEvent) => void>();
  readonly #nowMs: () => number;
  #events: ObjectEvent[] = [];
  #version = 1_000;
  #compacted = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The latest resource version. */
  get version(): number {
    return this.#version;
  }

  /** What happened up to this version is forgotten: watches from before it are answered 410. */
  get compacted(): number {
    return this.#compacted;
  }

  /** RFC 3339, whole seconds, as the API writes times. */
  now(): string {
    return new Date(this.#nowMs()).toISOString().replace(/\.\d+Z$/, "Z");
  }

  get({ resource, namespace, name }: ObjectName): KubeObject | null {
    return this.#objects.get(`${resource}\n${namespace}\n${name}`) ?? null;
  }

  /** Objects of a resource by namespace and name; `namespace` empty: of all. */
  list(resource: string, namespace: string): readonly KubeObject[] {
    const start = `${resource}\n${namespace === "" ? "" : `${namespace}\n`}`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(start))
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Every object. */
  all(): readonly { readonly name: ObjectName; readonly object: KubeObject }[] {
    return [...this.#objects].map(([key, object]) => {
      const [resource = "", namespace = "", name = ""] = key.split("\n");
      return { name: { resource, namespace, name }, object };
    });
  }

  /** Stores a new version of an object, or the same when nothing changed. */
  put(kind: Kind, object: KubeObject, before: KubeObject | null): KubeObject {
    if (before && isSame(comparable(object), comparable(before))) return before;
    this.#version += 1;
    const stored: KubeObject = { ...object, metadata: { ...mapOf(object.metadata), resourceVersion: String(this.#version) } };
    const name = nameOf(kind, stored);
    this.#objects.set(`${name.resource}\n${name.namespace}\n${name.name}`, stored);
    this.#tell({ version: this.#version, resource: name.resource, type: before ? "MODIFIED" : "ADDED", object: stored, before });
    return stored;
  }

  /** Takes an object away. */
  remove(kind: Kind, object: KubeObject): KubeObject {
    this.#version += 1;
    const name = nameOf(kind, object);
    this.#objects.delete(`${name.resource}\n${name.namespace}\n${name.name}`);
    const last: KubeObject = { ...object, metadata: { ...mapOf(object.metadata), resourceVersion: String(this.#version) } };
    this.#tell({ version: this.#version, resource: name.resource, type: "DELETED", object: last, before: object });
    return last;
  }

  /** What happened after `version`. */
  since(version: number): readonly ObjectEvent[] {
    return this.#events.filter((event) => event.version > version);
  }

  /** Forgets what happened: who watches from before now has to list again. */
  compact(): void {
    this.#version += 1;
    this.#compacted = this.#version;
    this.#events = [];
  }

  listen(listener: (event: ObjectEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(event: ObjectEvent): void {
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

function comparable(object: KubeObject): JsonMap {
  const managedFields = listOf(mapOf(object.metadata)["managedFields"]).map((entry) => without(mapOf(entry), "time"));
  return { ...object, metadata: { ...without(mapOf(object.metadata), "resourceVersion"), managedFields } };
}

/** The name of an object. */
export function nameOf(kind: Kind, object: KubeObject): ObjectName {
  const metadata = mapOf(object.metadata);
  return { resource: resourceOf(kind), namespace: kind.isNamespaced ? textOf(metadata["namespace"]) : "", name: textOf(metadata["name"]) };
}

/** A new object's identity. */
export function identityOf(now: string): JsonMap {
  return { uid: randomUUID(), creationTimestamp: now };
}
