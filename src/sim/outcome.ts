import type { Reaction } from "../core/reactions.ts";
import { isOver } from "../core/status.ts";
import type { HoldReason, Status } from "../core/status.ts";
import type { StoredRelease } from "../ports.ts";

/** How a story came out. */
export interface Outcome {
  readonly end: End;
  /** What the release held for, each reason once, in the order of their beginnings. */
  readonly held: readonly HoldReason["kind"][];
  /** When the end came, ms since the release was created: the decision that sealed it, for a release that went back. */
  readonly atMs: number;
  readonly status: Status;
}

/**
 * Where it ended, or where it stood when the story was cut. `by`: the guard or gate that was breached, the person who asked, or "not-ready" and
 * "check-failed" before anybody was exposed. `phase`: an index; `null` when nobody was exposed.
 */
export type End =
  | { readonly kind: "promoted" }
  | {
      readonly kind: "rolled-back" | "stopped" | "halted";
      readonly by: string;
      readonly reaction: Reaction["kind"];
      readonly phase: number | null;
    }
  | { readonly kind: "holding"; readonly why: HoldReason["kind"]; readonly checks: readonly string[]; readonly phase: number }
  | { readonly kind: "cut"; readonly status: Status["kind"] };

/** Reads off the journal how the release came out. */
export function outcomeOf({ head, entries }: StoredRelease): Outcome {
  const statuses = entries.map(({ entry }) => ({ atMs: entry.atMs - head.createdMs, status: entry.decision.status }));
  const last = statuses.at(-1);
  if (!last) throw new Error("a story without a single decision");
  const held = statuses.flatMap(({ status }) => (status.kind === "holding" ? [status.why.kind] : []));
  return { end: endOf(statuses), held: [...new Set(held)], atMs: sealedMs(statuses), status: last.status };
}

type Statuses = readonly { readonly atMs: number; readonly status: Status }[];

function endOf(statuses: Statuses): End {
  const status = statuses.at(-1)?.status;
  switch (status?.kind) {
    case "promoted":
      return { kind: "promoted" };
    case "rolled-back":
    case "stopped":
    case "halted": {
      const phase = statuses.findLast((earlier) => "phase" in earlier.status)?.status;
      const going = statuses.findLast((earlier) => earlier.status.kind === "rolling-back")?.status;
      const { cause } = status;
      return {
        kind: status.kind,
        by: cause.kind === "breach" ? cause.breach.check : cause.kind === "person" ? cause.by : cause.kind,
        reaction: going?.kind === "rolling-back" ? going.reaction.kind : "stop",
        phase: phase && "phase" in phase ? phase.phase : null,
      };
    }
    case "holding": {
      const { why, phase } = status;
      const checks = "checks" in why ? why.checks : "breach" in why ? [why.breach.check] : [];
      return { kind: "holding", why: why.kind, checks, phase };
    }
    default:
      return { kind: "cut", status: status?.kind ?? "waiting" };
  }
}

/** When what stands at the end began: a way back begins with the decision to go back, and a hold with its reason. */
function sealedMs(statuses: Statuses): number {
  const last = statuses.at(-1)?.status;
  const isSame = ({ status }: Statuses[number]): boolean => {
    if (status.kind === "rolling-back") return last !== undefined && last.kind !== "promoted" && isOver(last);
    if (status.kind === "holding") return last?.kind === "holding" && status.why.kind === last.why.kind;
    return status.kind === last?.kind;
  };
  const from = statuses.findLastIndex((item) => !isSame(item)) + 1;
  return statuses[from]?.atMs ?? 0;
}
