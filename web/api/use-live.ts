import { useSyncExternalStore } from "react";
import type { ReleasesEvent, ShowReleaseAnswer } from "../../src/http/contract.ts";
import type { Language } from "../words/language.ts";
import { addressOf, call } from "./call.ts";
import { localNowMs } from "../app/clock.ts";
import { createLive } from "./live.ts";
import type { Live, LiveState } from "./live.ts";

/** One release as it is followed, in a language. */
export function liveRelease(id: string, language: Language): Live<ShowReleaseAnswer> {
  const values = { id };
  const query = { language };
  return createLive({
    stream: addressOf("events", { values, query }),
    event: "view",
    ask: (signal) => call("showRelease", { values, query, signal }),
    isOlder: (view, than) => view.revision < than.revision,
  });
}

/** The newest releases, and what is frozen, as they are followed. */
export function liveReleases(language: Language): Live<ReleasesEvent> {
  const query = { language };
  return createLive({
    stream: addressOf("releasesEvents", { query }),
    event: "releases",
    ask: async (signal) => {
      const [releases, freezes] = await Promise.all([call("listReleases", { query, signal }), call("listFreezes", { signal })]);
      return { ...releases, ...freezes, nowMs: localNowMs() };
    },
  });
}

/** The state of a followed value, drawn anew when it changes. */
export function useLive<Value>(live: Live<Value>): LiveState<Value> {
  return useSyncExternalStore(live.subscribe, live.state);
}
