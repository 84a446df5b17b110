/**
 * `next` with every part that equals the same part of `before` replaced by that one, so that what did not change is not drawn again. Both are
 * plain JSON.
 */
export function keepSame<Value>(before: unknown, next: Value): Value {
  if (Object.is(before, next)) return next;
  if (Array.isArray(before) && Array.isArray(next)) return keepSameList(before, next) as Value;
  if (isObject(before) && isObject(next)) return keepSameObject(before, next) as Value;
  return next;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keepSameList(before: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const kept = next.map((item, at) => keepSame(before[at], item));
  return kept.length === before.length && kept.every((item, at) => Object.is(item, before[at])) ? before : kept;
}

function keepSameObject(
  before: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = Object.keys(next);
  const kept = Object.fromEntries(names.map((name) => [name, keepSame(before[name], next[name])]));
  const isSame = names.length === Object.keys(before).length && names.every((name) => Object.is(kept[name], before[name]));
  return isSame ? before : kept;
}
