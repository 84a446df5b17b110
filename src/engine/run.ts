import type { Outside } from "../core/wanted.ts";
import type { PreparingCheck } from "../core/observation.ts";
import type { Reading, World } from "../ports.ts";
import type { Memory } from "./replay.ts";

/** How patient the engine is. None of these is scaled with a plan. */
export interface Patience {
  /** A router or workloads call, ms. */
  readonly controlMs: number;
  /** A source's answer, ms. */
  readonly sourceMs: number;
  /** Between two looks while something is being changed, ms. */
  readonly pollMs: number;
  /** Between two words to the router while nothing changes, ms; well under the lease. */
  readonly heartbeatMs: number;
  /** A notice's delivery, ms. */
  readonly noticeMs: number;
  /** The router's dead-man lease, ms. Source: DESIGN.md 8. */
  readonly leaseMs: number;
}

export const patience: Patience = { controlMs: 2_000, sourceMs: 5_000, pollMs: 200, heartbeatMs: 5_000, noticeMs: 30_000, leaseMs: 30_000 };

/** What the background errands of a release brought and no tick has taken yet. */
export interface Inbox {
  /** By quantity. */
  readings: Map<string, Reading>;
  checks: readonly PreparingCheck[];
}

/** A background errand: when it was last started and is due again, monotonic ms. */
export interface Errand {
  readonly startedMs: number;
  readonly dueMs: number;
  readonly isUnderWay: boolean;
}

/** One active release in this process: its memory, what was last seen of the world, and its errands under way. */
export interface Run {
  readonly id: string;
  readonly world: World;
  readonly patience: Patience;
  /** Epoch ms that never runs back. */
  readonly nowMs: () => number;
  memory: Memory;
  inbox: Inbox;
  outside: Outside;
  /** By name. */
  readonly errands: Map<string, Errand>;
  /** What the router was last told, and when (monotonic ms); `null`: nothing in this process. */
  told: { readonly wanted: string; readonly atMs: number } | null;
  /** Monotonic ms of the last look at the router; `null`: none in this process. */
  lookedMs: number | null;
  /** Monotonic ms of the last decision, or of when this process took the release up. */
  decidedMs: number;
  /**
   * Monotonic ms of the look behind the last stored row, when it and every look since then saw the world as wanted, and none came late; `null`
   * otherwise.
   */
  steadySinceMs: number | null;
  /** True when another release asks for these services. */
  isSuperseded: boolean;
  /** True when the store may have more than the memory: it has to be read again before the next tick. */
  isOutdated: boolean;
  /** Grows when somebody else went on with the release: what was asked of the world before belongs to another story. */
  story: number;
  /** True while ticks fail: the router gets no word except to take people home, so that its lease does. */
  isStuck: boolean;
  /** Wakes the loop. */
  wake: () => void;
}
