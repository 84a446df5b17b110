import type { Problem } from "../errors.ts";

/** Where something stands in a document: keys and list positions from the root. */
export type Path = readonly (string | number)[];

/** A problem before it has a line: `on` says whether the key or the value at `path` is shown. */
export interface Finding {
  readonly path: Path;
  readonly on: "key" | "value";
  readonly severity: Problem["severity"];
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** An error about the value at `path`, of the code `value`; what a rule finds gets the rule's own code. */
export function wrong(path: Path, message: string, remedy: string): Finding {
  return { path, on: "value", severity: "error", code: "value", message, remedy };
}

/** A warning about the value at `path`: it works, and may not be what is meant. */
export function doubtful(path: Path, message: string, remedy: string): Finding {
  return { ...wrong(path, message, remedy), severity: "warning" };
}
