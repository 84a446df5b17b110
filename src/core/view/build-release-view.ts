import { isMismatched } from "../../evidence/sample-ratio.ts";
import type { ChainedEntry } from "../chain.ts";
import type { Situation } from "../decide/fit.ts";
import { holdAhead } from "../decide/phase.ts";
import { isCounting, standingsOf } from "../evidence-book.ts";
import type { EvidenceBook, Standing } from "../evidence-book.ts";
import { capital } from "../messages/context.ts";
import type { Context } from "../messages/context.ts";
import { sayFacts } from "../messages/facts.ts";
import { sayHold } from "../messages/holds.ts";
import { sayFailing, sayLost } from "../messages/notices.ts";
import { sayTime } from "../messages/times.ts";
import type { FailingNotices, LostNotice } from "../notices.ts";
import type { Observation } from "../observation.ts";
import type { Language } from "../plan.ts";
import type { Release } from "../release.ts";
import type { ArmCounts, CountdownView, PhaseView, ReleaseView, StoryView, TrafficView } from "../release-view.ts";
import { isTerminal } from "../status.ts";
import type { Status } from "../status.ts";
import { wanted } from "../wanted.ts";
import { actionsView } from "./actions-view.ts";
import { checkView } from "./check-view.ts";
import { sayNext } from "./next-steps.ts";
import { peopleView, rolesAsked } from "./people-view.ts";
import { standsOf } from "./stands.ts";
import { wayBackView } from "./way-back-view.ts";

/** Everything that a view is built from. `observation` is the last tick's; `null` while there was none. */
export interface Seen {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly entries: readonly ChainedEntry[];
  readonly observation:
    | (Pick<Observation, "traffic"> & Partial<Pick<Observation, "frozen" | "frozenSinceMs" | "superseded" | "workloads">>)
    | null;
  /** Receivers that cannot be told just now, and notices that were given up; absent: none. */
  readonly notices?: { readonly failing: readonly FailingNotices[]; readonly lost: readonly LostNotice[] };
}

type Told = Pick<Seen, "release" | "entries">;

const storyLength = 50;

/** One release as it is shown at `nowMs` (epoch ms), its sentences in `language`, which is the plan's unless another is asked for. */
export function buildReleaseView(seen: Seen, nowMs: number, language: Language = seen.release.plan.language): ReleaseView {
  const { release, book, observation } = seen;
  const standings = standingsOf(release, book, judgedMs(seen, nowMs));
  const workloads = observation?.workloads ?? { kind: "unseen" as const, why: "" };
  const now = { ...momentOf(seen, nowMs), workloads };
  const holdsOn = holdAhead({ release, plan: release.plan, book, nowMs, standings, isMismatched: isMismatched(book.draws), seen: now });
  return viewOfStandings(seen, standings, { nowMs, language, holdsOn });
}

/** The moment by which the checks are shown: now while readings are evidence, afterwards the end of that, for what is read no more was judged all the same. */
function judgedMs({ release, entries }: Told, nowMs: number): number {
  if (isCounting(release.status)) return nowMs;
  const last = entries.findLastIndex(({ entry }) => isCounting(entry.decision.status));
  return last < 0 ? nowMs : (entries[last + 1]?.entry.atMs ?? nowMs);
}

/** As `buildReleaseView`, where the verdicts are known already. */
export function viewOfStandings(
  seen: Omit<Seen, "book"> & { readonly book: Pick<EvidenceBook, "observedMs" | "sinceShare"> },
  standings: readonly Standing[],
  at: { readonly nowMs: number; readonly language: Language } & Pick<Situation, "holdsOn">,
): ReleaseView {
  const { release, book } = seen;
  const { nowMs, language } = at;
  const { plan, status } = release;
  const phase = "phase" in status ? status.phase : null;
  const context: Context = {
    plan,
    nowMs,
    ...(phase === null ? {} : { progress: { observedMs: book.observedMs[phase] ?? 0, ofMs: observationOf(seen, phase) } }),
  };
  const hasBegun = status.kind !== "waiting" && status.kind !== "preparing" && (release.wasExposed || !isTerminal(status));
  const traffic = trafficOf(seen);
  const checks = standings.map((standing) => ({ phase: standing.check.phase, view: checkView(standing, { context, hasBegun }, language) }));
  return {
    id: release.id,
    revision: release.revision,
    name: plan.name,
    title: plan.title,
    version: plan.version,
    environment: plan.environment,
    timeZone: plan.timeZone,
    language,
    versions: release.versions,
    startedBy: release.startedBy,
    startedFor: release.startedFor,
    createdMs: release.createdMs,
    nowMs,
    status,
    ...standsOf(release, context, language),
    next: sayNext(release, context, language).map(capital),
    countdown: countdownOf(status, context, language),
    phases: phasesOf(seen),
    traffic,
    gates: checks.filter((check) => check.phase !== null && check.phase === phase).map((check) => check.view),
    guards: checks.filter((check) => check.phase === null).map((check) => check.view),
    story: storyOf(seen, language),
    people: peopleView(release, language),
    actions: actionsView({ release, standings, seen: momentOf(seen, nowMs), holdsOn: at.holdsOn ?? null }, traffic, context, language),
    undelivered: [
      ...(seen.notices?.failing ?? []).map((failing) => capital(sayFailing(failing, plan, language))),
      ...(seen.notices?.lost ?? []).map((lost) => capital(sayLost(lost, language))),
    ],
    wayBack: wayBackView(release, nowMs, language),
  };
}

/** What the last tick knew beside the traffic; a freeze that it waits for is in force, whatever was seen before. */
function momentOf({ release: { status, plan }, observation }: Pick<Seen, "release" | "observation">, nowMs: number): Situation["seen"] {
  const waits = status.kind === "waiting" ? status.for : status.kind === "holding" ? [status.why] : [];
  const frozen = waits.some((wait) => wait.kind === "freeze") ? [plan.environment] : (observation?.frozen ?? []);
  const since = observation?.frozenSinceMs;
  return { nowMs, frozen, superseded: observation?.superseded ?? false, ...(since === undefined ? {} : { frozenSinceMs: since }) };
}

/** What the phase asks for, or the extension that was announced for it. */
function observationOf({ release, entries }: Told, phase: number): number {
  let longestMs = release.plan.phases[phase]?.observeMs ?? 0;
  for (const { entry } of entries) {
    for (const fact of entry.decision.facts) {
      if (fact.kind === "extended" && fact.phase === phase) longestMs = Math.max(longestMs, fact.untilObservedMs);
    }
  }
  return longestMs;
}

function countdownOf(status: Status, context: Context, language: Language): CountdownView | null {
  if (status.kind !== "holding" || (status.why.kind !== "countdown" && status.why.kind !== "investigation")) return null;
  const { kind, breach, commitByMs, doneByMs } = status.why;
  return { kind, check: breach.check, commitByMs, doneByMs, sentence: capital(sayHold(status.why, context, language)) };
}

/** A release as a list shows it: without its journal and its evidence, which are long. */
export interface Glance {
  readonly release: Pick<
    Release,
    "id" | "plan" | "versions" | "startedBy" | "startedFor" | "createdMs" | "status" | "reports" | "rollback"
  >;
  readonly phases: readonly PhaseView[];
  /** Whose word is asked for; see `rolesAsked`. */
  readonly asks: ReturnType<typeof rolesAsked>;
}

/** What a list shows of a release. */
export function glanceOf(seen: Parameters<typeof phasesOf>[0]): Glance {
  const { id, plan, versions, startedBy, startedFor, createdMs, status, reports, rollback } = seen.release;
  return {
    release: { id, plan, versions, startedBy, startedFor, createdMs, status, reports, rollback },
    phases: phasesOf(seen),
    asks: rolesAsked(seen.release),
  };
}

/** Every phase of the plan, with the time that was observed in it. */
export function phasesOf(seen: Told & { readonly book: Pick<EvidenceBook, "observedMs" | "sinceShare"> }): readonly PhaseView[] {
  const { plan, status } = seen.release;
  const now =
    "phase" in status ? status.phase : status.kind === "promoting" || status.kind === "promoted" ? plan.phases.length : reached(seen);
  return plan.phases.map((phase, index) => ({
    name: phase.name,
    sharePct: phase.sharePct,
    state: index < now ? "done" : index === now && "phase" in status ? "now" : "ahead",
    observedMs: (seen.book.observedMs[index] ?? 0) > 0 || index === now ? (seen.book.observedMs[index] ?? 0) : null,
    observeMs: observationOf(seen, index),
  }));
}

/** How far a release came that went back: the phases before this one were done. */
function reached({ entries }: Told): number {
  return entries.reduce((most, { entry: { decision } }) => ("phase" in decision.status ? Math.max(most, decision.status.phase) : most), 0);
}

/** The shares; of people and requests, what came since the present share was first seen; the people of the arms are those of the whole release. */
export function trafficOf({
  release,
  book,
  observation,
}: Pick<Seen, "release" | "observation"> & { readonly book: Pick<EvidenceBook, "sinceShare"> }): TrafficView {
  const traffic = observation?.traffic.kind === "seen" ? observation.traffic.value : null;
  const isOurs = traffic?.release === release.id;
  const people = isOurs ? traffic.drawn : null;
  const requests = isOurs ? traffic.forwarded : null;
  const since = isOurs && book.sinceShare?.sharePct === traffic.sharePct ? book.sinceShare : null;
  return {
    wantedPct: wanted(release)?.traffic.sharePct ?? 0,
    seenPct: isOurs ? traffic.sharePct : null,
    peoplePct: sharePct(without(people, since?.drawn ?? null)),
    requestsPct: sharePct(without(requests, since?.forwarded ?? null)),
    people,
    requests,
  };
}

function without(now: ArmCounts | null, before: ArmCounts | null): ArmCounts | null {
  return now && before ? { canary: now.canary - before.canary, stable: now.stable - before.stable } : now;
}

function sharePct(counts: ArmCounts | null): number | null {
  const total = counts === null ? 0 : counts.canary + counts.stable;
  return counts === null || total === 0 ? null : (100 * counts.canary) / total;
}

function storyOf(told: Told, language: Language): readonly StoryView[] {
  return storyPage(told, { before: told.entries.length + 1, limit: storyLength }, language);
}

/** The `limit` entries before revision `before`, newest first; empty behind the first one. */
export function storyPage(
  { release, entries }: Told,
  page: { readonly before: number; readonly limit: number },
  language: Language,
): readonly StoryView[] {
  const end = Math.max(0, Math.min(entries.length, page.before - 1));
  return entries
    .slice(Math.max(0, end - page.limit), end)
    .reverse()
    .map(({ entry }) => ({
      revision: entry.revision,
      atMs: entry.atMs,
      time: sayTime(release.plan, entry.atMs),
      says: sayFacts(entry.decision.facts, { plan: release.plan }, language),
    }));
}
