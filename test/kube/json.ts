/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

export interface JsonMap {
  readonly [key: string]: Json | undefined;
}

/** An object of the API as it goes over the wire. */
export interface KubeObject extends JsonMap {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: JsonMap;
}

/** True for objects with keys. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** True for arrays. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The map under `value`, empty when there is none. */
export function mapOf(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {};
}

/** The list under `value`, empty when there is none. */
export function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

/** The text under `value`, empty when there is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** True when both say the same, whatever the order of their keys. */
export function isSame(left: Json | undefined, right: Json | undefined): boolean {
  if (isList(left) && isList(right)) return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  if (!isMap(left) || !isMap(right)) return left === right;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => isSame(left[key], right[key]));
}

/** `map` without the keys named. */
export function without(map: JsonMap, ...keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

/** A value as a message shows it. */
export function say(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
