import canonicalize from "canonicalize";

/**
 * Answers `value` as canonical JSON: keys sorted, no white space, so that equal values have equal texts. It is both what is hashed and what
 * is stored. Beyond plain JSON it keeps `Infinity`, `-Infinity` and `NaN` as `{"$number":"Infinity"}` (a plain rule's evidence is
 * infinite), for which keys that begin with `$` gain a second `$`.
 *
 * Not kept: properties that are `undefined` (they are absent), the sign of -0, and lone surrogates, which become U+FFFD, so that no
 * person's text can make a release impossible to store.
 *
 * Throws a `TypeError` on what is not data (a function, a bigint, an instance of a class, `undefined` alone).
 *
 * Source: RFC 8785 (JSON Canonicalization Scheme).
 */
export function toCanonicalJson(value: unknown): string {
  const text = canonicalize(toPlainJson(value));
  if (text === undefined) throw new TypeError("undefined has no place in stored data");
  return text;
}

/** Answers the value that `toCanonicalJson` wrote as `text`. Throws a `SyntaxError` when it is not JSON. */
export function fromCanonicalJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('"$') ? fromPlainJson(value) : value;
}

/** True when two values are the same data, whatever order their keys were written in: what a store gives back has another one. */
export function isSameData(left: unknown, right: unknown): boolean {
  return toCanonicalJson(left) === toCanonicalJson(right);
}

function toPlainJson(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value === "string") return value.toWellFormed();
  if (value === null || value === undefined || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (!isPlainObject(value)) throw new TypeError(`a ${typeof value} has no place in stored data`);
  const plain = Object.create(null) as Record<string, unknown>;
  for (const [key, field] of Object.entries(value)) {
    plain[(key.startsWith("$") ? `$${key}` : key).toWellFormed()] = toPlainJson(field);
  }
  return plain;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function fromPlainJson(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(fromPlainJson);
  const fields = Object.entries(value);
  if (fields.length === 1 && fields[0]?.[0] === "$number") return Number(fields[0][1]);
  return Object.fromEntries(fields.map(([key, field]) => [key.startsWith("$") ? key.slice(1) : key, fromPlainJson(field)]));
}
