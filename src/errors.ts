/** Something wrong in what a person wrote: where it stands, what is wrong, what to write instead. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** What to write instead; always a remedy, never a repetition. */
  readonly remedy: string;
}

/** A problem as one line of text: `plan.yaml:12:5 error: … Write …`. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.severity}: ${problem.message} ${problem.remedy}`;
}
