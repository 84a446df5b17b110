import { listOf, mapOf, textOf } from "./json.ts";
import type { Kind } from "./kinds.ts";
import { resourceOf } from "./object-store.ts";
import type { ObjectStore } from "./object-store.ts";

/** Deletes what every owner of is gone, and what was in a namespace that is gone. */
export function collectGarbage(store: ObjectStore, kinds: readonly Kind[]): void {
  const uids = new Set(store.all().map(({ object }) => textOf(mapOf(object.metadata)["uid"])));
  for (const { name, object } of store.all()) {
    const owners = listOf(mapOf(object.metadata)["ownerReferences"]);
    const isOrphan = owners.length > 0 && owners.every((owner) => !uids.has(textOf(mapOf(owner)["uid"])));
    const isHomeless = name.namespace !== "" && store.get({ resource: "namespaces", namespace: "", name: name.namespace }) === null;
    const kind = kinds.find((each) => resourceOf(each) === name.resource);
    if (kind && (isOrphan || isHomeless) && store.get(name)) store.remove(kind, object);
  }
}
