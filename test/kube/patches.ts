import { isList, isMap, isSame, mapOf, say } from "./json.ts";
import type { Json, JsonMap } from "./json.ts";
import { shapeOf } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** A patch that cannot be done: the status code that the server answers. */
export class PatchRefused extends Error {
  override readonly name = "PatchRefused";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Source: RFC 7396. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const base: JsonMap = isMap(target) ? target : {};
  const result: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = mergePatch(base[key], value);
  }
  return result;
}

/** Source: RFC 6902. */
export function jsonPatch(target: Json, operations: Json): Json {
  if (!isList(operations)) throw new PatchRefused(400, "a JSON patch is a list");
  let result: Json = target;
  for (const item of operations) {
    const { op, path, value, from } = mapOf(item);
    const steps = stepsOf(path);
    if (op === "test") {
      if (!isSame(read(result, steps), value)) throw new PatchRefused(422, `testing value ${say(path)} failed: test failed`);
    } else if (op === "add" || op === "replace") {
      if (op === "replace" && read(result, steps) === undefined)
        throw new PatchRefused(422, `replace operation does not apply: doc is missing key: ${say(path)}`);
      result = write(result, steps, { op, value: value ?? null });
    } else if (op === "remove") {
      result = write(result, steps, { op: "remove", value: null });
    } else if (op === "copy" || op === "move") {
      const moved = read(result, stepsOf(from));
      if (moved === undefined) throw new PatchRefused(422, `doc is missing path: ${say(from)}`);
      if (op === "move") result = write(result, stepsOf(from), { op: "remove", value: null });
      result = write(result, steps, { op: "add", value: moved });
    } else throw new PatchRefused(400, `unexpected kind of operation: ${say(op)}`);
  }
  return result;
}

function stepsOf(pointer: Json | undefined): readonly string[] {
  if (typeof pointer !== "string") throw new PatchRefused(400, "a path is missing");
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(value: Json | undefined, steps: readonly string[]): Json | undefined {
  let node = value;
  for (const step of steps) node = isList(node) ? node[Number(step)] : isMap(node) ? node[step] : undefined;
  return node;
}

interface Change {
  readonly op: "add" | "replace" | "remove";
  readonly value: Json;
}

function write(target: Json | undefined, steps: readonly string[], change: Change): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return change.value;
  if (isList(target)) {
    const index = step === "-" ? target.length : Number(step);
    if (!Number.isInteger(index) || index > target.length) throw new PatchRefused(422, `unable to access invalid index: ${step}`);
    if (rest.length > 0) return target.with(index, write(target[index], rest, change));
    if (change.op === "remove") return target.toSpliced(index, 1);
    return change.op === "add" ? target.toSpliced(index, 0, change.value) : target.with(index, change.value);
  }
  if (!isMap(target)) throw new PatchRefused(422, `doc is missing path: ${step}`);
  if (rest.length > 0) return { ...target, [step]: write(target[step], rest, change) };
  if (change.op !== "remove") return { ...target, [step]: change.value };
  if (!(step in target)) throw new PatchRefused(422, `unable to remove nonexistent key: ${step}`);
  return Object.fromEntries(Object.entries(target).filter(([key]) => key !== step));
}

/**
 * A merge patch that knows the items of lists by their key, and `$patch: delete` and `$patch: replace`.
 *
 * Source: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
export function strategicPatch(target: Json | undefined, patch: Json, shape: Shape): Json {
  if (isList(patch)) return shape.kind === "list" ? patchItems(isList(target) ? target : [], patch, shape) : patch;
  if (!isMap(patch)) return patch;
  const { $patch, ...fields } = patch;
  const base: JsonMap = isMap(target) && $patch !== "replace" ? target : {};
  const result: Record<string, Json | undefined> = { ...base };
  for (const [key, value] of Object.entries(fields)) {
    if (key.startsWith("$")) continue;
    if (value === null || value === undefined) delete result[key];
    else result[key] = strategicPatch(base[key], value, shapeOf(shape, key));
  }
  return result;
}

function patchItems(target: readonly Json[], patch: readonly Json[], shape: Shape & { kind: "list" }): readonly Json[] {
  if (patch.some((item) => mapOf(item)["$patch"] === "replace")) return patch.filter((item) => mapOf(item)["$patch"] === undefined);
  let result = target;
  for (const item of patch) {
    const key = mapOf(item)[shape.patchKey];
    if (key === undefined) throw new PatchRefused(400, `map: does not contain declared merge key: ${shape.patchKey}`);
    const index = result.findIndex((known) => isSame(mapOf(known)[shape.patchKey], key));
    if (mapOf(item)["$patch"] === "delete") result = index < 0 ? result : result.toSpliced(index, 1);
    else if (index < 0) result = [...result, strategicPatch(undefined, item, shape.item)];
    else result = result.with(index, strategicPatch(result[index], item, shape.item));
  }
  return result;
}
