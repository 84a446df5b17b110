import type { Language, Plan } from "../core/plan.ts";
import type { ExpectedTraffic } from "../core/power.ts";
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

/** What somebody wants to know of a plan beside whether it is right. */
export interface PlanQuestion {
  /** Of doubts; `null`: the plan's own. */
  readonly language: Language | null;
  /** The moment at which it is meant to start, epoch ms in the zone given; `null`: nobody said. */
  readonly startsMs: ((timeZone: string) => number) | null;
  /** How much comes on both versions together. */
  readonly traffic: ExpectedTraffic;
}

/** What is asked where nobody asks. */
export const nothingAsked: PlanQuestion = { language: "en", startsMs: null, traffic: { loginsPerMinute: null, rps: null } };

/** Nobody reads on after these; the rest is told when they are corrected. */
const mostProblems = 100;

/**
 * Reads a plan, checks it against what this build and its server have, and fills in every default. `file` is only shown. Never throws, and
 * takes well under a second for any input: what is larger than 1 MiB, or nested deeper than any plan, is refused unread. Only with traffic each
 * gate takes some tens of milliseconds more.
 */
export function readPlan(text: string | Uint8Array, file: string, catalogue: Catalogue, question = nothingAsked): PlanReading {
  const document = readYaml(text, file);
  // What could not be read as YAML would only be missed again below.
  if (document.problems.length > 0) return { plan: null, problems: document.problems.toSorted(inOrder) };
  const { draft, findings } = readDraft(document.value);
  const startsMs = draft.metadata === null ? null : (question.startsMs?.(draft.metadata.timeZone) ?? null);
  const language = question.language ?? draft.metadata?.language ?? "en";
  const asked = { catalogue, language, startsMs, traffic: question.traffic };
  const all = lint(draft, asked, findings).map((finding) => document.place(finding));
  const errors = all.filter((problem) => problem.severity === "error");
  // Where there is more than anybody reads, the errors come before the warnings.
  const problems = (all.length > mostProblems && errors.length > 0 ? errors : all).toSorted(inOrder).slice(0, mostProblems);
  return { plan: errors.length === 0 ? completePlan(draft, catalogue) : null, problems };
}
