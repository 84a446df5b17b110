import { differenceOf, FieldSet, leavesOf, pathsOf, readFieldSet, removeAt } from "./field-set.ts";
import { isSame, listOf, mapOf, textOf, without } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";
import { merge } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** "status", "scale", or empty. */
  readonly subresource: string;
  readonly time: string;
  readonly apiVersion: string;
}

/** Another manager has a field that is to get another value. */
export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

interface Entry extends Writer {
  readonly fields: FieldSet;
}

/** What nobody owns: identity and what the server itself keeps. */
const unowned = [
  "name",
  "namespace",
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "generation",
  "managedFields",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
];

function ownable(object: KubeObject): JsonMap {
  return { ...without(object, "apiVersion", "kind"), metadata: without(mapOf(object.metadata), ...unowned) };
}

function leaves(object: KubeObject, shape: Shape) {
  const found = leavesOf(ownable(object), shape);
  const isNothing = (path: readonly string[]): boolean => path.length === 1 && path[0] === "f:metadata";
  return new Map([...found].filter(([, { path }]) => !isNothing(path)));
}

function entriesOf(object: KubeObject | null): readonly Entry[] {
  return listOf(mapOf(object?.metadata)["managedFields"]).map((item) => {
    const entry = mapOf(item);
    return {
      manager: textOf(entry["manager"]),
      operation: entry["operation"] === "Apply" ? "Apply" : "Update",
      subresource: textOf(entry["subresource"]),
      time: textOf(entry["time"]),
      apiVersion: textOf(entry["apiVersion"]),
      fields: readFieldSet(entry["fieldsV1"]),
    };
  });
}

function withEntries(object: KubeObject, entries: readonly Entry[]): KubeObject {
  const managedFields = entries
    .filter(({ fields }) => fields.size > 0)
    .map(({ fields, subresource, ...entry }) => ({
      ...entry,
      fieldsType: "FieldsV1",
      fieldsV1: fields.toJson(),
      ...(subresource === "" ? {} : { subresource }),
    }));
  return { ...object, metadata: { ...mapOf(object.metadata), managedFields } };
}

function isOf(writer: Writer): (entry: Writer) => boolean {
  return (entry) => entry.manager === writer.manager && entry.operation === writer.operation && entry.subresource === writer.subresource;
}

/** `after` with the owners that it has when `writer` wrote it over `before` with anything but an apply; `null`: it is new. */
export function ownUpdate(before: KubeObject | null, after: KubeObject, shape: Shape, writer: Writer): KubeObject {
  const { changed, removed } = differenceOf(before ? leaves(before, shape) : new Map(), leaves(after, shape));
  if (changed.size + removed.size === 0) return withEntries(after, entriesOf(before));
  const gone = changed.plus(removed);
  const entries = entriesOf(before);
  const mine = entries.find(isOf(writer));
  const others = entries.filter((entry) => entry !== mine).map((entry) => ({ ...entry, fields: entry.fields.minus(gone) }));
  const fields = (mine?.fields ?? new FieldSet()).minus(removed).plus(changed);
  return withEntries(after, [...others, { ...writer, fields }]);
}

/** An apply's result, or the conflicts that it was not forced over. `live: null`: it is new. */
export function apply(
  live: KubeObject | null,
  applied: KubeObject,
  shape: Shape,
  { writer, isForced }: { readonly writer: Writer; readonly isForced: boolean },
): { readonly object: KubeObject } | { readonly conflicts: readonly Conflict[] } {
  const entries = entriesOf(live);
  const mine = entries.find(isOf(writer));
  const others = entries.filter((entry) => entry !== mine);
  const asked = leaves(applied, shape);
  const before: ReadonlyMap<string, { readonly value: Json }> = live ? leaves(live, shape) : new Map();
  const taken = [...asked]
    .filter(([key, { value }]) => !isSame(before.get(key)?.value, value) || !before.has(key))
    .map(([, leaf]) => leaf.path);
  const conflicts = others.flatMap((entry) =>
    taken.filter((path) => entry.fields.has(path)).map((path) => ({ manager: entry.manager, field: sayPath(path) })),
  );
  if (conflicts.length > 0 && !isForced) return { conflicts };
  const fields = pathsOf(asked);
  const dropped = [...(mine?.fields ?? [])].filter((path) => !fields.has(path) && !others.some((entry) => entry.fields.has(path)));
  let merged: Json | undefined = merge(live ?? undefined, applied, shape);
  // An item before its fields: without the one that is its key it could not be found.
  for (const path of dropped.sort((left, right) => left.length - right.length)) {
    const isKept = [...fields, ...others.flatMap((entry) => [...entry.fields])].some((other) => startsWith(other, path));
    if (!isKept) merged = removeAt(merged, path, shape);
  }
  const lost = new FieldSet(taken);
  const left = others.map((entry) => ({ ...entry, fields: entry.fields.minus(lost) }));
  const isNews = !mine || mine.fields.size !== fields.size || taken.length > 0;
  const entry = { ...writer, time: isNews ? writer.time : mine.time, fields };
  return { object: withEntries(merged as KubeObject, [...left, entry]) };
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((step, index) => path[index] === step);
}

function sayPath(path: readonly string[]): string {
  return path
    .map((step) =>
      step.startsWith("f:")
        ? `.${step.slice(2)}`
        : `[${step
            .slice(2)
            .replaceAll(/[{}]/g, "")
            .replaceAll('":', '"=')
            .replaceAll(/"(\w+)"=/g, "$1=")}]`,
    )
    .join("");
}
