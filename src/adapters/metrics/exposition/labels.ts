/** A metric name as it may stand without quotes. Source: https://prometheus.io/docs/concepts/data_model/ */
export const namePattern = "[a-zA-Z_:][a-zA-Z0-9_:]*";

/** What may stand between a label and its value: samples know "=" only, selectors all four. */
export type LabelOperator = "=" | "!=" | "=~" | "!~";

export interface ReadLabel {
  readonly name: string;
  readonly operator: LabelOperator;
  readonly value: string;
}

/** The inside of `{…}`: `metric` is a quoted metric name (`{"a.b",c="d"}`), `null` without one; `end` is the index after the brace. */
export type ReadLabels =
  | { readonly kind: "labels"; readonly metric: string | null; readonly labels: readonly ReadLabel[]; readonly end: number }
  | { readonly kind: "malformed"; readonly because: string };

const quoted = '"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)"';
const part = new RegExp(`[ \\t]*(?:([a-zA-Z_][a-zA-Z0-9_]*)|${quoted})[ \\t]*(?:(=~|!~|!=|=)[ \\t]*${quoted})?[ \\t]*`, "y");
const blanks = /[ \t]*/y;

/** Reads the labels whose opening brace stands at `from`; total. Escapes are those of the format: `\\`, `\"` and `\n`. */
export function readLabels(text: string, from: number, operators: readonly LabelOperator[]): ReadLabels {
  const labels: ReadLabel[] = [];
  let metric: string | null = null;
  let at = from + 1;
  for (;;) {
    blanks.lastIndex = at;
    at += blanks.exec(text)?.[0].length ?? 0;
    if (text[at] === "}") return { kind: "labels", metric, labels, end: at + 1 };
    part.lastIndex = at;
    const found = part.exec(text);
    if (found === null)
      return { kind: "malformed", because: 'has labels that are not written name="value", separated by commas and closed by }' };
    const [whole, bare, quotedName, operator, value] = found;
    const name = bare ?? unescape(quotedName ?? "");
    if (operator === undefined || value === undefined) {
      if (bare !== undefined) return { kind: "malformed", because: `has the label ${name} without a value in double quotes` };
      if (metric !== null) return { kind: "malformed", because: "names its metric twice" };
      metric = name;
    } else if (operators.includes(operator as LabelOperator)) {
      labels.push({ name, operator: operator as LabelOperator, value: unescape(value) });
    } else {
      return { kind: "malformed", because: `has ${operator} at the label ${name}` };
    }
    at += whole.length;
    if (text[at] === ",") at += 1;
    else if (text[at] !== "}") return { kind: "malformed", because: "has labels that are not separated by commas and closed by }" };
  }
}

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(.)/gs, (escape, letter: string) => (letter === "n" ? "\n" : letter === "\\" || letter === '"' ? letter : escape));
}
