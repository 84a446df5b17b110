import { checksOf, provesFailure } from "../checks.ts";
import type { Check } from "../checks.ts";
import type { Condition } from "../condition.ts";
import type { Language, Metric, Phase, Plan } from "../plan.ts";
import { sayShare } from "./numbers.ts";

/** What a sentence may rest on beside the thing that it says: the plan's names, lines and zone, and the moment where one is known. */
export interface Context {
  readonly plan: Plan;
  /** The moment of speaking, epoch ms; without it nothing counts down. */
  readonly nowMs?: number;
  /** The phase that is spoken of, an index; without it all roles that are missing before the next one are said to be needed. */
  readonly phase?: number;
  /** Time that counted in the phase, and what the phase asks for; without it no progress is told. */
  readonly progress?: { readonly observedMs: number; readonly ofMs: number };
  /** How much longer a decision takes; `null`: no forecast helps. */
  readonly moreMs?: number | null;
}

/** A gate or guard in the plan's own words, with the test that judges it. */
export interface AskedCheck {
  readonly id: string;
  readonly says: string;
  readonly kind: "gate" | "guard";
  readonly condition: Condition;
  /** What the metric counts. */
  readonly unit: Metric["unit"];
  readonly check: Check;
}

/** A word for each language, or anything else that each language has. */
export type ByLanguage<Words> = Readonly<Record<Language, Words>>;

/** For every kind of a tagged union its own sentence: a kind without words does not compile. */
export type Sentences<Union extends { readonly kind: string }, More extends readonly unknown[]> = {
  readonly [Kind in Union["kind"]]: (item: Extract<Union, { readonly kind: Kind }>, ...more: More) => string;
};

/** The sentence that belongs to the kind of `item`. */
export function tell<Union extends { readonly kind: string }, More extends readonly unknown[]>(
  sentences: Sentences<Union, More>,
  item: Union,
  ...more: More
): string {
  const sentence = sentences[item.kind as Union["kind"]] as (item: Union, ...more: More) => string;
  return sentence(item, ...more);
}

const asked = new WeakMap<Plan, ReadonlyMap<string, AskedCheck>>();

/** The gate or guard of this id; `null` when the plan has none. */
export function askedCheck(plan: Plan, id: string): AskedCheck | null {
  const known = asked.get(plan) ?? collect(plan);
  asked.set(plan, known);
  return known.get(id) ?? null;
}

/** The words of the plan for a check, in the language's quotation marks. */
export function quoteCheck(context: Context, id: string, language: Language): string {
  return quote(askedCheck(context.plan, id)?.says ?? id, language);
}

/** As `quoteCheck`, of several: "“a” and “b”"; of more than three, the first two and how many more. */
export function quoteChecks(context: Context, ids: readonly string[], language: Language): string {
  const named = (ids.length > 3 ? ids.slice(0, 2) : ids).map((id) => quoteCheck(context, id, language));
  const rest = ids.length > 3 ? [`${ids.length - 2} ${language === "fr" ? "autres" : "more"}`] : [];
  return list([...named, ...rest], language);
}

/** « text » or “text”. */
export function quote(text: string, language: Language): string {
  return language === "fr" ? `«\u00a0${text}\u00a0»` : `“${text}”`;
}

/** "a, b and c"; empty for an empty list. */
export function list(items: readonly string[], language: Language, joint: "and" | "or" = "and"): string {
  const word = { fr: { and: "et", or: "ou" }, en: { and: "and", or: "or" } }[language][joint];
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} ${word} ${items.at(-1)}`;
}

/** True when one of these checks failed by a proof: it stays failed, however good the latest readings are. */
export function isProvenFailure(plan: Plan, checks: readonly string[]): boolean {
  return checks.some((id) => {
    const asked = askedCheck(plan, id);
    return asked !== null && provesFailure(asked.check);
  });
}

/** The phase in the plan's words, with its share where the name does not say it: "10 %", "canary (10 %)". */
export function namePhase(plan: Plan, index: number, language: Language): string {
  const phase = plan.phases[index];
  return phase === undefined ? `#${index + 1}` : sayPhase(phase, language);
}

/** As `namePhase`, of a phase at hand. */
export function sayPhase(phase: Pick<Phase, "name" | "sharePct">, language: Language): string {
  const share = sayShare(phase.sharePct, language);
  return phase.name.replaceAll(/\s/gu, "") === `${phase.sharePct}%` ? share : `${phase.name} (${share})`;
}

/** The sentence with a capital letter first; a quotation or a name stays as it is. */
export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function collect(plan: Plan): ReadonlyMap<string, AskedCheck> {
  const found = new Map<string, AskedCheck>();
  const gates = plan.phases.flatMap((phase) => phase.gates);
  for (const check of checksOf(plan)) {
    const unit = plan.metrics[check.metric]?.unit ?? "request";
    const gate = check.phase === null ? undefined : gates.find((candidate) => candidate.id === check.id);
    const guard = check.phase === null ? plan.guards.find((candidate) => candidate.id === check.id) : undefined;
    if (gate !== undefined) found.set(check.id, { id: check.id, says: gate.says, kind: "gate", condition: gate.condition, unit, check });
    if (guard !== undefined) found.set(check.id, { id: check.id, says: guard.id, kind: "guard", condition: guard.condition, unit, check });
  }
  return found;
}
