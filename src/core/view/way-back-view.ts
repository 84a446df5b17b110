import { needsOf, rolesOf, signOffsFor } from "../decide/sign-offs.ts";
import { capital, quote } from "../messages/context.ts";
import type { ByLanguage } from "../messages/context.ts";
import { saySpan } from "../messages/numbers.ts";
import { theRoles, ofRoles } from "../messages/people.ts";
import { sayTook } from "../messages/way-back.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import type { WayBackStep, WayBackView } from "../release-view.ts";
import { rollbackRoles, rolesFor } from "../roles.ts";
import { isBackByHand, wayBackSince } from "../way-back.ts";

/** The way back by hand as it stands at `nowMs` (epoch ms); `null` when nobody asked for it, and no report is open. */
export function wayBackView(release: Release, nowMs: number, language: Language): WayBackView | null {
  const since = wayBackSince(release);
  if (since === null || (release.rollback === null ? release.reports.length === 0 : !isBackByHand(release))) return null;
  const withinMs = release.plan.rollback.manualMs;
  const backMs = release.rollback?.seenMs ?? null;
  const tookMs = backMs === null ? null : backMs - since.atMs;
  return {
    steps: stepsOf(release, language),
    tookMs,
    withinMs,
    sentence: capital(sentenceOf(release, { since, tookMs, nowMs }, language)),
  };
}

function stepsOf(release: Release, language: Language): readonly WayBackStep[] {
  const { plan, rollback, acknowledged, reports, status } = release;
  const cause = "cause" in status && status.cause.kind === "person" ? status.cause.by : null;
  const validation = { kind: "rollback" } as const;
  const asked = rolesOf(needsOf(plan, validation));
  const signed = signOffsFor(release, validation);
  const isValid = signed.length > 0 && ("any" in plan.people.validateRollback || signed.length === asked.length);
  const last = isValid ? signed.at(-1) : undefined;
  const missing = isValid ? [] : asked.filter((role) => !signed.some((signOff) => signOff.role === role));
  const label = labels[language];
  const step = (
    kind: WayBackStep["kind"],
    done: { readonly atMs: number | null; readonly by: string | null },
    roles: WayBackStep["roles"],
  ) => ({
    kind,
    label: label[kind],
    ...done,
    roles: done.atMs === null ? roles : [],
  });
  const [report] = reports;
  return [
    ...(report === undefined ? [] : [step("reported", { atMs: report.atMs, by: report.by }, [])]),
    step("decided", { atMs: rollback?.committedMs ?? null, by: cause }, rollbackRoles(plan)),
    step("executed", { atMs: rollback?.seenMs ?? null, by: null }, []),
    step("acknowledged", { atMs: acknowledged?.atMs ?? null, by: acknowledged?.by ?? null }, rolesFor("acknowledge", release)),
    ...(asked.length === 0 ? [] : [step("validated", { atMs: last?.atMs ?? null, by: last?.by ?? null }, missing)]),
  ];
}

interface Clock {
  readonly since: { readonly since: "report" | "decision"; readonly atMs: number };
  readonly tookMs: number | null;
  readonly nowMs: number;
}

function sentenceOf(release: Release, { since, tookMs, nowMs }: Clock, language: Language): string {
  const { plan, rollback, reports } = release;
  const withinMs = plan.rollback.manualMs;
  if (tookMs !== null) return sayTook({ since: since.since, tookMs, withinMs }, language);
  const leftMs = since.atMs + withinMs - nowMs;
  const left = words[language].left(saySpan(Math.abs(leftMs), language), saySpan(withinMs, language), leftMs < 0);
  if (rollback !== null) return `${words[language].going}${words[language].joint}${left}`;
  const [report] = reports;
  const said = report === undefined ? "" : words[language].reported(report.by, quote(report.reason, language));
  const deciders = rollbackRoles(plan);
  return [said, words[language].decides(language === "fr" ? ofRoles(deciders, "fr", "or") : theRoles(deciders, "en", "or")), left].join(
    words[language].joint,
  );
}

interface Words {
  readonly joint: string;
  readonly going: string;
  readonly reported: (by: string, reason: string) => string;
  readonly decides: (roles: string) => string;
  readonly left: (span: string, allowed: string, isOver: boolean) => string;
}

const words: ByLanguage<Words> = {
  en: {
    joint: "; ",
    going: "everybody is being taken back",
    reported: (by, reason) => `${by} reports ${reason}`,
    decides: (roles) => `${roles} decides`,
    left: (span, allowed, isOver) =>
      isOver ? `${span} later than the ${allowed} that the plan allows` : `${span} left of the ${allowed} that the plan allows`,
  },
  fr: {
    joint: "\u202f; ",
    going: "tout le monde est en train de revenir",
    reported: (by, reason) => `${by} signale ${reason}`,
    decides: (roles) => `décision ${roles}`,
    left: (span, allowed, isOver) =>
      isOver ? `${span} de retard sur les ${allowed} du plan` : `encore ${span} sur les ${allowed} du plan`,
  },
};

const labels: ByLanguage<Readonly<Record<WayBackStep["kind"], string>>> = {
  en: {
    reported: "Reported",
    decided: "Decided",
    executed: "Everybody is back",
    acknowledged: "Execution confirmed",
    validated: "Validated",
  },
  fr: {
    reported: "Signalé",
    decided: "Décidé",
    executed: "Tout le monde est revenu",
    acknowledged: "Exécution confirmée",
    validated: "Validé",
  },
};
