import { runInNewContext } from "node:vm";

/** What a browser finds when it shows a page: the kinds of errors that the edge's beacon reports. */
export type PageError = "uncaught" | "blank";

const tag = '<script src="/.serin/beacon.js">';

/**
 * The message that the edge's script on this page would send: what went wrong, or that something is shown. `null` where it would send none: the
 * page lacks the script, or the edge gave it no mark (`serverTiming`, the header).
 */
export function beaconOf(html: string, serverTiming: string | null): string | null {
  const mark = /(?:^|,)\s*serin;desc="([^"]*)"/.exec(serverTiming ?? "")?.[1];
  if (mark === undefined || !html.includes(tag)) return null;
  const errors = errorsOf(html);
  return JSON.stringify(errors.length === 0 ? { page: mark, shown: true } : { page: mark, errors });
}

/** Runs the scripts that stand in the page, and looks at what is to be seen of its body. */
export function errorsOf(html: string): readonly PageError[] {
  const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text ?? "");
  const body = /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? "";
  const isBlank = body.replaceAll(/<[^>]*>/g, "").trim() === "";
  return [...(inline.some(throws) ? (["uncaught"] as const) : []), ...(isBlank ? (["blank"] as const) : [])];
}

const outcomes = new Map<string, boolean>();
const longestScriptMs = 1_000;

/** Whether a script throws; the same text does the same each time, and is run once. */
function throws(text: string): boolean {
  const known = outcomes.get(text);
  if (known !== undefined) return known;
  let hasThrown = false;
  try {
    runInNewContext(text, {}, { timeout: longestScriptMs });
  } catch {
    hasThrown = true;
  }
  outcomes.set(text, hasThrown);
  return hasThrown;
}
