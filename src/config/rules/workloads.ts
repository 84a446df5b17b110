import { meaningOfKind } from "../catalogue.ts";
import type { WorkloadsKind } from "../catalogue.ts";
import { wrong } from "../finding.ts";
import { readShape } from "../shape.ts";
import type { Rule } from "./rule.ts";

/** What a plan says of a workload is what its adapter understands. */
export const workloadsAreUnderstood: Rule = (draft, { catalogue }) =>
  draft.services.items.flatMap(({ path, value }) => {
    const { kind, ...options } = value.workload;
    const meaning = meaningOfKind(catalogue, "workloads", kind);
    return meaning.kind === "known" ? readOptions(meaning.definition, options, [...path, "workload"]).findings : [];
  });

/** Kinds of workloads whose ports are this machine's. */
const ofThisMachine = ["process"];

/** Services that run on this machine have a port each. */
export const portsAreOnesOwn: Rule = (draft) => {
  const taken = draft.services.items.flatMap(({ path, name, value: { workload } }) =>
    ofThisMachine.includes(workload.kind) && typeof workload["port"] === "number" ? [{ path, name, port: workload["port"] }] : [],
  );
  return taken.flatMap(({ path, name, port }, index) => {
    const first = taken.slice(0, index).find((other) => other.port === port);
    if (first === undefined) return [];
    const message = `"${name}" has the port ${port} of "${first.name}".`;
    return [wrong([...path, "workload", "port"], message, "Give each service a port of its own.")];
  });
};

/** The adapter's reading of a workload's words; `null` with findings when it refuses them. */
export function readOptions(definition: WorkloadsKind, options: unknown, path: readonly (string | number)[]) {
  return readShape(definition.planOptions.strict(), options, path);
}
