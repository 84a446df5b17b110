import type { ProblemAnswer } from "../../src/http/contract.ts";

/** A refusal of the server, in the words of its catalogue. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: ProblemAnswer;
  constructor(problem: ProblemAnswer) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The server did not answer, or what answered is not serin: a proxy's error page. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The problem behind a failed call; `null`: the server could not be reached. Throws what is neither: our own mistake. */
export function problemOf(error: unknown): ProblemAnswer | null {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof Unreachable) return null;
  throw error;
}

/** True for a body that is a problem of serin's catalogue. */
export function isProblem(body: unknown): body is ProblemAnswer {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body && "status" in body;
}
