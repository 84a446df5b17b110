import type { Check } from "./define.ts";

/** A check that found what it looked for. */
export function fine(what: string, says: string): Check {
  return { what, verdict: "ok", says, remedy: null };
}

/** A check that found something with which the release could do what its plan says. */
export function doubtful(what: string, says: string, remedy: string): Check {
  return { what, verdict: "doubtful", says, remedy };
}

/** A check that found something with which the release could not. */
export function wrong(what: string, says: string, remedy: string): Check {
  return { what, verdict: "wrong", says, remedy };
}
