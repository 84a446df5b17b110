import type { newborn } from "../apply.ts";
import type { ChainedEntry } from "../chain.ts";
import type { Entry } from "../decision.ts";
import type { Row } from "../row.ts";
import type { EvidenceRow } from "./follow-check.ts";

/** A part of a release's story, oldest first. */
interface Part {
  readonly entries: readonly ChainedEntry[];
  readonly rows: readonly Row[];
}

/** What the evidence of one quantity rests on, oldest first: the rows that read it or led to a decision, without what else they hold. */
export interface Tape {
  readonly head: Parameters<typeof newborn>[0];
  readonly quantity: string;
  readonly steps: readonly { readonly row: EvidenceRow; readonly entry: Entry | null }[];
}

/** What was read of some quantities. */
export interface Readings {
  readonly tapes: readonly Tape[];
  /** The most people that the router had drawn to the canary; `null`: it counts none. */
  readonly mostPeople: number | null;
}

/** Before anything was read. */
export function beginReadings(head: Tape["head"], quantities: readonly string[]): Readings {
  return { tapes: quantities.map((quantity) => beginTape(head, quantity)), mostPeople: null };
}

/** The readings with one more part of the story; a slice is a quantity. */
export function* addToReadings(before: Readings, part: Part): Generator<undefined, Readings> {
  const tapes: Tape[] = [];
  for (const tape of before.tapes) {
    tapes.push(addToTape(tape, part));
    yield;
  }
  const drawn = part.rows.flatMap(({ observation: { traffic } }) => (traffic.kind === "seen" ? (traffic.value.drawn?.canary ?? []) : []));
  const mostPeople = drawn.reduce<number | null>((most, people) => Math.max(most ?? 0, people), before.mostPeople);
  return { tapes, mostPeople };
}

/** The tape of one quantity before anything was read. */
export function beginTape(head: Tape["head"], quantity: string): Tape {
  return { head, quantity, steps: [] };
}

/** The tape with one more part of the story. */
export function addToTape(before: Tape, { entries, rows }: Part): Tape {
  const { quantity } = before;
  const byRow = new Map(entries.map(({ entry }) => [entry.row, entry]));
  const steps = rows.flatMap(({ number, observation }) => {
    const entry = byRow.get(number) ?? null;
    const { nowMs, draws, observedMs, traffic } = observation;
    const reading = observation.readings[quantity];
    if (reading === undefined && entry === null && draws === null) return [];
    const readings = reading === undefined ? {} : { [quantity]: reading };
    return [{ row: { number, observation: { nowMs, draws, observedMs, traffic, readings } }, entry }];
  });
  return { ...before, steps: [...before.steps, ...steps] };
}
