import { isSameData } from "./canonical-json.ts";
import { isMismatched } from "../evidence/sample-ratio.ts";
import { isSamePlace } from "./apply.ts";
import { decideBreach, decideNext, decideRunning } from "./decide/breach.ts";
import { decideCalm } from "./decide/calm.ts";
import { lateness } from "./decide/lateness.ts";
import { isGuard, looksAway } from "./decide/looks-away.ts";
import { hold, standInPhase } from "./decide/phase.ts";
import { answerRequests } from "./decide/requests.ts";
import type { Answers } from "./decide/requests.ts";
import { decideRollingBack, rollBack } from "./decide/roll-back.ts";
import type { Sight, Step } from "./decide/sight.ts";
import { lapsed } from "./decide/sign-offs.ts";
import { overridesOver } from "./obstacles.ts";
import { reportLateness } from "./way-back.ts";
import type { Decision, Fact } from "./decision.ts";
import { freshVerdict, standingsOf } from "./evidence-book.ts";
import type { EvidenceBook, Standing } from "./evidence-book.ts";
import type { Observation } from "./observation.ts";
import type { Release } from "./release.ts";
import type { Request } from "./requests.ts";
import { asksAbout, isExposed, isPaused, isTerminal } from "./status.ts";

/**
 * Decides what becomes of `release` on what was seen; `null` when nothing is worth writing down. A total function of its three arguments:
 * the same rows always give the same story. `book` has the readings of `seen` in it already (`bookAfterRow`).
 *
 * The order is the order of strictness: requests are answered, a breach beats an order, an order to go back beats one to go on, and only
 * then does the release go on by itself.
 */
export function decide(release: Release, book: EvidenceBook, seen: Observation): Decision | null {
  const standings = standingsOf(release, book, seen.nowMs);
  const first: Sight = {
    release,
    plan: release.plan,
    book,
    seen,
    nowMs: seen.nowMs,
    standings,
    fresh: freshVerdict(book),
    isMismatched: isMismatched(book.draws),
  };
  const gone = lapsed(release, standings);
  const over = overridesOver(release, seen);
  const kept = {
    ...release,
    signOffs: release.signOffs.filter((signOff) => !gone.some((fact) => fact.signOff === signOff)),
    overrides: release.overrides.filter((override) => !over.some((fact) => fact.override === override)),
  };
  const answers = answerRequests({ ...first, release: kept });
  const sight: Sight = { ...first, release: answers.release };
  const breach = decideBreach(sight);
  const step =
    (goesBackSooner(answers, breach) ? null : breach) ??
    decideOrder(sight, answers) ??
    decideRunning(sight, (phase) => standInPhase(sight, phase, "in time")) ??
    decideOn(sight, answers);
  const late = step.status === release.status ? reportLateness(answers.release, seen.nowMs) : [];
  // Nobody is asked to decide what is decided in the same moment.
  const answered = isGoingBack(step) ? answers.facts.filter((fact) => fact.kind !== "asks" || fact.for !== "decision") : answers.facts;
  const noted = [...gone, ...over, ...answered, ...verdictFacts(sight, step), ...recoveries(sight), ...lateness(sight, step), ...late];
  return toDecision(release, step, noted);
}

function isGoingBack({ status }: Step): boolean {
  return status.kind === "rolling-back" || isTerminal(status);
}

/** A countdown or an investigation is no reason to leave an order to go back undone. */
function goesBackSooner(answers: Answers, breach: Step | null): boolean {
  const isOrdered = answers.order?.kind === "rollback" || answers.order?.kind === "stop";
  return isOrdered && breach?.status.kind === "holding";
}

/** What an accepted order to go back, to wait or to go on leads to; `null`: there is none, or it only changes the pace. */
function decideOrder(sight: Sight, answers: Answers): Step | null {
  const { order } = answers;
  const { status } = sight.release;
  if (!order || order.kind === "promote") return null;
  if (order.kind === "rollback" || order.kind === "stop") return goBack(sight, order);
  if (order.kind === "resume") return goOnAgain(sight, order);
  return "phase" in status ? { status: hold(sight, status.phase, { kind: "paused", by: order.by.name }), facts: [] } : null;
}

/** What ends a pause, or looks away from what failed; what only answers a report lets everything go on as it would have. */
function goOnAgain(sight: Sight, order: Request): Step | null {
  const { status } = sight.release;
  // The time to get ready stood still while nobody had decided.
  if (status.kind === "preparing") return { status: { ...status, sinceMs: sight.nowMs }, facts: [] };
  const checks = looksAway(status);
  if (!("phase" in status) || (checks.length === 0 && !isPaused(status))) return null;
  const guards = checks.filter((check) => isGuard(sight.plan, check));
  const release = { ...sight.release, dismissed: [...sight.release.dismissed, ...guards] };
  const standings = judgedAfresh(
    sight.standings,
    checks.filter((check) => !guards.includes(check)),
  );
  const after = { ...sight, release, standings };
  const next = decideNext(after, []) ?? standInPhase(after, status.phase, "in time");
  return { ...next, facts: [...checks.map((check): Fact => ({ kind: "dismissed", check, by: order.by.name })), ...next.facts] };
}

/** Gates that a person went on with are open from this moment on: nothing is proven about them yet. */
function judgedAfresh(standings: readonly Standing[], gates: readonly string[]): readonly Standing[] {
  return standings.map((standing) =>
    gates.includes(standing.check.id)
      ? { ...standing, verdict: { ...standing.verdict, kind: "undecided", because: { kind: "too-little-evidence" } }, moreMs: null }
      : standing,
  );
}

function goBack(sight: Sight, order: Request): Step | null {
  const { status } = sight.release;
  const cause = { kind: "person", by: order.by.name, reason: order.reason } as const;
  const kind = order.kind === "stop" ? "stop" : "rollback";
  if (status.kind === "waiting") return { status: { kind: "stopped", sinceMs: sight.nowMs, cause, canary: "gone" }, facts: [] };
  if (status.kind !== "rolling-back") return rollBack(sight, { kind }, cause, []);
  // A rollback that already runs goes on; a stop becomes one.
  if (status.reaction.kind !== "stop") return null;
  return { status: { ...status, reaction: { kind } }, facts: [{ kind: "upgraded", from: status.reaction, to: { kind } }] };
}

function decideOn(sight: Sight, answers: Answers): Step {
  if (sight.release.status.kind === "rolling-back") return decideRollingBack(sight);
  return decideCalm(sight, answers.order?.kind === "promote" ? "at once" : "in time");
}

/**
 * Verdicts that turned to pass, fail or invalid, or away from them, since they were last told; and those that people are now asked about, with
 * what the data still allow and how much longer a decision takes.
 */
function verdictFacts(sight: Sight, { status, facts: told }: Step): readonly Fact[] {
  const asked = status === sight.release.status ? [] : asksAbout(status);
  if (!isExposed(sight.release.status)) return [];
  const phase = "phase" in sight.release.status ? sight.release.status.phase : sight.plan.phases.length;
  return sight.standings.flatMap((standing): readonly Fact[] => {
    const { check, verdict, moreMs } = standing;
    // A gate that let its phase go has said what it had to say.
    if (check.phase !== null && check.phase < phase) return [];
    if (told.some((fact) => (fact.kind === "breach" || fact.kind === "cancelled") && fact.check === check.id)) return [];
    if (asked.includes(check.id)) return [{ kind: "verdict", check: check.id, verdict, moreMs }];
    const before = sight.release.told[check.id] ?? "undecided";
    const isOpen = verdict.kind === "undecided" || verdict.kind === "no-data";
    // A gate ahead may waver around its line for an hour; what counts is where it stands when its phase has come.
    if (isOpen && check.phase !== null && check.phase > phase) return [];
    const wasOpen = before === "undecided" || before === "no-data";
    return verdict.kind === before || (isOpen && wasOpen) ? [] : [{ kind: "verdict", check: check.id, verdict, moreMs }];
  });
}

/** Guards that a person went on with, and that are proven to be well since. */
function recoveries(sight: Sight): readonly Fact[] {
  const well = sight.standings.filter((standing) => standing.verdict.kind === "pass").map((standing) => standing.check.id);
  return sight.release.dismissed.filter((check) => well.includes(check)).map((check) => ({ kind: "recovered", check }));
}

/** Headline first: where it stands now, when that changed. */
function toDecision(release: Release, step: Step, noted: readonly Fact[]): Decision | null {
  const isNew = release.revision === 0;
  const isMoved = step.status !== release.status && (!isSamePlace(release.status, step.status) || !isSameData(release.status, step.status));
  const { startedBy: by, startedFor, reason } = release;
  const created: readonly Fact[] = isNew ? [{ kind: "created", by, ...(startedFor === null ? {} : { for: startedFor }), reason }] : [];
  const became: readonly Fact[] = isMoved ? [{ kind: "became", status: step.status }] : [];
  const [headline, ...rest] = [...created, ...became, ...step.facts, ...noted];
  return headline ? { status: step.status, facts: [headline, ...rest] } : null;
}
