import type { ReleaseView } from "../../src/http/release-view.ts";

/** Entries of a story, newest first. */
export type Told = ReleaseView["story"];

/**
 * What is known of a story after `more` was heard: newest first, each once, without a gap. Where entries are missing between the newest and older
 * ones, as after a long absence, the older ones are forgotten: they are asked for again.
 */
export function joinStory(known: Told, more: Told): Told {
  const all = new Map([...known, ...more].map((entry) => [entry.revision, entry]));
  const ordered = [...all.values()].sort((a, b) => b.revision - a.revision);
  const gap = ordered.findIndex((entry, at) => at > 0 && entry.revision !== (ordered[at - 1]?.revision ?? 0) - 1);
  const joined = gap === -1 ? ordered : ordered.slice(0, gap);
  return joined.length === known.length && joined.every((entry, at) => entry === known[at]) ? known : joined;
}
