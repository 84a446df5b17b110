import type { Arm, Person } from "./cohort.ts";
import { assignedArm } from "./cohort.ts";
import { DueQueue } from "./due-queue.ts";
import { PageTurns, brokenArms, rememberBroken } from "./page-turns.ts";
import type { Followed, PageOutcome } from "./page-turns.ts";
import { PeopleTable, clear, isSet, set } from "./people-table.ts";
import type { Slot } from "./people-table.ts";

/** What is counted of distinct people; the meters keep the numbers. */
export interface PeopleEvents {
  drawn(arm: Arm): void;
  /** A person's first server error on this arm, of this service. */
  harmed(arm: Arm, service: string): void;
  turnOver(arm: Arm, outcome: "affected" | "unaffected"): void;
  pageTurnOver(arm: Arm, outcome: PageOutcome): void;
  goalOver(goal: string, arm: Arm, outcome: "reached" | "missed"): void;
}

/** A goal as the table follows it; at most 16 a release. */
export interface FollowedGoal {
  readonly name: string;
  readonly withinMs: number;
}

export interface PeopleOptions {
  readonly events: PeopleEvents;
  readonly goals: readonly FollowedGoal[];
  /** At most so many people are remembered; who comes later is served and drawn as everybody, but not followed. */
  readonly limit: number;
  /** Length of a turn, ms. */
  readonly turnMs: number;
  /** People who were not seen for this long are forgotten, ms; never less than the longest goal. */
  readonly idleMs: number;
}

/** A request of a person that is over. */
export interface AnsweredRequest {
  readonly arm: Arm;
  readonly service: string;
  readonly isServerError: boolean;
  readonly nowMs: number;
}

/** The number of goals that can be followed in one release. */
export const mostGoals = 16;

const harmedOn = { canary: 1, stable: 2 } as const;
const turnOn = { canary: 4, stable: 8 } as const;
const turnIsBad = 16;
const drawnOn = { canary: 32, stable: 64 } as const;
const firstGoal = 256;

/**
 * The distinct people of one release.
 *
 * A *turn* is the unit of "affected people": a person who has met no server error on this arm yet is watched for `turnMs` from a request on,
 * and counts once at the end, affected or not; who was affected is never watched again. So every turn has one outcome, both are counted at
 * the same age, a person is affected at most once per arm, and the number of affected never exceeds the number counted.
 *
 * A *goal* is followed from the moment a person is counted, and counts `withinMs` later, reached or missed, never earlier; people whose arm
 * has changed by then, by a larger share or a rollback, count for neither.
 */
export class People {
  readonly #options: PeopleOptions;
  readonly #table: PeopleTable;
  readonly #turns = new DueQueue();
  readonly #pages: PageTurns;
  readonly #goals: readonly { readonly goal: FollowedGoal; readonly due: DueQueue; readonly bit: number }[];
  #line = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#table = new PeopleTable(options.limit);
    this.#pages = new PageTurns({
      turnMs: options.turnMs,
      turnOver: (arm, outcome) => options.events.pageTurnOver(arm, outcome),
      find: (high, low) => this.#table.find(high, low),
    });
    this.#goals = options.goals.slice(0, mostGoals).map((goal, index) => ({ goal, due: new DueQueue(), bit: firstGoal << index }));
  }

  /** How many people are remembered. */
  get size(): number {
    return this.#table.size;
  }

  /** How many people in a row got a page of `arm` of which nothing was heard. */
  silentInARow(arm: Arm): number {
    return this.#pages.silentInARow(arm);
  }

  /** The share's line from now on: whose arm it changes is not followed to their goals. */
  moveLine(line: number): void {
    this.#line = line;
  }

  /** Counts a drawn person once, on the arm of their bucket; the same person again is nothing. */
  count(person: Person, nowMs: number): void {
    const known = this.#find(person, nowMs);
    if (known !== null && isSet(known, drawnOn.canary | drawnOn.stable)) return;
    const slot = known ?? this.#enter(person, nowMs);
    const arm = assignedArm(person.bucket, this.#line);
    this.#options.events.drawn(arm);
    if (slot === null) return;
    set(slot, drawnOn[arm]);
    for (const { goal, due } of this.#goals) due.add(idOf(person), nowMs + goal.withinMs);
  }

  /** A request of `person` is over. Answers true when it was the person's first server error on this arm. */
  answered(person: Person, request: AnsweredRequest): boolean {
    const { arm, service, isServerError, nowMs } = request;
    const slot = this.#find(person, nowMs) ?? this.#enter(person, nowMs);
    if (slot === null || isSet(slot, harmedOn[arm])) return false;
    const otherArm = arm === "canary" ? "stable" : "canary";
    if (!isSet(slot, turnOn[arm])) {
      const isOpen = isSet(slot, turnOn[otherArm]);
      clear(slot, turnOn[otherArm] | turnIsBad);
      set(slot, turnOn[arm]);
      if (!isOpen) this.#turns.add(idOf(person), nowMs + this.#options.turnMs);
    }
    if (!isServerError) return false;
    set(slot, harmedOn[arm] | turnIsBad);
    this.#options.events.harmed(arm, service);
    return true;
  }

  /** A page of `arm` was sent to `person`. Answers on which arms their pages have reported an error, for the cookie to remember. */
  pageLoaded(person: Person, arm: Arm, nowMs: number): Person["brokenOn"] {
    const followed = this.#follow(person, nowMs);
    if (followed === null) return person.brokenOn;
    this.#pages.loaded(followed, arm, nowMs);
    return brokenArms(followed.slot);
  }

  /** A page of `arm` was heard of, with or without an error. Answers true when it was the person's first error on this arm. */
  pageHeard(person: Person, report: { readonly arm: Arm; readonly isError: boolean; readonly nowMs: number }): boolean {
    const followed = this.#follow(person, report.nowMs);
    return followed !== null && this.#pages.heard(followed, report.arm, report);
  }

  /** Takes the measures of one page view of `person`; false when none is left to be measured, or the person is not followed. */
  pageMeasured(person: Person, nowMs: number): boolean {
    const followed = this.#follow(person, nowMs);
    return followed !== null && this.#pages.measure(followed);
  }

  /** `person` has reached the goal with this index. */
  reached(person: Person, goal: number, nowMs: number): void {
    const slot = this.#find(person, nowMs);
    if (slot !== null && goal < mostGoals) set(slot, firstGoal << goal);
  }

  /** Settles every turn and goal that is due at `nowMs`. */
  settle(nowMs: number): void {
    this.#turns.take(nowMs, (high, low) => this.#settleTurn(high, low));
    this.#pages.settle(nowMs);
    for (const { goal, due, bit } of this.#goals) {
      due.take(nowMs, (high, low) => {
        const slot = this.#table.find(high, low);
        if (slot === null) return;
        const arm = isSet(slot, drawnOn.canary) ? "canary" : "stable";
        if (assignedArm(slot.shard.bucket[slot.at] ?? 0, this.#line) !== arm) return;
        this.#options.events.goalOver(goal.name, arm, isSet(slot, bit) ? "reached" : "missed");
      });
    }
  }

  /** Forgets idle people, a part of the table at each call. */
  sweep(nowMs: number): void {
    const longestMs = Math.max(this.#options.turnMs, ...this.#options.goals.map((goal) => goal.withinMs)) + 60_000;
    this.#table.sweep(Math.floor((nowMs - Math.max(this.#options.idleMs, longestMs)) / 1000));
  }

  #settleTurn(high: number, low: number): void {
    const slot = this.#table.find(high, low);
    if (slot === null) return;
    const arm = isSet(slot, turnOn.canary) ? "canary" : "stable";
    const outcome = isSet(slot, turnIsBad) ? "affected" : "unaffected";
    clear(slot, turnOn.canary | turnOn.stable | turnIsBad);
    this.#options.events.turnOver(arm, outcome);
  }

  #find(person: Person, nowMs: number): Slot | null {
    const { high, low } = idOf(person);
    const slot = this.#table.find(high, low);
    if (slot !== null) slot.shard.seenSeconds[slot.at] = Math.floor(nowMs / 1000);
    return slot;
  }

  /** `null`: the table is full. The cookie may come from another edge, and know more than the table. */
  #follow(person: Person, nowMs: number): Followed | null {
    const slot = this.#find(person, nowMs) ?? this.#enter(person, nowMs);
    if (slot === null) return null;
    rememberBroken(slot, person);
    return { ...idOf(person), slot };
  }

  /** A person who is not in the table: new, forgotten, or known to another edge; the cookie remembers what must not be counted twice. */
  #enter(person: Person, nowMs: number): Slot | null {
    const { high, low } = idOf(person);
    const slot = this.#table.enter(high, low, Math.floor(nowMs / 1000));
    if (slot === null) return null;
    slot.shard.bucket[slot.at] = person.bucket;
    if (person.harmedOn.canary) set(slot, harmedOn.canary);
    if (person.harmedOn.stable) set(slot, harmedOn.stable);
    return slot;
  }
}

function idOf(person: Person): { readonly high: number; readonly low: number } {
  return { high: Number.parseInt(person.id.slice(0, 8), 16), low: Number.parseInt(person.id.slice(8), 16) };
}
