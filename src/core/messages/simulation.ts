import { checksOf, quantitiesOf } from "../checks.ts";
import type { Language, Plan } from "../plan.ts";
import { askedCheck, list, quote } from "./context.ts";
import type { ByLanguage } from "./context.ts";
import { sayValue, scaleOf } from "./figures.ts";
import { sayCount, sayNumber, saySpan } from "./numbers.ts";
import { sayMoment } from "./times.ts";

/** What a simulated release is told with, beside its own sentences. Every argument is data; every answer ends without a full stop. */
export interface SimulationWords {
  /** Which scenario on which plan is told. */
  told(what: {
    readonly plan: Plan;
    /** By service, those that have a name. */
    readonly versions: Readonly<Record<string, string>>;
    /** `null`: all of them. */
    readonly scenario: string | null;
    readonly seed: number;
    readonly startsAtMs: number;
  }): string;
  /** How many people and requests come. */
  traffic(site: { readonly peoplePerSecond: number; readonly loginsPerSecond: number; readonly rps: number }): string;
  /** What the metrics show while all is well, by quantity. */
  healthy(plan: Plan, truths: Readonly<Record<string, number>>): string;
  /** What of the world is taken for granted beside: how fast things are, and what people do. */
  assumed(plan: Plan): string;
  readonly legend: string;
  /** How long after the beginning it came to its end. */
  ended(afterMs: number, status: string): string;
  /** The release waits for people, and the story was left there. */
  left(afterMs: number): string;
  harmed(people: number): string;
  /** Until when people harmed are counted where a release waits for people. */
  counted(afterMs: number): string;
  /** A version that does harm was promoted. */
  missed(scenario: string): string;
  readonly columns: readonly [scenario: string, end: string, when: string, harmed: string, by: string];
  /** What a promoted release held for on the way. */
  heldFor(reasons: readonly string[]): string;
}

const en: SimulationWords = {
  told: ({ plan, versions, scenario, seed, startsAtMs }) =>
    `Simulated, nothing is released: ${quote(plan.title, "en")}${named(versions)}, ${scenario === null ? "every scenario" : `scenario ${scenario}`}, seed ${seed}, begun ${sayMoment(plan, startsAtMs, "en")}`,
  traffic: ({ peoplePerSecond, loginsPerSecond, rps }) =>
    `Traffic on both versions together: new people ${rateOf(peoplePerSecond, "en")} a second, requests ${rateOf(rps, "en")} a second, logins ${rateOf(loginsPerSecond * 60, "en")} a minute`,
  healthy: (plan, truths) => `While all is well: ${sayTruths(plan, truths, "en")}`,
  assumed: ({ scrapeMs }) =>
    `Assumed, not measured: the router obeys within 20 ms, a new version is ready after 8 s, metrics are read every ${saySpan(scrapeMs, "en")}, people look every 20 s and sign when the evidence is there`,
  legend: "A line with ~ is what the simulated world does; the others are what serin says and people do",
  ended: (afterMs, status) => `After ${saySpan(afterMs, "en")}: ${status}`,
  left: (afterMs) => `Nobody decided, and the simulation ends there, after ${saySpan(afterMs, "en")} of waiting`,
  harmed: (people) =>
    people === 0
      ? "Nobody was harmed by the new version"
      : `About ${sayCount(people, "en")} ${people === 1 ? "person" : "people"} met the trouble of the new version`,
  counted: (afterMs) =>
    `A release that waits for people is left after ${saySpan(afterMs, "en")}, and the people harmed are counted until then`,
  missed: (scenario) => `${scenario}: a version that does harm was promoted`,
  columns: ["scenario", "end", "when", "harmed", "by"],
  heldFor: (reasons) => `held on the way: ${list(reasons, "en")}`,
};

const fr: SimulationWords = {
  told: ({ plan, versions, scenario, seed, startsAtMs }) =>
    `Simulation, rien n’est mis en production\u202f: ${quote(plan.title, "fr")}${named(versions)}, ${scenario === null ? "tous les scénarios" : `scénario ${scenario}`}, graine ${seed}, début ${sayMoment(plan, startsAtMs, "fr")}`,
  traffic: ({ peoplePerSecond, loginsPerSecond, rps }) =>
    `Trafic des deux versions ensemble\u202f: nouvelles personnes ${rateOf(peoplePerSecond, "fr")} par seconde, requêtes ${rateOf(rps, "fr")} par seconde, connexions ${rateOf(loginsPerSecond * 60, "fr")} par minute`,
  healthy: (plan, truths) => `Quand tout va bien\u202f: ${sayTruths(plan, truths, "fr")}`,
  assumed: ({ scrapeMs }) =>
    `Supposé, non mesuré\u202f: le routeur obéit en 20 ms, une nouvelle version est prête après 8 s, les métriques sont lues toutes les ${saySpan(scrapeMs, "fr")}, les personnes regardent toutes les 20 s et approuvent quand les preuves sont là`,
  legend: "Une ligne avec ~ est ce que fait le monde simulé\u202f; les autres sont ce que dit serin et ce que font les personnes",
  ended: (afterMs, status) => `Après ${saySpan(afterMs, "fr")}\u202f: ${status}`,
  left: (afterMs) => `Personne n’a décidé, et la simulation s’arrête là, après ${saySpan(afterMs, "fr")} d’attente`,
  harmed: (people) =>
    people === 0
      ? "La nouvelle version n’a nui à personne"
      : `Environ ${sayCount(people, "fr")} ${people === 1 ? "personne a" : "personnes ont"} rencontré le défaut de la nouvelle version`,
  counted: (afterMs) =>
    `Une mise en production qui attend une décision est laissée là après ${saySpan(afterMs, "fr")}\u202f; les personnes touchées sont comptées jusque-là`,
  missed: (scenario) => `${scenario}\u202f: une version qui nuit a été généralisée`,
  columns: ["scénario", "fin", "quand", "touchées", "par"],
  heldFor: (reasons) => `suspendue en route\u202f: ${list(reasons, "fr")}`,
};

export const simulationWords: ByLanguage<SimulationWords> = { en, fr };

function named(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([service, version]) => `, ${service} ${version}`)
    .join("");
}

function rateOf(value: number, language: Language): string {
  return sayNumber(value, language, 3);
}

/** "error-rate 0.1 %, latency 1 % slower than 2 s"; what counts events or probes is left out, since nothing happens there. */
function sayTruths(plan: Plan, truths: Readonly<Record<string, number>>, language: Language): string {
  const checks = checksOf(plan);
  const said = quantitiesOf(plan).flatMap(({ quantity, metric }) => {
    const check = checks.find((candidate) => candidate.quantity === quantity);
    const asked = check ? askedCheck(plan, check.id) : null;
    const scale = asked ? scaleOf(asked.condition) : null;
    const truth = truths[quantity];
    if (scale === null || truth === undefined) return [];
    return [`${metric.name} ${sayValue(truth, scale.kind === "of-stable" ? { kind: "rate" } : scale, language)}`];
  });
  return said.join(", ");
}
