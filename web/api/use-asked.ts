import { useCallback, useEffect, useState } from "react";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { every, localNowMs } from "../app/clock.ts";
import { keepSame } from "./keep-same.ts";
import { problemOf } from "./problem.ts";

/** What a question was answered last. */
export interface Asked<Value> {
  /** `null`: nothing was heard yet. */
  readonly value: Value | null;
  /** When it was heard, this machine's time. */
  readonly heardMs: number;
  /** Why it was not answered the last time; `null`: it was. Its `problem` is `null` where the server could not be reached. */
  readonly failure: { readonly problem: ProblemAnswer | null } | null;
}

/** What was heard last, by question, so that a screen that is opened again begins with it. */
const heard = new Map<string, Asked<unknown>>();

/**
 * Asks `ask` now, every `everyMs` while the page is seen, and whenever the second part of the answer is called. `name` is the question: another one
 * begins anew, and the same one begins with its last answer, also when it is asked by a screen that comes later.
 */
export function useAsked<Value>(
  name: string,
  ask: (signal: AbortSignal) => Promise<Value>,
  everyMs: number,
): readonly [Asked<Value>, () => void] {
  const [, draw] = useState(0);
  const [again, askAgain] = useState(0);
  const asked = (heard.get(name) ?? { value: null, heardMs: 0, failure: null }) as Asked<Value>;
  useEffect(() => {
    const leaving = new AbortController();
    const learn = (next: (before: Asked<unknown> | undefined) => Asked<unknown>): void => {
      if (leaving.signal.aborted) return;
      heard.set(name, next(heard.get(name)));
      draw((count) => count + 1);
    };
    const listen = (): void => {
      if (document.hidden) return;
      ask(leaving.signal).then(
        (value) => learn((before) => ({ value: keepSame(before?.value, value), heardMs: localNowMs(), failure: null })),
        (error: unknown) => {
          if (leaving.signal.aborted) return;
          const failure = { problem: problemOf(error) };
          learn((before) => ({ value: before?.value ?? null, heardMs: before?.heardMs ?? 0, failure }));
        },
      );
    };
    listen();
    document.addEventListener("visibilitychange", listen);
    const stop = every(everyMs, listen);
    return () => {
      leaving.abort();
      stop();
      document.removeEventListener("visibilitychange", listen);
    };
  }, [name, ask, everyMs, again]);
  return [asked, useCallback(() => askAgain((count) => count + 1), [])];
}

/** Forgets every answer: somebody else may look next. */
export function forgetAsked(): void {
  heard.clear();
}
