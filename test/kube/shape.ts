import { isList, isMap, isSame } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";

/**
 * How a field is merged. What no shape speaks of: objects are merged field by field, lists are one value.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
 */
export type Shape =
  | { readonly kind: "atomic" }
  | { readonly kind: "set" }
  | { readonly kind: "list"; readonly keys: readonly string[]; readonly patchKey: string; readonly item: Shape }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<string, Shape>> };

/** One value, whatever it holds. */
export const atomic: Shape = { kind: "atomic" };
/** A list in which each value stands once. */
export const set: Shape = { kind: "set" };
const plain: Shape = { kind: "struct", fields: {} };

/** A struct with fields of these shapes. */
export function struct(fields: Readonly<Record<string, Shape>>): Shape {
  return { kind: "struct", fields };
}

/** A list whose items are known by `keys`; a strategic merge patch knows them by the first. */
export function list(keys: readonly string[], item: Shape = plain): Shape {
  return { kind: "list", keys, patchKey: keys[0] ?? "name", item };
}

/** The shape of one field. */
export function shapeOf(shape: Shape, field: string): Shape {
  return (shape.kind === "struct" ? shape.fields[field] : undefined) ?? plain;
}

/** Values that a list's key has where an item leaves it out. */
const keyDefaults: JsonMap = { protocol: "TCP" };

/** The part of an item that says which one it is. */
export function keyOf(shape: Shape & { kind: "list" }, item: Json): string {
  const map = isMap(item) ? item : {};
  const entries = shape.keys.map((key) => [key, map[key] ?? keyDefaults[key] ?? null]);
  return JSON.stringify(Object.fromEntries(entries.sort()));
}

/** `applied` laid over `live`. */
export function merge(live: Json | undefined, applied: Json, shape: Shape): Json {
  if (shape.kind === "atomic") return applied;
  if (isMap(applied)) {
    const base: JsonMap = isMap(live) ? live : {};
    const merged = Object.entries(applied).map(([key, value]) => [
      key,
      value === undefined ? base[key] : merge(base[key], value, shapeOf(shape, key)),
    ]);
    return { ...base, ...Object.fromEntries(merged) };
  }
  if (isList(applied) && shape.kind === "list") return mergeItems(isList(live) ? live : [], applied, shape);
  if (isList(applied) && shape.kind === "set") {
    const base = isList(live) ? live : [];
    return [...base, ...applied.filter((value) => !base.some((known) => isSame(known, value)))];
  }
  return applied;
}

function mergeItems(live: readonly Json[], applied: readonly Json[], shape: Shape & { kind: "list" }): readonly Json[] {
  const left = new Map(applied.map((item) => [keyOf(shape, item), item]));
  const merged = live.map((item) => {
    const key = keyOf(shape, item);
    const over = left.get(key);
    left.delete(key);
    return over === undefined ? item : merge(item, over, shape.item);
  });
  return [...merged, ...left.values()];
}
