import { isList, isMap, isSame } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";
import { keyOf, shapeOf } from "./shape.ts";
import type { Shape } from "./shape.ts";

/**
 * Paths of fields, as `managedFields` writes them: "f:NAME", "k:{KEY}", "v:VALUE".
 *
 * Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export type Path = readonly string[];

/** A set of paths: an object of the API's `fieldsV1` in another form. */
export class FieldSet {
  readonly #paths = new Map<string, Path>();

  constructor(paths: Iterable<Path> = []) {
    for (const path of paths) this.add(path);
  }

  get size(): number {
    return this.#paths.size;
  }

  add(path: Path): void {
    this.#paths.set(path.join("\n"), path);
  }

  has(path: Path): boolean {
    return this.#paths.has(path.join("\n"));
  }

  [Symbol.iterator](): IterableIterator<Path> {
    return this.#paths.values();
  }

  minus(other: FieldSet): FieldSet {
    return new FieldSet([...this].filter((path) => !other.has(path)));
  }

  plus(other: FieldSet): FieldSet {
    return new FieldSet([...this, ...other]);
  }

  /** As `fieldsV1` has it. */
  toJson(): JsonMap {
    const root: Record<string, Json> = {};
    for (const path of this) {
      let node = root;
      for (const step of path) node = (node[step] ??= {}) as Record<string, Json>;
      if (path.at(-1)?.startsWith("k:")) node["."] = {};
    }
    return root;
  }
}

/** The set that `fieldsV1` says. */
export function readFieldSet(json: Json | undefined, at: Path = []): FieldSet {
  const found = new FieldSet();
  const walk = (value: Json | undefined, path: Path): void => {
    const entries = isMap(value) ? Object.entries(value) : [];
    if (path.length > 0 && (entries.length === 0 || entries.some(([step]) => step === "."))) found.add(path);
    for (const [step, below] of entries) if (step !== ".") walk(below, [...path, step]);
  };
  walk(json, at);
  return found;
}

/** Every leaf of `value` with its value; items of keyed lists stand for themselves too. */
export function leavesOf(value: Json | undefined, shape: Shape, at: Path = []): ReadonlyMap<string, Leaf> {
  const found = new Map<string, Leaf>();
  const add = (path: Path, leaf: Json): void => void found.set(path.join("\n"), { path, value: leaf });
  const walk = (node: Json, under: Shape, path: Path): void => {
    if (under.kind === "atomic") return add(path, node);
    if (isMap(node) && Object.keys(node).length > 0) {
      for (const [field, below] of Object.entries(node)) {
        if (below !== undefined) walk(below, shapeOf(under, field), [...path, `f:${field}`]);
      }
      return;
    }
    if (isList(node) && under.kind === "set") {
      for (const item of node) add([...path, `v:${JSON.stringify(item)}`], item);
      return;
    }
    if (isList(node) && under.kind === "list") {
      for (const item of node) {
        const here = [...path, `k:${keyOf(under, item)}`];
        add(here, null);
        walk(item, under.item, here);
      }
      return;
    }
    add(path, node);
  };
  if (value !== undefined) walk(value, shape, at);
  return found;
}

export interface Leaf {
  readonly path: Path;
  readonly value: Json;
}

/** The paths of `leaves`. */
export function pathsOf(leaves: ReadonlyMap<string, Leaf>): FieldSet {
  return new FieldSet([...leaves.values()].map(({ path }) => path));
}

/** What is new or another value in `after`, and what `after` has not any more. */
export function differenceOf(before: ReadonlyMap<string, Leaf>, after: ReadonlyMap<string, Leaf>) {
  const changed = [...after].filter(([key, { value }]) => !before.has(key) || !isSame(before.get(key)?.value, value));
  const removed = [...before].filter(([key]) => !after.has(key));
  return { changed: new FieldSet(changed.map(([, leaf]) => leaf.path)), removed: new FieldSet(removed.map(([, leaf]) => leaf.path)) };
}

/** `value` without the field or item at `path`. */
export function removeAt(value: Json | undefined, path: Path, shape: Shape): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (step.startsWith("f:") && isMap(value)) {
    const field = step.slice(2);
    const below = removeAt(value[field], rest, shapeOf(shape, field));
    const left = Object.fromEntries(Object.entries(value).filter(([key]) => key !== field));
    const isEmptied = below !== undefined && isMap(below) && Object.keys(below).length === 0;
    return below === undefined || isEmptied ? left : { ...left, [field]: below };
  }
  if (isList(value)) {
    const isIt = (item: Json): boolean =>
      shape.kind === "list" ? `k:${keyOf(shape, item)}` === step : `v:${JSON.stringify(item)}` === step;
    return value.flatMap((item) => {
      if (!isIt(item)) return [item];
      const below = removeAt(item, rest, shape.kind === "list" ? shape.item : shape);
      return below === undefined ? [] : [below];
    });
  }
  return value;
}
