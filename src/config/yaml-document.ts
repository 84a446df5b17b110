import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from "yaml";
import type { CST, Document, Node, Pair, YAMLError } from "yaml";
import type { Problem } from "../errors.ts";
import type { Finding, Path } from "./finding.ts";
import { readSourceText } from "./source-text.ts";
import { insteadOfYaml } from "./yaml-remedies.ts";

/** A YAML file as plain values, and where each of them stands. */
export interface YamlDocument {
  readonly file: string;
  /** Text, number, boolean, null, lists and maps (without a prototype); `null` for an empty file. */
  readonly value: unknown;
  /** Everything that is wrong with it as YAML; with errors here `value` holds what could be read. */
  readonly problems: readonly Problem[];
  /** The finding with file, line and column; a path that is not in the file is shown at its nearest parent. */
  readonly place: (finding: Finding) => Problem;
}

/** Beyond these nothing is composed: no plan needs them, and parsers have no good end of their own. */
const mostTokens = 60_000;
const deepest = 32;
const mostProblems = 100;

const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

interface Spot {
  readonly key: number;
  readonly value: number;
}

/**
 * Reads YAML 1.2 (core schema): one document, no tags, anchors, aliases, merge keys or duplicate keys, texts as keys. Never throws, and
 * answers in time linear in the text: size, tokens and depth are limited before anything is built.
 */
export function readYaml(input: string | Uint8Array, file: string): YamlDocument {
  const source = readSourceText(input, file);
  if (!source.ok) return unread(file, source.problem);
  const lines = new LineCounter();
  const problemAt = (offset: number, message: string, remedy: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), severity: "error", code: "yaml", message, remedy };
  };
  const long = tooManyTokens(source.text);
  if (long !== null) {
    return unread(file, {
      ...at(source.text, long),
      file,
      severity: "error",
      code: "file",
      message: `The file has more than ${mostTokens} words and signs.`,
      remedy: "Write only what belongs to this file.",
    });
  }
  const tokens = [...new Parser(lines.addNewLine).parse(source.text)];
  const deep = tooDeep(tokens);
  if (deep !== null)
    return unread(
      file,
      problemAt(
        deep,
        `Values are nested more than ${deepest} deep.`,
        "Write it flatter: no part of this file is nested deeper than a handful.",
      ),
    );
  const documents = [...compose(tokens)];
  const [first, second] = documents;
  const reader = new Reader(problemAt);
  const value = first?.contents ? reader.read(first.contents, []) : null;
  const problems = [...yamlProblems(first?.errors ?? [], source.text, problemAt), ...(first?.errors.length ? [] : reader.problems)];
  if (second)
    problems.push(problemAt(second.range[0], "A second document begins here.", "Keep one document in a file: remove the line ---."));
  return { file, value, problems: firstOf(problems), place: (finding) => placed(finding, reader.spots, problemAt) };
}

function compose(tokens: readonly CST.Token[]): Iterable<Document.Parsed> {
  return new Composer({
    version: "1.2",
    schema: "core",
    merge: false,
    // Checked here: the library's own check takes quadratic time.
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
  }).compose(tokens) as Iterable<Document.Parsed>;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly spots = new Map<string, Spot>();
  readonly #problemAt: (offset: number, message: string, remedy: string) => Problem;

  constructor(problemAt: (offset: number, message: string, remedy: string) => Problem) {
    this.#problemAt = problemAt;
  }

  read(node: Node | null, path: Path): unknown {
    const offset = node?.range?.[0] ?? 0;
    if (!this.spots.has(spotKey(path))) this.spots.set(spotKey(path), { key: offset, value: offset });
    if (node === null) return null;
    if (isAlias(node))
      return this.#refuse(
        offset,
        "An alias (*) is not read here.",
        "Write the value itself; a value that begins with * must stand in quotes.",
      );
    if (node.anchor !== undefined)
      this.#refuse(offset, "An anchor (&) is not read here.", "Write the value itself; a value that begins with & must stand in quotes.");
    if (node.tag !== undefined)
      this.#refuse(offset, "A tag (!) is not read here.", "Remove it; a value that begins with ! must stand in quotes.");
    if (isMap(node)) return this.#readMap(node.items as Pair<Node, Node | null>[], path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node, [...path, index]));
    return isScalar(node) ? this.#readScalar(node.value, offset) : null;
  }

  #readScalar(value: unknown, offset: number): unknown {
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    return this.#refuse(offset, "This number is not finite.", "Write a number such as 90.");
  }

  #readMap(pairs: readonly Pair<Node, Node | null>[], path: Path): unknown {
    const map = Object.create(null) as Record<string, unknown>;
    for (const pair of pairs) {
      const offset = pair.key.range?.[0] ?? 0;
      const key = keyOf(pair.key);
      if (key === null)
        this.#refuse(offset, "This key is not a plain word.", "Write a word, a number or a text in quotes before the colon.");
      else if (key === "<<") this.#refuse(offset, "Merge keys (<<) are not read here.", "Write the keys themselves.");
      else if (forbiddenKeys.has(key)) this.#refuse(offset, `"${key}" cannot be a key.`, "Choose another name.");
      else if (Object.hasOwn(map, key))
        this.#refuse(offset, `The key "${key.slice(0, 60)}" stands here a second time.`, "Keep one of the two.");
      else {
        const inside = [...path, key];
        this.spots.set(spotKey(inside), { key: offset, value: pair.value?.range?.[0] ?? offset });
        map[key] = this.read(pair.value, inside);
      }
    }
    return map;
  }

  #refuse(offset: number, message: string, remedy: string): null {
    if (this.problems.length < mostProblems) this.problems.push(this.#problemAt(offset, message, remedy));
    return null;
  }
}

function keyOf(node: Node): string | null {
  if (!isScalar(node) || node.value === null) return null;
  return typeof node.value === "string" ? node.value : (node.source ?? null);
}

function placed(
  finding: Finding,
  spots: ReadonlyMap<string, Spot>,
  problemAt: (offset: number, message: string, remedy: string) => Problem,
): Problem {
  let path = finding.path;
  while (path.length > 0 && !spots.has(spotKey(path))) path = path.slice(0, -1);
  const spot = spots.get(spotKey(path)) ?? { key: 0, value: 0 };
  // What is missing is shown at the key of the map that lacks it.
  const offset = finding.on === "key" || path.length < finding.path.length ? spot.key : spot.value;
  return { ...problemAt(offset, finding.message, finding.remedy), severity: finding.severity, code: finding.code };
}

function spotKey(path: Path): string {
  return JSON.stringify(path);
}

/** What is certainly wrong; when nothing is, the first error: those after it are mostly its consequences. */
function yamlProblems(
  errors: readonly YAMLError[],
  text: string,
  problemAt: (offset: number, message: string, remedy: string) => Problem,
): readonly Problem[] {
  const read = errors.slice(0, mostProblems).map((error) => ({ ...insteadOfYaml(error, text), offset: error.pos[0] }));
  const certain = read.filter((error) => error.isCertain);
  return (certain.length > 0 ? certain : read.slice(0, 1)).map(({ offset, message, remedy }) => problemAt(offset, message, remedy));
}

/** One problem of a kind a line is enough: YAML often stumbles over the same thing twice. */
function firstOf(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.toReversed().map((problem) => [`${problem.line} ${problem.message}`, problem]));
  return problems.filter((problem) => seen.get(`${problem.line} ${problem.message}`) === problem).slice(0, mostProblems);
}

function unread(file: string, problem: Problem): YamlDocument {
  return {
    file,
    value: null,
    problems: [problem],
    place: ({ severity, code, message, remedy }) => ({ ...problem, severity, code, message, remedy }),
  };
}

function at(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** Offset of the first token too many; `null` when there are few enough. The lexer yields them one by one, so that nothing is built. */
function tooManyTokens(text: string): number | null {
  let offset = 0;
  let count = 0;
  for (const token of new Lexer().lex(text)) {
    count += 1;
    if (count > mostTokens) return Math.min(offset, text.length);
    offset += token.length;
  }
  return null;
}

/** Offset of the first value nested too deeply, found without recursion; `null` when there is none. */
function tooDeep(tokens: readonly CST.Token[]): number | null {
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > deepest) return token.offset;
    if (token.type === "document" && token.value) open.push({ token: token.value, depth });
    if (!("items" in token)) continue;
    for (const item of token.items) {
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return null;
}
