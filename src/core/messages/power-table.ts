import type { Phase } from "../plan.ts";
import type { ByLanguage } from "./context.ts";
import { sayPhase } from "./context.ts";
import { saySpan } from "./numbers.ts";

/** The words of the table that `serin plan power` draws; text arguments are said already. */
interface PowerWords {
  title(plan: string, traffic: string | null): string;
  phase(number: number, phase: Phase, traffic: string | null): string;
  readonly gates: string;
  readonly guards: string;
  readonly truly: string;
  /** Over the mean times, of gates and of guards. */
  readonly mean: Readonly<Record<"gate" | "guard", string>>;
  readonly sure: string;
  by(time: string): string;
  readonly unknown: string;
  /** What follows the arrow beneath a row that is not decided in time. */
  takes(needed: string): string;
  orTime(time: string): string;
  readonly notByTraffic: string;
  readonly between: string;
  readonly nobodyLeft: string;
  readonly staysSilent: string;
  /** Beneath a gate that passes by its estimate: what that may miss, as `sayMissed` says it. */
  missed(what: string): string;
  readonly notes: readonly string[];
}

const en: PowerWords = {
  title: (plan, traffic) => (traffic === null ? `${plan}: what each decision takes` : `${plan}, at ${traffic}`),
  phase: (number, phase, traffic) =>
    [
      `Phase ${number}: ${sayPhase(phase, "en")} for ${saySpan(phase.observeMs, "en")}`,
      phase.extendMs > 0 ? `, up to ${saySpan(phase.extendMs, "en")} more` : "",
      traffic === null ? "" : `; to the new version come ${traffic}`,
    ].join(""),
  gates: "gate",
  guards: "guard (harm begins now)",
  truly: "if it truly is",
  mean: { gate: "decided in", guard: "seen in" },
  sure: "4 of 5 in",
  by: (time) => `by ${time}`,
  unknown: "?",
  takes: (needed) => `in time it takes ${needed}`,
  orTime: (time) => `; at this traffic ${time}`,
  notByTraffic: "no traffic decides it in this phase's time",
  between: "between its lines: never decided, serin holds and asks",
  nobodyLeft: "nobody is left on stable to compare with (holdback keeps some)",
  staysSilent: "this is no harm: the guard stays silent",
  missed: (what) => `it passes on the estimate: ${what} could be missed, once in twenty releases`,
  notes: [
    "Times count from the beginning of the phase, with the evidence of earlier phases; “at once” is known on entering it.",
    "What a metric truly is, is assumed: of gates that all is well (failures half as likely as the line allows, what people do a quarter more often than it asks), of guards harm five times beyond their line. Write --assume METRIC=VALUE where you know better.",
    "Requests are taken as independent, and to follow the share; where those of one person fail together, it takes longer. A person is a login.",
    "Closed forms: nothing was simulated. They are held to 25 % of the simulated mean (npm run bench -- power).",
  ],
};

const fr: PowerWords = {
  title: (plan, traffic) => (traffic === null ? `${plan}\u202f: ce que demande chaque décision` : `${plan}, avec ${traffic}`),
  phase: (number, phase, traffic) =>
    [
      `Phase ${number}\u202f: ${sayPhase(phase, "fr")} pendant ${saySpan(phase.observeMs, "fr")}`,
      phase.extendMs > 0 ? `, jusqu’à ${saySpan(phase.extendMs, "fr")} de plus` : "",
      traffic === null ? "" : `\u202f; la nouvelle version y reçoit ${traffic}`,
    ].join(""),
  gates: "critère",
  guards: "garde-fou (mal dès le début)",
  truly: "valeur réelle",
  mean: { gate: "décidé en", guard: "vu en" },
  sure: "4 sur 5 en",
  by: (time) => `à ${time}`,
  unknown: "?",
  takes: (needed) => `pour décider à temps, il faut ${needed}`,
  orTime: (time) => `\u202f; à ce trafic ${time}`,
  notByTraffic: "aucun trafic ne le décide dans le temps de cette phase",
  between: "entre ses seuils\u202f: jamais décidé, serin suspend et demande",
  nobodyLeft: "plus personne sur la version stable à qui comparer (holdback en garde)",
  staysSilent: "ce n’est pas un mal\u202f: le garde-fou se tait",
  missed: (what) => `validé sur l’estimation\u202f: ${what} pourrait échapper, une fois sur vingt`,
  notes: [
    "Les temps comptent depuis le début de la phase, avec les preuves des phases précédentes\u202f; «\u00a0aussitôt\u00a0»\u202f: c’est connu dès l’entrée.",
    "Les valeurs réelles sont supposées\u202f: pour les critères, tout va bien (moitié moins d’échecs que le seuil n’en permet, un quart de plus de ce que font les personnes)\u202f; pour les garde-fous, un mal cinq fois au-delà de leur seuil. Écrivez --assume MÉTRIQUE=VALEUR si vous savez mieux.",
    "Les requêtes sont supposées indépendantes, et suivre la part\u202f; quand celles d’une même personne échouent ensemble, c’est plus long. Une personne est une connexion.",
    "Formules closes\u202f: rien n’a été simulé. Elles sont tenues à 25\u202f% de la moyenne simulée (npm run bench -- power).",
  ],
};

/** The words of the table that `serin plan power` draws, by language. */
export const powerWords: ByLanguage<PowerWords> = { en, fr };
