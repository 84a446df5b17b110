import { capital } from "../../../core/messages/context.ts";
import { sayNumber } from "../../../core/messages/numbers.ts";
import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** An arm without series of a metric: where they were looked for, and what there is instead. */
interface EmptyArm {
  readonly metric: string;
  readonly service: string;
  readonly arm: "canary" | "stable";
  readonly total: number;
  readonly sought: string;
  /** Labels of series that there are; `null`: they have none by which arms are told apart. */
  readonly found: readonly (string | null)[];
  /** The labels by which arms are told apart. */
  readonly labels: string;
}

/** What is found at Prometheus. */
export const findings = phrases(
  "prometheus",
  {
    answers: (version: string | null) => (version === null ? "It answers." : `It answers; it is version ${version}.`),
    fails: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "See that it runs, and that url and tls of the connection are right."],
    refuses: (why: string) => [
      `${capital(sayWhy(why, "en"))}.`,
      "Give the connection a token, basic, a certificate or headers that may query.",
    ],
    armsConfused: (why: string) => [`${capital(sayWhy(why, "en"))}.`, "See the page of this adapter, under Configure."],
    clocksDiffer: (aheadMs: number) => [
      `Clocks differ (its clock is ${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? "ahead of" : "behind"} ours); its samples are moved to our time.`,
      "Let both machines keep the time of one server (NTP).",
    ],
    scrapedOnce: (lookback: string) => [
      `No target was scraped twice in the last ${lookback}.`,
      "Give the connection a lookback of at least two and a half scrapes.",
    ],
    lookbackShort: (seconds: number, lookback: string) => [
      `It scrapes every ${seconds} s, and lookback is ${lookback}.`,
      "Give the connection a lookback of at least two and a half scrapes.",
    ],
    scrapes: (seconds: number) => `It scrapes every ${seconds} s.`,
    scrapesSlowly: (seconds: number, planSeconds: number) => [
      `It scrapes every ${seconds} s, and the plan reads every ${planSeconds} s: harm is seen that much later.`,
      "Let Prometheus scrape these targets as often as the plan reads.",
    ],
    noSeries: (metric: string, like: string | null) => [
      `There is no series ${metric}.`,
      `${like === null ? "" : `Did you mean ${like}? `}Write a metric that Prometheus has; only a counter that is shown from its first event on may be missing.`,
    ],
    armEmpty: ({ metric, service, arm, total, sought, found, labels }: EmptyArm) => [
      `${service} ${arm} has 0 of the ${total} series of ${metric}: looked for ${sought}, found ${found.map((one) => one ?? `series without ${labels}`).join("; ")}.`,
      "Write arms in the connection, with labels that these series have, or let the scrape add them.",
    ],
  },
  {
    answers: (version) => (version === null ? "Il répond." : `Il répond\u202f; c’est la version ${version}.`),
    fails: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Vérifiez qu’il tourne, et que url et tls de la connexion sont justes."],
    refuses: (why) => [
      `${capital(sayWhy(why, "fr"))}.`,
      "Donnez à la connexion un jeton (token), basic, un certificat ou des en-têtes (headers) qui permettent de l’interroger.",
    ],
    armsConfused: (why) => [`${capital(sayWhy(why, "fr"))}.`, "Voyez la page de cet adaptateur, sous Configure."],
    clocksDiffer: (aheadMs) => [
      `Les horloges diffèrent (la sienne ${aheadMs > 0 ? "avance" : "retarde"} de ${Math.round(Math.abs(aheadMs) / 1_000)} s)\u202f; ses relevés sont ramenés à notre heure.`,
      "Mettez les deux machines à l’heure d’un même serveur (NTP).",
    ],
    scrapedOnce: (lookback) => [
      `Aucune cible n’a été relevée deux fois dans les derniers ${lookback}.`,
      "Donnez à la connexion un lookback d’au moins deux relevés et demi.",
    ],
    lookbackShort: (seconds, lookback) => [
      `Il relève toutes les ${sayNumber(seconds, "fr", 3)} s, et lookback est de ${lookback}.`,
      "Donnez à la connexion un lookback d’au moins deux relevés et demi.",
    ],
    scrapes: (seconds) => `Il relève toutes les ${sayNumber(seconds, "fr", 3)} s.`,
    scrapesSlowly: (seconds, planSeconds) => [
      `Il relève toutes les ${sayNumber(seconds, "fr", 3)} s, et le plan lit toutes les ${sayNumber(planSeconds, "fr", 3)} s\u202f: un dommage est vu d’autant plus tard.`,
      "Faites relever ces cibles par Prometheus aussi souvent que le plan lit.",
    ],
    noSeries: (metric, like) => [
      `Il n’y a pas de série ${metric}.`,
      `${like === null ? "" : `Vouliez-vous dire ${like}\u202f? `}Écrivez une métrique que Prometheus a\u202f; seul un compteur qui n’apparaît qu’à son premier événement peut manquer.`,
    ],
    armEmpty: ({ metric, service, arm, total, sought, found, labels }) => [
      `${service} (${arm === "canary" ? "canari" : "stable"}) n’a aucune des ${total} séries de ${metric}\u202f: cherché ${sought}, trouvé ${found.map((one) => one ?? `des séries sans ${labels}`).join("\u202f; ")}.`,
      "Écrivez arms dans la connexion, avec des étiquettes que ces séries ont, ou faites-les ajouter au relevé.",
    ],
  },
);
