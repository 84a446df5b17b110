import { parseCondition } from "../config/conditions.ts";
import { lineThatBreaks, lineThatHolds } from "../core/condition.ts";
import type { Condition } from "../core/condition.ts";
import { UserError } from "../errors.ts";
import type { Line, TestSpec } from "../evidence/test-spec.ts";

/** What was asked on the command line, in its own words. */
export interface JudgeOptions {
  readonly condition?: string;
  readonly fail?: string;
  readonly against?: string;
  readonly unit: string;
  readonly better: string;
  readonly alpha: string;
  readonly beta: string;
  readonly scrapes: string;
}

/** The tests that answer it: `blame`, when there is one, must fail too before the canary is blamed. */
export interface JudgeQuestion {
  readonly spec: TestSpec;
  readonly blame: TestSpec | null;
  readonly needsStable: boolean;
}

/** Event rate that `none` must disprove, per unit of exposure. */
const noneRate = 0.001;
/** Source: DESIGN.md 6: the fail line of "no regression", as a ratio of stable; its inverse where lower is better. */
const regressionRatio = 0.5;

/** Throws `input-invalid`, saying what to write instead. */
export function questionOf(options: JudgeOptions): JudgeQuestion {
  const pass = conditionOf(options.condition, "--condition");
  const fail = conditionOf(options.fail, "--fail");
  if (pass === null && fail === null) throw invalid('Nothing was asked. Write `--condition "< 0.5%" --fail "> 1%"`, or one of the two.');
  const unit = oneOf(options.unit, "--unit", ["person", "request"] as const);
  const budget = {
    alpha: probability(options.alpha, "--alpha"),
    beta: probability(options.beta, "--beta"),
    plannedScrapes: scrapesOf(options.scrapes),
  };
  if (options.against !== undefined) oneOf(options.against, "--against", ["stable"] as const);
  const asked = pass ?? fail;
  if (asked?.kind === "none")
    return { spec: { kind: "none", rate: noneRate, ...budget }, blame: null, needsStable: options.against !== undefined };
  const lines = linesOf({ pass, fail, better: oneOf(options.better, "--better", ["higher", "lower"] as const) });
  const kind = comparesOf(pass, fail) ? "against-stable" : "rate";
  const spec: TestSpec = { kind, unit, pass: lines.pass, fail: lines.fail, ...budget };
  if (kind === "against-stable") return { spec, blame: null, needsStable: true };
  // Fixed lines beside a stable arm: breaking them is the canary's fault only when stable is proven to do better.
  const same: Line = { good: lines.fail.good, at: 1 };
  const blame: TestSpec = { kind: "against-stable", unit, pass: null, fail: same, ...budget };
  return { spec, blame: options.against === undefined ? null : blame, needsStable: options.against !== undefined };
}

interface Asked {
  readonly pass: Condition | null;
  readonly fail: Condition | null;
  readonly better: "higher" | "lower";
}

function linesOf(asked: Asked): { readonly pass: Line | null; readonly fail: Line } {
  const failLine = asked.fail === null ? null : lineOf(asked.fail, lineThatBreaks, "higher");
  const better = failLine === null || asked.fail?.kind !== "of-stable" ? asked.better : failLine.good === "above" ? "higher" : "lower";
  const pass = asked.pass === null ? null : lineOf(asked.pass, lineThatHolds, better);
  const fail = failLine ?? (pass === null ? null : asked.pass?.kind === "no-regression" ? beyondRegression(pass) : pass);
  if (fail === null) throw invalid("Nothing was asked.");
  if (pass !== null && pass.good !== fail.good) {
    throw invalid(
      `${asked.pass ? `"${sideOf(pass)}" is what must hold` : ""} and "${sideOf(fail)}" is the good side of the fail line: they look in two directions. Write --fail as what must not hold, such as --condition "< 0.5%" --fail "> 1%".`,
    );
  }
  if (pass !== null && (pass.good === "below" ? pass.at > fail.at : pass.at < fail.at)) {
    throw invalid("The fail line lies on the good side of the pass line. Write the stricter line in --condition.");
  }
  return { pass, fail };
}

function sideOf(line: Line): string {
  return `${line.good === "below" ? "<" : ">"} ${Number((line.at * 100).toFixed(6))}%`;
}

function beyondRegression(pass: Line): Line {
  return pass.good === "above"
    ? { good: "above", at: Math.min(regressionRatio, pass.at) }
    : { good: "below", at: Math.max(1 / regressionRatio, pass.at) };
}

function comparesOf(pass: Condition | null, fail: Condition | null): boolean {
  const compares = [pass, fail]
    .filter((condition) => condition !== null)
    .map(({ kind }) => kind === "of-stable" || kind === "no-regression");
  if (compares.includes(true) && compares.includes(false)) {
    throw invalid("One line is a rate and the other a share of stable's. Write both in the same way.");
  }
  return compares.includes(true);
}

function lineOf(condition: Condition, side: typeof lineThatHolds, better: "higher" | "lower"): Line {
  switch (condition.kind) {
    case "line": {
      if (!(condition.value > 0 && condition.value < 1) || condition.steady) {
        throw invalid('A line of counts lies between 0 and 100 %. Write it as "< 0.5%".');
      }
      return side(condition.is, condition.value);
    }
    case "quantile":
      // Rounded because 1 - 0.95 is not 0.05 in binary.
      return side(condition.is, Number((1 - condition.quantile).toFixed(9)));
    case "of-stable":
      return side(condition.is, condition.ratio);
    case "no-regression":
      return better === "higher" ? { good: "above", at: 1 - condition.beyond } : { good: "below", at: 1 + condition.beyond };
    case "none":
    case "down":
      throw invalid(
        'Counts are judged by lines such as "< 0.5%", "p95 < 500ms", "no regression", "< 50% of stable", or by --condition "none".',
      );
  }
}

function conditionOf(text: string | undefined, option: string): Condition | null {
  if (text === undefined) return null;
  const parsed = parseCondition(text);
  if (!parsed.ok) throw invalid(`${option}: ${parsed.message} ${parsed.remedy}`);
  return parsed.condition;
}

function probability(text: string, option: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw invalid(`${option} is a probability, not "${text}". Write ${option} 0.01.`);
  return value;
}

function scrapesOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw invalid(`--scrapes is a whole number, not "${text}". Write --scrapes 240.`);
  return value;
}

function oneOf<Word extends string>(text: string, option: string, words: readonly Word[]): Word {
  const word = words.find((known) => known === text);
  if (word === undefined) throw invalid(`${option} does not know "${text}". Write ${option} ${words.join(` or ${option} `)}.`);
  return word;
}

function invalid(message: string): UserError {
  return new UserError("input-invalid", message);
}
