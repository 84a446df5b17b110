import { z } from "zod";
import type { Finding, Path } from "./finding.ts";
import { insteadOf } from "./near.ts";
import { shown } from "./words.ts";
import type { WordIssue } from "./words.ts";

/** What stands in a part of the file, and a short example for when it is missing or something else. */
interface AboutPart {
  readonly says: string;
  readonly example: string;
}

/** A map with these keys and no others. */
export function map<S extends z.ZodRawShape>(about: AboutPart, shape: S) {
  const keys = Object.keys(shape);
  const error = (issue: { readonly code?: string | undefined }) =>
    issue.code === "unrecognized_keys" ? JSON.stringify(keys) : about.example;
  return z.strictObject(shape, { error }).describe(about.says);
}

/** A list of `item`. */
export function list<T extends z.ZodType>(about: AboutPart, item: T) {
  return z.array(item, { error: () => about.example }).describe(about.says);
}

/** A map whose keys are people's own names. */
export function named<T extends z.ZodType>(about: AboutPart, item: T) {
  return z.record(z.string(), item, { error: () => about.example }).describe(about.says);
}

/** The value as the schema reads it, `null` with at least one finding when it is something else. `path` is where `raw` stands. */
export function readShape<T>(
  schema: z.ZodType<T>,
  raw: unknown,
  path: Path,
): { readonly value: T | null; readonly findings: readonly Finding[] } {
  const result = schema.safeParse(raw);
  if (result.success) return { value: result.data, findings: [] };
  return { value: null, findings: result.error.issues.flatMap((issue) => findingsOf(issue, raw, path)) };
}

type Issue = z.core.$ZodIssue;

function findingsOf(issue: Issue, raw: unknown, base: Path): Finding[] {
  const inside = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const path = [...base, ...inside];
  const value = valueAt(raw, inside);
  switch (issue.code) {
    case "custom":
      return [fromWord(path, issue.message, issue.params as WordIssue | undefined)];
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, JSON.parse(issue.message) as string[]));
    case "invalid_type":
      return [fromType(path, value, issue.expected, issue.message)];
    case "invalid_union":
      return branchFor(issue.errors).flatMap((inner) => findingsOf(inner, value, path));
    default:
      return [
        {
          path,
          on: "value",
          severity: "error",
          message: `${label(path)}: ${sentence(issue.message)}`,
          remedy: "Write it as the schema says.",
        },
      ];
  }
}

function fromWord(path: Path, message: string, issue: WordIssue | undefined): Finding {
  const remedy = issue?.remedy ?? "Write something else.";
  const isMissing = issue?.why === "missing";
  return {
    path,
    on: isMissing ? "key" : "value",
    severity: "error",
    message: isMissing ? `${label(path)} ${message}` : `${label(path)}: ${message}`,
    remedy,
  };
}

function unknownKey(path: Path, key: string, known: readonly string[]): Finding {
  const parent = path.slice(0, -1);
  return {
    path,
    on: "key",
    severity: "error",
    message: `"${key.slice(0, 60)}" is no word ${parent.length === 0 ? "of this file" : `of ${label(parent)}`}.`,
    remedy: insteadOf(key, known, "Remove it."),
  };
}

function fromType(path: Path, value: unknown, expected: string, example: string): Finding {
  const what = expected === "array" ? "a list" : expected === "object" || expected === "record" ? "a map" : `a ${expected}`;
  const remedy = `Write ${what}${what.endsWith("list") || what.endsWith("map") ? `, such as ${example}` : ""}.`;
  if (value === undefined) return { path, on: "key", severity: "error", message: `${label(path)} is missing.`, remedy };
  const message = value === null ? `${label(path)}: Nothing is written here.` : `${label(path)}: ${shown(value)} is not ${what}.`;
  return { path, on: "value", severity: "error", message, remedy };
}

/** Of a union's branches the one that the value was meant for: the first that does not complain about its very type. */
function branchFor(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return branches.find((issues) => !issues.some(isMismatch)) ?? branches[0] ?? [];
}

function isMismatch(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === "invalid_type" || (issue.code === "custom" && (issue.params as WordIssue | undefined)?.why === "type");
}

/** The last key of a path in words: "observe", "phases 2" for a position in a list. */
export function label(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "The file";
  return typeof last === "number" ? `${String(path.at(-2) ?? "item")} ${last + 1}` : last;
}

/** What stands at a path of a value; `undefined` when nothing does. */
export function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

function sentence(message: string): string {
  return message.endsWith(".") ? message : `${message}.`;
}
