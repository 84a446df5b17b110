import type { Audience, Language, Role } from "../plan.ts";
import type { ByLanguage } from "./context.ts";
import { sayShare } from "./numbers.ts";
import { sayRole } from "./people.ts";

/** What a button is called, what is asked before it acts, and what pressing it does. */
export interface ButtonWords {
  /** The button itself: "Approve 50 % as QA lead". */
  readonly label: string;
  /** "Approve the step to 50 %?" */
  readonly question: string;
  /** What happens then, in one or two sentences. */
  readonly consequence: string;
  /** The word that confirms it: "Approve". */
  readonly yes: string;
}

/** A step of a release that a role can approve, in words; `share` is what people then have. */
export type ApprovalStep =
  | { readonly kind: "start"; readonly sharePct: number; readonly audience: Audience }
  | { readonly kind: "phase"; readonly name: string; readonly sharePct: number; readonly audience: Audience }
  | { readonly kind: "promote" }
  | { readonly kind: "rollback" };

interface Words {
  readonly no: string;
  readonly approve: (step: ApprovalStep, role: Role) => ButtonWords;
  readonly acknowledge: Omit<ButtonWords, "consequence">;
  /** Although a problem was reported. */
  readonly goOn: Omit<ButtonWords, "consequence">;
  readonly pause: Omit<ButtonWords, "consequence">;
  readonly rollback: Omit<ButtonWords, "consequence">;
  /** A rollback before anybody was exposed. */
  readonly callOff: Omit<ButtonWords, "consequence">;
  /** What follows the consequence of both, as a sentence. */
  readonly over: string;
  /** What follows it after a promotion: `time` is when the old version is not kept any more. */
  readonly keptUntil: (time: string) => string;
  readonly reason: string;
  readonly answers: Answers;
}

/** What somebody who pressed a button is told; each is a sentence. */
export interface Answers {
  /** `who`: the id that has to stand in the server's file. */
  readonly unknownPerson: (who: string) => string;
  readonly unknownRelease: string;
  /** `sentence`: where the release stands now. */
  readonly done: (sentence: string) => string;
  readonly stored: string;
  /** `because`: a clause that follows a colon. */
  readonly refused: (because: string) => string;
  readonly closing: string;
  readonly failed: string;
}

const en: Words = {
  no: "Not now",
  approve: (step, role) => {
    const as = `as ${sayRole(role, "en")}`;
    switch (step.kind) {
      case "start":
        return {
          label: `Go ${as}`,
          question: "Say Go?",
          consequence: `You say Go ${as}. Once every approval is there the new version starts beside the stable one, and ${people(step, "en")} get it.`,
          yes: "Go",
        };
      case "phase":
        return {
          label: `Approve ${step.name} ${as}`,
          question: `Approve ${step.name}?`,
          consequence: `You approve this evidence ${as}. Once the gates pass and every approval is there, ${people(step, "en")} get the new version. If the evidence gets worse, the approval lapses.`,
          yes: "Approve",
        };
      case "promote":
        return {
          label: `Approve the promotion ${as}`,
          question: "Approve the promotion?",
          consequence: `You approve this evidence ${as}. Once the gates pass and every approval is there, the new version becomes the stable one for everybody.`,
          yes: "Approve",
        };
      case "rollback":
        return {
          label: `Validate the way back ${as}`,
          question: "Validate the way back?",
          consequence: `You say ${as} that everything is well again on the stable version. Nothing moves.`,
          yes: "Validate",
        };
    }
  },
  acknowledge: { label: "Confirm the rollback", question: "Was the rollback executed?", yes: "Confirm" },
  goOn: { label: "Go on", question: "Go on after the report?", yes: "Go on" },
  pause: { label: "Pause", question: "Pause the release?", yes: "Pause" },
  rollback: { label: "Roll back", question: "Take everybody back?", yes: "Roll back" },
  callOff: { label: "No-Go", question: "Say No-Go?", yes: "No-Go" },
  over: "The release is over then.",
  keptUntil: (time) => `After ${time} the old version has to be started first.`,
  reason: "pressed in Slack",
  answers: {
    unknownPerson: (who) =>
      `Sorry, this server does not know you yet, so nothing was done. Whoever keeps its file can add “slack: ${who}” to your entry under people.`,
    unknownRelease: "This server does not know the release any more; nothing was done.",
    done: (sentence) => `Done. ${sentence}.`,
    stored: "It is stored, and the release has not answered yet: its message will say what came of it.",
    refused: (because) => `Not done: ${because}.`,
    closing: "The server is closing just now, and nothing was done: press again in a minute.",
    failed: "It could not be stored, and nothing was done: press again, or use the dashboard or the command line.",
  },
};

const fr: Words = {
  no: "Pas maintenant",
  approve: (step, role) => {
    const as = `en tant que ${sayRole(role, "fr")}`;
    switch (step.kind) {
      case "start":
        return {
          label: `Go ${as}`,
          question: "Donner le Go\u202f?",
          consequence: `Vous donnez le Go ${as}. Une fois tous les accords réunis, la nouvelle version démarre à côté de la version stable, puis ${people(step, "fr")} la reçoivent.`,
          yes: "Go",
        };
      case "phase":
        return {
          label: `Approuver ${step.name} ${as}`,
          question: `Approuver ${step.name}\u202f?`,
          consequence: `Vous approuvez ces preuves ${as}. Une fois les critères validés et tous les accords réunis, ${people(step, "fr")} reçoivent la nouvelle version. Si les preuves se dégradent, l’accord tombe.`,
          yes: "Approuver",
        };
      case "promote":
        return {
          label: `Approuver la généralisation ${as}`,
          question: "Approuver la généralisation\u202f?",
          consequence: `Vous approuvez ces preuves ${as}. Une fois les critères validés et tous les accords réunis, la nouvelle version devient la version stable de tout le monde.`,
          yes: "Approuver",
        };
      case "rollback":
        return {
          label: `Valider le retour arrière ${as}`,
          question: "Valider le retour arrière\u202f?",
          consequence: `Vous confirmez ${as} que tout va de nouveau bien sur la version stable. Rien ne bouge.`,
          yes: "Valider",
        };
    }
  },
  acknowledge: { label: "Confirmer le retour arrière", question: "Le retour arrière est-il exécuté\u202f?", yes: "Confirmer" },
  goOn: { label: "Poursuivre", question: "Poursuivre après le signalement\u202f?", yes: "Poursuivre" },
  pause: { label: "Pause", question: "Mettre en pause\u202f?", yes: "Pause" },
  rollback: { label: "Retour arrière", question: "Ramener tout le monde\u202f?", yes: "Retour arrière" },
  callOff: { label: "No-Go", question: "Dire No-Go\u202f?", yes: "No-Go" },
  over: "La mise en production est alors terminée.",
  keptUntil: (time) => `Après ${time}, l’ancienne version doit d’abord redémarrer.`,
  reason: "depuis Slack",
  answers: {
    unknownPerson: (who) =>
      `Désolé, ce serveur ne vous connaît pas encore\u202f: rien n’a été fait. La personne qui tient son fichier peut ajouter «\u00a0slack: ${who}\u00a0» à votre entrée sous people.`,
    unknownRelease: "Ce serveur ne connaît plus cette mise en production\u202f; rien n’a été fait.",
    done: (sentence) => `C’est fait. ${sentence}.`,
    stored: "La demande est enregistrée, sans réponse pour l’instant\u202f: le message de la mise en production dira ce qu’il en est.",
    refused: (because) => `Pas fait\u202f: ${because}.`,
    closing: "Le serveur est en train de s’arrêter, rien n’a été fait\u202f: appuyez de nouveau dans une minute.",
    failed:
      "La demande n’a pas pu être enregistrée, rien n’a été fait\u202f: appuyez de nouveau, ou passez par le tableau de bord ou la ligne de commande.",
  },
};

/** The words of buttons, and of what is answered to who pressed one. */
export const buttonWords: ByLanguage<Words> = { en, fr };

function people({ sharePct, audience }: { readonly sharePct: number; readonly audience: Audience }, language: Language): string {
  const share = sayShare(sharePct, language);
  if (language === "en") return audience === "everyone" ? `${share} of people` : `${share} of the people who log in`;
  return audience === "everyone" ? `${share} des personnes` : `${share} des personnes qui se connectent`;
}
