import type { TestSpec } from "../../evidence/test-spec.ts";
import type { Verdict } from "../../evidence/verdict.ts";
import { checksOf } from "../checks.ts";
import type { Condition } from "../condition.ts";
import { isCounting } from "../evidence-book.ts";
import type { Plan } from "../plan.ts";
import { beginToFollow, followRow, standingOfCheck } from "./follow-check.ts";
import type { OtherTest } from "./follow-check.ts";
import type { Tape } from "./tape.ts";

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
 * Judges a check on a tape of its quantity: as its plan says, or by another test. It is a generator so that whoever drives it can let others have their turn
 * between two slices. Everything else stays as it was: what people decided, and where the rows end. Proofs, which stay, are looked at `looks` times at least,
 * plain rules at each reading.
 */
export function* judgeAnew(
  tape: Tape,
  id: string,
  { instead = null, looks = Number.POSITIVE_INFINITY }: { readonly instead?: OtherTest | null; readonly looks?: number } = {},
): Generator<undefined, Judgement> {
  const { steps } = tape;
  let followed = beginToFollow(tape.head, id, instead);
  const isRule = !lasting.has(followed.book.checks[0]?.spec.kind ?? "");
  const every = isRule ? 1 : Math.max(1, Math.floor(steps.length / looks));
  let judgement: Judgement = { passedMs: null, failedMs: null, last: null };
  for (const [index, { row, entry }] of steps.entries()) {
    if (index % rowsInSlice === rowsInSlice - 1) yield;
    const isEvidence = isCounting(followed.release.status);
    const { seen, after } = followRow(followed, row, entry);
    followed = after;
    const isLook = index % every === 0 || entry !== null || index === steps.length - 1 || !isCounting(after.release.status);
    if (!isEvidence || !isLook) continue;
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

/** Tests whose proof of harm does not lapse by itself. */
const lasting: ReadonlySet<string> = new Set<TestSpec["kind"]>(["rate", "against-stable", "none"]);

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
