import type { Line } from "../../evidence/test-spec.ts";
import type { Interval, Verdict } from "../../evidence/verdict.ts";
import type { Condition } from "../condition.ts";
import type { Language } from "../plan.ts";
import type { AskedCheck } from "./context.ts";
import { sayLatency, sayNumber, sayNumbersAlike, sayRate } from "./numbers.ts";

/** In which unit the numbers of a check are shown. */
export type Scale =
  | { readonly kind: "rate" }
  | { readonly kind: "slower"; readonly thanMs: number }
  | { readonly kind: "of-stable" }
  | { readonly kind: "number" };

/** The lines of a check in the unit of its test. `null`: there is no such line, as in a probe or in a gate for no event at all. */
export interface Lines {
  readonly pass: Line | null;
  readonly fail: Line | null;
}

/** The unit of the numbers of a condition; `null` for conditions without a number (`none`, `is down`). */
export function scaleOf(condition: Condition): Scale | null {
  switch (condition.kind) {
    case "line":
      return condition.percent ? { kind: "rate" } : { kind: "number" };
    case "quantile":
      return { kind: "slower", thanMs: condition.ms };
    case "of-stable":
    case "no-regression":
      return { kind: "of-stable" };
    case "none":
    case "down":
      return null;
  }
}

/** The pass line (gates only) and the fail line that the check is judged by. */
export function linesOf({ check, kind }: AskedCheck): Lines {
  switch (check.spec.kind) {
    case "rate":
    case "against-stable":
    case "threshold":
      return { pass: check.spec.pass, fail: check.spec.fail };
    case "level":
    case "score":
      return { pass: kind === "gate" ? check.spec.line : null, fail: check.spec.line };
    case "none":
    case "probe":
      return { pass: null, fail: null };
  }
}

/** The estimate with its interval: "0.21 % [0.05, 0.44]", "3.1 % slower than 500 ms [2.2, 4]", "97 % of stable [90, 104]"; `null` without a number. */
export function sayFigure(asked: AskedCheck, verdict: Verdict, language: Language): string | null {
  const scale = scaleOf(asked.condition);
  return scale === null ? null : figure(verdict, scale, (value) => sayValue(value, scale, language), language);
}

/** As `sayFigure` without the words: "3.1 % [2.2, 4]". */
export function sayFigureShortly(asked: AskedCheck, verdict: Verdict, language: Language): string | null {
  const scale = scaleOf(asked.condition);
  return scale === null ? null : figure(verdict, scale, (value) => sayBareValue(value, scale, language), language);
}

/** A number on a scale without the scale's words: "3.1 %", "91". */
export function sayBareValue(value: number, scale: Scale, language: Language): string {
  return scale.kind === "number" ? sayNumber(value, language, 3) : sayRate(value, language);
}

/** What numbers on a scale count, where their unit alone does not say it: "slower than 500 ms", "of stable"; else `null`. */
export function sayCounted(scale: Scale | null, language: Language): string | null {
  if (scale?.kind === "slower") return slower(scale.thanMs, language);
  return scale?.kind === "of-stable" ? ofStable[language] : null;
}

const ofStable = { fr: "de la version stable", en: "of stable" } as const;

/** A number on a scale: "0.21 %", "3.1 % slower than 500 ms", "97 % of stable", "91". */
export function sayValue(value: number, scale: Scale, language: Language): string {
  switch (scale.kind) {
    case "rate":
      return sayRate(value, language);
    case "slower":
    case "of-stable":
      return `${sayRate(value, language)} ${sayCounted(scale, language)}`;
    case "number":
      return sayNumber(value, language, 3);
  }
}

/** The good or the bad side of a line: "below 0.5 %", "more than 5 % slower than 2 s", "above 50 % of stable". */
export function saySide(line: Line, side: "good" | "bad", asked: AskedCheck, language: Language): string {
  const scale = scaleOf(asked.condition) ?? { kind: "number" };
  const isBelow = (line.good === "below") === (side === "good");
  if (scale.kind === "slower") {
    const words = { fr: isBelow ? "moins de" : "plus de", en: isBelow ? "fewer than" : "more than" }[language];
    return `${words} ${sayValue(line.at, scale, language)}`;
  }
  const words = { fr: isBelow ? "en dessous de" : "au-dessus de", en: isBelow ? "below" : "above" }[language];
  return `${words} ${sayValue(line.at, scale, language)}`;
}

/** A side of a line as a whole clause: "it is below 0.5 %", "more than 5 % are slower than 2 s". */
export function saySideInFull(line: Line, side: "good" | "bad", asked: AskedCheck, language: Language): string {
  const scale = scaleOf(asked.condition);
  if (scale?.kind !== "slower") return `${language === "fr" ? "c’est" : "it is"} ${saySide(line, side, asked, language)}`;
  const isBelow = (line.good === "below") === (side === "good");
  const share = sayRate(line.at, language);
  if (language === "fr") return `${isBelow ? "moins de" : "plus de"} ${share} sont ${slower(scale.thanMs, "fr")}`;
  return `${isBelow ? "fewer than" : "more than"} ${share} are ${slower(scale.thanMs, "en")}`;
}

/** The worst change for the worse that the data still allow, 0 or more, as a rate of stable's; `null` where nothing compares with stable. */
export function worstRegression(asked: AskedCheck, verdict: Verdict): number | null {
  const { fail } = linesOf(asked);
  if (asked.condition.kind !== "no-regression" || verdict.interval === null || fail === null) return null;
  return Math.max(0, fail.good === "above" ? 1 - verdict.interval.low : verdict.interval.high - 1);
}

function figure(verdict: Verdict, scale: Scale, say: (value: number) => string, language: Language): string | null {
  const { estimate, interval } = verdict;
  const shown = estimate === null ? [] : [say(estimate)];
  if (interval === null) return shown[0] ?? null;
  const bounds = sayBounds(interval, scale, language);
  // An interval that reads like one number says nothing beside it.
  const isPoint = estimate !== null && bounds[0] === bounds[1];
  return [...shown, ...(isPoint ? [] : [`[${bounds.join(language === "fr" ? "\u202f; " : ", ")}]`])].join(" ");
}

function sayBounds(interval: Interval, scale: Scale, language: Language): readonly string[] {
  const factor = scale.kind === "number" ? 1 : 100;
  const bounds = [interval.low, interval.high].map((bound) => bound * factor);
  return sayNumbersAlike(bounds, language, scale.kind === "number" ? 3 : 2);
}

function slower(thanMs: number, language: Language): string {
  return `${language === "fr" ? "plus lents que" : "slower than"} ${sayLatency(thanMs, language)}`;
}
