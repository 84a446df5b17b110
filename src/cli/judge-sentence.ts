import { sayCount, sayRate, sayShare } from "../core/messages/numbers.ts";
import type { Line, TestSpec } from "../evidence/test-spec.ts";
import type { Verdict } from "../evidence/verdict.ts";

/** Why the verdict is what it is, as an English sentence. */
export function whySentence(spec: TestSpec, verdict: Verdict): string {
  const lines = linesOf(spec);
  return `${capital(reason(verdict, lines))}${figures(verdict, lines)}.`;
}

/** Why nobody is blamed for a line whose verdict alone is `alone`: only that stable does better is not proven yet. */
export function notWorseYetSentence(spec: TestSpec, alone: Verdict): string {
  const lines = linesOf(spec);
  return `${capital(reason(alone, lines))}, but not yet to be worse than stable's${figures(alone, lines)}.`;
}

interface Words {
  readonly what: string;
  readonly pass: Line | null;
  readonly fail: Line | null;
  readonly say: (value: number) => string;
}

function linesOf(spec: TestSpec): Words {
  if (spec.kind === "rate") return { what: "the rate", pass: spec.pass, fail: spec.fail, say: (value) => sayRate(value, "en") };
  if (spec.kind === "against-stable") {
    const say = (value: number): string => `${sayShare(value * 100, "en")} of stable's`;
    return { what: "the canary's rate", pass: spec.pass, fail: spec.fail, say };
  }
  return { what: "the rate", pass: null, fail: null, say: (value) => sayRate(value, "en") };
}

function reason(verdict: Verdict, words: Words): string {
  const { because } = verdict;
  const good = side(words, "good");
  switch (because.kind) {
    case "proven-good":
      return `${words.what} is proven ${good}`;
    case "proven-bad":
      return `${words.what} is proven ${side(words, "bad")}`;
    case "nothing-counted":
      return "nothing was counted yet";
    case "too-little-evidence":
      return words.fail === null
        ? "too little was counted to rule events out"
        : `too little evidence that ${words.what} is ${good}, or that it is not`;
    case "between-lines":
      return `${words.what} lies between the lines, ${words.pass ? words.say(words.pass.at) : ""} and ${words.fail ? words.say(words.fail.at) : ""}`;
    case "good-but-estimate-is-not":
      return `${words.what} is proven ${good}, but the estimate does not reach ${words.pass ? words.say(words.pass.at) : "the line"}`;
    case "evidence-restarted":
      return `${words.what} was proven ${good} once, but newer data speak against it`;
    case "shared-incident":
      return "stable breaks the line too, so the canary is not to blame";
    case "nothing-to-compare":
      return "nothing was counted on both arms at once, so there is nothing to compare";
    case "event-seen":
      return `${sayCount(because.events, "en")} ${because.events === 1 ? "event was" : "events were"} seen`;
    case "no-event-in":
      return `no event in ${sayCount(because.exposures, "en")}`;
    case "sample-ratio-mismatch":
    case "as-rare-as-stable":
    case "readings-over-line":
    case "readings-within-line":
    case "rises-to-limit":
    case "runs-needed":
    case "down":
    case "answers":
      // Only checks of a release come to these.
      return because.kind.replaceAll("-", " ");
  }
}

/** "below 1 %": the side of the fail line, which is what is proven. */
function side({ fail, say }: Words, which: "good" | "bad"): string {
  if (fail === null) return which;
  return `${(fail.good === "below") === (which === "good") ? "below" : "above"} ${say(fail.at)}`;
}

function figures(verdict: Verdict, words: Words): string {
  if (verdict.estimate === null || verdict.interval === null) return "";
  const { low, high } = verdict.interval;
  return `: ${words.say(verdict.estimate)} is seen, ${words.say(low)} to ${words.say(high)} is possible`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
