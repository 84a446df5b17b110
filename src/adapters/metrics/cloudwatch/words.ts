import type { MetricKind } from "../../../core/plan.ts";

/** One dimension of a metric; its value may have words of a target, such as {version}. */
export interface Dimension {
  readonly name: string;
  readonly value: string;
}

/** What a metric's words ask of CloudWatch. */
export interface CloudwatchAsked {
  readonly kind: "counts" | "number";
  readonly namespace: string;
  /** `counts`: what is counted, and the whole. `number`: the level alone. */
  readonly metrics: readonly string[];
  readonly dimensions: readonly Dimension[];
  readonly stat: "Sum" | "Average" | "Maximum" | "Minimum";
  readonly service: string | null;
}

/** The words understood, or one sentence with what is wrong and what to write instead. */
export type ReadWords =
  | { readonly kind: "asked"; readonly asked: CloudwatchAsked }
  | { readonly kind: "problem"; readonly problem: string };

type Words = Readonly<Record<string, string | number>>;

const levels = ["Average", "Maximum", "Minimum"] as const;
const dimensionRemedy = 'Write dimensions: "Service={service}, Version={tag}".';

/** Reads the words of one metric for a source of kind `cloudwatch`; pure and total. */
export function readWords(metric: MetricKind, words: Words): ReadWords {
  if (metric !== "ratio" && metric !== "count" && metric !== "level")
    return problem(`CloudWatch has no ${metric} here`, "Write kind: ratio, count or level.");
  const service = words["service"] === undefined ? null : String(words["service"]);
  const namespace = String(words["namespace"] ?? "");
  if (!/^[\w.\-/#:]{1,255}$/.test(namespace))
    return problem(`namespace ${JSON.stringify(namespace.slice(0, 60))} is none`, "Write namespace: Shop/Web.");
  const dimensions = dimensionsOf(String(words["dimensions"] ?? ""));
  if (typeof dimensions === "string") return problem(dimensions, dimensionRemedy);
  const names = metric === "level" ? ["value"] : countWords(words);
  if (typeof names === "string") return problem(names, "Write bad: Errors, or good: Orders for a conversion.");
  const stray = names.find((name) => !/^[\x20-\x7e]{1,255}$/.test(String(words[name] ?? "")));
  if (stray !== undefined) return problem(`${stray} is missing, or no metric's name`, `Write ${stray}: RequestCount.`);
  const stat = levels.find((one) => one === (words["stat"] ?? "Average"));
  if (metric === "level" && stat === undefined)
    return problem(`stat: ${String(words["stat"])} is no level's`, `Write one of ${levels.join(", ")}.`);
  const metrics = names.map((name) => String(words[name]));
  return metric === "level"
    ? { kind: "asked", asked: { kind: "number", namespace, metrics, dimensions, stat: stat ?? "Average", service } }
    : { kind: "asked", asked: { kind: "counts", namespace, metrics, dimensions, stat: "Sum", service } };
}

function countWords(words: Words): readonly string[] | string {
  const given = ["bad", "good"].filter((word) => words[word] !== undefined);
  return given.length === 1 ? [...given, "total"] : "exactly one of bad and good says what is counted";
}

/** "Service={service}, Version={tag}" as pairs, or what is wrong with it. */
function dimensionsOf(text: string): readonly Dimension[] | string {
  const pairs = text
    .split(",")
    .map((pair) => /^\s*([\x21-\x3c\x3e-\x7e][\x20-\x3c\x3e-\x7e]{0,254}?)\s*=\s*([\x20-\x7e]{1,255}?)\s*$/.exec(pair));
  const dimensions = pairs.map((pair) => ({ name: pair?.[1] ?? "", value: pair?.[2] ?? "" }));
  if (pairs.includes(null)) return `dimensions ${JSON.stringify(text.slice(0, 80))} are no list of Name=value`;
  if (dimensions.length > 30) return "there are more than 30 dimensions";
  if (new Set(dimensions.map(({ name }) => name)).size < dimensions.length) return "a dimension stands twice";
  return /\{(?:version|tag|arm)\}/.test(text) ? dimensions : "no dimension tells the arms apart: one needs {version}, {tag} or {arm}";
}

function problem(what: string, remedy: string): ReadWords {
  return { kind: "problem", problem: `${what}. ${remedy}` };
}
