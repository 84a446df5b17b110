/** What a query in a plan may ask to be told, each bound as a value, never pasted into the text. */
export type Parameter = "release" | "environment" | "since" | "until" | "matures";

/** A query as PostgreSQL takes it: `text` has `$1`, `$2` … in place of `:since` …, in the order of `parameters`. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

/** The statement, or one sentence with what is wrong and what to write instead. */
export type ReadStatement =
  | { readonly kind: "statement"; readonly statement: Statement }
  | { readonly kind: "problem"; readonly problem: string };

const types: Readonly<Record<Parameter, string>> = {
  release: "text",
  environment: "text",
  since: "timestamptz",
  until: "timestamptz",
  matures: "interval",
};

const longestQuery = 10_000;

/**
 * Reads one query of a plan: pure and total. It must be one SELECT (or WITH, VALUES, TABLE) that neither writes nor locks. What stands in
 * texts, quoted names and comments is left as it is. The database judges again: this only says early, with a remedy, what it would refuse.
 *
 * Source: https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function readStatement(query: string): ReadStatement {
  if (query.length > longestQuery) return problem(`the query is longer than ${longestQuery} characters`, "Make a view of it.");
  const tokens = tokensOf(query);
  if (typeof tokens === "string") return problem(tokens, "Close it.");
  const end = endOf(tokens);
  if (end === null) return problem("the query has several statements", "Write one SELECT; nothing may follow its semicolon.");
  const parameters: Parameter[] = [];
  let text = "";
  for (const token of tokens.slice(0, end)) {
    if (token.kind === "position") return problem(`the query has ${token.text}`, `Write the name of what it stands for: ${named}.`);
    if (token.kind !== "parameter") {
      text += token.text;
      continue;
    }
    const name = token.text.slice(1);
    if (!isParameter(name)) return problem(`the query asks for ${token.text}, which nobody knows`, `There are ${named}.`);
    if (!parameters.includes(name)) parameters.push(name);
    text += `$${parameters.indexOf(name) + 1}::${types[name]}`;
  }
  const wrong = forbiddenIn(tokens.slice(0, end));
  return wrong ?? { kind: "statement", statement: { text: text.trim(), parameters } };
}

const named = Object.keys(types)
  .map((name) => `:${name}`)
  .join(", ");

function isParameter(name: string): name is Parameter {
  return Object.hasOwn(types, name);
}

/** Words as they stand, in lower case, with one blank between; texts and comments are not among them. */
function forbiddenIn(tokens: readonly Token[]): ReadStatement | null {
  const bare = tokens
    .map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : kind === "quoted" ? "''" : kind === "comment" ? " " : text))
    .join("")
    .replace(/\s+/g, " ")
    .trim();
  if (bare === "") return problem("the query is empty", "Write one SELECT.");
  if (!/^\(*\s*(?:select|with|values|table)\b/.test(bare))
    return problem("the query does not begin with SELECT or WITH", "Write one SELECT that returns a row per arm.");
  const writes = /\b(?:insert into|delete from|merge into|update [^ ]+(?: as [^ ]+| [^ ]+)? set)\b/.exec(bare);
  if (writes !== null) return problem(`the query writes (${writes[0]})`, "A metric only reads: write one SELECT.");
  const locks = /\bfor (?:no key update|update|key share|share)\b/.exec(bare);
  if (locks !== null) return problem(`the query locks rows (${locks[0]})`, `Remove "${locks[0]}".`);
  const into = /\bselect\b[^()]*\binto\b/.exec(bare);
  return into === null ? null : problem("the query writes (select into)", 'Remove "into".');
}

interface Token {
  /** `quoted`: a text or a quoted name. `position`: `$1`. `parameter`: `:since`. */
  readonly kind: "word" | "quoted" | "comment" | "parameter" | "position" | "semicolon" | "other";
  readonly text: string;
}

/** In this order: the first that fits at a place is the token there. */
const lexemes: readonly (readonly [Token["kind"], RegExp])[] = [
  ["comment", /--[^\n]*/y],
  ["quoted", /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ["quoted", /'(?:[^']|'')*'/y],
  ["quoted", /"(?:[^"]|"")*"/y],
  ["quoted", /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y],
  ["position", /\$\d+/y],
  ["other", /::|:=/y],
  ["parameter", /:[A-Za-z_]\w*/y],
  ["word", /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ["semicolon", /;/y],
  // One of these is left over only where nothing closes it.
  ["other", /\s+|\d[\w.]*|[^'"]/y],
];

function tokensOf(query: string): readonly Token[] | string {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    const token = query.startsWith("/*", at) ? comment(query, at) : lexeme(query, at);
    if (token === null) return `something that begins with ${query.startsWith("/*", at) ? "/*" : query[at]} is never closed`;
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function lexeme(query: string, at: number): Token | null {
  for (const [kind, pattern] of lexemes) {
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found !== null) return { kind, text: found[0] };
  }
  return null;
}

/** Comments of this kind may stand in one another; `null` when it is never closed. */
function comment(query: string, from: number): Token | null {
  let depth = 0;
  for (let at = from; at < query.length; at += 1) {
    if (query.startsWith("/*", at)) depth += 1;
    else if (query.startsWith("*/", at)) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return { kind: "comment", text: query.slice(from, at + 1) };
  }
  return null;
}

/** How many tokens the first statement has, without its semicolon; `null` when a second one follows. */
function endOf(tokens: readonly Token[]): number | null {
  const semicolon = tokens.findIndex(({ kind }) => kind === "semicolon");
  if (semicolon === -1) return tokens.length;
  const isOver = tokens.slice(semicolon).every(({ kind, text }) => kind === "semicolon" || kind === "comment" || text.trim() === "");
  return isOver ? semicolon : null;
}

function problem(what: string, remedy: string): ReadStatement {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
