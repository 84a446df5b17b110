import type { Clock, NewRelease, Place, Store, StoryPage } from "../ports.ts";
import { inTurns } from "./others-turn.ts";
import { beginning, storySince } from "./story.ts";

/** What a story is made into, part by part. */
export interface Fold<Value> {
  begin(head: NewRelease, what: string): Value;
  /** The value with one more part of the story; others may have their turn between two slices. */
  add(before: Value, page: StoryPage): Generator<undefined, Value>;
}

/** How much is kept in mind. */
export interface KeptFolds {
  readonly atMost: number;
  /** A value younger than this is answered as it is, ms: however many people look, the story is read once. */
  readonly freshMs: number;
}

interface Folded<Value> {
  readonly value: Value;
  readonly place: Place;
}

interface Kept<Value> {
  readonly folded: Promise<Folded<Value> | null>;
  readonly atMs: number;
}

/** What stories were made into: each row is read once as long as a value is kept in mind, and no tick waits for that. */
export class Folds<Value> {
  readonly #store: Pick<Store, "head" | "since">;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #fold: Fold<Value>;
  readonly #keeps: KeptFolds;
  /** By release and what of it, least recently asked for first. */
  readonly #kept = new Map<string, Kept<Value>>();

  constructor(
    { store, clock }: { readonly store: Pick<Store, "head" | "since">; readonly clock: Pick<Clock, "monotonicMs"> },
    fold: Fold<Value>,
    keeps: KeptFolds,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#fold = fold;
    this.#keeps = keeps;
  }

  /** What the release's story makes of `what`; `null` when there is no such release. Throws what `begin` throws. */
  async of(release: string, what: string): Promise<Value | null> {
    const key = `${release}\n${what}`;
    const known = this.#kept.get(key);
    const nowMs = this.#clock.monotonicMs();
    const isFresh = known !== undefined && nowMs - known.atMs < this.#keeps.freshMs;
    const kept = isFresh ? known : { atMs: nowMs, folded: this.#read(release, what, known) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#keeps.atMost) break;
      this.#kept.delete(oldest);
    }
    try {
      return (await kept.folded)?.value ?? null;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  async #read(release: string, what: string, known: Kept<Value> | undefined): Promise<Folded<Value> | null> {
    const before = (await known?.folded.catch(() => null)) ?? (await this.#begin(release, what));
    if (before === null) return null;
    let { value, place } = before;
    for await (const page of storySince(this.#store, release, place)) {
      value = await inTurns(this.#fold.add(value, page), this.#clock);
      place = { revision: place.revision + page.entries.length, rows: place.rows + page.rows.length };
    }
    return { value, place };
  }

  async #begin(release: string, what: string): Promise<Folded<Value> | null> {
    const head = await this.#store.head(release);
    return head === null ? null : { value: this.#fold.begin(head, what), place: beginning };
  }
}
