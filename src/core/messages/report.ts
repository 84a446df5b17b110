import type { Language } from "../plan.ts";
import type { StageReport } from "../report/release-report.ts";
import type { Status } from "../status.ts";
import { list, quote } from "./context.ts";
import type { ByLanguage } from "./context.ts";
import { sayCount, saySpan } from "./numbers.ts";

/** What a report's first sentence tells. */
export interface Outcome {
  /** "Awwwards UI Refonte (frontend v2, backend v2)". */
  readonly what: string;
  readonly status: Status["kind"];
  readonly environment: string;
  readonly by: string;
  /** When it ended, or now while it goes on: day and time. */
  readonly moment: string;
  readonly afterMs: number;
  /** Why it was taken back; `null`: it was not. */
  readonly cause: string | null;
}

/** What a report's second sentence tells, each check in the plan's words. */
export interface EvidenceSummary {
  readonly passed: number;
  /** Gates of the phases that it came to, and of all. */
  readonly gates: number;
  readonly allGates: number;
  readonly open: readonly string[];
  readonly failed: readonly string[];
  readonly breached: readonly string[];
  readonly guards: number;
  /** People who were on the new version; `null`: nobody counted. */
  readonly people: number | null;
}

/** What a report's third sentence tells. */
export interface PeopleSummary {
  readonly signers: readonly string[];
  readonly signOffs: number;
  readonly delivered: number;
  readonly lost: number;
  readonly waiting: number;
  readonly entries: number;
  readonly isVerified: boolean;
}

/** The fixed words of a report, and its sentences. */
export interface ReportWords {
  readonly report: string;
  /** What stands between a name and what is said of it. */
  readonly colon: string;
  readonly written: (moment: string) => string;
  readonly created: (moment: string, by: string, reason: string) => string;
  readonly headings: Readonly<
    Record<
      | "summary"
      | "versions"
      | "stages"
      | "evidence"
      | "gates"
      | "guards"
      | "lines"
      | "people"
      | "requests"
      | "wayBack"
      | "overrides"
      | "notices"
      | "story"
      | "proof",
      string
    >
  >;
  readonly columns: Readonly<
    Record<
      | "service"
      | "from"
      | "to"
      | "stage"
      | "began"
      | "took"
      | "planned"
      | "observed"
      | "time"
      | "person"
      | "role"
      | "approves"
      | "revision"
      | "saw"
      | "asked"
      | "reason"
      | "outcome"
      | "check"
      | "asPlanned"
      | "tighter"
      | "looser"
      | "failsFrom"
      | "promised"
      | "receiver"
      | "notice"
      | "delivered"
      | "step"
      | "what",
      string
    >
  >;
  readonly done: string;
  readonly refused: (why: string) => string;
  readonly lapsed: (time: string, says: string) => string;
  readonly nothing: Readonly<Record<"signOffs" | "requests" | "notices" | "lines", string>>;
  readonly stage: (kind: StageReport["kind"], phase: string) => string;
  readonly atMost: (span: string) => string;
  readonly upTo: (shortest: string, longest: string) => string;
  readonly goesOn: string;
  readonly met: string;
  readonly missed: string;
  readonly automatic: string;
  readonly manual: string;
  readonly back: (took: string | null, within: string) => string;
  readonly reactionMet: (reaction: string, took: string) => string;
  readonly deliveredAfter: (span: string) => string;
  readonly lost: (why: string) => string;
  readonly notYet: string;
  readonly verified: string;
  readonly notVerified: string;
  readonly unbroken: (entries: number, rows: number) => string;
  readonly broken: (revision: number, why: string) => string;
  readonly planHash: string;
  readonly journalHash: string;
  readonly reproduce: (command: string) => string;
  readonly legend: Readonly<Record<"canary" | "stable" | "interval" | "estimate" | "pass" | "fail", string>>;
  readonly phaseOf: (phase: string) => string;
  /** Of a gate whose phase the release never came to. */
  readonly notAsked: string;
  readonly sawNothing: string;
  readonly story: Readonly<Record<"verdicts" | "estimates", string>>;
  readonly failsBelow: (line: string) => string;
  readonly failsAbove: (line: string) => string;
  readonly failsNever: string;
  readonly reads: string;
  readonly outcomeOf: (outcome: Outcome) => string;
  readonly evidenceOf: (evidence: EvidenceSummary) => string;
  readonly peopleOf: (people: PeopleSummary) => string;
}

const quoted = (says: readonly string[], language: Language): string =>
  list(
    says.map((one) => quote(one, language)),
    language,
  );

const en: ReportWords = {
  report: "Release report",
  colon: ": ",
  written: (moment) => `Written ${moment}`,
  created: (moment, by, reason) => `Created ${moment} by ${by}${reason === "" ? "" : `: ${quote(reason, "en")}`}`,
  headings: {
    summary: "Summary",
    versions: "Versions",
    stages: "How long it took",
    evidence: "Evidence",
    gates: "Gates",
    guards: "Guards",
    lines: "With other lines",
    people: "Approvals",
    requests: "What people asked for",
    wayBack: "The way back",
    overrides: "Windows and freezes gone over",
    notices: "Notices",
    story: "What happened",
    proof: "Proof",
  },
  columns: {
    service: "Service",
    from: "Stable",
    to: "New",
    stage: "Stage",
    began: "Began",
    took: "Took",
    planned: "Planned",
    promised: "Promised",
    observed: "Counted",
    time: "Time",
    person: "Who",
    role: "Role",
    approves: "Approves",
    revision: "Revision",
    saw: "What they saw",
    asked: "Asked",
    reason: "Reason",
    outcome: "Outcome",
    check: "Gate or guard",
    asPlanned: "As planned",
    tighter: "Tighter line",
    looser: "Looser line",
    failsFrom: "Where it would have failed",
    receiver: "To",
    notice: "What was told",
    delivered: "Delivered",
    step: "Step",
    what: "What",
  },
  done: "done",
  refused: (why) => `refused: ${why}`,
  lapsed: (time, says) => `lapsed at ${time}: ${says} had got worse`,
  nothing: {
    signOffs: "Nobody was asked to approve anything, or nobody did.",
    requests: "Nobody asked for anything.",
    notices: "Nobody was told: no notice was due.",
    lines: "no line to move",
  },
  stage: (kind, phase) =>
    ({ waiting: "Waiting for the start", preparing: "Preparing", phase, promoting: "Promotion", "rolling-back": "Going back" })[kind],
  atMost: (span) => `at most ${span}`,
  upTo: (shortest, longest) => `${shortest}, at most ${longest}`,
  goesOn: "goes on",
  met: "met",
  missed: "missed",
  automatic: "Automatic rollback",
  manual: "Rollback by hand",
  back: (took, within) =>
    took === null
      ? `Nobody has seen yet that everybody is back on the stable version; the plan promises ${within}`
      : `Everybody was back on the stable version ${took} after the decision, as read back from the router; the plan promises ${within}`,
  reactionMet: (reaction, took) => `The plan asked for ${quote(reaction, "en")}: everybody was back ${took} after the breach`,
  deliveredAfter: (span) => `after ${span}`,
  lost: (why) => `lost: ${why}`,
  notYet: "not yet",
  verified: "Verified",
  notVerified: "NOT verified",
  unbroken: (entries, rows) =>
    `The chain of ${sayCount(entries, "en")} entries over ${sayCount(rows, "en")} rows is unbroken, and replay reaches every decision again`,
  broken: (revision, why) => `Revision ${revision}: ${why}`,
  planHash: "Hash of the plan",
  journalHash: "Last link of the journal",
  reproduce: (command) => `Anybody with the server’s data can check this again: ${command}`,
  legend: {
    canary: "new version",
    stable: "stable version",
    interval: "what the readings still allow",
    estimate: "estimate",
    pass: "pass line",
    fail: "fail line",
  },
  phaseOf: (phase) => `asked for by ${phase}`,
  notAsked: "never asked for: the release did not come to this phase",
  sawNothing: "nothing was read yet",
  story: { verdicts: "verdict", estimates: "estimate" },
  failsBelow: (line) => `at any line below ${line}`,
  failsAbove: (line) => `at any line above ${line}`,
  failsNever: "at no line: nothing was ever proven against the new version alone",
  reads: "What was read",
  outcomeOf: ({ what, status, environment, by, moment, afterMs, cause }) => {
    const verbs: Readonly<Record<string, string>> = {
      promoted: "was promoted to everybody",
      "rolled-back": "was rolled back",
      stopped: "was stopped",
      halted: "was halted, and its environment frozen",
    };
    const verb = verbs[status];
    const where = `in ${quote(environment, "en")}`;
    const after = `${saySpan(afterMs, "en")} after ${by} created it`;
    if (verb === undefined) return `${what} is still under way ${where}, ${after}.`;
    return `${what} ${verb} ${where} on ${moment}, ${after}${cause === null ? "" : `: ${cause}`}.`;
  },
  evidenceOf: ({ passed, gates, allGates, open, failed, breached, guards, people }) => {
    const notAsked = allGates === gates ? "" : ` of the phases that it came to`;
    const gatesSay =
      gates === 0
        ? "No gate was asked for yet"
        : passed === gates
          ? `All ${sayCount(gates, "en")} gates${notAsked} passed`
          : [
              `${sayCount(passed, "en")} of ${sayCount(gates, "en")} gates${notAsked} passed`,
              ...(failed.length === 0 ? [] : [`${quoted(failed, "en")} failed`]),
              ...(open.length === 0 ? [] : [`${quoted(open, "en")} stayed open`]),
            ].join(", ");
    const guardsSay =
      breached.length === 0
        ? `none of ${sayCount(guards, "en")} guards was breached`
        : `${quoted(breached, "en")} ${breached.length === 1 ? "was" : "were"} breached`;
    const peopleSay =
      people === null ? "" : `; ${sayCount(people, "en")} ${people === 1 ? "person was" : "people were"} on the new version`;
    return `${allGates === 0 ? "The plan has no gates" : gatesSay}, and ${guards === 0 ? "no guards were set" : guardsSay}${peopleSay}.`;
  },
  peopleOf: ({ signers, signOffs, delivered, lost, waiting, entries, isVerified }) => {
    const signed =
      signOffs === 0
        ? "Nobody approved anything"
        : `${list(signers, "en")} gave ${signOffs === 1 ? "one approval" : `${sayCount(signOffs, "en")} approvals`}`;
    const told =
      delivered + lost + waiting === 0
        ? "no notice was due"
        : `${sayCount(delivered, "en")} ${delivered === 1 ? "notice was" : "notices were"} delivered${lost === 0 ? " and none was lost" : ` and ${sayCount(lost, "en")} lost`}${waiting === 0 ? "" : `, ${sayCount(waiting, "en")} still wait`}`;
    const proof = isVerified
      ? `its journal of ${sayCount(entries, "en")} entries is unbroken, and replaying it reaches every decision again`
      : "its journal could NOT be verified: do not rely on this report";
    return `${signed}; ${told}; ${proof}.`;
  },
};

const fr: ReportWords = {
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
    overrides: "Fenêtres et gels outrepassés",
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
  lost: (why) => `perdue\u202f: ${why}`,
  notYet: "pas encore",
  verified: "Vérifié",
  notVerified: "NON vérifié",
  unbroken: (entries, rows) =>
    `La chaîne de ${sayCount(entries, "fr")} entrées sur ${sayCount(rows, "fr")} relevés est intacte, et la rejouer redonne chaque décision`,
  broken: (revision, why) => `Révision ${revision}\u202f: ${why}`,
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
          ? `Les ${sayCount(gates, "fr")} critères${notAsked} ont été validés`
          : [
              `${sayCount(passed, "fr")} critères${notAsked} validés sur ${sayCount(gates, "fr")}`,
              ...(failed.length === 0 ? [] : [`échec de ${quoted(failed, "fr")}`]),
              ...(open.length === 0 ? [] : [`restés ouverts\u202f: ${quoted(open, "fr")}`]),
            ].join(", ");
    const guardsSay =
      breached.length === 0
        ? `aucun des ${sayCount(guards, "fr")} garde-fous n’a été franchi`
        : `${quoted(breached, "fr")} ${breached.length === 1 ? "a été franchi" : "ont été franchis"}`;
    const peopleSay =
      people === null
        ? ""
        : `\u202f; ${sayCount(people, "fr")} ${people === 1 ? "personne était" : "personnes étaient"} sur la nouvelle version`;
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
        : `${sayCount(delivered, "fr")} ${delivered === 1 ? "notification a été remise" : "notifications ont été remises"}${lost === 0 ? " et aucune perdue" : ` et ${sayCount(lost, "fr")} perdues`}${waiting === 0 ? "" : `, ${sayCount(waiting, "fr")} en attente`}`;
    const proof = isVerified
      ? `son journal de ${sayCount(entries, "fr")} entrées est intact, et le rejouer redonne chaque décision`
      : "son journal n’a PAS pu être vérifié\u202f: ne pas se fier à ce rapport";
    return `${signed}\u202f; ${told}\u202f; ${proof}.`;
  },
};

/** The words of a report, by language. */
export const reportWords: ByLanguage<ReportWords> = { en, fr };
