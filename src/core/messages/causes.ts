import type { Language } from "../plan.ts";
import type { Cause } from "../status.ts";
import { askedCheck, quoteCheck, tell } from "./context.ts";
import type { ByLanguage, Context, Sentences } from "./context.ts";
import { sayWhy } from "./whys.ts";

/** Why people were taken back, as a clause that follows a colon: "“5xx-rate > 1%” was breached". */
export function sayCause(cause: Cause, context: Context, language: Language): string {
  return tell(causes[language], cause, context);
}

/** True when nobody had seen the new version yet. */
export function isBeforeExposure(cause: Cause): boolean {
  return cause.kind === "not-ready" || cause.kind === "check-failed";
}

function isGate(context: Context, check: string): boolean {
  return askedCheck(context.plan, check)?.kind === "gate";
}

const causes: ByLanguage<Sentences<Cause, readonly [Context]>> = {
  en: {
    breach: ({ breach }, context) =>
      `${quoteCheck(context, breach.check, "en")} ${isGate(context, breach.check) ? "failed" : "was breached"}`,
    person: ({ by, reason }) => `${by} asked for it${reason === "" ? "" : ` (“${reason}”)`}`,
    "not-ready": ({ detail }) => `the new version did not become ready: ${detail}`,
    "check-failed": ({ detail }) => `a check before traffic failed: ${detail}`,
  },
  fr: {
    breach: ({ breach }, context) =>
      `${quoteCheck(context, breach.check, "fr")} ${isGate(context, breach.check) ? "a échoué" : "a été franchi"}`,
    person: ({ by, reason }) => `demandé par ${by}${reason === "" ? "" : ` («\u00a0${reason}\u00a0»)`}`,
    "not-ready": ({ detail }) => `la nouvelle version n’a pas été prête à temps\u202f: ${sayWhy(detail, "fr")}`,
    "check-failed": ({ detail }) => `un contrôle avant trafic a échoué\u202f: ${sayWhy(detail, "fr")}`,
  },
};
