import type { Language } from "../plan.ts";
import type { ByLanguage } from "./context.ts";

/** What a call of a connection can fail for, as far as its words tell. */
type Fault = "refused" | "unknown-host" | "silent" | "not-allowed" | "certificate" | "other";

const signs: readonly (readonly [Fault, RegExp])[] = [
  ["refused", /\brefused\b|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|socket hang up/i],
  ["unknown-host", /ENOTFOUND|EAI_AGAIN|getaddrinfo/i],
  ["silent", /time[d-]? ?out|no answer|within \d|aborted|ETIMEDOUT/i],
  ["not-allowed", /\b40[13]\b|unauthori[sz]ed|forbidden|denied|EACCES|EPERM|invalid_auth|not allowed/i],
  ["certificate", /certificate|self[- ]signed|\bTLS\b|\bSSL\b|CERT_/i],
];

/** What a person can do about a connection that fails, one sentence. `why` is what the failed call said. */
export function sayConnectionRemedy(why: string, name: string, language: Language): string {
  const fault = signs.find(([, sign]) => sign.test(why))?.[0] ?? "other";
  return remedies[language][fault](name);
}

const remedies: ByLanguage<Readonly<Record<Fault, (name: string) => string>>> = {
  en: {
    refused: (name) => `See whether it runs, and whether serin.yaml has its right address and port (${name}).`,
    "unknown-host": (name) => `Correct the host name of ${name} in serin.yaml, or the name server of this machine.`,
    silent: (name) => `See whether ${name} is overloaded, or a firewall stands between: it does not refuse, it says nothing.`,
    "not-allowed": (name) => `Give ${name} a token that is valid and may do this; serin.yaml says where it is read from.`,
    certificate: (name) => `Renew the certificate of ${name}, or name its authority in serin.yaml.`,
    other: (name) => `Let the server look closer: serin doctor PLAN --server URL, with a plan that uses ${name}.`,
  },
  fr: {
    refused: (name) => `Vérifiez qu’il tourne, et que serin.yaml a la bonne adresse et le bon port (${name}).`,
    "unknown-host": (name) => `Corrigez le nom d’hôte de ${name} dans serin.yaml, ou le serveur de noms de cette machine.`,
    silent: (name) => `Vérifiez si ${name} est surchargé, ou derrière un pare-feu\u202f: il ne refuse pas, il se tait.`,
    "not-allowed": (name) => `Donnez à ${name} un jeton valide qui a ce droit\u202f; serin.yaml dit d’où il est lu.`,
    certificate: (name) => `Renouvelez le certificat de ${name}, ou nommez son autorité dans serin.yaml.`,
    other: (name) => `Faites regarder le serveur de plus près\u202f: serin doctor PLAN --server URL, avec un plan qui utilise ${name}.`,
  },
};
