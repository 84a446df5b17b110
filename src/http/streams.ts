import { UserError } from "../errors.ts";
import type { ReleaseFeed } from "./release-feed.ts";
import type { ReleasesFeed } from "./releases-feed.ts";
import { details } from "./details.ts";

/** How many event streams a server serves at once: to all, and to one person. */
export interface StreamLimits {
  readonly all: number;
  readonly perPerson: number;
}

/** The event streams that are open, and the feeds that they read. */
export class Streams {
  /** By release. */
  readonly releases = new Map<string, ReleaseFeed>();
  /** The list of releases; `null` while nobody reads it. */
  list: ReleasesFeed | null = null;
  readonly #limits: StreamLimits;
  readonly #byPerson = new Map<string, number>();
  #open = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Takes one stream for the person; the answer gives it back. Throws `too-many-streams`. */
  take(person: string): () => void {
    const theirs = this.#byPerson.get(person) ?? 0;
    if (this.#open >= this.#limits.all) throw new UserError("too-many-streams", details.streamsOfAll(this.#open));
    if (theirs >= this.#limits.perPerson) throw new UserError("too-many-streams", details.streamsOf(person, theirs));
    this.#open += 1;
    this.#byPerson.set(person, theirs + 1);
    return () => {
      this.#open -= 1;
      const left = (this.#byPerson.get(person) ?? 1) - 1;
      if (left === 0) this.#byPerson.delete(person);
      else this.#byPerson.set(person, left);
    };
  }
}
