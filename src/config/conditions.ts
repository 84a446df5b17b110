import type { Comparison, Condition } from "../core/condition.ts";
import { decimal } from "../core/decimal.ts";
import { longestText, quoted } from "./parsed.ts";
import type { Misread } from "./parsed.ts";

export type ParsedCondition = { readonly ok: true; readonly condition: Condition } | Misread;
export type ParsedGuard = { readonly ok: true; readonly metric: string; readonly condition: Condition } | Misread;

/** "no regression" alone means that the canary keeps at least 90 % of stable's rate. */
const ordinaryRegression = 0.1;

const forms =
  '"< 0.5%", "p95 < 500ms", "> 70%", ">= 90", "< 80% and stable", "< 50% of stable", "no regression", "no regression beyond 10%", "none" or "is down"';

const number = String.raw`(\d{1,15}(?:\.\d{1,15})?)`;
const comparison = "(<=|>=|<|>)";
const line = new RegExp(String.raw`^${comparison} ?${number} ?(%)?( and stable)?$`);
const ofStable = new RegExp(String.raw`^${comparison} ?${number} ?% of stable$`);
const quantile = new RegExp(String.raw`^p(\d{1,2}(?:\.\d{1,3})?) ?${comparison} ?${number} ?(ms|s)$`);
const regression = new RegExp(String.raw`^no regression(?: beyond ${number} ?%)?$`);

/** A gate's condition ("< 0.5%", "p95 < 500ms", "no regression"), in the closed language of plans; nothing else is a condition. */
export function parseCondition(text: string): ParsedCondition {
  const tidy = tidied(text);
  const condition = tidy === null ? null : readCondition(tidy);
  if (condition !== null) return { ok: true, condition };
  const meant = nearest(text);
  return {
    ok: false,
    message: `${quoted(text)} is not a condition.`,
    remedy: meant === null ? `Write one of ${forms}.` : `Write ${quoted(sayCondition(meant))}.`,
  };
}

/** The condition in the plan's own words; `parseCondition` reads back the same condition. */
export function sayCondition(condition: Condition): string {
  switch (condition.kind) {
    case "line":
      return `${condition.is} ${condition.percent ? `${decimal(condition.value, 2)}%` : decimal(condition.value)}${condition.steady ? " and stable" : ""}`;
    case "quantile":
      return `p${decimal(condition.quantile, 2)} ${condition.is} ${sayMilliseconds(condition.ms)}`;
    case "of-stable":
      return `${condition.is} ${decimal(condition.ratio, 2)}% of stable`;
    case "no-regression":
      return condition.beyond === ordinaryRegression ? "no regression" : `no regression beyond ${decimal(condition.beyond, 2)}%`;
    case "none":
      return "none";
    case "down":
      return "is down";
  }
}

/** A guard's `when`: the metric and what must not hold of it ("5xx-rate > 1%", "latency p95 > 2s", "pricetruth is down"). */
export function parseGuard(text: string): ParsedGuard {
  const [, metric, words] = /^\s*(\S+)\s+(.+?)\s*$/s.exec(text.length > longestText ? "" : text) ?? [];
  if (metric === undefined || words === undefined) {
    return {
      ok: false,
      message: `${quoted(text)} does not name a metric and what must not hold of it.`,
      remedy: 'Write a metric and a condition, such as "5xx-rate > 1%", "latency p95 > 2s" or "pricetruth is down".',
    };
  }
  const parsed = parseCondition(words);
  if (!parsed.ok) {
    const meant = nearest(words);
    return meant === null ? parsed : { ...parsed, remedy: `Write ${quoted(sayGuard({ metric, condition: meant }))}.` };
  }
  const instead = insteadInGuard(parsed.condition);
  if (instead === null) return { ok: true, metric, condition: parsed.condition };
  return {
    ok: false,
    message: `A guard says what must not hold, and ${quoted(sayCondition(parsed.condition))} is what must.`,
    remedy: `Write ${quoted(`${metric} ${instead}`)}.`,
  };
}

/** The guard in the plan's own words. */
export function sayGuard(guard: { readonly metric: string; readonly condition: Condition }): string {
  return `${guard.metric} ${sayCondition(guard.condition)}`;
}

function readCondition(text: string): Condition | null {
  if (text === "none") return { kind: "none" };
  if (text === "is down") return { kind: "down" };
  return readLine(text) ?? readQuantile(text) ?? readOfStable(text) ?? readRegression(text);
}

function readLine(text: string): Condition | null {
  const [, is, value = "", percent, steady] = line.exec(text) ?? [];
  if (is === undefined) return null;
  return {
    kind: "line",
    is: is as Comparison,
    value: percent === undefined ? Number(value) : Number(`${value}e-2`),
    percent: percent !== undefined,
    steady: steady !== undefined,
  };
}

function readQuantile(text: string): Condition | null {
  const [, percent = "", is, value = "", unit] = quantile.exec(text) ?? [];
  if (is === undefined || Number(percent) === 0) return null;
  return {
    kind: "quantile",
    quantile: Number(`${percent}e-2`),
    is: is as Comparison,
    ms: unit === "s" ? Number(`${value}e3`) : Number(value),
  };
}

function readOfStable(text: string): Condition | null {
  const [, is, percent = ""] = ofStable.exec(text) ?? [];
  return is === undefined ? null : { kind: "of-stable", is: is as Comparison, ratio: Number(`${percent}e-2`) };
}

function readRegression(text: string): Condition | null {
  const found = regression.exec(text);
  if (found === null) return null;
  const beyond = found[1] === undefined ? ordinaryRegression : Number(`${found[1]}e-2`);
  return beyond > 0 && beyond < 1 ? { kind: "no-regression", beyond } : null;
}

/** A latency as a condition says it: "500ms", "2s". */
export function sayMilliseconds(ms: number): string {
  return ms >= 1000 && ms % 1000 === 0 ? `${decimal(ms / 1000)}s` : `${decimal(ms)}ms`;
}

function tidied(text: string): string | null {
  return text.length > longestText ? null : text.trim().replaceAll(/\s+/g, " ");
}

function nearest(text: string): Condition | null {
  const tidy = tidied(text);
  return tidy === null ? null : readCondition(repair(tidy));
}

/** What a hurried hand most likely meant: capitals, typographic signs, decimal commas, doubled or turned signs, other words. */
function repair(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/≤|=<|⩽/g, "<=")
    .replaceAll(/≥|=>|⩾/g, ">=")
    .replaceAll(/(\d),(\d)/g, "$1.$2")
    .replace(/\bno regressions\b|^(?:no-regression|not worse)$/, "no regression")
    .replace(/\bof (?:the )?(?:baseline|control)\b/, "of stable")
    .replace(/\band steady\b/, "and stable")
    .replace(/(\d) ?(?:milliseconds?|msec)$/, "$1ms")
    .replace(/(\d) ?(?:seconds?|sec)$/, "$1s")
    .replace(/^(?:zero|no|no errors|nothing)$/, "none")
    .replace(/^(?:down|unavailable|is unavailable)$/, "is down")
    .replace(new RegExp(String.raw`^${comparison} ?${number} ?(ms|s)$`), "p95 $1 $2$3")
    .replace(new RegExp(String.raw`^${comparison} ?${number} ?(ms|s) \(?(p\d+)\)?$`), "$4 $1 $2$3");
}

function insteadInGuard(condition: Condition): string | null {
  switch (condition.kind) {
    case "none":
      return "> 0";
    case "no-regression":
      return sayCondition({ kind: "of-stable", is: "<", ratio: Number((1 - condition.beyond).toFixed(12)) });
    case "line":
      return condition.steady ? sayCondition({ ...condition, is: opposite(condition.is), steady: false }) : null;
    case "quantile":
    case "of-stable":
    case "down":
      return null;
  }
}

function opposite(is: Comparison): Comparison {
  switch (is) {
    case "<":
      return ">=";
    case "<=":
      return ">";
    case ">":
      return "<=";
    case ">=":
      return "<";
  }
}
