import { phrases } from "../../../core/messages/phrases.ts";
import { sayWhy } from "../../../core/messages/whys.ts";

/** What is looked at of a Gateway. */
export const subjects = phrases(
  "gateway-api-subject",
  {
    right: (verb: string, what: string) => `right to ${verb} ${what}`,
    loginAndLease: () => "login and lease",
  },
  {
    right: (verb, what) => `droit ${verb} sur ${what}`,
    loginAndLease: () => "connexion (login) et bail",
  },
);

const byHand = {
  en: "try serin's cookies once by hand: docs/adapters/gateway-api.md says how",
  fr: "essayez une fois les cookies de serin à la main\u202f: docs/adapters/gateway-api.md dit comment",
};
const anotherGateway = { en: "Use another gateway, or the router edge.", fr: "Prenez une autre passerelle, ou le routeur edge." };
const role = {
  en: "Give the server's account the Role of deploy/kubernetes/gateway-api-role.yaml.",
  fr: "Donnez au compte du serveur le Role de deploy/kubernetes/gateway-api-role.yaml.",
};

/** What is found of a Gateway, its class and its routes. */
export const findings = phrases(
  "gateway-api",
  {
    taken: () => "Its gateways have taken it as it stands.",
    notTaken: (why: string) => [`${sayWhy(why, "en")}.`, "Look at the status of the route and of its gateway."],
    routeUnread: (why: string) => [`${sayWhy(why, "en")}.`, "Is the route there, and may serin read it?"],
    rightGiven: () => "It is given.",
    rightMissing: () => ["It is not given.", role.en],
    rightUnasked: (why: string) => [`${sayWhy(why, "en")}.`, role.en],
    gatewayUnread: (why: string) => [`${sayWhy(why, "en")}.`, "May serin read gateways and their classes?"],
    noGateway: () => ["It is not there.", "Name a route of a gateway that is there."],
    noClass: () => ["It is not there.", "Is the gateway's controller installed?"],
    classSilent: () => [
      "It does not say what it can.",
      `Look in its documentation for matches of headers by regular expression, and ${byHand.en}.`,
    ],
    lacksMethods: () => [
      "It does not have HTTPRouteMethodMatching (matches of methods, by which everybody is moved at 100 %).",
      anotherGateway.en,
    ],
    lacksCookies: () => ["It does not have HTTPRouteResponseHeaderModification, by which people get their cookies.", anotherGateway.en],
    headersUnsaid: () => [
      "It has what can be asked for; nobody says whether it matches headers by regular expression, and whether filters of single backends work.",
      `Before the first release, ${byHand.en}.`,
    ],
    drawsAlways: () => [
      "The gateway draws at every request of the login, also when that fails, and has no lease: should the server die, the share stays.",
      "Where that matters use the router edge, which knows answers and has a lease.",
    ],
  },
  {
    taken: () => "Ses passerelles l’ont acceptée telle qu’elle est.",
    notTaken: (why) => [`${sayWhy(why, "fr")}.`, "Voyez le statut de la route et celui de sa passerelle."],
    routeUnread: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez que la route existe, et que serin peut la lire."],
    rightGiven: () => "Il est accordé.",
    rightMissing: () => ["Il n’est pas accordé.", role.fr],
    rightUnasked: (why) => [`${sayWhy(why, "fr")}.`, role.fr],
    gatewayUnread: (why) => [`${sayWhy(why, "fr")}.`, "Vérifiez que serin peut lire les passerelles et leurs classes."],
    noGateway: () => ["Elle n’existe pas.", "Nommez une route d’une passerelle qui existe."],
    noClass: () => ["Elle n’existe pas.", "Vérifiez que le contrôleur de la passerelle est installé."],
    classSilent: () => [
      "Elle ne dit pas ce qu’elle sait faire.",
      `Cherchez dans sa documentation les comparaisons d’en-têtes par expression rationnelle, et ${byHand.fr}.`,
    ],
    lacksMethods: () => [
      "Il lui manque HTTPRouteMethodMatching (comparer les méthodes, ce qui déplace tout le monde à 100\u202f%).",
      anotherGateway.fr,
    ],
    lacksCookies: () => ["Il lui manque HTTPRouteResponseHeaderModification, par quoi chacun reçoit ses cookies.", anotherGateway.fr],
    headersUnsaid: () => [
      "Elle a tout ce qui peut être demandé\u202f; rien ne dit si elle compare les en-têtes par expression rationnelle, ni si les filtres par backend fonctionnent.",
      `Avant la première mise en production, ${byHand.fr}.`,
    ],
    drawsAlways: () => [
      "La passerelle tire à chaque requête de connexion (login), même en échec, et n’a pas de bail\u202f: si le serveur meurt, la part reste.",
      "Là où cela compte, prenez le routeur edge, qui connaît les réponses et a un bail.",
    ],
  },
);
