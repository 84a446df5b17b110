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
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? String(value) : `{"$number":"${value}"}`;
    case "string":
      return quote(value);
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return writeItems(value);
      if (isPlainObject(value)) return writeFields(value);
  }
  throw new TypeError(`${value === undefined ? "undefined" : `a ${typeof value}`} has no place in stored data`);
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

/** Each row of each release is written so, at every scrape: most texts need no escape, and a test costs less than `JSON.stringify`. */
function quote(text: string): string {
  return isPlainText.test(text) ? `"${text}"` : JSON.stringify(text.toWellFormed());
}

const isPlainText = /^[ !#-[\]-~]*$/;

function writeItems(items: readonly unknown[]): string {
  let text = "";
  for (const item of items) text += `${text === "" ? "" : ","}${item === undefined ? "null" : toCanonicalJson(item)}`;
  return `[${text}]`;
}

/** Keys sort by their UTF-16 code units, as `sort` does without being told how; what a second `$` stands before keeps its place. */
function writeFields(fields: Fields): string {
  const keys = Object.keys(fields);
  if (!keys.every((key) => key.isWellFormed())) return writeFields(withWholeKeys(fields));
  let text = "";
  for (const key of keys.sort()) {
    const field = fields[key];
    if (field !== undefined) text += `${text === "" ? "" : ","}${quote(key.startsWith("$") ? `$${key}` : key)}:${toCanonicalJson(field)}`;
  }
  return `{${text}}`;
}

type Fields = Readonly<Record<string, unknown>>;

function withWholeKeys(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key.toWellFormed(), field]));
}

function isPlainObject(value: object): value is Fields {
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
