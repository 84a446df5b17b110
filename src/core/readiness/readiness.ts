import { readinessWords } from "../messages/readiness.ts";
import type { Language } from "../plan.ts";

/** `wrong`: No-Go. `doubtful`: Go, with open eyes. */
export type ReadinessVerdict = "ok" | "doubtful" | "wrong";

/** Something that a Go or a No-Go rests on. */
export interface ReadinessItem {
  readonly what: string;
  readonly verdict: ReadinessVerdict;
  readonly says: string;
  /** What to do; `null` only with `ok`. */
  readonly remedy: string | null;
}

export type ReadinessPartName = "plan" | "world" | "window" | "people" | "power";

export interface ReadinessPart {
  readonly part: ReadinessPartName;
  readonly title: string;
  /** The worst of its items. */
  readonly verdict: ReadinessVerdict;
  readonly items: readonly ReadinessItem[];
}

/** A part with its title; its verdict is the worst of its items. */
export function readinessPart(part: ReadinessPartName, items: readonly ReadinessItem[], language: Language): ReadinessPart {
  return { part, title: readinessWords[language].titles[part], verdict: worst(items), items };
}

/** Go or No-Go, and the sentence that says it. */
export function goOrNoGo(
  parts: readonly ReadinessPart[],
  language: Language,
): { readonly verdict: ReadinessVerdict; readonly sentence: string } {
  const items = parts.flatMap((part) => part.items);
  const count = (verdict: ReadinessVerdict): number => items.filter((item) => item.verdict === verdict).length;
  const words = readinessWords[language];
  const verdict = worst(items);
  const sentence = { ok: words.go, doubtful: words.goWithOpenEyes(count("doubtful")), wrong: words.noGo(count("wrong")) }[verdict];
  return { verdict, sentence: `${sentence}.` };
}

/** As it should be. */
export function fine(what: string, says: string): ReadinessItem {
  return { what, verdict: "ok", says, remedy: null };
}

/** Nothing that stands in the way, but to be known before Go: with what to do. */
export function doubtful(what: string, says: string, remedy: string): ReadinessItem {
  return { what, verdict: "doubtful", says, remedy };
}

/** No-Go until it is mended: with what to do. */
export function wrong(what: string, says: string, remedy: string): ReadinessItem {
  return { what, verdict: "wrong", says, remedy };
}

function worst(items: readonly ReadinessItem[]): ReadinessVerdict {
  if (items.some(({ verdict }) => verdict === "wrong")) return "wrong";
  return items.some(({ verdict }) => verdict === "doubtful") ? "doubtful" : "ok";
}
