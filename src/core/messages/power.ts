import { isGood } from "../../evidence/lines.ts";
import { sayDuration } from "../duration.ts";
import type { Language, Plan } from "../plan.ts";
import { canaryTraffic } from "../power.ts";
import type { CheckPower, ExpectedTraffic, Needed } from "../power.ts";
import { isOfStable } from "../truths.ts";
import { quote, sayPhase } from "./context.ts";
import type { AskedCheck, ByLanguage } from "./context.ts";
import type { Said } from "./doubts.ts";
import { sayValue, scaleOf } from "./figures.ts";
import { sayCount, sayLatency, sayNumber, sayRate, saySpan } from "./numbers.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A time that is foreseen, no more exact than it is: "at once", "40 s", "12 min", "5.2 h", "3 d"; `null` is "never". */
export function sayForeseen(ms: number | null, language: Language): string {
  if (ms === null) return { fr: "jamais", en: "never" }[language];
  if (ms < 5_000) return { fr: "aussitôt", en: "at once" }[language];
  if (ms < 100_000) return saySpan(Math.round(ms / 5_000) * 5_000, language);
  if (ms < 100 * minuteMs) return saySpan(Math.round(ms / minuteMs) * minuteMs, language);
  if (ms < 48 * hourMs) return `${sayNumber(ms / hourMs, language)}\u00a0h`;
  return `${sayCount(ms / (24 * hourMs), language)}\u00a0${language === "fr" ? "j" : "d"}`;
}

/** A probability, never said to be none or certain: "< 1 %", "54 %", "> 99 %". */
export function sayProbability(probability: number, language: Language): string {
  const percent = { fr: "\u202f%", en: "\u00a0%" }[language];
  if (probability < 0.01) return `<\u00a01${percent}`;
  return probability > 0.99 ? `>\u00a099${percent}` : `${Math.round(probability * 100)}${percent}`;
}

/** What a metric truly is, as it was assumed or given: "2.5 %", "2.6 % over 500 ms", "2 % on both", "none", "within its line", "down". */
export function sayTruth({ check, truth }: CheckPower, asked: AskedCheck, language: Language): string {
  const { spec } = check;
  const words = truths[language];
  switch (spec.kind) {
    case "none":
      return truth.canary === 0 ? words.none : sayRate(truth.canary, language);
    case "probe":
      return truth.canary > 0 ? words.down : words.answers;
    case "level":
    case "score":
      if (truth.isAssumed) return isGood(spec.line, truth.canary) ? words.within : words.beyond;
      return sayValue(truth.canary, scaleOf(asked.condition) ?? { kind: "number" }, language);
    case "rate":
    case "against-stable":
    case "threshold":
      if (asked.condition.kind === "quantile") return words.over(sayRate(truth.canary, language), sayLatency(asked.condition.ms, language));
      if (!isOfStable(spec)) return sayValue(truth.canary, scaleOf(asked.condition) ?? { kind: "rate" }, language);
      return truth.canary === truth.stable
        ? words.both(sayRate(truth.stable, language))
        : words.against(sayRate(truth.canary, language), sayRate(truth.stable, language));
  }
}

/** "1,450 logins a minute", "14 requests a second"; `null` when no traffic would do, or nothing more is needed. */
export function sayNeeded(needs: Needed | null, language: Language): string | null {
  const words = amounts[language];
  if (needs === null) return null;
  if (needs.loginsPerMinute !== null) return words.logins(sayAmount(needs.loginsPerMinute, language));
  return needs.rps === null ? null : words.requests(sayAmount(needs.rps, language));
}

/** "120 logins a minute and 50 requests a second", as far as they are known; `null` when nothing is. */
export function sayTraffic({ loginsPerMinute, rps }: ExpectedTraffic, language: Language): string | null {
  const words = amounts[language];
  const said = [
    loginsPerMinute === null ? null : words.logins(sayAmount(loginsPerMinute, language)),
    rps === null ? null : words.requests(sayAmount(rps, language)),
  ].filter((part) => part !== null);
  return said.length === 0 ? null : said.join({ fr: " et ", en: " and " }[language]);
}

/** That a gate will not be decided in its phase, by how much, and where it would be. */
export interface Undecidable {
  readonly plan: Plan;
  readonly gate: AskedCheck;
  readonly power: CheckPower;
  readonly index: number;
  readonly traffic: ExpectedTraffic;
  /** The first later phase that decides it; `null`: none does. */
  readonly later: { readonly phase: Plan["phases"][number]; readonly power: CheckPower } | null;
  /** The same for a truth on the pass line; `null` without two lines. */
  readonly hardly: CheckPower | null;
  /** The gate with a fail line of its own, as it may be written, where that is enough; `null` otherwise. */
  readonly wider: { readonly written: string; readonly line: string; readonly power: CheckPower } | null;
  /** True once in a plan: that quiet windows decide least need not be said of every gate. */
  readonly isFirst: boolean;
}

/** The doubt about a gate that the traffic does not decide. */
export function sayUndecidable(seen: Undecidable, language: Language): Said {
  const { plan, gate, power, index, traffic, hardly } = seen;
  const words = undecidable[language];
  const phase = plan.phases[index];
  if (phase === undefined || power.outlook === null) throw new Error("a gate is judged in a phase of its plan");
  const depends =
    power.depends === "people" ? { loginsPerMinute: traffic.loginsPerMinute, rps: null } : { loginsPerMinute: null, rps: traffic.rps };
  const needed = sayNeeded(power.needs, language);
  const hardlyNeeded = hardly === null ? null : sayNeeded(hardly.needs, language);
  const message = [
    words.decided({
      traffic: sayTraffic(depends, language) ?? "",
      gate: quote(gate.says, language),
      phase: quote(sayPhase(phase, language), language),
      chance: sayProbability(power.outlook.withinExtended, language),
      truth: power.check.spec.kind === "none" ? null : sayTruth(power, gate, language),
    }),
    words.brings(bringsOf(seen, phase, language)),
    needed === null ? words.noTraffic : words.needs(needed, saySpan(phase.observeMs, language)),
    needed === null ? "" : hardly === null || hardlyNeeded === null ? "." : words.hardly(hardlyNeeded, sayTruth(hardly, gate, language)),
    seen.isFirst && plan.windows.prefer.length > 0 ? words.quiet(plan.remarks.windowsBecause) : "",
  ];
  return { message: message.join(""), remedy: remedyOf(seen, language) };
}

function bringsOf({ plan, power, index, traffic }: Undecidable, phase: Plan["phases"][number], language: Language): Brings {
  const { loginsPerMinute, rps } = canaryTraffic(plan, traffic, index);
  const perMs = power.depends === "people" ? (loginsPerMinute ?? 0) / minuteMs : (rps ?? 0) / 1000;
  return {
    count: sayCount(perMs * phase.observeMs, language),
    countExtended: phase.extendMs === 0 ? null : sayCount(perMs * (phase.observeMs + phase.extendMs), language),
    what: power.depends === "people" ? "people" : "requests",
    time: saySpan(phase.observeMs, language),
    matures: power.maturesMs === 0 ? null : saySpan(power.maturesMs, language),
  };
}

function remedyOf({ gate, wider, later, power }: Undecidable, language: Language): string {
  const words = undecidable[language];
  if (wider !== null) return words.wider(wider.written, wider.line, sayProbability(wider.power.outlook?.withinExtended ?? 0, language));
  const [metric = gate.says, ...condition] = gate.says.split(" ");
  const written = `${metric}: "${condition.join(" ")}"`;
  if (later !== null) {
    const chance = sayProbability(later.power.outlook?.within ?? 0, language);
    const name = quote(sayPhase(later.phase, language), language);
    const isThereToo = later.phase.gates.some((other) => other.metric === power.check.metric);
    return isThereToo ? words.thereToo(metric, name, chance) : words.later(written, name, chance);
  }
  const enoughMs = power.outlook?.enoughMs ?? null;
  if (enoughMs === null || enoughMs > mostObservedMs) return words.leaveOut(metric);
  return words.longer(sayDuration(Math.ceil(enoughMs / roundMs) * roundMs));
}

/** Nobody watches a phase for longer than a day; a time to observe is written in whole five minutes. */
const mostObservedMs = 24 * hourMs;
const roundMs = 5 * minuteMs;

interface Brings {
  readonly count: string;
  readonly countExtended: string | null;
  readonly what: "people" | "requests";
  readonly time: string;
  readonly matures: string | null;
}

interface UndecidableWords {
  decided(at: {
    readonly traffic: string;
    readonly gate: string;
    readonly phase: string;
    readonly chance: string;
    /** `null`: it truly has no event. */
    readonly truth: string | null;
  }): string;
  brings(what: Brings): string;
  needs(needed: string, time: string): string;
  readonly noTraffic: string;
  hardly(needed: string, truth: string): string;
  quiet(because: string | null): string;
  wider(written: string, line: string, chance: string): string;
  later(written: string, phase: string, chance: string): string;
  thereToo(metric: string, phase: string, chance: string): string;
  longer(time: string): string;
  leaveOut(metric: string): string;
}

const undecidable: ByLanguage<UndecidableWords> = {
  en: {
    decided: ({ traffic, gate, phase, chance, truth }) =>
      `At ${traffic} ${gate} is decided in ${phase} in only ${chance} of releases, if ${truth === null ? "there truly are none" : `it truly is ${truth}`}.`,
    brings: ({ count, countExtended, what, time, matures }) =>
      ` ${count} ${what} come to the new version in ${time}${countExtended === null ? "" : `, ${countExtended} with the extension`}${matures === null ? "" : `, and each counts ${matures} later`}.`,
    needs: (needed, time) => ` In ${time} it takes ${needed} to decide it in four releases of five`,
    noTraffic: " No traffic decides it in that time.",
    hardly: (needed, truth) => `, and ${needed} if it is hardly ${truth}.`,
    quiet: (because) =>
      because === null
        ? " In a window of little traffic a gate is decided least."
        : ` The windows are chosen for “${because}”: there a gate is decided least.`,
    wider: (written, line, chance) =>
      `Write ${written}: then only ${line} has to be disproved, which ${chance} of releases do, and the estimate to reach the gate's own line.`,
    later: (written, phase, chance) =>
      `Write ${written} under the gates of ${phase}: everything seen by then counts, and ${chance} of releases decide it there.`,
    thereToo: (metric, phase, chance) =>
      `Take ${metric} out of this phase's gates: ${phase} has it too, and ${chance} of releases decide it there.`,
    longer: (time) => `Write observe: ${time} in this phase, or release at a time of more traffic.`,
    leaveOut: (metric) => `Take ${metric} out of this phase's gates, and let people judge it; a guard on it stays armed.`,
  },
  fr: {
    decided: ({ traffic, gate, phase, chance, truth }) =>
      `Avec ${traffic}, ${gate} n’est décidé en phase ${phase} que dans ${chance} des cas, ${truth === null ? "s’il n’y en a réellement aucun" : `si la valeur réelle est ${truth}`}.`,
    brings: ({ count, countExtended, what, time, matures }) =>
      ` La nouvelle version y reçoit ${count} ${what === "people" ? "personnes" : "requêtes"} en ${time}${countExtended === null ? "" : `, ${countExtended} avec la prolongation`}${matures === null ? "" : `, et chacune ne compte que ${matures} plus tard`}.`,
    needs: (needed, time) => ` Pour décider en ${time} quatre fois sur cinq, il faut ${needed}`,
    noTraffic: " Aucun trafic ne le décide dans ce temps.",
    hardly: (needed, truth) => `, et ${needed} si elle n’est que de ${truth}.`,
    quiet: (because) =>
      because === null
        ? " C’est dans une fenêtre de faible trafic qu’un critère se décide le moins."
        : ` Les fenêtres sont choisies pour «\u00a0${because}\u00a0»\u202f: c’est là qu’un critère se décide le moins.`,
    wider: (written, line, chance) =>
      `Écrivez ${written}\u202f: il suffit alors d’exclure ${line}, ce que font ${chance} des cas, et que l’estimation atteigne le seuil du critère.`,
    later: (written, phase, chance) =>
      `Écrivez ${written} parmi les critères de ${phase}\u202f: tout ce qui est vu jusque-là compte, et ${chance} des cas y sont décidés.`,
    thereToo: (metric, phase, chance) =>
      `Retirez ${metric} des critères de cette phase\u202f: ${phase} l’a aussi, et ${chance} des cas y sont décidés.`,
    longer: (time) => `Écrivez observe: ${time} dans cette phase, ou choisissez une heure de plus fort trafic.`,
    leaveOut: (metric) => `Retirez ${metric} des critères de cette phase et laissez-en juger les personnes\u202f; un garde-fou reste armé.`,
  },
};

const truths: ByLanguage<{
  readonly none: string;
  readonly down: string;
  readonly answers: string;
  readonly within: string;
  readonly beyond: string;
  over(rate: string, latency: string): string;
  both(rate: string): string;
  against(canary: string, stable: string): string;
}> = {
  en: {
    none: "none",
    down: "down",
    answers: "it answers",
    within: "within its line",
    beyond: "beyond its line",
    over: (rate, latency) => `${rate} over ${latency}`,
    both: (rate) => `${rate} on both`,
    against: (canary, stable) => `${canary} against ${stable}`,
  },
  fr: {
    none: "aucun",
    down: "en panne",
    answers: "répond",
    within: "du bon côté du seuil",
    beyond: "du mauvais côté du seuil",
    over: (rate, latency) => `${rate} au-delà de ${latency}`,
    both: (rate) => `${rate} des deux côtés`,
    against: (canary, stable) => `${canary} contre ${stable}`,
  },
};

const amounts: ByLanguage<{ logins(amount: string): string; requests(amount: string): string }> = {
  en: { logins: (amount) => `${amount} logins a minute`, requests: (amount) => `${amount} requests a second` },
  fr: { logins: (amount) => `${amount} connexions par minute`, requests: (amount) => `${amount} requêtes par seconde` },
};

/** Three digits at most, two below 100: "1,450", "14", "0.7". */
function sayAmount(amount: number, language: Language): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1e-9, amount))) - 2);
  return sayNumber(amount >= 100 ? Math.round(amount / step) * step : amount, language, 2);
}
