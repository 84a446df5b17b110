import { useCallback, useEffect, useMemo, useState } from "react";
import type { CalendarAnswer } from "../../src/http/contract/calendar.ts";
import type { ListFreezesAnswer, ProblemAnswer, ReleasesEvent } from "../../src/http/contract.ts";
import { call } from "../api/call.ts";
import { keepSame } from "../api/keep-same.ts";
import type { LiveState } from "../api/live.ts";
import { problemOf } from "../api/problem.ts";
import { liveReleases, useLive } from "../api/use-live.ts";
import { every, localNowMs } from "../app/clock.ts";
import type { Language } from "../words/language.ts";

/** What is shown: some days of a plan's calendar. `null`: this week, the plan that was released last. */
export interface CalendarAsked {
  readonly from: string | null;
  readonly plan: string | null;
  readonly language: Language;
}

/** A calendar as it is followed. */
export interface FollowedCalendar {
  /** The last answer, of these days or of those that were shown before; `null`: nothing yet. */
  readonly answer: CalendarAnswer | null;
  /** This machine's time when it was heard. */
  readonly heardMs: number;
  readonly freezes: ListFreezesAnswer["freezes"];
  readonly problem: ProblemAnswer | null;
  readonly link: LiveState<unknown>;
  readonly refresh: () => void;
}

/** What stands still is asked for again this often, ms: the foreseen ends move with the time. */
const againMs = 60_000;

/** Follows a calendar: it is asked for again whenever a release or a freeze has changed, and once a minute. */
export function useCalendar({ from, plan, language }: CalendarAsked): FollowedCalendar {
  const live = useMemo(() => liveReleases(language), [language]);
  const state = useLive(live);
  const [heard, setHeard] = useState<{ readonly answer: CalendarAnswer | null; readonly heardMs: number }>({ answer: null, heardMs: 0 });
  const [problem, setProblem] = useState<ProblemAnswer | null>(null);
  const [times, setTimes] = useState(0);
  const refresh = useCallback(() => setTimes((before) => before + 1), []);
  useEffect(() => every(againMs, refresh), [refresh]);
  const news = newsOf(state.value);
  useEffect(() => {
    const leaving = new AbortController();
    const query = { from: from ?? undefined, plan: plan ?? undefined, language };
    call("calendar", { query, signal: leaving.signal }).then(
      (answer) => {
        setProblem(null);
        setHeard((before) => ({ answer: keepSame(before.answer, answer), heardMs: localNowMs() }));
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => leaving.abort();
  }, [from, plan, language, news, times]);
  return { ...heard, freezes: state.value?.freezes ?? [], problem: problem ?? state.problem, link: state, refresh };
}

/** What changes when the calendar may: not the seconds that a release was observed. */
function newsOf(value: ReleasesEvent | null): string {
  if (value === null) return "";
  return JSON.stringify([value.releases.map(({ id, status, sinceMs }) => [id, status, sinceMs]), value.freezes]);
}
