import type { Verdict } from "../../evidence/verdict.ts";
import { checksOf } from "../checks.ts";
import type { ChainedEntry } from "../chain.ts";
import type { newborn } from "../apply.ts";
import type { Condition } from "../condition.ts";
import { isCounting } from "../evidence-book.ts";
import type { Plan } from "../plan.ts";
import type { Row } from "../row.ts";
import { beginToFollow, followRow, standingOfCheck } from "./follow-check.ts";
import type { OtherTest } from "./follow-check.ts";

/** A release as it is stored, as far as evidence goes. */
export interface Replayed {
  readonly head: Parameters<typeof newborn>[0];
  readonly entries: readonly ChainedEntry[];
  readonly rows: readonly Row[];
}

/** How the same readings are judged by one test. */
export interface Judgement {
  /** When it was first good, and first bad, epoch ms; `null`: never so far. */
  readonly passedMs: number | null;
  readonly failedMs: number | null;
  /** At the last reading; `null`: nobody was exposed. */
  readonly last: Verdict | null;
}

/** So many rows are gone through before a slice ends. */
const rowsInSlice = 100;

/**
 * Judges a check on the stored readings at each of them: as its plan says, or by another test. It is a generator so that whoever drives it can let others
 * have their turn between two slices. Everything else stays as it was: what people decided, and where the rows end.
 */
export function* judgeAnew(replayed: Replayed, id: string, instead: OtherTest | null = null): Generator<undefined, Judgement> {
  const byRow = new Map(replayed.entries.map(({ entry }) => [entry.row, entry]));
  let followed = beginToFollow(replayed.head, id, instead);
  let judgement: Judgement = { passedMs: null, failedMs: null, last: null };
  for (const [index, row] of replayed.rows.entries()) {
    if (index % rowsInSlice === rowsInSlice - 1) yield;
    const isEvidence = isCounting(followed.release.status);
    const { seen, after } = followRow(followed, row, byRow.get(row.number) ?? null);
    followed = after;
    if (!isEvidence) continue;
    const { nowMs } = row.observation;
    const { verdict } = standingOfCheck(seen, nowMs);
    judgement = {
      passedMs: judgement.passedMs ?? (verdict.kind === "pass" ? nowMs : null),
      failedMs: judgement.failedMs ?? (verdict.kind === "fail" ? nowMs : null),
      last: verdict,
    };
  }
  return judgement;
}

/** How a check would be judged with another condition, everything else in its plan as it is. A fail line of its own that would not lie beyond is left out. */
export function otherTest(plan: Plan, id: string, condition: Condition): OtherTest {
  const written = checksOf(withCondition(plan, id, condition, "kept")).find((check) => check.id === id);
  const { pass, fail } =
    written !== undefined && "fail" in written.spec && "pass" in written.spec ? written.spec : { pass: null, fail: null };
  const isTurned =
    pass !== null && fail !== null && (pass.good !== fail.good || (pass.good === "below" ? fail.at < pass.at : fail.at > pass.at));
  const check = isTurned ? checksOf(withCondition(plan, id, condition, "dropped")).find((candidate) => candidate.id === id) : written;
  if (check === undefined) throw new Error(`the plan has no check ${id}`);
  return { spec: check.spec, quantity: check.quantity };
}

function withCondition(plan: Plan, id: string, condition: Condition, failLine: "kept" | "dropped"): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    gates: phase.gates.map((gate) =>
      gate.id === id ? { ...gate, condition, fail: failLine === "kept" && gate.fail?.kind === condition.kind ? gate.fail : null } : gate,
    ),
  }));
  return { ...plan, phases, guards: plan.guards.map((guard) => (guard.id === id ? { ...guard, condition } : guard)) };
}
