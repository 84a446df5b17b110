import type { Arm, Person } from "./cohort.ts";
import { DueQueue } from "./due-queue.ts";
import { clear, isSet, set } from "./people-table.ts";
import type { Slot } from "./people-table.ts";

/** How a turn ended: a browser error was reported, the page was heard of and all was well, or nothing was heard of the page at all. */
export type PageOutcome = "affected" | "unaffected" | "silent";

export interface PageTurnsOptions {
  /** Length of a turn, ms. */
  readonly turnMs: number;
  readonly turnOver: (arm: Arm, outcome: PageOutcome) => void;
  /** Finds who is in the table. */
  readonly find: (high: number, low: number) => Slot | null;
}

/** A person as the table knows them. */
export interface Followed {
  readonly high: number;
  readonly low: number;
  readonly slot: Slot;
}

const watchedOn = { canary: 1 << 24, stable: 1 << 25 } as const;
const isBad = 1 << 26;
const isHeard = 1 << 27;
const brokenOn = { canary: 1 << 28, stable: 1 << 29 } as const;
const oneUnmeasured = 30;
const mostUnmeasured = 3;

/**
 * The people who got a page, and what was reported of it. Who got the page is who is counted, not who sent a report: a page that is too broken to
 * report is `silent`.
 *
 * As with server errors, a person whose pages have reported nothing on this arm yet is watched for `turnMs` from a page load on and counts once
 * at the end; who was affected is never watched again on this arm. An error that is reported when no turn is open counts at once, as a turn of
 * its own. A page of the other arm ends a turn early, as it stands then.
 */
export class PageTurns {
  readonly #options: PageTurnsOptions;
  readonly #due: Readonly<Record<Arm, DueQueue>> = { canary: new DueQueue(), stable: new DueQueue() };
  readonly #silentInARow: Record<Arm, number> = { canary: 0, stable: 0 };

  constructor(options: PageTurnsOptions) {
    this.#options = options;
  }

  /** Turns of this arm that ended in silence since any page of it was last heard of: many in a row are pages that cannot speak. */
  silentInARow(arm: Arm): number {
    return this.#silentInARow[arm];
  }

  /** A page of `arm` was sent to a person. */
  loaded({ slot, high, low }: Followed, arm: Arm, nowMs: number): void {
    const unmeasured = slot.shard.flags[slot.at] ?? 0;
    if (unmeasured >>> oneUnmeasured < mostUnmeasured) slot.shard.flags[slot.at] = unmeasured + 2 ** oneUnmeasured;
    const other: Arm = arm === "canary" ? "stable" : "canary";
    if (isSet(slot, watchedOn[other])) this.#end(slot, other);
    if (isSet(slot, brokenOn[arm]) || isSet(slot, watchedOn[arm])) return;
    set(slot, watchedOn[arm]);
    this.#due[arm].add({ high, low }, nowMs + this.#options.turnMs);
  }

  /** A page of `arm` was heard of, with or without an error. Answers true when it was the person's first error on this arm. */
  heard({ slot }: Followed, arm: Arm, report: { readonly isError: boolean }): boolean {
    this.#silentInARow[arm] = 0;
    const isWatched = isSet(slot, watchedOn[arm]);
    if (isWatched) set(slot, isHeard);
    if (!report.isError || isSet(slot, brokenOn[arm])) return false;
    set(slot, brokenOn[arm]);
    if (isWatched) set(slot, isBad);
    else this.#options.turnOver(arm, "affected");
    return true;
  }

  /** Takes one measured page view; false when there are as many already as pages were sent. */
  measure({ slot }: Followed): boolean {
    const flags = slot.shard.flags[slot.at] ?? 0;
    if (flags >>> oneUnmeasured === 0) return false;
    slot.shard.flags[slot.at] = flags - 2 ** oneUnmeasured;
    return true;
  }

  /** Settles every turn that is due at `nowMs`. */
  settle(nowMs: number): void {
    for (const arm of ["canary", "stable"] as const) {
      this.#due[arm].take(nowMs, (high, low) => {
        const slot = this.#options.find(high, low);
        if (slot !== null && isSet(slot, watchedOn[arm])) this.#end(slot, arm);
      });
    }
  }

  #end(slot: Slot, arm: Arm): void {
    const outcome = isSet(slot, isBad) ? "affected" : isSet(slot, isHeard) ? "unaffected" : "silent";
    clear(slot, watchedOn[arm] | isBad | isHeard);
    if (outcome === "silent") this.#silentInARow[arm] += 1;
    this.#options.turnOver(arm, outcome);
  }
}

/** The arms whose pages have reported an error of the person in this slot. */
export function brokenArms(slot: Slot): Person["brokenOn"] {
  return { canary: isSet(slot, brokenOn.canary), stable: isSet(slot, brokenOn.stable) };
}

/** Brings what the cookie of a person remembers into the table. */
export function rememberBroken(slot: Slot, person: Person): void {
  for (const arm of ["canary", "stable"] as const) if (person.brokenOn[arm]) set(slot, brokenOn[arm]);
}
