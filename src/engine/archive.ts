import type { Store } from "../ports.ts";
import { recall } from "./replay.ts";
import type { Memory } from "./replay.ts";

/** As many ended releases are kept in mind: more than a page of a list. */
const keptAtMost = 200;

/** Releases that do not run in this process, as their rows and entries make them: each is read again only when there are more of these. */
export class Archive {
  readonly #store: Store;
  /** Least recently asked for first. */
  readonly #known = new Map<string, Memory>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** `null` when there is no such release. */
  async memory(id: string): Promise<Memory | null> {
    const standing = await this.#store.standing(id);
    const known = this.#known.get(id);
    this.#known.delete(id);
    if (!standing) return null;
    const isNews = known?.rows !== standing.rows || known.entries.length !== standing.revision;
    const stored = isNews ? await this.#store.load(id) : null;
    const memory = stored ? recall(stored) : known;
    if (!memory) return null;
    this.#known.set(id, memory);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= keptAtMost) break;
      this.#known.delete(oldest);
    }
    return memory;
  }
}
