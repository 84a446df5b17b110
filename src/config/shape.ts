import { z } from "zod";
import { wrong } from "./finding.ts";
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
  return { value: null, findings: withoutEchoes(result.error.issues.flatMap((issue) => findingsOf(issue, { schema, raw, path }))) };
}

/** A misspelt key is told once: what is missing only because of it is left out. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const meant = new Set(
    findings.flatMap(({ path, remedy, message }) =>
      message.includes("is no word of") ? [JSON.stringify([...path.slice(0, -1), /^Write "(.*)"\.$/.exec(remedy)?.[1]])] : [],
    ),
  );
  return findings.filter(({ path, message }) => !(message.endsWith(" is missing.") && meant.has(JSON.stringify(path))));
}

type Issue = z.core.$ZodIssue;

interface Place {
  readonly schema: z.core.$ZodType;
  readonly raw: unknown;
  readonly path: Path;
}

function findingsOf(issue: Issue, place: Place): Finding[] {
  const inside = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
  const path = [...place.path, ...inside];
  const raw = valueAt(place.raw, inside);
  const schema = schemaAt(place.schema, inside);
  switch (issue.code) {
    case "custom":
      return [fromWord(path, issue.message, issue.params as WordIssue | undefined)];
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey([...path, key], key, keysOf(schema)));
    case "invalid_type":
      return [fromType(path, raw, issue.expected, exampleIn(issue.message, schema))];
    case "invalid_union":
      return branchFor(issue.errors, schema).flatMap(([inner, branch]) => findingsOf(inner, { schema: branch, raw, path }));
    default:
      return [
        wrong(
          path,
          `${label(path)}: ${sentence(issue.message)}`,
          `Write what belongs here: ${described(schema) ?? "a value as the schema asks for"}.`,
        ),
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
    code: isMissing ? "missing" : "value",
    message: isMissing ? `${label(path)} ${message}` : `${label(path)}: ${message}`,
    remedy,
  };
}

function unknownKey(path: Path, key: string, known: readonly string[]): Finding {
  const parent = path.slice(0, -1);
  const where = parent.length === 0 ? "of this file" : `of ${label(parent)}`;
  return {
    path,
    on: "key",
    severity: "error",
    code: "unknown-key",
    message: `"${key.slice(0, 60)}" is no word ${where}.`,
    remedy: insteadOf(key, known, "Remove it."),
  };
}

function fromType(path: Path, value: unknown, expected: string, example: string): Finding {
  const what = kindNames[expected] ?? `a ${expected}`;
  const remedy = example === "" ? `Write ${what}.` : `Write ${what}: ${example}.`;
  if (value === undefined) return { path, on: "key", severity: "error", code: "missing", message: `${label(path)} is missing.`, remedy };
  const message = value === null ? `${label(path)}: Nothing is written here.` : `${label(path)}: ${shown(value)} is not ${what}.`;
  return wrong(path, message, remedy);
}

const kindNames: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a map",
  record: "a map",
  string: "a text",
  int: "a whole number",
};

/** The example that `map`, `list` and `named` put in place of the library's message, or the schema's description. */
function exampleIn(message: string, schema: z.core.$ZodType | null): string {
  return /^[[{]/.test(message) ? `for example ${message}` : (described(schema) ?? "");
}

function described(schema: z.core.$ZodType | null): string | null {
  const text = schema === null ? undefined : z.globalRegistry.get(schema)?.description;
  return text === undefined ? null : text.replace(/\.$/, "");
}

/** Of a union's branches the issues of the one that the value was meant for: that complains least about the value's type and keys. */
function branchFor(errors: readonly (readonly Issue[])[], schema: z.core.$ZodType | null): readonly (readonly [Issue, z.core.$ZodType])[] {
  const options = schema instanceof z.ZodUnion ? schema.options : [];
  const ranked = errors.map((issues, index) => ({
    away: issues.reduce((sum, issue) => sum + strangeness(issue), 0),
    issues: issues.map((issue) => [issue, options[index] ?? z.unknown()] as const),
  }));
  return ranked.toSorted((a, b) => a.away - b.away)[0]?.issues ?? [];
}

function strangeness(issue: Issue): number {
  const why = issue.code === "custom" ? (issue.params as WordIssue | undefined)?.why : null;
  if (issue.path.length === 0 && (issue.code === "invalid_type" || why === "type")) return 100;
  if (issue.code === "unrecognized_keys") return 10;
  return why === "missing" ? 5 : 1;
}

/** The schema at a path, wrappers such as a default taken off; `null` where the path leaves what the schema describes. */
function schemaAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType | null {
  const bare = unwrapped(schema);
  const [step, ...rest] = path;
  if (step === undefined) return bare;
  if (bare instanceof z.ZodObject && Object.hasOwn(bare.shape, step)) return schemaAt(bare.shape[String(step)] as z.core.$ZodType, rest);
  if (bare instanceof z.ZodArray) return schemaAt(bare.element, rest);
  return bare instanceof z.ZodRecord ? schemaAt(bare.valueType, rest) : null;
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return unwrapped(schema.unwrap());
  return schema instanceof z.ZodPipe && !(schema.in instanceof z.ZodUnknown) ? unwrapped(schema.in) : schema;
}

function keysOf(schema: z.core.$ZodType | null): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The last key of a path in words: "observe", "phase 2" for a position in a list. */
export function label(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return "The file";
  return typeof last === "number" ? `${String(path.at(-2) ?? "item").replace(/s$/, "")} ${last + 1}` : last;
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
