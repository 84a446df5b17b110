import { doubtful, fine, sayCheck, wrong } from "../adapters/check.ts";
import type { SaidCheck } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { Phrase } from "../core/messages/phrases.ts";
import type { Language } from "../core/plan.ts";
import { lookAtCalendar } from "./calendar.ts";
import { examineItself } from "./examining.ts";
import type { Examining } from "./examining.ts";
import { findings, parts } from "./findings.ts";
import { lookAtRouter } from "./router.ts";
import { lookAtSource, sourcesOf } from "./sources.ts";
import { lookAtWorkloads } from "./workloads.ts";

/** One part of what a release rests on, and what was looked at there, in the words of one language. */
export interface Examined {
  /** Which part it is, for programs: "part.router". */
  readonly code: string;
  /** "router edge", "source prometheus", "calendar". */
  readonly part: string;
  readonly checks: readonly SaidCheck[];
}

/**
 * Looks at everything that a release of the plan would rest on: the plan, router, workloads, every source with every metric for each arm, notifiers,
 * calendar. Nothing is changed. Parts are looked at side by side, each within its own time; what fails or is silent is a check of its own. Throws
 * only the signal's reason. Answers who says what was found in the language given.
 */
export async function examine(examining: Examining, signal: AbortSignal): Promise<(language: Language) => readonly Examined[]> {
  const { plan } = examining;
  const kinds = [...new Set(plan.services.map(({ workload }) => workload.kind))];
  const looks = kinds.map((kind) => lookAtWorkloads(examining, kind, signal));
  const targets = Promise.all(looks).then((all) => all.flatMap(({ targets: some }) => some));
  const notifiers = [...new Set(plan.notify.map(({ notifier }) => notifier))];
  const found = await Promise.all([
    part(parts.plan(), Promise.resolve([sayPlan(examining), ...sayStrangers(examining)])),
    part(parts.router(plan.traffic.kind), lookAtRouter(examining, signal)),
    ...kinds.map((kind, at) =>
      part(
        parts.workloads(kind),
        (looks[at] ?? lookAtWorkloads(examining, kind, signal)).then(({ checks }) => checks),
      ),
    ),
    ...sourcesOf(plan).map(([name, queries]) =>
      part(
        parts.source(name),
        targets.then((all) => lookAtSource(examining, { name, queries, targets: all }, signal)),
      ),
    ),
    ...notifiers.map((name) => part(parts.notifier(name), lookAtNotifier(examining, name, signal))),
    part(parts.calendar(), Promise.resolve(lookAtCalendar(plan, examining.startsMs))),
  ]);
  return (language) =>
    found.map(({ of, checks }) => ({ code: of.code, part: of.in(language), checks: checks.map((check) => sayCheck(check, language)) }));
}

async function part(of: Phrase, looking: Promise<readonly Check[]>): Promise<{ readonly of: Phrase; readonly checks: readonly Check[] }> {
  return { of, checks: await looking };
}

function sayPlan({ plan, doubts }: Examining): Check {
  return doubts === 0 ? fine(plan.name, findings.planIsFine()) : doubtful(plan.name, findings.planIsDoubtful(doubts));
}

/** Versions of services that the plan does not have: whoever meant another looks at the wrong things. */
function sayStrangers({ plan, versions }: Examining): readonly Check[] {
  const services = plan.services.map(({ name }) => name);
  const strangers = Object.keys(versions).filter((name) => !services.includes(name));
  return strangers.map((name) => wrong(name, findings.serviceUnknown(services)));
}

async function lookAtNotifier(examining: Examining, name: string, signal: AbortSignal): Promise<readonly Check[]> {
  const recipients = examining.plan.notify.filter(({ notifier }) => notifier === name).map(({ to }) => to);
  const own = await examineItself(examining, { port: "notifiers", word: name, recipients }, signal);
  const whom = recipients.filter((to) => to !== "").join(", ");
  return own.length > 0 ? own : [fine(whom === "" ? name : whom, findings.isConnected())];
}
