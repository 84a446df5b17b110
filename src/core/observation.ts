import type { Increment } from "../evidence/test-spec.ts";
import type { Request } from "./requests.ts";

export type { Finding } from "../evidence/verdict.ts";

/**
 * Everything one tick saw, and all that `decide` may look at beside the release and its evidence. It is stored as one compact readings row
 * whenever it carries readings or led to a decision, so that replaying the rows reproduces every decision.
 */
export interface Observation {
  readonly nowMs: number;
  readonly traffic: Seen<SeenTraffic>;
  readonly workloads: Seen<SeenWorkloads>;
  /** What arrived since the last tick, by quantity (`quantity.ts`). */
  readonly readings: Readonly<Record<string, ReadingSeen>>;
  /** New draws since the last row, by arm, at `sharePct`. */
  readonly draws: { readonly canary: number; readonly stable: number; readonly sharePct: number } | null;
  /** Time since the last row during which the wanted share was seen and every metric was readable. */
  readonly observedMs: number;
  readonly requests: readonly Request[];
  /** Environments that are frozen now. */
  readonly frozen: readonly string[];
  /** Since when the youngest freeze of each of them holds, epoch ms; absent in rows of earlier versions. */
  readonly frozenSinceMs?: Readonly<Record<string, number>>;
  /** True when another release asks for these services, so that what this one keeps for later must go. */
  readonly superseded: boolean;
  /** Checks before traffic that have answered (`preparing` only). */
  readonly checks: readonly PreparingCheck[];
}

/** The outside world answered, or not; `why` is for people. */
export type Seen<T> = { readonly kind: "seen"; readonly value: T } | { readonly kind: "unseen"; readonly why: string };

/** A quantity's reading, already differenced against the cursor. */
export type ReadingSeen =
  | { readonly kind: "increment"; readonly increment: Increment }
  | { readonly kind: "no-data" }
  | { readonly kind: "unavailable"; readonly why: string };

/** What the router says that it does now. */
export interface SeenTraffic {
  /** `null`: it knows no release. */
  readonly release: string | null;
  readonly sharePct: number;
  readonly audience: "new-logins" | "everyone";
  /** Which workload slot serves the stable arm. */
  readonly stableSlot: "stable" | "previous";
  /** `sayTargets` of what it forwards to, so that a stale address is noticed. */
  readonly targets: string;
  /** True when it has every target that it was given and would accept a person now. */
  readonly isServing: boolean;
  /** People drawn since this release began, cumulative; `null` where the router only weighs. */
  readonly drawn: { readonly canary: number; readonly stable: number } | null;
  /** Requests forwarded since the release began, cumulative, for the share of requests shown beside the share of people. */
  readonly forwarded: { readonly canary: number; readonly stable: number } | null;
  /** Epoch ms of the last request forwarded to the canary arm; `null`: none yet. */
  readonly lastCanaryMs: number | null;
}

/** By service, by slot. An absent slot does not run. */
export type SeenWorkloads = Readonly<Record<string, Partial<Record<Slot, SeenWorkload>>>>;

export type Slot = "stable" | "canary" | "previous";

export interface SeenWorkload {
  readonly version: string;
  readonly isReady: boolean;
  /**
   * Percent of the people that it is sized for, ready or not: one that is sized for fewer than are wanted is asked for again. Absent: its size does
   * not follow the share.
   */
  readonly sizedPct?: number;
  /** Where it answers or will answer again, absolute URLs without a path; a crash does not empty it. Empty while it has no address yet. */
  readonly urls: readonly string[];
  readonly restarts: number;
  /** For people: why it is not ready, or its last words. */
  readonly detail: string;
}

/** One check before traffic: the mixed version pairs, metrics readable per version, the rehearsed rollback. */
export interface PreparingCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly tookMs: number;
}
