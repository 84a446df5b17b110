import type { Verdict } from "../../evidence/verdict.ts";
import { apply, newborn } from "../apply.ts";
import type { Entry } from "../decision.ts";
import { newsOf } from "../notices.ts";
import type { Release } from "../release.ts";
import type { Status } from "../status.ts";

/** What a release is told from: its head and its journal, which may be longer than what is told. */
export interface Told {
  readonly head: Parameters<typeof newborn>[0];
  readonly entries: readonly Entry[];
}

/** What the journal last noted of a check; `moreMs`: the time that a decision still took. */
export interface Noted {
  readonly verdict: Verdict;
  readonly moreMs?: number | null;
}

/** A journal up to one of its entries, as notices need it. */
export interface ToldStory {
  readonly revision: number;
  readonly release: Release;
  /** By check. */
  readonly noted: ReadonlyMap<string, Noted>;
  /** The phase that the release is in, or was in last; `null` before the first. */
  readonly phase: number | null;
  /** Revisions of the first entry that was news and of the last one before this; `null`: none was. */
  readonly news: { readonly first: number | null; readonly previous: number | null; readonly last: number | null };
}

interface Known {
  readonly story: ToldStory;
  /** The last entry that is in it: only the same journal is gone on with. */
  readonly last: Entry | undefined;
}

/** As many places in one journal are remembered: its receivers are told at different paces. */
const knownAtMost = 4;
/** Entries are never changed, so a journal is gone through once, however many notices are told of it. */
const memo = new WeakMap<Told["head"], readonly Known[]>();

/** The journal up to and with entry `revision` (from 1). Throws when there is no such entry. */
export function storyUpTo({ head, entries }: Told, revision: number): ToldStory {
  if (entries[revision - 1] === undefined) throw new Error(`the journal of ${head.id} has no entry ${revision}`);
  const known = (memo.get(head) ?? []).filter(({ story, last }) => entries[story.revision - 1] === last);
  const nearest = known
    .filter(({ story }) => story.revision <= revision)
    .reduce<Known | null>((best, one) => (best === null || one.story.revision >= best.story.revision ? one : best), null);
  const before = nearest?.story ?? beforeStory(head);
  const story = goOn(before, entries.slice(before.revision, revision));
  const others = known.filter((one) => one !== nearest && one.story.revision !== revision);
  memo.set(head, [...others, { story, last: entries[revision - 1] }].slice(-knownAtMost));
  return story;
}

function beforeStory(head: Told["head"]): ToldStory {
  return { revision: 0, release: newborn(head), noted: new Map(), phase: null, news: { first: null, previous: null, last: null } };
}

function goOn(before: ToldStory, entries: readonly Entry[]): ToldStory {
  let { release, phase, news } = before;
  const noted = new Map(before.noted);
  for (const entry of entries) {
    release = apply(release, entry);
    phase = phaseOf(entry.decision.status) ?? phase;
    const isNews = newsOf(entry.decision).length > 0;
    news = { first: news.first ?? (isNews ? entry.revision : null), previous: news.last, last: isNews ? entry.revision : news.last };
    for (const fact of entry.decision.facts) {
      if (fact.kind === "verdict") noted.set(fact.check, { verdict: fact.verdict, moreMs: fact.moreMs });
      if (fact.kind === "breach" || fact.kind === "cancelled") noted.set(fact.check, { verdict: fact.verdict });
    }
  }
  return { revision: before.revision + entries.length, release, noted, phase, news };
}

/** The phase that a status stands in; `null`: in none. */
export function phaseOf(status: Status): number | null {
  return "phase" in status ? status.phase : null;
}
