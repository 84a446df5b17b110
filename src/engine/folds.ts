import type { NewRelease, Place, StoryPage } from "../ports.ts";
import { beginning, foldStory } from "./story.ts";
import type { Library } from "./story.ts";

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
  readonly #library: Library;
  readonly #fold: Fold<Value>;
  readonly #keeps: KeptFolds;
  /** By release and what of it, least recently asked for first. */
  readonly #kept = new Map<string, Kept<Value>>();

  constructor(library: Library, fold: Fold<Value>, keeps: KeptFolds) {
    this.#library = library;
    this.#fold = fold;
    this.#keeps = keeps;
  }

  /** What the release's story makes of `what`; `null` when there is no such release. Throws what `begin` throws. */
  async of(release: string, what: string): Promise<Value | null> {
    const key = `${release}\n${what}`;
    const known = this.#kept.get(key);
    const nowMs = this.#library.clock.monotonicMs();
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
    const fold = this.#fold;
    return foldStory(this.#library, { id: release, after: before.place, before }, function* ({ value, place }, page) {
      return {
        value: yield* fold.add(value, page),
        place: { revision: place.revision + page.entries.length, rows: place.rows + page.rows.length },
      };
    });
  }

  async #begin(release: string, what: string): Promise<Folded<Value> | null> {
    const head = await this.#library.store.head(release);
    return head === null ? null : { value: this.#fold.begin(head, what), place: beginning };
  }
}
