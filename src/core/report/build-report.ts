import type { ChainedEntry } from "../chain.ts";
import { checksOf } from "../checks.ts";
import type { Entry, Fact } from "../decision.ts";
import { isBeforeExposure, sayCause } from "../messages/causes.ts";
import { askedCheck, capital, quoteCheck } from "../messages/context.ts";
import { sayFact, sayFacts } from "../messages/facts.ts";
import { saySpan } from "../messages/numbers.ts";
import { sayRole } from "../messages/people.ts";
import { sayReaction } from "../messages/reactions.ts";
import { sayAsked, sayRefusal, sayTimes } from "../messages/refusals.ts";
import { reportWords } from "../messages/report.ts";
import { sayStatusKind } from "../messages/statuses.ts";
import { sayMoment, sayTime } from "../messages/times.ts";
import { sayVerdictWord } from "../messages/verdicts.ts";
import { newsOf } from "../notices.ts";
import type { ToldNotice } from "../notices.ts";
import type { Language } from "../plan.ts";
import type { Release, SignOff } from "../release.ts";
import { isOver } from "../status.ts";
import type { Cause, Status } from "../status.ts";
import { buildReleaseView } from "../view/build-release-view.ts";
import type { Seen } from "../view/build-release-view.ts";
import { sayTarget } from "../view/people-view.ts";
import { toneOf } from "../view/tone.ts";
import type { ReadReport } from "./check-reports.ts";
import type {
  CheckReport,
  NoticeReport,
  OverrideReport,
  ReleaseReport,
  RequestReport,
  SignOffReport,
  WayBackReport,
} from "./release-report.ts";
import { stagesOf } from "./stages.ts";

/** So many entries are told in one slice. */
const entriesInSlice = 50;

/** Everything that a report is made of. */
export interface ReportOf {
  readonly seen: Seen;
  /** Rows of its story. */
  readonly rows: number;
  /** What its readings say; see `reportChecks`. */
  readonly read: ReadReport;
  readonly told: readonly ToldNotice[];
  /** What a verification found; see `serin release verify`. */
  readonly verified: { readonly ok: true } | { readonly ok: false; readonly revision: number; readonly why: string };
  readonly nowMs: number;
  readonly language: Language;
}

/** The report of one release; a slice is some entries of its journal. */
export function* buildReport(of: ReportOf): Generator<undefined, ReleaseReport> {
  const { seen, rows, told, verified, nowMs, language, read } = of;
  const { checks } = read;
  const { release } = seen;
  const { plan, status } = release;
  const words = reportWords[language];
  const entries = seen.entries.map(({ entry }) => entry);
  const endedMs = isOver(status) ? status.sinceMs : null;
  const signOffs = signOffsOf(of, entries);
  const notices = noticesOf(of, entries, told);
  yield;
  const timeline: ReleaseReport["timeline"][number][] = [];
  for (const { revision, atMs, decision } of entries) {
    timeline.push({ revision, atMs, people: peopleOf(decision.facts), says: sayFacts(decision.facts, { plan }, language) });
    if (timeline.length % entriesInSlice === 0) yield;
  }
  return {
    format: "serin.dev/report/v1",
    language,
    release: release.id,
    plan: { name: plan.name, title: plan.title, version: plan.version, hash: release.planHash },
    environment: plan.environment,
    timeZone: plan.timeZone,
    startedBy: release.startedBy,
    reason: release.reason,
    createdMs: release.createdMs,
    endedMs,
    writtenMs: nowMs,
    status: status.kind,
    tone: toneOf(status),
    statusSays: sayStatusKind(status.kind, language),
    summary: summaryOf(of, { signOffs, notices }),
    services: Object.entries(release.versions).map(([service, versions]) => ({ service, ...versions })),
    stages: stagesOf(of, entries),
    signOffs,
    requests: requestsOf(of, entries),
    overrides: overridesOf(of, entries),
    checks,
    wayBack: wayBackOf(of, entries),
    notices,
    timeline,
    proof: {
      planHash: release.planHash,
      journalHash: lastHash(seen.entries),
      entries: entries.length,
      rows,
      isVerified: verified.ok,
      says: verified.ok ? words.unbroken(entries.length, rows) : words.broken(verified.revision, verified.why),
    },
  };
}

interface Found {
  readonly signOffs: readonly SignOffReport[];
  readonly notices: readonly NoticeReport[];
}

function summaryOf(of: ReportOf, { signOffs, notices }: Found): ReleaseReport["summary"] {
  const { seen, verified, nowMs, language } = of;
  const { release } = seen;
  const { plan, status, createdMs } = release;
  const words = reportWords[language];
  const untilMs = isOver(status) ? status.sinceMs : nowMs;
  return [
    words.outcomeOf({
      what: whatOf(release),
      status: status.kind,
      environment: plan.environment,
      by: release.startedBy,
      moment: sayMoment(plan, untilMs, language),
      afterMs: untilMs - createdMs,
      cause: "cause" in status ? sayCause(status.cause, { plan }, language) : null,
    }),
    words.evidenceOf(evidenceOf(of.read)),
    words.peopleOf({
      signers: [...new Set(signOffs.map(({ by }) => by))],
      signOffs: signOffs.length,
      delivered: notices.filter(({ deliveredMs }) => deliveredMs !== null).length,
      lost: notices.filter(({ lostMs }) => lostMs !== null).length,
      waiting: notices.filter(({ deliveredMs, lostMs }) => deliveredMs === null && lostMs === null).length,
      entries: seen.entries.length,
      isVerified: verified.ok,
    }),
  ];
}

function lastHash(entries: readonly ChainedEntry[]): string {
  return entries.at(-1)?.hash ?? "";
}

/** "Awwwards UI Refonte (frontend v2, backend v2)". */
function whatOf({ plan, versions }: Release): string {
  const services = Object.entries(versions).map(([service, { canary }]) => `${service} ${canary}`);
  return `${plan.version ?? plan.title} (${services.join(", ")})`;
}

function evidenceOf({ checks, mostPeople }: ReadReport): Parameters<(typeof reportWords)["en"]["evidenceOf"]>[0] {
  const all = checks.filter(({ history }) => history.kind === "gate");
  const gates = all.filter(({ isAsked }) => isAsked);
  const guards = checks.filter(({ history }) => history.kind === "guard");
  const says = (found: readonly CheckReport[]): readonly string[] => [...new Set(found.map(({ history }) => history.says))];
  return {
    passed: gates.filter(({ kind }) => kind === "pass").length,
    gates: gates.length,
    allGates: all.length,
    open: says(gates.filter(({ kind }) => kind !== "pass" && kind !== "fail")),
    failed: says(gates.filter(({ kind }) => kind === "fail")),
    breached: says(guards.filter(({ history }) => history.marks.some(({ kind }) => kind === "fail"))),
    guards: guards.length,
    people: mostPeople,
  };
}

function signOffsOf({ seen: { release }, language }: ReportOf, entries: readonly Entry[]): readonly SignOffReport[] {
  const { plan } = release;
  return entries.flatMap(({ atMs, decision }) =>
    decision.facts.flatMap((fact): readonly SignOffReport[] => {
      if (fact.kind !== "signed") return [];
      const { signOff } = fact;
      const lapse = lapseOf(signOff, entries);
      return [
        {
          atMs,
          by: signOff.by,
          role: capital(sayRole(signOff.role, language)),
          approves: sayTarget(signOff.for, { plan }, language),
          revision: signOff.revision,
          saw: checksOf(plan).flatMap(({ id }) => {
            const kind = signOff.saw[id];
            const asked = askedCheck(plan, id);
            return kind === undefined || asked === null
              ? []
              : [{ says: asked.says, kind, word: sayVerdictWord(asked.kind, kind, language) }];
          }),
          lapsed:
            lapse === null
              ? null
              : {
                  atMs: lapse.atMs,
                  says: reportWords[language].lapsed(sayTime(plan, lapse.atMs), quoteCheck({ plan }, lapse.check, language)),
                },
        },
      ];
    }),
  );
}

function lapseOf(signOff: SignOff, entries: readonly Entry[]): { readonly atMs: number; readonly check: string } | null {
  for (const { atMs, decision } of entries) {
    for (const fact of decision.facts) {
      if (fact.kind !== "lapsed" || fact.signOff.by !== signOff.by || fact.signOff.role !== signOff.role) continue;
      if (fact.signOff.atMs === signOff.atMs) return { atMs, check: fact.check };
    }
  }
  return null;
}

function requestsOf({ seen: { release }, language }: ReportOf, entries: readonly Entry[]): readonly RequestReport[] {
  const { plan } = release;
  return entries.flatMap(({ atMs, decision }) =>
    decision.facts.flatMap((fact): readonly RequestReport[] => {
      if (fact.kind !== "accepted" && fact.kind !== "refused") return [];
      const asked = capital(sayAsked(fact.asked, language));
      if (fact.kind === "accepted") return [{ atMs, by: fact.by, asked, reason: fact.reason, refused: null }];
      return [
        {
          atMs,
          by: fact.by,
          asked: `${asked}${sayTimes(fact.times, language)}`,
          reason: "",
          refused: sayRefusal(fact.refusal, { plan }, language),
        },
      ];
    }),
  );
}

function overridesOf({ seen: { release }, language }: ReportOf, entries: readonly Entry[]): readonly OverrideReport[] {
  return entries.flatMap(({ atMs, decision }) =>
    decision.facts.flatMap((fact): readonly OverrideReport[] => {
      if (fact.kind !== "overrode") return [];
      const { by, reason } = fact.override;
      return [{ atMs, by, reason, says: sayFact(fact, { plan: release.plan, nowMs: atMs }, language) }];
    }),
  );
}

function noticesOf(
  { seen: { release }, language }: ReportOf,
  entries: readonly Entry[],
  told: readonly ToldNotice[],
): readonly NoticeReport[] {
  const { plan } = release;
  return told.flatMap(({ revision, target, deliveredMs, lostMs, why }) => {
    const entry = entries[revision - 1];
    if (entry === undefined) return [];
    const [says = ""] = sayFacts(newsOf(entry.decision), { plan }, language);
    return [{ revision, dueMs: entry.atMs, to: `${target.notifier} ${target.to}`.trim(), says, deliveredMs, lostMs, why }];
  });
}

/** The way back of people who had been on the new version; when there were several, the last. */
function wayBackOf(of: ReportOf, entries: readonly Entry[]): WayBackReport | null {
  const { seen, nowMs, language } = of;
  const { plan } = seen.release;
  const words = reportWords[language];
  const began = entries.findLast(({ decision }, index) => isWayBack(decision.status) && !isWayBack(entries[index - 1]?.decision.status));
  if (began === undefined || !("cause" in began.decision.status)) return null;
  const { cause } = began.decision.status;
  const back = entries.findLast(
    ({ revision, decision }) => revision >= began.revision && decision.facts.some(({ kind }) => kind === "traffic-back"),
  );
  const measured = back?.decision.facts.find((fact) => fact.kind === "traffic-back");
  const kind = cause.kind === "person" ? "manual" : "automatic";
  const withinMs = measured?.withinMs ?? (kind === "manual" ? plan.rollback.manualMs : plan.rollback.automaticMs);
  const tookMs = measured?.tookMs ?? null;
  const says = words.back(tookMs === null ? null : saySpan(tookMs, language), saySpan(withinMs, language));
  return {
    kind,
    because: capital(sayCause(cause, { plan }, language)),
    committedMs: began.atMs,
    seenMs: back?.atMs ?? null,
    tookMs,
    withinMs,
    isMet: tookMs !== null && tookMs <= withinMs,
    says: [says, ...reactionMet(cause, back?.atMs ?? null, language)].join(". "),
    steps: buildReleaseView(seen, nowMs, language).wayBack,
  };
}

function isWayBack(status: Status | undefined): boolean {
  return status !== undefined && status.kind === "rolling-back" && !isBeforeExposure(status.cause);
}

/** Of a reaction with a time of its own, how long it took from the breach on. */
function reactionMet(cause: Cause, seenMs: number | null, language: Language): readonly string[] {
  if (cause.kind !== "breach" || seenMs === null) return [];
  const { reaction, atMs } = cause.breach;
  if (reaction.kind !== "rollback-within" && reaction.kind !== "investigate") return [];
  return [reportWords[language].reactionMet(sayReaction(reaction, language), saySpan(seenMs - atMs, language))];
}

function peopleOf(facts: readonly Fact[]): readonly string[] {
  return [...new Set(facts.flatMap((fact) => personOf(fact) ?? []))];
}

function personOf(fact: Fact): string | null {
  switch (fact.kind) {
    case "signed":
      return fact.signOff.by;
    case "reported":
      return fact.report.by;
    case "acknowledged":
      return fact.acknowledgement.by;
    case "overrode":
      return fact.override.by;
    default:
      return "by" in fact ? fact.by : null;
  }
}
