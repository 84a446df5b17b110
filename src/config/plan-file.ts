import type { Plan } from "../core/plan.ts";
import type { Problem } from "../errors.ts";
import type { Catalogue } from "./catalogue.ts";
import { completePlan } from "./complete.ts";
import { readDraft } from "./draft.ts";
import { lint } from "./lint.ts";
import { readYaml } from "./yaml-document.ts";
import { inOrder } from "./server-file.ts";

/** What a plan file says, and everything that is wrong or doubtful in it, in the file's order. */
export interface PlanReading {
  /** `null` when there is an error among the problems. */
  readonly plan: Plan | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads a plan, checks it against what this build and its server have, and fills in every default. `file` is only shown. Never throws, and
 * takes well under a second for any input: what is larger than 1 MiB, or nested deeper than any plan, is refused unread.
 */
export function readPlan(text: string | Uint8Array, file: string, catalogue: Catalogue): PlanReading {
  const document = readYaml(text, file);
  // What could not be read as YAML would only be missed again below.
  if (document.problems.length > 0) return { plan: null, problems: document.problems.toSorted(inOrder) };
  const { draft, findings } = readDraft(document.value);
  const problems = [...findings, ...lint(draft, catalogue)].map((finding) => document.place(finding)).sort(inOrder);
  const isUsable = problems.every((problem) => problem.severity === "warning");
  return { plan: isUsable ? completePlan(draft, catalogue) : null, problems };
}
