import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";
import { appTokenRemedy } from "./troubles.ts";

/** What is looked at in Slack. */
export const subjects = phrases(
  "slack-subject",
  {
    token: () => "the Slack token",
    appToken: () => "the Slack app-level token",
    channel: (to: string) => `Slack channel ${to}`,
    scope: (scope: string) => `Slack scope ${scope}`,
  },
  {
    token: () => "le jeton Slack",
    appToken: () => "le jeton d’application Slack (app-level)",
    channel: (to) => `canal Slack ${to}`,
    scope: (scope) => `portée Slack ${scope}`,
  },
);

const addScope = {
  en: (scope: string) => `Add ${scope} on the app's page “OAuth & Permissions” and install the app again.`,
  fr: (scope: string) => `Ajoutez ${scope} sur la page «\u00a0OAuth & Permissions\u00a0» de l’application, et réinstallez-la.`,
};

/** What is found in Slack. */
export const findings = phrases(
  "slack",
  {
    known: (bot: string | null, team: string | null) => `Slack knows it as ${bot ?? "a bot"} in ${team ?? "a workspace"}.`,
    cannotPost: (scope: string) => ["The app lacks it: no message can be posted.", addScope.en(scope)],
    cannotFindAgain: (scope: string) => [
      "The app lacks it: after a loss of serin's folder a second message of the release would be posted.",
      addScope.en(scope),
    ],
    cannotFindChannels: (scope: string) => ["The app lacks it: channels have to be given by id.", addScope.en(scope)],
    hearsButtons: () => "Buttons can be heard over Socket Mode.",
    hearsNoButtons: (why: string) => [`${sayWhy(why, "en")}.`, appTokenRemedy],
    archived: () => ["It is archived.", "Unarchive it, or name another in the plan."],
    notMember: () => ["The bot is not in it.", "Invite it there: /invite @NAME-OF-THE-BOT."],
    member: (channel: string) => `The bot is in it (${channel}).`,
    refused: (why: string) => [`${sayWhy(why, "en")}.`, "Do what it says, then ask again."],
    unreachable: (why: string) => [`${sayWhy(why, "en")}.`, "Look whether Slack can be reached from this machine."],
  },
  {
    known: (bot, team) => `Slack le connaît comme ${bot ?? "un bot"} dans ${team ?? "un espace de travail"}.`,
    cannotPost: (scope) => ["Elle manque à l’application\u202f: aucun message ne peut être envoyé.", addScope.fr(scope)],
    cannotFindAgain: (scope) => [
      "Elle manque à l’application\u202f: après la perte du dossier de serin, un second message de la mise en production serait envoyé.",
      addScope.fr(scope),
    ],
    cannotFindChannels: (scope) => ["Elle manque à l’application\u202f: les canaux doivent être donnés par leur id.", addScope.fr(scope)],
    hearsButtons: () => "Les boutons peuvent être entendus par Socket Mode.",
    hearsNoButtons: (why) => [
      `${sayWhy(why, "fr")}.`,
      "Créez un jeton d’application avec la portée connections:write, sur la page «\u00a0Basic Information\u00a0» de l’application (xapp-…).",
    ],
    archived: () => ["Il est archivé.", "Désarchivez-le, ou nommez-en un autre dans le plan."],
    notMember: () => ["Le bot n’en fait pas partie.", "Invitez-le\u202f: /invite @NOM-DU-BOT."],
    member: (channel) => `Le bot en fait partie (${channel}).`,
    refused: (why) => [`${sayWhy(why, "fr")}.`, "Faites ce qui est dit, puis demandez de nouveau."],
    unreachable: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez que Slack est joignable depuis cette machine."],
  },
);
