import type { Clock, Store } from "../ports.ts";
import { emptyMemory } from "./replay.ts";
import type { Memory } from "./replay.ts";
import { recallOn } from "./recall.ts";

/** As many ended releases are kept in mind: more than a page of a list. */
const releasesAtMost = 200;
/** As many entries and checks of them all, so that two hundred long releases do not fill the memory. The one that was asked for last is kept at any length. */
const weightAtMost = 40_000;

/** Releases that do not run in this process, as their rows and entries make them: only what is new is read. */
export class Archive {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Least recently asked for first. */
  readonly #known = new Map<string, Memory>();
  /** Those that are being read: however many ask, each is read once. */
  readonly #reading = new Map<string, Promise<Memory | null>>();

  constructor({ store, clock }: { readonly store: Store; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** How many are kept in mind. */
  get size(): number {
    return this.#known.size;
  }

  /** `null` when there is no such release. */
  async memory(id: string): Promise<Memory | null> {
    const reading = this.#reading.get(id) ?? this.#read(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  /** Keeps a release in mind that ran until now. */
  keep(memory: Memory): void {
    const { id } = memory.head;
    this.#known.delete(id);
    this.#known.set(id, memory);
    let weight = [...this.#known.values()].reduce((sum, known) => sum + weightOf(known), 0);
    for (const [oldest, known] of this.#known) {
      if (oldest === id || (this.#known.size <= releasesAtMost && weight <= weightAtMost)) break;
      this.#known.delete(oldest);
      weight -= weightOf(known);
    }
  }

  async #read(id: string): Promise<Memory | null> {
    const standing = await this.#store.standing(id);
    if (!standing) return null;
    const known = this.#known.get(id);
    const isNews = known?.rows !== standing.rows || known.release.revision !== standing.revision;
    const head = known?.head ?? (await this.#store.head(id));
    if (!head) return null;
    const memory = known && !isNews ? known : await recallOn({ store: this.#store, clock: this.#clock }, known ?? emptyMemory(head));
    this.keep(memory);
    return memory;
  }
}

function weightOf({ entries, book }: Memory): number {
  return entries.length + book.checks.length;
}
