import type { Judgement } from "../history/judge-anew.ts";
import type { Language, Plan } from "../plan.ts";
import { quote } from "./context.ts";
import type { AskedCheck, ByLanguage } from "./context.ts";
import { saySpan } from "./numbers.ts";
import { sayTime } from "./times.ts";

/** Two judgements of the same readings: with another condition, and with the plan's own. */
export interface Compared {
  readonly asked: AskedCheck;
  /** In the words of plans: "error-rate < 1%". */
  readonly says: string;
  readonly other: Judgement;
  readonly own: Judgement;
}

/** "With “errors < 2%” it would have passed at 14:02, 1 min earlier, and never failed; as the plan says, it passed at 14:03 and never failed". */
export function sayWhatIf(plan: Plan, { asked, says, other, own }: Compared, language: Language): string {
  const words = whatIf[language];
  if (other.last === null) return words.nobody;
  const moments = asked.kind === "gate" ? [other.passedMs, own.passedMs] : [other.failedMs, own.failedMs];
  const [otherMs = null, ownMs = null] = moments;
  const beside =
    otherMs === null || ownMs === null || otherMs === ownMs
      ? ""
      : words.beside(saySpan(Math.abs(otherMs - ownMs), language), otherMs < ownMs);
  const said = outcome(plan, { asked, judgement: other, form: "would", beside }, language);
  return words.both(quote(says, language), said, outcome(plan, { asked, judgement: own, form: "did", beside: "" }, language));
}

/** How a check was judged, as a clause: "passed at 14:03 and never failed", "was breached at 14:10", "was neither passed nor failed". */
export function sayJudgement(plan: Plan, asked: AskedCheck, judgement: Judgement, language: Language): string {
  return outcome(plan, { asked, judgement, form: "did", beside: "" }, language);
}

/** As `sayJudgement`, of what was only tried: "would have passed at 14:03 and would never have failed". */
export function sayJudgementIf(plan: Plan, asked: AskedCheck, judgement: Judgement, language: Language): string {
  return outcome(plan, { asked, judgement, form: "would", beside: "" }, language);
}

interface Outcome {
  readonly asked: AskedCheck;
  readonly judgement: Judgement;
  readonly form: "would" | "did";
  readonly beside: string;
}

function outcome(plan: Plan, { asked, judgement, form, beside }: Outcome, language: Language): string {
  const at = (ms: number): string => sayTime(plan, ms);
  const { passedMs, failedMs } = judgement;
  if (asked.kind === "guard") {
    const words = outcomes[language].guard[form];
    return failedMs === null ? words.never : `${words.bad(at(failedMs))}${beside}`;
  }
  const words = outcomes[language].gate[form];
  const good = passedMs === null ? null : `${words.good(at(passedMs))}${beside}`;
  if (good === null) return failedMs === null ? words.open : words.bad(at(failedMs));
  const joint = language === "fr" ? "et" : "and";
  return `${good} ${joint} ${failedMs === null ? words.never : words.bad(at(failedMs))}`;
}

interface GuardWords {
  bad(time: string): string;
  readonly never: string;
}

interface GateWords extends GuardWords {
  good(time: string): string;
  readonly open: string;
}

interface Outcomes {
  readonly gate: Readonly<Record<Outcome["form"], GateWords>>;
  readonly guard: Readonly<Record<Outcome["form"], GuardWords>>;
}

const outcomes: ByLanguage<Outcomes> = {
  en: {
    gate: {
      would: {
        good: (time) => `would have passed at ${time}`,
        bad: (time) => `would have failed at ${time}`,
        never: "would never have failed",
        open: "would have stayed undecided",
      },
      did: { good: (time) => `passed at ${time}`, bad: (time) => `failed at ${time}`, never: "never failed", open: "stayed undecided" },
    },
    guard: {
      would: { bad: (time) => `would have been breached at ${time}`, never: "would never have been breached" },
      did: { bad: (time) => `was breached at ${time}`, never: "was never breached" },
    },
  },
  fr: {
    gate: {
      would: {
        good: (time) => `aurait été validé à ${time}`,
        bad: (time) => `aurait échoué à ${time}`,
        never: "n’aurait jamais échoué",
        open: "serait resté indécis",
      },
      did: {
        good: (time) => `a été validé à ${time}`,
        bad: (time) => `a échoué à ${time}`,
        never: "n’a jamais échoué",
        open: "est resté indécis",
      },
    },
    guard: {
      would: { bad: (time) => `aurait été franchi à ${time}`, never: "n’aurait jamais été franchi" },
      did: { bad: (time) => `a été franchi à ${time}`, never: "n’a jamais été franchi" },
    },
  },
};

interface WhatIfWords {
  readonly nobody: string;
  beside(span: string, isEarlier: boolean): string;
  both(quoted: string, would: string, did: string): string;
}

const whatIf: ByLanguage<WhatIfWords> = {
  en: {
    nobody: "Nobody has been on the new version yet: there is nothing to judge",
    beside: (span, isEarlier) => `, ${span} ${isEarlier ? "earlier" : "later"}`,
    both: (quoted, would, did) => `With ${quoted} it ${would}; as the plan says it ${did}`,
  },
  fr: {
    nobody: "Personne n’a encore été sur la nouvelle version\u202f: il n’y a rien à juger",
    beside: (span, isEarlier) => `, ${span} plus ${isEarlier ? "tôt" : "tard"},`,
    both: (quoted, would, did) => `Avec ${quoted}, il ${would}\u202f; comme le plan le dit, il ${did}`,
  },
};
