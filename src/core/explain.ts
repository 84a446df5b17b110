import { Temporal } from "temporal-polyfill";
import { compares, provesFailure } from "./checks.ts";
import type { Check } from "./checks.ts";
import { needsOf, nextSignOff, rolesOf } from "./decide/sign-offs.ts";
import { askedCheck, capital, list, quote, sayPhase } from "./messages/context.ts";
import type { AskedCheck } from "./messages/context.ts";
import { explanations } from "./messages/explanations.ts";
import { sayRate, sayShare, saySpan } from "./messages/numbers.ts";
import { ofRoles, theRoles } from "./messages/people.ts";
import { sayFailing, sayPassing } from "./messages/proofs.ts";
import { sayReaction } from "./messages/reactions.ts";
import { sayDay } from "./messages/times.ts";
import type { Gate, Language, Needs, Phase, Plan } from "./plan.ts";
import type { Reaction } from "./reactions.ts";
import { runLength } from "./when.ts";
import { nextOpening } from "./windows.ts";

/** A part of an explained plan. A sentence may have steps beneath it. */
export interface Section {
  readonly title: string;
  readonly says: readonly Sentence[];
}

export interface Sentence {
  readonly text: string;
  /** What happens one after the other; empty for a plain sentence. */
  readonly steps: readonly string[];
}

/** What will happen when this plan is released, in sentences: start, phases, guards with their reactions, the end, the way back, who is told. */
export function explainPlan(plan: Plan, language: Language): readonly Section[] {
  const words = explanations[language];
  return [
    { title: words.titles.whole, says: whole(plan, language) },
    { title: words.titles.start, says: start(plan, language) },
    { title: words.titles.preparing, says: preparing(plan, language) },
    ...plan.phases.map((phase, index) => ({
      title: words.phase(index + 1, sayPhase(phase, language)),
      says: explainPhase(plan, index, phase, language),
    })),
    { title: words.titles.guards, says: guards(plan, language) },
    { title: words.titles.end, says: end(plan, language) },
    { title: words.titles.byHand, says: byHand(plan, language) },
    { title: words.titles.told, says: told(plan, language) },
  ];
}

function whole(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const attested = plan.services.filter((service) => service.data === "expand-only").map((service) => service.name);
  const { shortestMs, longestMs } = runLength(plan);
  return sentences(
    words.released(capital(plan.version ?? plan.name), plan.environment),
    plan.services.length > 1 &&
      words.together(
        list(
          plan.services.map((service) => service.name),
          language,
        ),
      ),
    attested.length > 0 && words.expandOnly(list(attested, language)),
    words.length(saySpan(shortestMs, language), saySpan(longestMs, language)),
    words.budget(sayRate(plan.alpha, language), sayRate(plan.beta, language)),
  );
}

function start(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const { prefer, avoid, avoidHolidays } = plan.windows;
  const who = approvers(plan.people.start, language);
  const ranges = (found: typeof prefer): string => {
    const said = [...new Set(found.map((range) => quote(range.says, language)))];
    return `${list(said, language, "or")} (${plan.timeZone})`;
  };
  return sentences(
    who === null ? words.nobodyApproves() : words.approve(who),
    prefer.length > 0 && words.prefer(ranges(prefer)),
    avoid.length > 0 && words.avoid(ranges(avoid)),
    avoidHolidays.length > 0 && words.holidays(avoidHolidays.join(", ")),
    prefer.length + avoid.length + avoidHolidays.length === 0 && words.anyTime(plan.timeZone),
    plan.plannedFor !== null && planned(plan, plan.plannedFor, language),
  );
}

function planned(plan: Plan, date: string, language: Language): string {
  const day = Temporal.PlainDate.from(date).toZonedDateTime(plan.timeZone);
  const name = sayDay(plan, day.epochMilliseconds, language);
  const opensMs = nextOpening(plan, day.epochMilliseconds);
  const isOpen = opensMs !== null && opensMs < day.add({ days: 1 }).epochMilliseconds;
  return isOpen ? explanations[language].planned(name) : explanations[language].plannedClosed(name);
}

function preparing(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const requests = plan.smoke.map((request) => `\`${request}\``);
  return sentences(
    words.prepares(saySpan(plan.readyWithinMs, language)),
    requests.length > 0 && plan.services.length > 1 && words.smoke(list(requests, language)),
    words.rehearsal(),
    words.notReady(),
  );
}

function explainPhase(plan: Plan, index: number, phase: Phase, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const share = sayShare(Math.min(phase.sharePct, 100 - plan.holdbackPct), language);
  return sentences(
    phase.audience === "new-logins" ? words.newLogins(share) : words.everyone(share),
    words.observe(saySpan(phase.observeMs, language)),
    phase.extendMs > 0 && words.extend(saySpan(phase.extendMs, language)),
    ...phase.gates.map((gate) => explainGate(plan, gate, language)),
    phase.gates.length > 0 && words.undecided(sayPhase(phase, language)),
    phase.gates.some(({ id }) => holdsForGood(known(plan, id).check)) && words.failed(),
    goingOn(plan, index, language),
  );
}

function explainGate(plan: Plan, gate: Gate, language: Language): string {
  const asked = known(plan, gate.id);
  return explanations[language].gate(
    gate.says,
    sayPassing(asked, language),
    sayFailing(asked, language),
    sayReaction(asked.check.reaction, language),
  );
}

/** True where a failure neither takes people back nor goes away. */
function holdsForGood(check: Check): boolean {
  return check.reaction === null && provesFailure(check);
}

function goingOn(plan: Plan, index: number, language: Language): string | false {
  const words = explanations[language];
  const next = plan.phases[index + 1];
  if (next === undefined) return false;
  const who = approvers(needsOf(plan, nextSignOff(index, plan)), language);
  const name = sayPhase(next, language);
  return who === null ? words.advanceAlone(name) : words.advance(who, name);
}

function guards(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const each = plan.guards.map((guard): Sentence => {
    const asked = known(plan, guard.id);
    return { text: words.guard(guard.id, sayFailing(asked, language)), steps: stepsOf(plan, guard.reaction, language) };
  });
  return [...sentences(words.guardsFirst()), ...each, ...sentences(words.strictness(), words.shared(), words.sourceOutage())];
}

function stepsOf(plan: Plan, reaction: Reaction, language: Language): readonly string[] {
  const { steps } = explanations[language];
  const automatic = saySpan(plan.rollback.automaticMs, language);
  switch (reaction.kind) {
    case "rollback":
      return steps.rollback(automatic);
    case "rollback-within":
      return steps.within(saySpan(reaction.withinMs, language));
    case "investigate":
      return steps.investigate(saySpan(reaction.forMs, language), saySpan(reaction.forMs + plan.rollback.automaticMs, language));
    case "stop":
      return steps.stop(saySpan(plan.keepStoppedMs, language));
    case "halt":
      return steps.halt(automatic, quote(plan.environment, language));
  }
}

function end(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const relative = plan.guards.filter((guard) => compares(known(plan, guard.id).check)).map((guard) => quote(guard.id, language));
  const names = list(relative, language);
  const reachesAll = plan.phases.some((phase) => phase.sharePct === 100);
  const who = approvers(plan.people.promote, language);
  return sentences(
    reachesAll && words.full(),
    reachesAll &&
      relative.length > 0 &&
      (plan.holdbackPct > 0 ? words.holdback(sayShare(plan.holdbackPct, language), names) : words.relativeEnds(names)),
    who === null ? words.promoteAlone() : words.promote(who),
    words.promotion(),
    plan.keepPreviousMs > 0 ? words.keepPrevious(saySpan(plan.keepPreviousMs, language)) : words.keepNothing(),
  );
}

function byHand(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const { rollback, validateRollback } = plan.people;
  const named = rolesOf(rollback).length > 0;
  const who = named ? theRoles(rolesOf(rollback), language, "or") : theRoles(["release-manager", "devops-lead"], language, "or");
  const validators =
    rolesOf(validateRollback).length === 0 ? null : theRoles(rolesOf(validateRollback), language, jointOf(validateRollback));
  return [
    { text: words.reported(), steps: [words.typed("problem")] },
    { text: words.byHand(who), steps: [words.typed("rollback")] },
    ...sentences(words.reportHolds(), words.manual(saySpan(plan.rollback.manualMs, language)), words.never()),
    { text: words.confirmed(theRoles(["devops-lead"], language)), steps: [words.typed("acknowledge")] },
    ...(validators === null ? [] : [{ text: words.validate(validators), steps: [words.typed("approve")] }]),
  ];
}

function told(plan: Plan, language: Language): readonly Sentence[] {
  const words = explanations[language];
  const targets = plan.notify.map(({ notifier, to }) => `${notifier} ${to}`.trim());
  return sentences(targets.length === 0 ? words.nobodyTold() : words.told(list(targets, language)));
}

/** Who approves, so that it follows "the approval" or "l’accord"; `null`: nobody has to. */
function approvers(needs: Needs, language: Language): string | null {
  const roles = rolesOf(needs);
  return roles.length === 0 ? null : ofRoles(roles, language, jointOf(needs));
}

function jointOf(needs: Needs): "and" | "or" {
  return "any" in needs ? "or" : "and";
}

function known(plan: Plan, id: string): AskedCheck {
  const asked = askedCheck(plan, id);
  if (asked === null) throw new Error(`the plan has no check ${id}, though it names it`);
  return asked;
}

function sentences(...texts: readonly (string | false)[]): readonly Sentence[] {
  return texts.filter((text) => text !== false).map((text) => ({ text, steps: [] }));
}
