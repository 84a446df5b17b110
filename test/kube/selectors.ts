import { listOf, mapOf, say, textOf } from "./json.ts";
import type { Json, JsonMap, KubeObject } from "./json.ts";

/** Whether an object is meant. */
export type Selects = (object: KubeObject) => boolean;

/**
 * What `labelSelector` and `fieldSelector` of a list or watch mean; empty: everything.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api
 */
export function readSelectors(labels: string, fields: string): Selects {
  const terms = [...splitTerms(labels).map(labelTerm), ...splitTerms(fields).map(fieldTerm)];
  return (object) => terms.every((term) => term(object));
}

function splitTerms(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== "");
}

function labelTerm(term: string): Selects {
  const valueOf = (object: KubeObject, key: string): string | undefined =>
    mapOf(mapOf(object.metadata)["labels"])[key] as string | undefined;
  const among = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(term);
  if (among) {
    const [, key = "", how, list = ""] = among;
    const values = list.split(",").map((value) => value.trim());
    return (object) => values.includes(valueOf(object, key) ?? "\n") === (how === "in");
  }
  const equal = /^([^!=]+?)\s*(==|=|!=)\s*(.*)$/.exec(term);
  if (equal) {
    const [, key = "", how, value] = equal;
    return (object) => (valueOf(object, key) === value) === (how !== "!=");
  }
  if (term.startsWith("!")) return (object) => valueOf(object, term.slice(1)) === undefined;
  return (object) => valueOf(object, term) !== undefined;
}

function fieldTerm(term: string): Selects {
  const [, path = "", how, value] = /^([^!=]+?)(==|=|!=)(.*)$/.exec(term) ?? [];
  return (object) => {
    let node: unknown = object;
    for (const step of path.split(".")) node = mapOf(node as JsonMap)[step];
    return (say((node as Json) ?? "") === value) === (how !== "!=");
  };
}

/** Whether `labels` are meant by a LabelSelector; an empty one means everything. */
export function selectsLabels(selector: JsonMap, labels: JsonMap): boolean {
  const isEqual = Object.entries(mapOf(selector["matchLabels"])).every(([key, value]) => labels[key] === value);
  return (
    isEqual &&
    listOf(selector["matchExpressions"]).every((item) => {
      const { key, operator, values } = mapOf(item);
      const value = labels[textOf(key)];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return listOf(values).some((known) => known === value) === (operator === "In");
    })
  );
}
