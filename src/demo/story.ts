import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import type { Trouble, When } from "./troubles.ts";
import { fairWeather } from "./weather.ts";
import type { Weather } from "./weather.ts";

/** What the demo has seen of one release while it goes on: what people bring to the shop, and what the checks at its end ask about. */
export interface Story {
  /** Takes in one look at the release. */
  look(view: ReleaseView): void;
  weather(): Weather;
  setIncident(ratio: number): void;
  isPast(when: When): boolean;
  /** The plan's minutes since `atMs` (as `performance.now()` counts). */
  minutesSince(atMs: number): number;
  /** The plan's minutes that the release has held for this reason now; 0 when it does not. */
  heldMinutes(why: string): number;
  /** A trouble begins now; `journal` is what stands in it until now. */
  noteBegin(journal: readonly ChainedEntry[]): void;
  noteEnd(trouble: Trouble): void;
  noteLeaseOver(): void;
  /** True while a trouble of this phase has not ended yet. */
  isTroubled(phase: number): boolean;
  readonly seen: Sightings;
}

/** What was seen at some time. */
export interface Sightings {
  /** Kinds of countdowns that were shown: "countdown", "investigation". */
  readonly countdowns: ReadonlySet<string>;
  /** Epoch ms at which the first trouble began; `null`: none did. */
  readonly troubledMs: number | null;
  /** Epoch ms at which the edge's lease was seen to be over; `null`: never. */
  readonly leaseOverMs: number | null;
  /** The journal as it was just before the latest trouble began; empty when none did. */
  readonly journalBefore: readonly ChainedEntry[];
}

/** A story at its beginning; `speed`: the plan's minutes run so much faster than real ones. */
export function beginStory(troubles: readonly Trouble[], speed: number): Story {
  let phase: { readonly index: number; readonly sinceMs: number } | null = null;
  let held: { readonly why: string; readonly sinceMs: number } | null = null;
  let incident = 0;
  const left = new Set(troubles);
  const countdowns = new Set<string>();
  const seen: { -readonly [Key in keyof Sightings]: Sightings[Key] } = {
    countdowns,
    troubledMs: null,
    leaseOverMs: null,
    journalBefore: [],
  };
  const minutesSince = (atMs: number): number => ((performance.now() - atMs) * speed) / 60_000;
  return {
    look(view) {
      const index = view.phases.findIndex(({ state }) => state === "now");
      if (index >= 0 && index !== phase?.index) phase = { index, sinceMs: performance.now() };
      const why = view.status.kind === "holding" ? view.status.why.kind : null;
      if (why !== held?.why) held = why === null ? null : { why, sinceMs: performance.now() };
      if (view.countdown !== null) countdowns.add(view.countdown.kind);
    },
    weather: () => (phase === null ? { ...fairWeather, incident } : { phase: phase.index, minute: minutesSince(phase.sinceMs), incident }),
    setIncident(ratio) {
      incident = ratio;
    },
    isPast: (when) =>
      phase !== null && (phase.index > when.phase || (phase.index === when.phase && minutesSince(phase.sinceMs) >= when.minute)),
    minutesSince,
    heldMinutes: (why) => (held?.why === why ? minutesSince(held.sinceMs) : 0),
    noteBegin(journal) {
      seen.troubledMs ??= Date.now();
      seen.journalBefore = journal;
    },
    noteEnd: (trouble) => void left.delete(trouble),
    noteLeaseOver() {
      seen.leaseOverMs ??= Date.now();
    },
    isTroubled: (index) => [...left].some(({ from }) => from.phase === index),
    seen,
  };
}
