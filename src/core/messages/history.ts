import type { Verdict } from "../../evidence/verdict.ts";
import type { Language, Plan } from "../plan.ts";
import type { AskedCheck, ByLanguage } from "./context.ts";
import { scaleOf } from "./figures.ts";
import type { Scale } from "./figures.ts";
import { sayAbout, sayCount, sayLatency, sayNumber, sayRate } from "./numbers.ts";
import { sayFailing, sayPassing } from "./proofs.ts";
import { sayReaction } from "./reactions.ts";
import { sayAssumption } from "./verdicts.ts";

/** Everything that was read for one check, as far as it is told. */
export interface ReadSoFar {
  /** Counts of a rate, or the levels' sum and number; `null`: nothing was read. */
  readonly canary: { readonly sum: number; readonly of: number } | null;
  readonly stable: { readonly sum: number; readonly of: number } | null;
  /** Of levels: the least, the greatest and the last one of the canary. */
  readonly levels: { readonly least: number; readonly greatest: number; readonly last: number } | null;
}

/** The metric in people's words where the plan has some, else its name. */
export function sayMetricName(plan: Pick<Plan, "remarks">, metric: string): string {
  return plan.remarks.means[metric] ?? metric;
}

/** What the interval of a check is an interval of: "error-rate", "api-latency: slower than 500 ms", "conversion as a part of stable’s". */
export function sayPoints(plan: Plan, asked: AskedCheck, language: Language): string {
  const name = sayMetricName(plan, asked.check.metric);
  const words = drawn[language];
  switch (asked.condition.kind) {
    case "quantile":
      return words.slower(name, sayLatency(asked.condition.ms, language));
    case "of-stable":
    case "no-regression":
      return words.ofStable(name);
    case "none":
      return words.events(name);
    case "down":
      return words.down(name);
    case "line":
      return name;
  }
}

/** What was read of each arm, as `sayPoints`: of a comparison with stable the rate itself. */
export function saySeries(plan: Plan, asked: AskedCheck, language: Language): string {
  const isCompared = asked.condition.kind === "of-stable" || asked.condition.kind === "no-regression";
  return isCompared ? sayMetricName(plan, asked.check.metric) : sayPoints(plan, asked, language);
}

/** The counts behind a verdict: "new version: 12 of 4,116 requests; stable version: 30 of 37,000 requests". */
export function sayRead(asked: AskedCheck, read: ReadSoFar, language: Language): string {
  const words = reads[language];
  const { canary, stable, levels } = read;
  if (canary === null || canary.of === 0) return words.nothing;
  const scale = scaleOf(asked.condition) ?? { kind: "number" };
  if (levels !== null) return words.levels(canary.of, { ...said(levels, scale, language), isScore: asked.check.spec.kind === "score" });
  if (asked.check.spec.kind === "probe") return words.probe(canary.of, canary.sum);
  const counted = (arm: { readonly sum: number; readonly of: number }): string =>
    words.counts(sayCount(arm.sum, language), sayCount(arm.of, language), asked.unit);
  return [words.canary(counted(canary)), ...(stable === null || stable.of === 0 ? [] : [words.stable(counted(stable))])].join(
    language === "fr" ? "\u202f; " : "; ",
  );
}

function said(
  levels: NonNullable<ReadSoFar["levels"]>,
  scale: Scale,
  language: Language,
): { readonly least: string; readonly greatest: string; readonly last: string } {
  const say = (value: number): string => (scale.kind === "number" ? sayNumber(value, language, 3) : sayRate(value, language));
  return { least: say(levels.least), greatest: say(levels.greatest), last: say(levels.last) };
}

/** A verdict to be explained. `ahead`: how much longer a decision takes (`null`: none is in sight); `null`: nothing comes any more. */
export interface Explained {
  readonly verdict: Verdict;
  readonly ahead: { readonly moreMs: number | null } | null;
}

/**
 * What a verdict rests on and what would change it, a sentence each: how sure it is, what passes and fails, and what has to happen for another
 * answer. `null`: nobody was exposed, and there is no verdict.
 */
export function explainVerdict(asked: AskedCheck, now: Explained | null, language: Language): readonly string[] {
  const words = changes[language];
  const reaction = sayReaction(asked.check.reaction, language);
  const fails = sayFailing(asked, language);
  const sentences =
    asked.kind === "gate" ? [words.passes(sayPassing(asked, language)), words.fails(fails, reaction)] : [words.breaks(fails, reaction)];
  if (now === null) return sentences;
  const assumption = words.sure(sayAssumption(now.verdict.assumes, language));
  return [assumption, ...sentences, ...(now.ahead === null ? [] : [words.would(asked, now.verdict, now.ahead.moreMs)])];
}

interface Drawn {
  slower(name: string, than: string): string;
  ofStable(name: string): string;
  events(name: string): string;
  down(name: string): string;
}

const drawn: ByLanguage<Drawn> = {
  en: {
    slower: (name, than) => `${name}: slower than ${than}`,
    ofStable: (name) => `${name} as a part of stable’s`,
    events: (name) => `${name}, as a rate that the readings still allow`,
    down: (name) => `${name}: probes without an answer`,
  },
  fr: {
    slower: (name, than) => `${name}\u202f: plus lents que ${than}`,
    ofStable: (name) => `${name} par rapport à la version stable`,
    events: (name) => `${name}, taux que les relevés permettent encore`,
    down: (name) => `${name}\u202f: sondes sans réponse`,
  },
};

interface Reads {
  readonly nothing: string;
  canary(counts: string): string;
  stable(counts: string): string;
  counts(bad: string, total: string, unit: "person" | "request"): string;
  levels(
    readings: number,
    of: { readonly least: string; readonly greatest: string; readonly last: string; readonly isScore: boolean },
  ): string;
  probe(asked: number, down: number): string;
}

const reads: ByLanguage<Reads> = {
  en: {
    nothing: "Nothing was read while people were on the new version",
    canary: (counts) => `New version: ${counts}`,
    stable: (counts) => `stable version: ${counts}`,
    counts: (bad, total, unit) => `${bad} of ${total} ${unit === "person" ? "people" : "requests"}`,
    levels: (readings, { least, greatest, last, isScore }) =>
      least === greatest
        ? `${sayCount(readings, "en")} ${isScore ? "run" : "reading"}${readings === 1 ? "" : "s"} of the new version: ${last}`
        : `${sayCount(readings, "en")} ${isScore ? "runs" : "readings"} of the new version, from ${least} to ${greatest}; the last one ${last}`,
    probe: (asked, down) => `Asked ${sayCount(asked, "en")} ${asked === 1 ? "time" : "times"}, ${sayCount(down, "en")} without an answer`,
  },
  fr: {
    nothing: "Rien n’a été relevé pendant que des personnes étaient sur la nouvelle version",
    canary: (counts) => `Nouvelle version\u202f: ${counts}`,
    stable: (counts) => `version stable\u202f: ${counts}`,
    counts: (bad, total, unit) => `${bad} sur ${total} ${unit === "person" ? "personnes" : "requêtes"}`,
    levels: (readings, { least, greatest, last, isScore }) =>
      least === greatest
        ? `${sayCount(readings, "fr")} ${isScore ? "mesure" : "relevé"}${readings === 1 ? "" : "s"} de la nouvelle version\u202f: ${last}`
        : `${sayCount(readings, "fr")} ${isScore ? "mesures" : "relevés"} de la nouvelle version, de ${least} à ${greatest}\u202f; ${isScore ? "la dernière" : "le dernier"} ${last}`,
    probe: (asked, down) => `Interrogé ${sayCount(asked, "fr")} fois, ${sayCount(down, "fr")} sans réponse`,
  },
};

interface Changes {
  sure(assumption: string): string;
  passes(when: string): string;
  fails(when: string, then: string): string;
  breaks(when: string, then: string): string;
  would(asked: AskedCheck, verdict: Verdict, moreMs: number | null): string;
}

const changes: ByLanguage<Changes> = {
  en: {
    sure: (assumption) => `How sure: ${assumption}`,
    passes: (when) => `It passes when ${when}`,
    fails: (when, then) => `It fails when ${when}: then ${then}`,
    breaks: (when, then) => `It is breached when ${when}: then ${then}`,
    would: ({ kind }, verdict, moreMs) => {
      switch (verdict.kind) {
        case "pass":
          return kind === "gate"
            ? "It stays so until newer readings speak against it: then it is open again"
            : "It goes on being watched until the promotion";
        case "fail":
          return "What is proven stays proven, also when its source falls silent; a person who looked at it can go on, and then it has to prove itself on new readings";
        case "undecided":
          if (kind === "guard") return "Only a proof breaches it: neither one bad reading nor silence does";
          return moreMs === null
            ? "At this traffic no decision is in sight: more traffic, more time or a wider line would bring one"
            : `If it goes on like this, ${sayAbout(moreMs, "en")} more decide it`;
        case "no-data":
          return "It is judged again with the next reading; until then it holds the release, and never passes";
        case "invalid":
          return "While the shares of people are not as drawn nothing can be compared; a new release draws afresh";
      }
    },
  },
  fr: {
    sure: (assumption) => `Solidité\u202f: ${assumption}`,
    passes: (when) => `Il est validé ${when}`,
    fails: (when, then) => `Il échoue ${when}\u202f: alors ${then}`,
    breaks: (when, then) => `Il est franchi ${when}\u202f: alors ${then}`,
    would: ({ kind }, verdict, moreMs) => {
      switch (verdict.kind) {
        case "pass":
          return kind === "gate"
            ? "Il le reste tant que de nouveaux relevés ne disent pas le contraire\u202f: il serait alors de nouveau ouvert"
            : "Il reste surveillé jusqu’à la généralisation";
        case "fail":
          return "Ce qui est prouvé le reste, même si la source se tait\u202f; une personne qui l’a examiné peut continuer, et il doit alors faire ses preuves sur de nouveaux relevés";
        case "undecided":
          if (kind === "guard") return "Seule une preuve le franchit\u202f: ni un mauvais relevé ni un silence n’y suffisent";
          return moreMs === null
            ? "À ce trafic, aucune décision n’est en vue\u202f: il faudrait plus de trafic, plus de temps ou un seuil plus large"
            : `Si tout continue ainsi, encore ${sayAbout(moreMs, "fr")} pour trancher`;
        case "no-data":
          return "Il est de nouveau jugé dès le prochain relevé\u202f; d’ici là il suspend la mise en production, sans jamais la valider";
        case "invalid":
          return "Tant que les parts de personnes ne sont pas celles du tirage, rien ne peut être comparé\u202f; une nouvelle mise en production refait le tirage";
      }
    },
  },
};
