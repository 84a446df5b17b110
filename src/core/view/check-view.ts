import type { Standing } from "../evidence-book.ts";
import { askedCheck } from "../messages/context.ts";
import type { AskedCheck, Context } from "../messages/context.ts";
import { linesOf, sayBareValue, sayCounted, sayFigureShortly, scaleOf } from "../messages/figures.ts";
import { sayAbout, sayNumber } from "../messages/numbers.ts";
import { sayReaction } from "../messages/reactions.ts";
import { sayVerdict, sayVerdictWord } from "../messages/verdicts.ts";
import type { Verdict } from "../../evidence/verdict.ts";
import type { Language } from "../plan.ts";
import type { BandView, CheckView } from "../release-view.ts";

/** One gate or guard as it is shown. `hasBegun` is false before anybody was exposed: there is nothing to judge yet. */
export function checkView(
  standing: Standing,
  at: { readonly context: Context; readonly hasBegun: boolean },
  language: Language,
): CheckView {
  const { check, verdict, moreMs } = standing;
  const asked = askedCheck(at.context.plan, check.id);
  if (asked === null) throw new Error(`the plan has no check ${check.id}, but evidence about it`);
  const isGuard = asked.kind === "guard";
  const reaction = check.reaction === null ? null : sayReaction(check.reaction, language);
  return {
    id: check.id,
    says: asked.says,
    label: labelOf(asked, language),
    verdict: at.hasBegun ? verdict : null,
    kind: at.hasBegun ? verdict.kind : "not-yet",
    word: at.hasBegun ? wordOf(asked, standing, language) : sayVerdictWord(asked.kind, "not-yet", language),
    figure: at.hasBegun ? sayFigureShortly(asked, verdict, language) : null,
    counts: sayCounted(scaleOf(asked.condition), language),
    sentence: at.hasBegun ? sayVerdict(check.id, verdict, { ...at.context, moreMs }, language) : sayNotYet(asked, language),
    band: bandOf(asked, at.hasBegun ? verdict : null, language),
    aside: isGuard ? `→ ${sayReaction(check.reaction, language)}` : asideOfGate(asked, language),
    reaction,
    moreMs,
  };
}

function wordOf(asked: AskedCheck, { verdict, moreMs }: Standing, language: Language): string {
  const word = sayVerdictWord(asked.kind, verdict.kind, language);
  if (verdict.kind !== "undecided" || moreMs === null || asked.kind === "guard") return word;
  return language === "fr" ? `${word}, encore ${sayAbout(moreMs, "fr")}` : `${word}, ${sayAbout(moreMs, "en")} more`;
}

function sayNotYet(asked: AskedCheck, language: Language): string {
  return language === "fr"
    ? `«\u00a0${asked.says}\u00a0» est jugé dès que quelqu’un est exposé`
    : `“${asked.says}” is judged as soon as somebody is exposed`;
}

/** What a row about a check is called: "error-rate", "api-latency p95", of a guard the words of the plan. */
export function labelOf({ kind, says, check, condition }: AskedCheck, language: Language): string {
  if (kind === "guard") return says;
  return condition.kind === "quantile" ? `${check.metric} p${sayNumber(condition.quantile * 100, language, 4)}` : check.metric;
}

/** The pass line in the unit of the figure; the plan's own words where there is no line. */
function asideOfGate(asked: AskedCheck, language: Language): string {
  const scale = scaleOf(asked.condition);
  const { pass } = linesOf(asked);
  if (scale === null || pass === null) return asked.says.slice(asked.check.metric.length + 1);
  const isStrict = !("is" in asked.condition) || asked.condition.is === "<" || asked.condition.is === ">";
  const sign = { below: isStrict ? "<" : "≤", above: isStrict && asked.condition.kind !== "no-regression" ? ">" : "≥" }[pass.good];
  return `${sign} ${sayBareValue(pass.at, scale, language)}`;
}

/** The picture is as wide as the lines ask for, so that it stands still while the interval closes in. */
function bandOf(asked: AskedCheck, verdict: Verdict | null, language: Language): BandView | null {
  const { pass, fail } = linesOf(asked);
  if (fail === null || verdict === null) return null;
  const low = verdict.interval?.low ?? verdict.estimate;
  const high = verdict.interval?.high ?? verdict.estimate;
  if (low === null || high === null) return null;
  const lines = pass === null ? [fail.at] : [fail.at, pass.at];
  const say = (at: number): string => sayBareValue(at, scaleOf(asked.condition) ?? { kind: "number" }, language);
  return {
    ...frameOf(Math.min(...lines), Math.max(...lines), fail.good),
    low,
    high,
    estimate: verdict.estimate,
    passAt: pass?.at ?? null,
    failAt: fail.at,
    passSays: pass === null ? null : say(pass.at),
    failSays: say(fail.at),
    good: fail.good,
  };
}

/** From nothing to well beyond the lines where less is better; otherwise as much below the lines as above them. */
function frameOf(first: number, last: number, good: "below" | "above"): { readonly fromAt: number; readonly toAt: number } {
  if (good === "below") return { fromAt: 0, toAt: last * 1.6 || 1 };
  const marginAt = Math.max(last - first, last * (last > 10 ? 0.06 : 0.4));
  return { fromAt: Math.max(0, first - marginAt), toAt: last + marginAt };
}
