import { list, quote } from "../context.ts";
import { sayCount, saySpan } from "../numbers.ts";
import type { ReportWords } from "./words.ts";
import { sayWhy } from "../whys.ts";

const quoted = (says: readonly string[]): string =>
  list(
    says.map((one) => quote(one, "fr")),
    "fr",
  );

/** The French words of a report. */
export const fr: ReportWords = {
  report: "Rapport de mise en production",
  colon: "\u202f: ",
  written: (moment) => `Rédigé le ${moment}`,
  created: (moment, by, reason) => `Créée le ${moment} par ${by}${reason === "" ? "" : `\u202f: ${quote(reason, "fr")}`}`,
  headings: {
    summary: "En résumé",
    versions: "Versions",
    stages: "Durées",
    evidence: "Preuves",
    gates: "Critères",
    guards: "Garde-fous",
    lines: "Avec d’autres seuils",
    people: "Accords",
    requests: "Demandes",
    wayBack: "Retour arrière",
    overrides: "Dérogations",
    notices: "Notifications",
    story: "Déroulé",
    proof: "Authenticité",
  },
  columns: {
    service: "Service",
    from: "Stable",
    to: "Nouvelle",
    stage: "Étape",
    began: "Début",
    took: "Durée",
    planned: "Prévu",
    promised: "Promis",
    observed: "Compté",
    time: "Heure",
    person: "Qui",
    role: "Rôle",
    approves: "Approuve",
    revision: "Révision",
    saw: "Ce qui était affiché",
    asked: "Demande",
    reason: "Motif",
    outcome: "Suite",
    check: "Critère ou garde-fou",
    asPlanned: "Comme prévu",
    tighter: "Seuil plus strict",
    looser: "Seuil plus large",
    failsFrom: "Où il aurait échoué",
    receiver: "À",
    notice: "Message",
    delivered: "Remise",
    step: "Étape",
    what: "Quoi",
  },
  done: "fait",
  refused: (why) => `refus\u202f: ${why}`,
  lapsed: (time, says) => `tombé à ${time}\u202f: ${says} s’était dégradé`,
  nothing: {
    signOffs: "Aucun accord n’a été demandé, ou aucun n’a été donné.",
    requests: "Personne n’a rien demandé.",
    notices: "Personne n’a été prévenu\u202f: aucune notification n’était prévue.",
    lines: "pas de seuil à déplacer",
  },
  stage: (kind, phase) =>
    ({ waiting: "Attente du démarrage", preparing: "Préparation", phase, promoting: "Généralisation", "rolling-back": "Retour arrière" })[
      kind
    ],
  atMost: (span) => `au plus ${span}`,
  upTo: (shortest, longest) => `${shortest}, au plus ${longest}`,
  goesOn: "en cours",
  met: "tenu",
  missed: "manqué",
  automatic: "Retour arrière automatique",
  manual: "Retour arrière manuel",
  back: (took, within) =>
    took === null
      ? `Personne n’a encore confirmé que tout le monde est revenu à la version stable\u202f; le plan promet ${within}`
      : `Tout le monde était revenu à la version stable ${took} après la décision, confirmé par le routeur\u202f; le plan promet ${within}`,
  reactionMet: (reaction, took) =>
    `Le plan demandait ${quote(reaction, "fr")}\u202f: tout le monde était revenu ${took} après le franchissement`,
  deliveredAfter: (span) => `après ${span}`,
  lost: (why) => `perdue\u202f: ${sayWhy(why, "fr")}`,
  notYet: "pas encore",
  verified: "Vérifié",
  notVerified: "NON vérifié",
  unbroken: (entries, rows) =>
    `La chaîne de ${sayCount(entries, "fr")} entrées sur ${sayCount(rows, "fr")} relevés est intacte, et la rejouer redonne chaque décision`,
  broken: (revision, why) => `Révision ${revision}\u202f: ${sayWhy(why, "fr")}`,
  planHash: "Empreinte du plan",
  journalHash: "Dernier maillon du journal",
  reproduce: (command) => `Avec les données du serveur, chacun peut le revérifier\u202f: ${command}`,
  legend: {
    canary: "nouvelle version",
    stable: "version stable",
    interval: "ce que les relevés permettent encore",
    estimate: "estimation",
    pass: "seuil de validation",
    fail: "seuil d’échec",
  },
  phaseOf: (phase) => `demandé par ${phase}`,
  notAsked: "jamais demandé\u202f: la mise en production n’est pas arrivée à cette phase",
  sawNothing: "rien n’était encore relevé",
  story: { verdicts: "verdict", estimates: "estimation" },
  failsBelow: (line) => `à tout seuil en dessous de ${line}`,
  failsAbove: (line) => `à tout seuil au-dessus de ${line}`,
  failsNever: "à aucun seuil\u202f: rien n’a jamais été prouvé contre la seule nouvelle version",
  reads: "Ce qui a été relevé",
  outcomeOf: ({ what, status, environment, by, moment, afterMs, cause }) => {
    const verbs: Readonly<Record<string, string>> = {
      promoted: "a été généralisée à tout le monde",
      "rolled-back": "a fait l’objet d’un retour arrière",
      stopped: "a été arrêtée",
      halted: "a été arrêtée, et son environnement gelé",
    };
    const verb = verbs[status];
    const where = `dans ${quote(environment, "fr")}`;
    const after = `${saySpan(afterMs, "fr")} après sa création par ${by}`;
    const subject = `La mise en production ${what}`;
    if (verb === undefined) return `${subject} est encore en cours ${where}, ${after}.`;
    return `${subject} ${verb} ${where} le ${moment}, ${after}${cause === null ? "" : `\u202f: ${cause}`}.`;
  },
  evidenceOf: ({ passed, gates, allGates, open, failed, breached, guards, people }) => {
    const notAsked = allGates === gates ? "" : ` des phases atteintes`;
    const gatesSay =
      gates === 0
        ? "Aucun critère n’a encore été demandé"
        : passed === gates
          ? gates === 1
            ? `Le seul critère${notAsked} a été validé`
            : `Les ${sayCount(gates, "fr")} critères${notAsked} ont été validés`
          : [
              `${sayCount(passed, "fr")} ${passed < 2 ? "critère" : "critères"}${notAsked} ${passed < 2 ? "validé" : "validés"} sur ${sayCount(gates, "fr")}`,
              ...(failed.length === 0 ? [] : [`échec de ${quoted(failed)}`]),
              ...(open.length === 0 ? [] : [`${open.length === 1 ? "resté ouvert" : "restés ouverts"}\u202f: ${quoted(open)}`]),
            ].join(", ");
    const guardsSay =
      breached.length === 0
        ? guards === 1
          ? "le seul garde-fou n’a pas été franchi"
          : `aucun des ${sayCount(guards, "fr")} garde-fous n’a été franchi`
        : `${quoted(breached)} ${breached.length === 1 ? "a été franchi" : "ont été franchis"}`;
    const peopleSay =
      people === null
        ? ""
        : `\u202f; ${sayCount(people, "fr")} ${people < 2 ? "personne était" : "personnes étaient"} sur la nouvelle version`;
    return `${allGates === 0 ? "Le plan n’a pas de critères" : gatesSay}, et ${guards === 0 ? "pas de garde-fous" : guardsSay}${peopleSay}.`;
  },
  peopleOf: ({ signers, signOffs, delivered, lost, waiting, entries, isVerified }) => {
    const signed =
      signOffs === 0
        ? "Personne n’a donné d’accord"
        : `${list(signers, "fr")} ${signers.length === 1 ? "a" : "ont"} donné ${signOffs === 1 ? "un accord" : `${sayCount(signOffs, "fr")} accords`}`;
    const told =
      delivered + lost + waiting === 0
        ? "aucune notification n’était prévue"
        : `${sayCount(delivered, "fr")} ${delivered < 2 ? "notification a été remise" : "notifications ont été remises"}${lost === 0 ? " et aucune perdue" : ` et ${sayCount(lost, "fr")} ${lost === 1 ? "perdue" : "perdues"}`}${waiting === 0 ? "" : `, ${sayCount(waiting, "fr")} en attente`}`;
    const proof = isVerified
      ? `son journal de ${sayCount(entries, "fr")} entrées est intact, et le rejouer redonne chaque décision`
      : "son journal n’a PAS pu être vérifié\u202f: ne pas se fier à ce rapport";
    return `${signed}\u202f; ${told}\u202f; ${proof}.`;
  },
};
