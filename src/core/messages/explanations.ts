import type { ByLanguage } from "./context.ts";

/** The sentences of an explained plan; every argument is said already, in the same language. */
export interface Explanation {
  readonly titles: {
    readonly whole: string;
    readonly start: string;
    readonly preparing: string;
    readonly guards: string;
    readonly end: string;
    readonly byHand: string;
    readonly told: string;
  };
  phase(number: number, name: string): string;
  released(what: string, environment: string): string;
  together(services: string): string;
  expandOnly(services: string): string;
  length(shortest: string, longest: string): string;
  budget(alpha: string, beta: string): string;
  approve(who: string): string;
  nobodyApproves(): string;
  prefer(ranges: string): string;
  avoid(ranges: string): string;
  holidays(countries: string): string;
  anyTime(zone: string): string;
  planned(day: string): string;
  plannedClosed(day: string): string;
  prepares(within: string): string;
  smoke(requests: string): string;
  rehearsal(): string;
  notReady(): string;
  newLogins(share: string): string;
  everyone(share: string): string;
  observe(time: string): string;
  extend(time: string): string;
  gate(words: string, passes: string, fails: string, otherwise: string): string;
  undecided(phase: string): string;
  /** Where a gate of the phase that fails by a proof holds and asks. */
  failed(): string;
  advance(who: string, next: string): string;
  advanceAlone(next: string): string;
  guardsFirst(): string;
  strictness(): string;
  guard(words: string, fails: string): string;
  readonly steps: {
    rollback(automatic: string): readonly string[];
    within(time: string): readonly string[];
    investigate(time: string, done: string): readonly string[];
    stop(kept: string): readonly string[];
    halt(automatic: string, environment: string): readonly string[];
  };
  shared(): string;
  sourceOutage(): string;
  full(): string;
  relativeEnds(guards: string): string;
  holdback(share: string, guards: string): string;
  promote(who: string): string;
  promoteAlone(): string;
  promotion(): string;
  keepPrevious(time: string): string;
  keepNothing(): string;
  reported(): string;
  byHand(who: string): string;
  /** What is typed for a step of a rollback by hand: `problem`, `rollback`, `acknowledge`, `approve`. */
  typed(command: string): string;
  reportHolds(): string;
  manual(time: string): string;
  confirmed(who: string): string;
  validate(who: string): string;
  never(): string;
  told(targets: string): string;
  nobodyTold(): string;
}

const en: Explanation = {
  titles: {
    whole: "What happens",
    start: "Start",
    preparing: "Before anybody sees it",
    guards: "Guards, in every phase",
    end: "At 100 % and after",
    byHand: "Rolling back by hand",
    told: "Who is told",
  },
  phase: (number, name) => `Phase ${number}: ${name}`,
  released: (what, environment) => `${what} is released to “${environment}”.`,
  together: (services) => `The services ${services} move, and go back, together.`,
  expandOnly: (services) => `The team attests that both versions of ${services} work on the same data.`,
  length: (shortest, longest) =>
    shortest === longest
      ? `Observation takes ${shortest} in all.`
      : `Observation takes ${shortest} in all, ${longest} with every extension.`,
  budget: (alpha, beta) =>
    `Over the whole release, the chance that a healthy version is taken back by mistake is at most ${alpha}; that a gate passes a bad one is at most ${beta}.`,
  approve: (who) => `To start it takes the approval ${who}, on this very plan.`,
  nobodyApproves: () => "Nobody has to approve the start.",
  prefer: (ranges) => `It starts within ${ranges} only.`,
  avoid: (ranges) => `It neither starts nor goes to its next phase within ${ranges}.`,
  holidays: (countries) => `Nor on a public holiday (${countries}).`,
  anyTime: (zone) => `It may start at any time (${zone}).`,
  planned: (day) => `It is planned for ${day}.`,
  plannedClosed: (day) => `It is planned for ${day}, but its windows are closed all that day.`,
  prepares: (within) => `The new version starts beside the stable one and must be ready within ${within}.`,
  smoke: (requests) => `Every mix of old and new services must answer ${requests}.`,
  rehearsal: () => "The metrics must be readable for both versions, and the rollback is rehearsed and timed.",
  notReady: () => "Otherwise it stops, and nobody was exposed.",
  newLogins: (share) => `${share} of the people who log in after the phase began get the new version, and keep it.`,
  everyone: (share) => `${share} of everybody get the new version at their next page; who has it keeps it.`,
  observe: (time) => `It is observed for ${time}; only time counts in which the share was seen and the metrics could be read.`,
  extend: (time) => `While a gate is undecided and the forecast says that it helps, up to ${time} more.`,
  gate: (words, passes, fails, otherwise) => `“${words}” passes when ${passes}; it fails when ${fails}: then ${otherwise}.`,
  undecided: (phase) => `Undecided is never a pass: when the time is over it holds at ${phase} and people are asked.`,
  failed: () =>
    "A failure that is proven stays: somebody takes people back, or a release manager has looked at it and goes on, and then the gate has to pass on what comes from then on.",
  advance: (who, next) => `With every gate passed and the approval ${who}, it goes to ${next}.`,
  advanceAlone: (next) => `With every gate passed, it goes to ${next} by itself.`,
  guardsFirst: () => "From the first person on the new version to the promotion, whatever windows and approvals say:",
  strictness: () => "A running reaction is only ever replaced by a stricter one: investigate, rollback within, stop, rollback, halt.",
  guard: (words, fails) => `“${words}”, when ${fails}:`,
  steps: {
    rollback: (automatic) => [
      `at once: all traffic goes to the stable version, and is read back, within ${automatic}`,
      "then: people are told, and the new version is removed",
    ],
    within: (time) => [
      "at once: the share is frozen, people are told, and a countdown is shown",
      "meanwhile: fresh evidence that it is over cancels the countdown; a release manager may roll back earlier",
      `otherwise: everybody is back on the stable version, and read back, ${time} after the breach at the latest`,
    ],
    investigate: (time, done) => [
      "at once: the share is frozen, and the owners are asked to look at the evidence",
      "meanwhile: a release manager may go on, or roll back earlier",
      `otherwise: the rollback begins ${time} after the breach, and is done after ${done}`,
    ],
    stop: (kept) => [
      "at once: all traffic goes to the stable version, and the release ends",
      `then: the new version is kept ${kept} for inspection, without traffic`,
    ],
    halt: (automatic, environment) => [
      `at once: all traffic goes to the stable version, and is read back, within ${automatic}`,
      `then: nothing starts in ${environment} until a release manager lifts the freeze, with a reason`,
    ],
  },
  shared: () =>
    "When the stable version breaks the same line at the same time, the new one is not to blame: it holds, and people are asked.",
  sourceOutage: () => "A metric source that does not answer never rolls anything back: it holds.",
  full: () => "At 100 % the stable version keeps its full capacity without traffic, so that going back stays a matter of traffic.",
  relativeEnds: (guards) => `Nobody is left to compare with there: ${guards} cannot be judged any more.`,
  holdback: (share, guards) => `${share} of the people stay on the stable version, so that ${guards} can still be judged.`,
  promote: (who) => `After the last phase it takes the approval ${who} to promote.`,
  promoteAlone: () => "After the last phase it is promoted by itself.",
  promotion: () =>
    "Promotion copies the stable version aside, puts the new one in its place, moves the traffic there, and removes the canary; the guards stay armed to the end.",
  keepPrevious: (time) => `The previous version is kept ${time}: until then going back is a matter of traffic.`,
  keepNothing: () => "The previous version is not kept: going back means starting it again.",
  reported: () => "Whoever sees that something is wrong says so, and people are told at once.",
  byHand: (who) => `At any time, ${who} may roll back.`,
  typed: (command) => `\`serin release ${command} RELEASE --reason TEXT\``,
  reportHolds: () => "While somebody has reported a problem and nobody has decided about it, it goes no further.",
  manual: (time) => `From the first report, or else from the decision, to everybody back it is measured against ${time}.`,
  confirmed: (who) => `Then ${who} confirms that it was executed.`,
  validate: (who) => `Afterwards ${who} validates the state.`,
  never: () => "Windows, freezes and approvals never delay a rollback.",
  told: (targets) => `Every change of status is told to ${targets}.`,
  nobodyTold: () => "Nobody is told: the plan names no notices.",
};

const fr: Explanation = {
  titles: {
    whole: "Ce qui se passe",
    start: "Démarrage",
    preparing: "Avant toute exposition",
    guards: "Garde-fous, dans chaque phase",
    end: "À 100\u202f% et après",
    byHand: "Retour arrière manuel",
    told: "Qui est prévenu",
  },
  phase: (number, name) => `Phase ${number}\u202f: ${name}`,
  released: (what, environment) => `${what} passe dans l’environnement «\u00a0${environment}\u00a0».`,
  together: (services) => `Les services ${services} avancent et reviennent ensemble.`,
  expandOnly: (services) => `L’équipe atteste que les deux versions de ${services} fonctionnent sur les mêmes données.`,
  length: (shortest, longest) =>
    shortest === longest
      ? `L’observation dure ${shortest} en tout.`
      : `L’observation dure ${shortest} en tout, ${longest} avec toutes les prolongations.`,
  budget: (alpha, beta) =>
    `Sur toute la mise en production, le risque de retirer par erreur une version saine est d’au plus ${alpha}\u202f; celui qu’un critère valide une mauvaise version est d’au plus ${beta}.`,
  approve: (who) => `Le démarrage demande l’accord ${who}, sur ce plan précis.`,
  nobodyApproves: () => "Le démarrage ne demande l’accord de personne.",
  prefer: (ranges) => `Démarrage uniquement dans la fenêtre ${ranges}.`,
  avoid: (ranges) => `Ni démarrage ni changement de phase pendant ${ranges}.`,
  holidays: (countries) => `Ni les jours fériés (${countries}).`,
  anyTime: (zone) => `Démarrage possible à tout moment (${zone}).`,
  planned: (day) => `Prévu pour le ${day}.`,
  plannedClosed: (day) => `Prévu pour le ${day}, mais les fenêtres de tir sont fermées toute la journée.`,
  prepares: (within) => `La nouvelle version démarre à côté de la version stable et doit être prête en ${within}.`,
  smoke: (requests) => `Chaque mélange d’anciens et de nouveaux services doit répondre à ${requests}.`,
  rehearsal: () => "Les métriques doivent être lisibles pour les deux versions\u202f; le retour arrière est répété et chronométré.",
  notReady: () => "Sinon tout s’arrête, et personne n’a été exposé.",
  newLogins: (share) => `${share} des personnes qui se connectent après le début de la phase reçoivent la nouvelle version, et la gardent.`,
  everyone: (share) => `${share} de tout le monde reçoivent la nouvelle version à la page suivante\u202f; qui l’a déjà la garde.`,
  observe: (time) => `Observation pendant ${time}\u202f; seul compte le temps où la part est confirmée et où les métriques sont lisibles.`,
  extend: (time) => `Tant qu’un critère est indécis et que la prévision dit que cela aide, jusqu’à ${time} de plus.`,
  gate: (words, passes, fails, otherwise) =>
    `«\u00a0${words}\u00a0» est validé ${passes}\u202f; échoue ${fails}\u202f: alors ${otherwise}.`,
  undecided: (phase) =>
    `Indécis n’est jamais validé\u202f: le temps écoulé, la mise en production reste suspendue à ${phase} et une décision est demandée.`,
  failed: () =>
    "Un échec prouvé le reste\u202f: retour arrière par décision, ou reprise par un release manager qui l’a examiné, et le critère doit alors être validé sur ce qui vient ensuite.",
  advance: (who, next) => `Tous les critères validés et avec l’accord ${who}, passage à ${next}.`,
  advanceAlone: (next) => `Tous les critères validés, passage automatique à ${next}.`,
  guardsFirst: () =>
    "De la première personne sur la nouvelle version jusqu’à la généralisation, quels que soient fenêtres et accords\u202f:",
  strictness: () =>
    "Une réaction en cours n’est remplacée que par une plus stricte\u202f: investigation, retour arrière différé, arrêt du canari, retour arrière, arrêt complet.",
  guard: (words, fails) => `«\u00a0${words}\u00a0», ${fails}\u202f:`,
  steps: {
    rollback: (automatic) => [
      `aussitôt\u202f: tout le trafic revient à la version stable, confirmé en ${automatic}`,
      "ensuite\u202f: les personnes concernées sont prévenues, la nouvelle version est retirée",
    ],
    within: (time) => [
      "aussitôt\u202f: la part est gelée, les personnes concernées sont prévenues, un compte à rebours s’affiche",
      "pendant ce temps\u202f: la preuve nouvelle que c’est terminé l’annule\u202f; un release manager peut revenir en arrière plus tôt",
      `sinon\u202f: tout le monde est revenu à la version stable, confirmé, au plus tard ${time} après le franchissement`,
    ],
    investigate: (time, done) => [
      "aussitôt\u202f: la part est gelée, les responsables reçoivent les preuves",
      "pendant ce temps\u202f: un release manager peut continuer, ou revenir en arrière plus tôt",
      `sinon\u202f: le retour arrière commence ${time} après le franchissement, et se termine avant ${done}`,
    ],
    stop: (kept) => [
      "aussitôt\u202f: tout le trafic revient à la version stable, et la mise en production se termine",
      `ensuite\u202f: la nouvelle version est gardée ${kept} pour examen, sans trafic`,
    ],
    halt: (automatic, environment) => [
      `aussitôt\u202f: tout le trafic revient à la version stable, confirmé en ${automatic}`,
      `ensuite\u202f: rien ne démarre dans ${environment} avant la levée du gel par un release manager, avec un motif`,
    ],
  },
  shared: () =>
    "Quand la version stable franchit le même seuil au même moment, la nouvelle n’est pas en cause\u202f: suspension, et une décision est demandée.",
  sourceOutage: () => "Une source de métriques qui ne répond pas ne provoque jamais de retour arrière\u202f: suspension.",
  full: () => "À 100\u202f%, la version stable garde toute sa capacité sans trafic, pour que le retour reste une affaire de trafic.",
  relativeEnds: (guards) => `Il n’y a alors plus personne à qui comparer\u202f: ${guards} ne peut plus être jugé.`,
  holdback: (share, guards) => `${share} des personnes restent sur la version stable, pour que ${guards} puisse encore être jugé.`,
  promote: (who) => `Après la dernière phase, la généralisation demande l’accord ${who}.`,
  promoteAlone: () => "Après la dernière phase, la généralisation est automatique.",
  promotion: () =>
    "La généralisation copie la version stable à part, met la nouvelle à sa place, y ramène le trafic et retire le canari\u202f; les garde-fous restent armés jusqu’au bout.",
  keepPrevious: (time) => `La version précédente est gardée ${time}\u202f: jusque-là, revenir est une affaire de trafic.`,
  keepNothing: () => "La version précédente n’est pas gardée\u202f: revenir demande de la redémarrer.",
  reported: () => "Qui voit que quelque chose ne va pas le signale, et tout le monde est aussitôt prévenu.",
  byHand: (who) => `À tout moment, ${who} peut décider le retour arrière.`,
  typed: (command) => `\`serin release ${command} MISE-EN-PRODUCTION --reason MOTIF\``,
  reportHolds: () => "Tant qu’un problème est signalé sans décision, aucune étape ne suit.",
  manual: (time) => `Du premier signalement, ou sinon de la décision, au retour de tout le monde, il est mesuré par rapport à ${time}.`,
  confirmed: (who) => `Puis ${who} confirme l’exécution.`,
  validate: (who) => `Ensuite ${who} valide l’état.`,
  never: () => "Fenêtres, gels et accords ne retardent jamais un retour arrière.",
  told: (targets) => `Chaque changement de statut est annoncé à ${targets}.`,
  nobodyTold: () => "Personne n’est prévenu\u202f: le plan ne nomme aucun destinataire.",
};

/** The sentences of an explained plan, by language. */
export const explanations: ByLanguage<Explanation> = { en, fr };
