import { looksAway } from "../decide/looks-away.ts";
import { approvable, missingRoles, nextSignOff } from "../decide/sign-offs.ts";
import type { Standing } from "../evidence-book.ts";
import type { ByLanguage, Context } from "../messages/context.ts";
import { sayRefusal } from "../messages/refusals.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import type { ActionView } from "../release-view.ts";
import type { Refusal, Request } from "../requests.ts";
import { isExposed } from "../status.ts";

type Kind = Request["kind"];
const shown: readonly Kind[] = ["approve", "pause", "resume", "promote", "stop", "rollback"];

/** Every action with why it cannot be taken now; who may take it is another question, that the answer to the request settles. */
export function actionsView(release: Release, standings: readonly Standing[], context: Context, language: Language): readonly ActionView[] {
  return shown.map((kind) => {
    const refusal = refusalOf(kind, release, standings);
    const why = refusal === null ? null : sayRefusal(refusal, context, language);
    return {
      kind,
      label: labels[language][kind],
      why,
      roles: [],
      whyNotYours: "",
      consequence: "",
      isGrave: kind === "rollback" || kind === "stop",
    };
  });
}

function refusalOf(kind: Kind, release: Release, standings: readonly Standing[]): Refusal | null {
  const { status, plan } = release;
  const notNow: Refusal = { kind: "not-now", status: status.kind };
  const why = status.kind === "holding" ? status.why.kind : null;
  switch (kind) {
    case "approve": {
      const target = approvable(status, plan);
      return target !== null && missingRoles(release, target).length > 0 ? null : { kind: "not-asked-for" };
    }
    case "pause": {
      const runsByItself = why === "countdown" || why === "investigation" || why === "paused";
      return "phase" in status && !runsByItself ? null : notNow;
    }
    case "resume":
      return why === "paused" || looksAway(status, plan).length > 0 ? null : notNow;
    case "promote":
      return refusalOfPromotion(release, standings) ?? null;
    case "stop":
      return isExposed(status) || status.kind === "waiting" || status.kind === "preparing" ? null : notNow;
    case "rollback": {
      const mayGoBack = isExposed(status) || ["waiting", "preparing", "rolling-back", "promoted"].includes(status.kind);
      return mayGoBack ? null : notNow;
    }
  }
}

const blocking = ["paused", "investigation", "countdown", "invalid", "no-data", "shared-incident"];

function refusalOfPromotion(release: Release, standings: readonly Standing[]): Refusal | null {
  const { status } = release;
  const isBlocked = status.kind === "holding" && blocking.includes(status.why.kind);
  if ((status.kind !== "observing" && status.kind !== "holding") || isBlocked) return { kind: "not-now", status: status.kind };
  const open = standings.filter(({ check, verdict }) => check.phase === status.phase && verdict.kind !== "pass");
  if (open.length > 0) return { kind: "gate-open", checks: open.map(({ check }) => check.id) };
  const missing = missingRoles(release, nextSignOff(status.phase, release.plan));
  return missing.length > 0 ? { kind: "waits-for", roles: missing } : null;
}

const labels: ByLanguage<Readonly<Record<Kind, string>>> = {
  en: { approve: "Approve", pause: "Pause", resume: "Resume", promote: "Promote", stop: "Stop…", rollback: "Roll back…" },
  fr: { approve: "Approuver", pause: "Pause", resume: "Reprendre", promote: "Généraliser", stop: "Arrêter…", rollback: "Retour arrière…" },
};
