import type { Chance } from "../../src/demo/chance.ts";
import type { Contact } from "./wiretap.ts";

/** What a kill waits for: an event on the stage, or only time. */
export type Occasion = Contact | "asked" | "notice" | "written" | "time";

/** When the server is killed, counted from when it was last started, and what comes then. */
export interface Moment {
  readonly occasion: Occasion;
  /** The how-manieth event it is, from 1. */
  readonly nth: number;
  readonly when: "before" | "after";
  /** From the event to the kill, ms; 0 is in the very event. */
  readonly lagMs: number;
  /** How long the server stays away, ms. */
  readonly awayMs: number;
  /** The next server is killed too, so long after its start, ms; `null`: it may live. */
  readonly againAfterMs: number | null;
  /** The next server's clock against the machine's, ms. */
  readonly clockAheadMs: number;
}

/** How a release is meant to go. */
export type Kind = "good" | "bad" | "paused" | "ordered" | "clock" | "lease";

/** By seed, over and over: half of the rounds are good ones, a third bad ones; in one of 25 the server stays away until the lease is over. */
const kinds: readonly Kind[] = [
  ...(["good", "bad", "paused", "good", "bad", "ordered", "good", "bad", "clock"] as const),
  ...(["good", "bad", "paused", "bad", "good", "clock", "bad", "good", "ordered"] as const),
  ...(["good", "bad", "lease", "good", "paused", "bad", "good"] as const),
];

const occasions: readonly Occasion[] = ["told", "read", "seen", "tried", "asked", "notice", "written", "time"];
const hourMs = 3_600_000;

/** What a seed stands for. */
export interface Fate {
  readonly kind: Kind;
  readonly moments: readonly Moment[];
  readonly keepPrevious: "0" | "60m";
}

/** The fate of `seed`: `chance` is the stream that belongs to it. */
export function fateOf(seed: number, chance: Chance): Fate {
  const kind = kinds[seed % kinds.length] ?? "good";
  const count = kind === "lease" ? 1 : 2 + Math.floor(chance() * 3);
  const keepPrevious = chance() < 0.5 ? "0" : "60m";
  return { kind, keepPrevious, moments: Array.from({ length: count }, () => momentOf(kind, chance)) };
}

function momentOf(kind: Kind, chance: Chance): Moment {
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(chance() * from.length)] ?? from[0];
  const occasion = occasions[Math.floor(chance() * occasions.length)] ?? "time";
  return {
    occasion,
    nth: 1 + Math.floor(chance() * (occasion === "seen" || occasion === "written" ? 12 : 4)),
    when: pick(["before", "after"]),
    lagMs: occasion === "time" ? Math.round(chance() * 1_200) : pick([0, 0, Math.round(chance() * 5), Math.round(chance() * 40)]),
    awayMs: pick([0, 0, Math.round(chance() * 300)]),
    againAfterMs: chance() < 0.2 ? Math.round(chance() * 700) : null,
    clockAheadMs: kind === "clock" ? pick([-3, -1, 1, 3]) * hourMs : 0,
  };
}
