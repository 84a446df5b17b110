import type { Problem } from "../errors.ts";
import type { Finding, Path } from "./finding.ts";
import { wrong } from "./finding.ts";
import { label, readShape } from "./shape.ts";
import { map } from "./shape.ts";
import { text } from "./words.ts";

/** Where a secret lies. The server's file never holds one itself. */
export type SecretPlace = { readonly kind: "env"; readonly name: string } | { readonly kind: "file"; readonly file: string };

/** A secret that a connection needs: where it lies, where it goes (from the connection's root), and where it is written. */
export interface SecretUse {
  readonly path: Path;
  readonly place: SecretPlace;
  readonly line: number;
  readonly column: number;
}

/** How secrets are fetched; both answer `null` when there is nothing there. */
export interface SecretReaders {
  env(name: string): string | null;
  /** Text of a file, by its path as written. */
  file(path: string): string | null;
}

/** Stands for a secret while nobody has fetched it. */
export const unfetched = "unfetched-secret";

const secretName = /(?:token|password|passwd|secret|ap[ip]-?key|access-?key|private-?key|signing-?key|dsn|credential)s?$/i;
const secretHeader = /^(?:proxy-)?authorization$|^cookie$|key$|token$/i;

const envPlace = map(
  { says: "A secret in an environment variable.", example: "{ env: EDGE_TOKEN }" },
  { env: text({ says: "The variable's name.", example: "EDGE_TOKEN" }) },
);
const filePlace = map(
  { says: "A secret in a file.", example: "{ file: edge.token }" },
  { file: text({ says: "The file; relative paths start at this file.", example: "edge.token" }) },
);

/** A connection's words with every `{ env: … }` or `{ file: … }` replaced by a stand-in, and what stood there. */
export interface Extracted {
  readonly options: unknown;
  readonly secrets: readonly { readonly path: Path; readonly place: SecretPlace }[];
  readonly findings: readonly Finding[];
}

/** Takes the places of secrets out of a connection; `base` is where it stands in the file. A secret written out is an error. */
export function extractSecrets(raw: unknown, base: Path, path: Path = []): Extracted {
  if (Array.isArray(raw)) {
    const items = raw.map((item, index) => extractSecrets(item, base, [...path, index]));
    return {
      options: items.map((item) => item.options),
      secrets: items.flatMap((item) => item.secrets),
      findings: items.flatMap((item) => item.findings),
    };
  }
  if (typeof raw === "object" && raw !== null) {
    if (Object.hasOwn(raw, "env") !== Object.hasOwn(raw, "file") && Object.keys(raw).length === 1) return placeOf(raw, base, path);
    const entries = Object.entries(raw).map(([key, item]) => [key, extractSecrets(item, base, [...path, key])] as const);
    return {
      options: Object.fromEntries(entries.map(([key, item]) => [key, item.options])),
      secrets: entries.flatMap(([, item]) => item.secrets),
      findings: entries.flatMap(([, item]) => item.findings),
    };
  }
  return { options: raw, secrets: [], findings: typeof raw === "string" ? writtenOut(raw, base, path) : [] };
}

function placeOf(raw: object, base: Path, path: Path): Extracted {
  const isEnv = Object.hasOwn(raw, "env");
  const read = isEnv ? readShape(envPlace, raw, [...base, ...path]) : readShape(filePlace, raw, [...base, ...path]);
  if (read.value === null) return { options: unfetched, secrets: [], findings: read.findings };
  const place: SecretPlace = "env" in read.value ? { kind: "env", name: read.value.env } : { kind: "file", file: read.value.file };
  return { options: unfetched, secrets: [{ path, place }], findings: [] };
}

function writtenOut(value: string, base: Path, path: Path): readonly Finding[] {
  const key = String(path.at(-1) ?? "");
  const isHeader = path.at(-2) === "headers" && secretHeader.test(key);
  const hasPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(value);
  if (!isHeader && !secretName.test(key) && !hasPassword) return [];
  const name = (base.at(-1) === undefined ? key : `${String(base.at(-1))}_${key}`).toUpperCase().replaceAll(/[^A-Z0-9]+/g, "_");
  return [
    wrong([...base, ...path], `${label(path)}: a secret is not written into this file.`, `Write { env: ${name} } or { file: PATH }.`),
  ];
}

/** The connection's words with every secret in its place, or the problems with fetching them. No problem shows a secret. */
export function putSecrets(
  options: unknown,
  secrets: readonly SecretUse[],
  readers: SecretReaders,
  file: string,
): { readonly options: unknown; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  let filled = options;
  for (const { path, place, line, column } of secrets) {
    const value = place.kind === "env" ? readers.env(place.name) : (readers.file(place.file)?.replace(/\r?\n$/, "") ?? null);
    if (value !== null && value !== "") filled = withValue(filled, path, value);
    else problems.push({ file, line, column, severity: "error", code: "secret", ...absent(place) });
  }
  return { options: filled, problems };
}

function absent(place: SecretPlace): { readonly message: string; readonly remedy: string } {
  if (place.kind === "env")
    return {
      message: `The environment variable ${place.name} is not set, or empty.`,
      remedy: `Set ${place.name} where the server starts.`,
    };
  return {
    message: `The file ${place.file} cannot be read, or is empty.`,
    remedy: "Write the secret into it, readable only for the server.",
  };
}

function withValue(options: unknown, path: Path, value: string): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (Array.isArray(options)) return options.map((item: unknown, index) => (index === first ? withValue(item, rest, value) : item));
  const record = options as Readonly<Record<string, unknown>>;
  return { ...record, [first]: withValue(record[first], rest, value) };
}
