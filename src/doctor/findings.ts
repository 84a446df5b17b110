import { list } from "../core/messages/context.ts";
import { sayCount, sayShare } from "../core/messages/numbers.ts";
import { phrases } from "../core/messages/phrases.ts";
import { sayMisfit } from "../core/messages/when.ts";
import { sayWhy } from "../core/messages/whys.ts";
import type { Language, Plan } from "../core/plan.ts";
import type { Misfit } from "../core/when.ts";
import type { SeriesSample } from "../ports.ts";

/** The parts that are looked at. */
export const parts = phrases(
  "part",
  {
    plan: () => "plan",
    router: (kind: string) => `router ${kind}`,
    workloads: (kind: string) => `workloads ${kind}`,
    source: (name: string) => `source ${name}`,
    notifier: (name: string) => `notifier ${name}`,
    calendar: () => "calendar",
  },
  {
    plan: () => "plan",
    router: (kind) => `routeur ${kind}`,
    workloads: (kind) => `charges de travail ${kind}`,
    source: (name) => `source ${name}`,
    notifier: (name) => `notification ${name}`,
    calendar: () => "calendrier",
  },
);

/** What is looked at, where the system has no word of its own for it. */
export const subjects = phrases(
  "doctor-subject",
  {
    slot: (service: string, slot: "canary" | "previous") => `${service} (${slot})`,
    leftOver: () => "what is left over",
    metrics: () => "metrics",
  },
  {
    slot: (service, slot) => `${service} (${slot === "canary" ? "canari" : "version précédente"})`,
    leftOver: () => "ce qui reste",
    metrics: () => "métriques",
  },
);

const holds = {
  en: "without data the release holds, and never passes.",
  fr: "sans données, la mise en production est suspendue, et rien n’est validé.",
};
const emptyBefore = {
  en: `What counts by release is empty before it; otherwise see that its words name what the source has: ${holds.en}`,
  fr: `Ce qui compte par mise en production est vide avant elle\u202f; sinon, vérifiez que ses mots nomment ce que la source a\u202f: ${holds.fr}`,
};
const mend = {
  en: "See that stable runs and the router has its addresses; each mix of versions is asked this before anybody is exposed.",
  fr: "Vérifiez que la version stable tourne et que le routeur a ses adresses\u202f; chaque mélange de versions est ainsi essayé avant toute exposition.",
};

function sayAfter(detail: string, language: Language): string {
  return detail === "" ? "" : `${language === "fr" ? "\u202f: " : ": "}${sayWhy(detail, language)}`;
}

/** What was counted on each arm, in so many series. */
export interface Counted {
  readonly stable: readonly SeriesSample[];
  readonly canary: readonly SeriesSample[];
}

function sayCounted({ stable, canary }: Counted, language: Language): string {
  const arm = (series: readonly SeriesSample[]): string => {
    if (series.length === 0) return language === "fr" ? "rien encore" : "nothing yet";
    const total = sayCount(
      series.reduce((sum, one) => sum + one.total, 0),
      language,
    );
    if (language === "en") return `${total} counted in ${series.length} series`;
    return `${total} dans ${series.length} ${series.length > 1 ? "séries" : "série"}`;
  };
  return language === "fr"
    ? `stable\u202f: ${arm(stable)}\u202f; canari\u202f: ${arm(canary)}.`
    : `stable: ${arm(stable)}; canary: ${arm(canary)}.`;
}

/** A level that a source reads; `stable` is `null` where it has no stable arm. */
export interface Level {
  readonly canary: number;
  readonly stable: number | null;
}

/** What is found where no adapter says it itself. */
export const findings = phrases(
  "doctor",
  {
    planIsFine: () => "Nothing in it is doubtful.",
    planIsDoubtful: (doubts: number) => [
      `${doubts} ${doubts === 1 ? "place of it is" : "places of it are"} legal and doubtful.`,
      "Read them: serin plan lint.",
    ],
    serviceUnknown: (known: readonly string[]) => [
      "The plan has no service of this name.",
      `Write a version of ${list(known, "en", "or")}.`,
    ],
    isConnected: () => "It is connected; nothing was sent.",
    silent: (why: string, remedy: string | null) => [
      /^[A-Z][a-z]* /.test(why) ? `${sayWhy(why, "en")}.` : `It cannot be asked: ${sayWhy(why, "en")}.`,
      remedy ?? "See that it runs, and that its connection in the server's file is right.",
    ],
    mayStart: () => "A release may start then.",
    mayNotStart: (start: Start, next: string | null) => [sayStart(start, "en"), sayNext(next, "en")],
    routerIsFree: () => "It answers, and knows no release.",
    routerServes: (release: string, sharePct: number) => [
      `It has ${sharePct} % of release ${release} on a canary.`,
      `See "serin release show ${release}": a router serves one release.`,
    ],
    routerServesNobody: () => ["It answers, and could not serve a person now.", "See that the addresses of stable answer."],
    routerIsBack: (release: string) => `It answers; everybody is on stable since ${release}.`,
    notTried: (why: string) => [`The router cannot try it: ${sayWhy(why, "en")}.`, mend.en],
    stableAnswers: (status: number) => `Stable answers ${status} through the router.`,
    stableFails: (status: number, detail: string) => [
      `Stable answers ${status === 0 ? "nothing" : status} through the router${sayAfter(detail, "en")}.`,
      mend.en,
    ],
    nothingKnown: (metrics: readonly string[]) => [
      `Nothing is known of ${metrics.join(", ")}: no version was found that runs.`,
      "Mend what is wrong with the workloads, then ask again.",
    ],
    notMeasured: (seconds: number) => [
      `It was not measured within ${seconds} s.`,
      "See that the page answers, and that the machine has a core to spare: a slow one measures late in the release, too.",
    ],
    notRead: (why: string) => [
      `It cannot be read: ${sayWhy(why, "en")}.`,
      "Mend it, or take the metric out of the plan: what cannot be read holds the release.",
    ],
    nothingMatches: () => ["Nothing matches it now.", emptyBefore.en],
    reads: ({ canary, stable }: Level) =>
      `It reads ${sayLevel(canary, "en")}${stable === null ? "" : `; stable ${sayLevel(stable, "en")}`}.`,
    isDown: () => ["It is down now.", "Bring it up before the release: its guard would set off."],
    probeAnswers: () => "It answers.",
    counted: (counted: Counted) => sayCounted(counted, "en"),
    nothingCounted: (counted: Counted) => [sayCounted(counted, "en"), emptyBefore.en],
    nothingLeft: () => "Nothing can be.",
    noStable: (service: string) => [
      "No stable version runs, so there is nothing to go back to.",
      `Start it (processes of one machine: \`serin stable start\`), or see that the plan's words for ${service} name what runs. What a server started on its own machine, that server knows: ask it (--server).`,
    ],
    stableNotReady: (version: string, detail: string) => [
      `Stable ${version} is not ready${sayAfter(detail, "en")}.`,
      "Bring it to health first: a release needs a version to go back to.",
    ],
    sameVersion: (version: string) => [`Stable is ${version} already.`, "A service that keeps its version needs none in --set."],
    stableReady: (version: string) => `Stable ${version} is ready.`,
    slotTaken: (version: string) => [
      `${version} runs in this slot.`,
      "A release that is still active needs it, or somebody left it: see `serin release list`.",
    ],
  },
  {
    planIsFine: () => "Rien n’y est douteux.",
    planIsDoubtful: (doubts) => [
      `${doubts} ${doubts > 1 ? "endroits sont valides et douteux" : "endroit est valide et douteux"}.`,
      "Lisez-les\u202f: serin plan lint.",
    ],
    serviceUnknown: (known) => ["Le plan n’a pas de service de ce nom.", `Écrivez une version de ${list(known, "fr", "or")}.`],
    isConnected: () => "La connexion est là\u202f; rien n’a été envoyé.",
    silent: (why, remedy) => [
      /^[A-Z][a-z]* /.test(why) ? `${sayWhy(why, "fr")}.` : `Impossible de l’interroger\u202f: ${sayWhy(why, "fr")}.`,
      remedy ?? "Vérifiez qu’il tourne, et que sa connexion dans le fichier du serveur est juste.",
    ],
    mayStart: () => "Une mise en production peut alors démarrer.",
    mayNotStart: (start, next) => [sayStart(start, "fr"), sayNext(next, "fr")],
    routerIsFree: () => "Il répond, et ne connaît aucune mise en production.",
    routerServes: (release, sharePct) => [
      `Il a ${sayShare(sharePct, "fr")} sur le canari de ${release}.`,
      `Voyez «\u00a0serin release show ${release}\u00a0»\u202f: un routeur sert une mise en production à la fois.`,
    ],
    routerServesNobody: () => [
      "Il répond, et ne pourrait servir personne maintenant.",
      "Vérifiez que les adresses de la version stable répondent.",
    ],
    routerIsBack: (release) => `Il répond\u202f; tout le monde est sur la version stable depuis ${release}.`,
    notTried: (why) => [`Le routeur ne peut pas l’essayer\u202f: ${sayWhy(why, "fr")}.`, mend.fr],
    stableAnswers: (status) => `La version stable répond ${status} à travers le routeur.`,
    stableFails: (status, detail) => [
      `La version stable ${status === 0 ? "ne répond rien" : `répond ${status}`} à travers le routeur${sayAfter(detail, "fr")}.`,
      mend.fr,
    ],
    nothingKnown: (metrics) => [
      `Rien n’est connu de ${list(metrics, "fr")}\u202f: aucune version en marche n’a été trouvée.`,
      "Corrigez ce qui ne va pas avec les charges de travail, puis demandez de nouveau.",
    ],
    notMeasured: (seconds) => [
      `Elle n’a pas été mesurée en ${seconds} s.`,
      "Vérifiez que la page répond, et que la machine a un cœur de libre\u202f: une machine lente mesurera aussi en retard pendant la mise en production.",
    ],
    notRead: (why) => [
      `Impossible de la lire\u202f: ${sayWhy(why, "fr")}.`,
      "Corrigez-la, ou retirez la métrique du plan\u202f: ce qui ne peut pas être lu suspend la mise en production.",
    ],
    nothingMatches: () => ["Rien n’y correspond pour l’instant.", emptyBefore.fr],
    reads: ({ canary, stable }) =>
      `Elle lit ${sayLevel(canary, "fr")}${stable === null ? "" : `\u202f; ${sayLevel(stable, "fr")} sur la version stable`}.`,
    isDown: () => ["Le service sondé est en panne.", "Rétablissez-le avant la mise en production\u202f: son garde-fou se déclencherait."],
    probeAnswers: () => "Le service sondé répond.",
    counted: (counted) => sayCounted(counted, "fr"),
    nothingCounted: (counted) => [sayCounted(counted, "fr"), emptyBefore.fr],
    nothingLeft: () => "Il ne peut rien rester.",
    noStable: (service) => [
      "Aucune version stable ne tourne\u202f: il n’y a rien à quoi revenir.",
      `Démarrez-la (processus d’une seule machine\u202f: \`serin stable start\`), ou vérifiez que les mots du plan pour ${service} nomment ce qui tourne. Ce qu’un serveur a démarré sur sa machine, lui seul le connaît\u202f: interrogez-le (--server).`,
    ],
    stableNotReady: (version, detail) => [
      `La version stable ${version} n’est pas prête${sayAfter(detail, "fr")}.`,
      "Remettez-la d’abord en état\u202f: une mise en production a besoin d’une version à laquelle revenir.",
    ],
    sameVersion: (version) => [`La version stable est déjà ${version}.`, "Un service qui garde sa version n’en a pas besoin dans --set."],
    stableReady: (version) => `La version stable ${version} est prête.`,
    slotTaken: (version) => [
      `${version} tourne à cette place.`,
      "Une mise en production encore en cours en a besoin, ou quelqu’un l’a laissée\u202f: voyez `serin release list`.",
    ],
  },
);

/** A start that does not fit the plan. */
export interface Start {
  readonly plan: Plan;
  readonly startMs: number;
  readonly misfit: Misfit;
}

function sayStart({ plan, startMs, misfit }: Start, language: Language): string {
  const isFrench = language === "fr";
  if (misfit.kind !== "closed") {
    const why = sayMisfit(plan, { misfit, startMs }, language);
    return isFrench
      ? `Une mise en production peut alors démarrer, mais avec toutes les prolongations le plan ne tient pas\u202f: ${why}.`
      : `A release may start then, but with every extension the plan does not fit: ${why}.`;
  }
  const { why, says } = misfit.answer;
  const isOutside = why === "not-preferred";
  if (isFrench) {
    return `${isOutside ? `C’est hors de ${says}, que le plan préfère.` : `Le plan l’évite\u202f: ${says}.`} La mise en production attend jusque-là.`;
  }
  return `${isOutside ? `It is outside of ${says}, which the plan prefers.` : `The plan avoids it: ${says}.`} The release waits until then.`;
}

function sayNext(moment: string | null, language: Language): string {
  if (moment !== null) return language === "fr" ? `Le prochain moment\u202f: ${moment}.` : `The next moment is ${moment}.`;
  return language === "fr"
    ? "Aucun moment des 400 prochains jours ne convient\u202f: changez les fenêtres du plan."
    : "No moment of the next 400 days will do: change the plan's windows.";
}

function sayLevel(value: number, language: Language): string {
  return value.toLocaleString(language, { maximumFractionDigits: 2 });
}
