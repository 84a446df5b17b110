import { PortError, StoreUnusable } from "../ports.ts";
import type { Clock } from "../ports.ts";

/** What a call of the outside world came to: its answer, or why there is none. */
export type Outcome<T> =
  | { readonly kind: "answer"; readonly value: T }
  /** `afterMs`: the other side wants to be left alone for so long; `null`: it did not say. */
  | { readonly kind: "trouble"; readonly why: string; readonly retry: "never" | "later"; readonly afterMs: number | null };

/**
 * Asks the outside world with a deadline: the one place where an adapter's exception becomes a value. At the deadline `signal` aborts and the
 * answer that may still come is not waited for.
 */
export async function call<T>(clock: Clock, deadlineMs: number, ask: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  const asking = new AbortController();
  const answered = new AbortController();
  const late = clock
    .wait(deadlineMs, answered.signal)
    .then((): Outcome<T> => ({ kind: "trouble", why: `no answer within ${deadlineMs} ms`, retry: "later", afterMs: null }));
  const outcome = await Promise.race([toOutcome(ask, asking.signal), late]);
  answered.abort(done);
  asking.abort(outcome.kind === "answer" ? done : new DOMException("The deadline is over", "TimeoutError"));
  return outcome;
}

/** Why a signal is aborted that nobody listens to any more; a constant, because making an exception costs more than the call. */
const done = "the call is over";

const later = { retry: "later", afterMs: null } as const;

async function toOutcome<T>(ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Outcome<T>> {
  try {
    return { kind: "answer", value: await ask(signal) };
  } catch (error) {
    const { retry, afterMs } = error instanceof PortError ? error : later;
    return { kind: "trouble", why: whyOf(error), retry, afterMs };
  }
}

/** The message of anything that was thrown, with what to do about it, or else its cause where the message alone says nothing ("fetch failed"). */
export function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof StoreUnusable) return `${error.message}. ${error.remedy}`;
  const cause = error.cause instanceof Error && error.cause.message !== "" ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
