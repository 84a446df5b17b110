import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import { lookAtCalendar } from "./calendar.ts";
import { examineItself } from "./examining.ts";
import type { Examining } from "./examining.ts";
import { lookAtRouter } from "./router.ts";
import { lookAtSource, sourcesOf } from "./sources.ts";
import { lookAtWorkloads } from "./workloads.ts";

/** One part of what a release rests on, and what was looked at there. */
export interface Examined {
  /** "router edge", "source prometheus", "calendar". */
  readonly part: string;
  readonly checks: readonly Check[];
}

/**
 * Looks at everything that a release of the plan would rest on: the plan, router, workloads, every source with every metric for each arm, notifiers,
 * calendar. Nothing is changed. Parts are looked at side by side, each within its own time; what fails or is silent is a check of its own. Throws
 * only the signal's reason.
 */
export async function examine(examining: Examining, signal: AbortSignal): Promise<readonly Examined[]> {
  const { plan } = examining;
  const kinds = [...new Set(plan.services.map(({ workload }) => workload.kind))];
  const looks = kinds.map((kind) => lookAtWorkloads(examining, kind, signal));
  const targets = Promise.all(looks).then((all) => all.flatMap(({ targets: some }) => some));
  const notifiers = [...new Set(plan.notify.map(({ notifier }) => notifier))];
  return Promise.all([
    part("plan", Promise.resolve([sayPlan(examining), ...sayStrangers(examining)])),
    part(`router ${plan.traffic.kind}`, lookAtRouter(examining, signal)),
    ...kinds.map((kind, at) =>
      part(
        `workloads ${kind}`,
        (looks[at] ?? lookAtWorkloads(examining, kind, signal)).then(({ checks }) => checks),
      ),
    ),
    ...sourcesOf(plan).map(([name, queries]) =>
      part(
        `source ${name}`,
        targets.then((all) => lookAtSource(examining, { name, queries, targets: all }, signal)),
      ),
    ),
    ...notifiers.map((name) => part(`notifier ${name}`, lookAtNotifier(examining, name, signal))),
    part("calendar", Promise.resolve(lookAtCalendar(plan, examining.startsMs))),
  ]);
}

async function part(name: string, looking: Promise<readonly Check[]>): Promise<Examined> {
  return { part: name, checks: await looking };
}

function sayPlan({ plan, doubts }: Examining): Check {
  if (doubts === 0) return fine(plan.name, "Nothing in it is doubtful.");
  const says = `${doubts} ${doubts === 1 ? "place of it is" : "places of it are"} legal and doubtful.`;
  return doubtful(plan.name, says, "Read them: serin plan lint.");
}

/** Versions of services that the plan does not have: whoever meant another looks at the wrong things. */
function sayStrangers({ plan, versions }: Examining): readonly Check[] {
  const services = plan.services.map(({ name }) => name);
  const strangers = Object.keys(versions).filter((name) => !services.includes(name));
  return strangers.map((name) => wrong(name, "The plan has no service of this name.", `Write a version of ${services.join(" or ")}.`));
}

async function lookAtNotifier(examining: Examining, name: string, signal: AbortSignal): Promise<readonly Check[]> {
  const recipients = examining.plan.notify.filter(({ notifier }) => notifier === name).map(({ to }) => to);
  const own = await examineItself(examining, { port: "notifiers", word: name, recipients }, signal);
  const whom = recipients.filter((to) => to !== "").join(", ");
  return own.length > 0 ? own : [fine(whom === "" ? name : whom, "It is connected; nothing was sent.")];
}
