import type { Context } from "hono";
import { UserError } from "../errors.ts";
import type { Plan } from "../core/plan.ts";
import { sayTargets } from "../core/targets.ts";
import type { WantedTraffic, WantedWorkloads } from "../ports.ts";
import { callerOf, checkAccessIn } from "./auth.ts";
import type { Env } from "./auth.ts";
import { routes, startStableBody } from "./contract.ts";
import type { StartStableAnswer } from "./contract.ts";
import { readBody } from "./input.ts";
import type { AppParts } from "./parts.ts";
import { checkAdapters, checkVersions, readPlanOrRefuse } from "./plan-body.ts";
import { details } from "./details.ts";

/** The kind of workload that runs on this machine, so that serin itself starts its stable version. */
const localKind = "process";
/** One call of an adapter may take this long, ms. */
const callMs = 10_000;
const betweenLooksMs = 100;

export interface StableSeen {
  readonly version: string;
  readonly isReady: boolean;
  readonly urls: readonly string[];
  readonly detail: string;
}

/** What runs in the stable slot of each service of the plan now; a service of which nothing runs is absent. Throws `stable-unknown` when it cannot be seen. */
export async function seenStable(parts: AppParts, plan: Plan): Promise<Readonly<Record<string, StableSeen>>> {
  const found: Record<string, StableSeen> = {};
  for (const [kind, wanted] of byKind(plan, {})) {
    const seen = await within(parts, (signal) => parts.world.workloads(kind).observe(wanted, signal)).catch((error: unknown) => {
      throw new UserError("stable-unknown", details.stableUnseen(error instanceof Error ? error.message : String(error)));
    });
    for (const [service, slots] of Object.entries(seen)) {
      if (slots.stable) found[service] = slots.stable;
    }
  }
  return found;
}

/** Starts the stable version of every service where it runs on this machine, waits until it is ready, and gives the router its addresses. */
export async function startStable(context: Context<Env>, parts: AppParts): Promise<Response> {
  const body = await readBody(context, startStableBody);
  const { plan } = readPlanOrRefuse(parts, body.plan);
  const caller = callerOf(context);
  checkAccessIn(plan.environment, caller, routes.startStable.access);
  checkAdapters(parts, plan);
  checkVersions(plan, body.versions, "stable");
  const elsewhere = plan.services.filter((service) => service.workload.kind !== localKind);
  if (elsewhere.length > 0) {
    const whose = elsewhere.map(({ name, workload }) => `${name} (${workload.kind})`).join(", ");
    throw new UserError("stable-elsewhere", details.stableElsewhere(whose));
  }
  await refuseWhileActive(parts, plan);
  parts.log("info", "stable-starting", { plan: plan.name, versions: body.versions, by: caller.name, reason: body.reason });
  const services = await bringUp(parts, plan, body.versions);
  await pointRouter(parts, plan, services);
  const answer: StartStableAnswer = {
    services: Object.fromEntries(Object.entries(services).map(([name, { version, urls }]) => [name, { version, urls }])),
  };
  return context.json(answer);
}

async function refuseWhileActive(parts: AppParts, plan: Plan): Promise<void> {
  const names = new Set(plan.services.map((service) => service.name));
  for (const id of await parts.store.active()) {
    const seen = await parts.engine.view(id);
    const shared = Object.keys(seen?.release.versions ?? {}).filter((name) => names.has(name));
    if (shared.length > 0) throw new UserError("release-active", details.releaseActive(shared, id), { release: id });
  }
}

async function bringUp(
  parts: AppParts,
  plan: Plan,
  versions: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, StableSeen>>> {
  const deadlineMs = parts.clock.monotonicMs() + plan.readyWithinMs;
  for (;;) {
    for (const [kind, wanted] of byKind(plan, versions)) {
      await within(parts, (signal) => parts.world.workloads(kind).apply(wanted, signal));
    }
    const seen = await seenStable(parts, plan);
    const late = plan.services.filter(({ name }) => seen[name]?.version !== versions[name] || !seen[name]?.isReady);
    if (late.length === 0) return seen;
    if (parts.closing.aborted || parts.clock.monotonicMs() > deadlineMs) {
      const said = late.map(({ name }) => `${name}: ${seen[name]?.detail || "does not run"}`).join("; ");
      throw new UserError("stable-not-ready", details.stableNotReady(said));
    }
    await parts.clock.wait(betweenLooksMs, parts.closing);
  }
}

async function pointRouter(parts: AppParts, plan: Plan, services: Readonly<Record<string, StableSeen>>): Promise<void> {
  const targets = Object.fromEntries(plan.services.map(({ name }) => [name, { canary: [], stable: services[name]?.urls ?? [] }]));
  const wanted: WantedTraffic = {
    release: `stable-${plan.name}`,
    revision: 0,
    sharePct: 0,
    audience: "everyone",
    phase: 0,
    login: plan.traffic.login,
    routes: plan.traffic.routes,
    goals: plan.traffic.goals,
    stableSlot: "stable",
    targets,
    leaseMs: 30_000,
  };
  const deadlineMs = parts.clock.monotonicMs() + callMs;
  for (;;) {
    const router = parts.world.router(plan);
    await within(parts, (signal) => router.apply(wanted, signal));
    const seen = await within(parts, (signal) => router.observe(signal));
    if (seen.isServing && seen.targets === sayTargets(targets)) return;
    if (parts.closing.aborted || parts.clock.monotonicMs() > deadlineMs) {
      throw new UserError("stable-not-ready", details.routerNotYet());
    }
    await parts.clock.wait(betweenLooksMs, parts.closing);
  }
}

/** What shall run in the stable slots, by workload kind; without versions only which services are meant. */
function byKind(plan: Plan, versions: Readonly<Record<string, string>>): ReadonlyMap<string, WantedWorkloads> {
  const kinds = new Map<string, WantedWorkloads>();
  for (const { name, workload } of plan.services) {
    const version = versions[name];
    const service = { use: workload, slots: version === undefined ? {} : { stable: { version } } };
    kinds.set(workload.kind, { ...kinds.get(workload.kind), [name]: service });
  }
  return kinds;
}

/** One call of an adapter with its deadline; an answer that comes after it is not waited for. */
async function within<T>(parts: AppParts, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const asking = new AbortController();
  const answered = new AbortController();
  const late = parts.clock.wait(callMs, answered.signal).then((): never => {
    throw new Error(`no answer within ${callMs / 1000} s`);
  });
  try {
    return await Promise.race([call(asking.signal), late]);
  } finally {
    late.catch(() => undefined);
    answered.abort();
    asking.abort();
  }
}
