import type { ChainedEntry } from "./chain.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import type { Plan } from "./plan.ts";
import type { Release } from "./release.ts";
import { isOver } from "./status.ts";
import { misfitOf, runLength } from "./when.ts";
import type { FrozenSpan, Misfit } from "./when.ts";
import { nextOpening } from "./windows.ts";

/** A release on the calendar: where it lay, or is foreseen to lie. Times are epoch ms. */
export interface Foreseen {
  readonly state: "planned" | "running" | "over";
  readonly fromMs: number;
  /** When it ended, or would end without extensions. */
  readonly toMs: number;
  /** As `toMs`, with every extension that is left. */
  readonly extendedToMs: number;
  /** What is in the way of what is left of it, without extensions; `null`: nothing, or it is over. */
  readonly misfit: Misfit | null;
  /** The plan with what is left of its phases: the one that `misfit` counts in. */
  readonly rest: Plan;
}

/** What the foresight rests on. */
export interface ForeseenOf {
  readonly release: Release;
  readonly entries: readonly ChainedEntry[];
  readonly book: Pick<EvidenceBook, "observedMs">;
}

/**
 * Where a release lies on the calendar as seen at `nowMs` (epoch ms). One that waits is foreseen at the first moment at which its schedule, its
 * windows and the freezes let it start; people may take longer. One that runs needs what is left to observe.
 */
export function foresee(seen: ForeseenOf, nowMs: number, freezes: readonly FrozenSpan[]): Foreseen {
  const { release, entries } = seen;
  const { plan, status } = release;
  const beganMs = entries.find(({ entry }) => entry.decision.status.kind === "preparing")?.entry.atMs ?? null;
  const rest: Plan = { ...plan, phases: phasesLeft(seen) };
  if (isOver(status)) {
    const toMs = status.sinceMs;
    return { state: "over", fromMs: Math.min(beganMs ?? release.createdMs, toMs), toMs, extendedToMs: toMs, misfit: null, rest };
  }
  const isPlanned = status.kind === "waiting";
  const fromMs = isPlanned ? startOf(release, nowMs, freezes) : (beganMs ?? release.createdMs);
  const restFromMs = isPlanned ? fromMs : nowMs;
  const { shortestMs, longestMs } = runLength(rest);
  const options = { extensions: false, freezes, wholeMs: runLength(plan).shortestMs };
  const isGoingBack = status.kind === "rolling-back";
  return {
    state: isPlanned ? "planned" : "running",
    fromMs,
    toMs: restFromMs + shortestMs,
    extendedToMs: restFromMs + longestMs,
    misfit: isGoingBack || rest.phases.length === 0 ? null : misfitOf(rest, restFromMs, options),
    rest,
  };
}

/** The first moment at which a waiting release may start; where none is in sight, now. */
function startOf({ plan, notBeforeMs }: Release, nowMs: number, freezes: readonly FrozenSpan[]): number {
  const ends = freezes.flatMap(({ environment, untilMs }) => (environment === plan.environment && untilMs !== null ? [untilMs] : []));
  const earliestMs = Math.max(nowMs, notBeforeMs ?? 0, ...ends);
  return nextOpening(plan, earliestMs) ?? earliestMs;
}

/** The phases that are still to be observed, the present one with what is left of it. */
function phasesLeft({ release, book }: ForeseenOf): Plan["phases"] {
  const { plan, status } = release;
  if (status.kind === "waiting" || status.kind === "preparing") return plan.phases;
  if (!("phase" in status)) return [];
  return plan.phases.slice(status.phase).map((phase, index) => {
    const observedMs = book.observedMs[status.phase + index] ?? 0;
    const leftMs = Math.max(0, phase.observeMs - observedMs);
    return { ...phase, observeMs: leftMs, extendMs: Math.max(0, phase.observeMs + phase.extendMs - Math.max(observedMs, phase.observeMs)) };
  });
}
