import { meaningOfKind } from "../catalogue.ts";
import type { WorkloadsKind } from "../catalogue.ts";
import { readShape } from "../shape.ts";
import type { Rule } from "./rule.ts";

/** What a plan says of a workload is what its adapter understands. */
export const workloadsAreUnderstood: Rule = (draft, { catalogue }) =>
  draft.services.items.flatMap(({ path, value }) => {
    const { kind, ...options } = value.workload;
    const meaning = meaningOfKind(catalogue, "workloads", kind);
    return meaning.kind === "known" ? readOptions(meaning.definition, options, [...path, "workload"]).findings : [];
  });

/** The adapter's reading of a workload's words; `null` with findings when it refuses them. */
export function readOptions(definition: WorkloadsKind, options: unknown, path: readonly (string | number)[]) {
  return readShape(definition.planOptions.strict(), options, path);
}
