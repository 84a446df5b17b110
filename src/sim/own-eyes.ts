import { isSamePlace } from "../core/apply.ts";
import { newsOf } from "../core/notices.ts";
import type { Decision, Entry } from "../core/decision.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import type { Override, Release } from "../core/release.ts";
import type { Row } from "../core/row.ts";
import { isOver, keeps } from "../core/status.ts";
import { mayAdvance, mayStart } from "../core/windows.ts";
import { sharePctOf } from "../core/wanted.ts";
import type { Freeze, StoredRelease, WantedWorkloads } from "../ports.ts";
import type { Sights } from "./promises.ts";
import { beside, shareInForce, shareInForceMs } from "./simulated-world.ts";

/*
 * Checks that rest on what happened outside, and not on what the engine says about it.
 */

/** Between two looks the router may lose the share and get it back: once per look, ms. */
const unseenMs = 10_000;
/** What is owed is delivered within this long once the faults have stopped, ms. */
const deliveryMs = 180_000;

/** Promise 2: time that counts as observed was time at the phase's share. */
export function checkObserved(release: Release, { observation }: Row, sights: Sights): readonly string[] {
  const { status, plan } = release;
  if (observation.observedMs === 0) return [];
  if (status.kind !== "observing") return [`2: ${observation.observedMs} ms were observed while ${status.kind}`];
  if (!sights.isRouterHonest) return [];
  const untilMs = sights.elapsedMs();
  const between = { fromMs: untilMs - observation.observedMs, untilMs };
  const trueMs = shareInForceMs(routerOf(release, sights), sharePctOf(plan, status.phase), between);
  if (trueMs >= observation.observedMs - unseenMs) return [];
  return [`2: ${observation.observedMs} ms count as observed, but the share was in force for ${Math.round(trueMs)} ms of them`];
}

/** Promise 2: a phase lasts as long as the plan says, and nothing goes on against the calendar or into a freeze unless a person let it. */
export function checkGoingOn(
  before: { readonly release: Release; readonly book: EvidenceBook },
  { atMs, decision }: Entry,
  freezes: readonly Pick<Freeze, "environment" | "sinceMs">[],
): readonly string[] {
  const { status, plan } = before.release;
  const after = decision.status;
  const begins = status.kind === "waiting" && after.kind === "preparing";
  const advances = "phase" in status && status.kind !== "shifting" && (after.kind === "shifting" || after.kind === "promoting");
  if (!begins && !advances) return [];
  const broken: string[] = [];
  const isLet = (it: (over: Override) => boolean): boolean => isOverridden(before.release, decision, it);
  for (const { environment, sinceMs } of freezes) {
    // A word that was given before a freeze began was given about another one.
    const lets = ({ over, atMs: givenMs }: Override): boolean =>
      over.kind === "freeze" && over.environment === environment && givenMs >= sinceMs;
    if (environment === plan.environment && !isLet(lets)) broken.push(`2: it went on to ${after.kind} in a frozen environment`);
  }
  const window = begins ? mayStart(plan, atMs) : mayAdvance(plan, atMs);
  if (!window.ok && !isLet(({ over }) => over.kind === "window" && over.says === window.says))
    broken.push(`2: it went on to ${after.kind} outside of its windows (${window.says})`);
  const isPromoted = decision.facts.some((fact) => fact.kind === "accepted" && fact.asked === "promote");
  const phase = "phase" in status ? status.phase : 0;
  const [observedMs = 0, askedMs = 0] = [before.book.observedMs[phase], plan.phases[phase]?.observeMs];
  if (advances && !isPromoted && observedMs < askedMs) broken.push(`2: phase ${phase} was left after ${observedMs} of ${askedMs} ms`);
  return broken;
}

/** Promise 2: nobody is newly exposed while a problem is reported about which nobody has decided. */
export function checkReported(before: Pick<Release, "status" | "reports" | "rollback">, { status, facts }: Decision): readonly string[] {
  const isAnswered = facts.some((fact) => fact.kind === "report-answered");
  const isReported = facts.some((fact) => fact.kind === "reported") || (before.reports.length > 0 && !isAnswered);
  const isBegun = before.status.kind === "promoting" && before.status.step !== "cloning";
  const goesOn = status.kind === "preparing" || status.kind === "shifting" || (status.kind === "promoting" && !isBegun);
  if (!isReported || !goesOn || isSamePlace(before.status, status) || before.rollback !== null) return [];
  return [`2: it went on to ${status.kind} while a problem was reported and open`];
}

/** True when a release manager let the step that was just made pass exactly this. */
function isOverridden(before: Release, { status, facts }: Decision, isAbout: (over: Override) => boolean): boolean {
  const given = [...before.overrides, ...facts.flatMap((fact) => (fact.kind === "overrode" ? [fact.override] : []))];
  return given.some((override) => {
    const { by, for: step } = override;
    const isStep =
      (step.kind === "start" && status.kind === "preparing") ||
      (step.kind === "promote" && status.kind === "promoting") ||
      (step.kind === "phase" && status.kind === "shifting" && status.phase === step.phase);
    return isStep && isAbout(override) && managers.has(by);
  });
}

/** Who is a release manager in the simulated world, by name: roles are not in the journal. */
const managers: ReadonlySet<string> = new Set(["Aline", "Rachel Martin"]);

/** The order of work: nobody's version is taken away under them. A release that keeps no copy of stable has no other way. */
export function checkApplied(release: Release, wanted: WantedWorkloads, sights: Sights): readonly string[] {
  const { status, plan, versions } = release;
  const hasNoCopy = status.kind === "rolling-back" && status.from.startsWith("image");
  if (hasNoCopy || (isOver(status) && keeps(status) === null) || !sights.isRouterHonest) return [];
  const sharePct = shareInForce(routerOf(release, sights), sights.elapsedMs());
  return plan.services.flatMap(({ name }) => {
    const service = wanted[name];
    if (!service) return [];
    const runs = sights.outdoors.running.get(`${name}/stable`)?.version;
    const isReplaced = runs !== undefined && service.slots.stable?.version !== runs;
    const stableSlot = routerOf(release, sights).router.wanted?.stableSlot ?? "stable";
    const isServed = stableSlot === "stable" && sharePct < 100 && status.kind !== "preparing";
    const broken: string[] = [];
    if (isReplaced && isServed) broken.push(`3: ${name} stable ${runs} was replaced while ${100 - sharePct} % were there`);
    if (!service.slots.canary && sharePct > 0 && versions[name])
      broken.push(`3: ${name} canary was taken away while ${sharePct} % were there`);
    return broken;
  });
}

/** Promise 9: everybody who is to be told was told, of everything that is news. */
export function checkNotices(stored: StoredRelease, told: { readonly atMs: readonly number[] }, sights: Sights): readonly string[] {
  return stored.entries.flatMap(({ entry: { release, revision, decision } }) => {
    const isDue = sights.elapsedMs() - Math.max(told.atMs[revision - 1] ?? 0, sights.calmFromMs) > deliveryMs;
    if (!isDue || newsOf(decision).length === 0) return [];
    const keys = stored.head.plan.notify.map(({ notifier, to }) => `${release}:${revision}:${notifier}:${to}`);
    return keys.filter((key) => !sights.outdoors.arrived.has(key)).map((key) => `9: notice ${key} never arrived`);
  });
}

/** Promise 8: of what a source has counted between the first reading and the last nothing is lost, and nothing is counted twice. */
export function checkCounts({ rows }: StoredRelease, sights: Sights): readonly string[] {
  if (!sights.areCountersWhole) return [];
  const first = new Map<string, number>();
  const last = new Map<string, number>();
  const counted = new Map<string, number>();
  for (const { observation, cursor } of rows) {
    for (const [quantity, series] of Object.entries(cursor)) {
      for (const [name, [, , total]] of Object.entries(series)) {
        const key = `${quantity} ${name}`;
        if (!first.has(key)) first.set(key, total);
        last.set(key, total);
      }
    }
    for (const [quantity, reading] of Object.entries(observation.readings)) {
      if (reading.kind !== "increment" || reading.increment.kind !== "counts") continue;
      const { canary, stable } = reading.increment;
      counted.set(quantity, (counted.get(quantity) ?? 0) + canary.total + (stable?.total ?? 0));
    }
  }
  return [...counted].flatMap(([quantity, sum]) => {
    const keys = [...first.keys()].filter((key) => key.startsWith(`${quantity} `));
    const grown = keys.reduce((total, key) => total + (last.get(key) ?? 0) - (first.get(key) ?? 0), 0);
    return grown === sum ? [] : [`8: ${quantity} grew by ${grown}, of which ${sum} were counted`];
  });
}

function routerOf({ plan }: Release, { outdoors }: Sights): Pick<Sights["outdoors"], "router"> {
  return { router: plan.traffic.kind.endsWith(beside) ? outdoors.besideRouter : outdoors.router };
}
