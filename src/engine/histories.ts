import { addToHistory, beginHistory } from "../core/history/history.ts";
import type { History } from "../core/history/history.ts";
import type { Clock, Store, StoredRelease } from "../ports.ts";
import { othersTurn } from "./others-turn.ts";

/** As many histories are kept in mind: a history that only grew is not read again from its beginning. */
const keptAtMost = 32;
/** So many rows are gone through before others get their turn. */
const rowsAtOnce = 100;
/** A history younger than this is answered as it is, ms: however many people look, it is read once. */
const freshMs = 1_000;

interface Kept {
  readonly history: Promise<History | null>;
  readonly atMs: number;
}

/** Histories of checks, read from the stored rows: each row once, and never so many at a time that a tick waits for them. */
export class Histories {
  readonly #store: Pick<Store, "load" | "standing">;
  readonly #clock: Clock;
  /** By release and check, least recently asked for first. */
  readonly #kept = new Map<string, Kept>();

  constructor({ store, clock }: { readonly store: Pick<Store, "load" | "standing">; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The history of a release's check, a second old at most; `null` when there is no such release. Throws when its plan has no such check. */
  async of(release: string, check: string): Promise<History | null> {
    const key = `${release}\n${check}`;
    const known = this.#kept.get(key);
    const nowMs = this.#clock.monotonicMs();
    const kept = known !== undefined && nowMs - known.atMs < freshMs ? known : { atMs: nowMs, history: this.#read(release, check, known) };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptAtMost) break;
      this.#kept.delete(oldest);
    }
    try {
      return await kept.history;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
  }

  async #read(release: string, check: string, known: Kept | undefined): Promise<History | null> {
    const before = (await known?.history.catch(() => null)) ?? null;
    if (before !== null && (await this.#store.standing(release))?.rows === before.rows) return before;
    const stored = await this.#store.load(release);
    return stored === null ? null : grown(before ?? beginHistory(stored.head, check), stored);
  }
}

async function grown(before: History, { entries, rows }: StoredRelease): Promise<History> {
  const byRow = new Map(entries.map(({ entry }) => [entry.row, entry]));
  let history = before;
  for (const [index, row] of rows.slice(before.rows).entries()) {
    if (index % rowsAtOnce === rowsAtOnce - 1) await othersTurn();
    history = addToHistory(history, row, byRow.get(row.number) ?? null);
  }
  return history;
}
