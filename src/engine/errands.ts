import { quantitiesOf } from "../core/checks.ts";
import { standingsOf } from "../core/evidence-book.ts";
import type { SeenWorkloads } from "../core/observation.ts";
import { isExposed, keeps } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { slotsToApply, wanted } from "../core/wanted.ts";
import type { Wanted } from "../core/wanted.ts";
import type { Query, Reading, Target, WantedWorkloads, Workloads } from "../ports.ts";
import { call } from "./call.ts";
import { checkBeforeTraffic, mayCheck } from "./before-traffic.ts";
import type { Run } from "./run.ts";

/**
 * Starts every errand that is due and not under way. None is waited for: a slow source, a stuck Deployment or a smoke request never stands
 * before a rollback. Each puts its result where the next tick finds it, and wakes the loop.
 */
export function startErrands(run: Run): void {
  const wantedNow = errandsOf(run);
  for (const [name, errand] of run.errands)
    if (!errand.isUnderWay && !wantedNow.some((task) => task.name === name)) run.errands.delete(name);
  for (const task of wantedNow) startErrand(run, task);
}

interface Task {
  readonly name: string;
  readonly everyMs: number;
  readonly work: () => Promise<void>;
}

function errandsOf(run: Run): readonly Task[] {
  const { release } = run.memory;
  const { status, plan } = release;
  const tasks: Task[] = [];
  if (wanted(release)) tasks.push({ name: "workloads", everyMs: workloadsEveryMs(run, status), work: () => tendWorkloads(run) });
  if (isExposed(status) || status.kind === "preparing" || status.kind === "rolling-back") {
    const doubts = doubtsOf(run);
    for (const [source, queries] of queriesBySource(run)) {
      const isDoubted = queries.some(({ quantity }) => doubts.has(quantity));
      const everyMs = isDoubted ? Math.min(plan.scrapeMs, doubtedEveryMs) : plan.scrapeMs;
      tasks.push({ name: `source ${source}`, everyMs, work: () => scrape(run, source, queries) });
    }
  }
  if (mayCheck(run)) tasks.push({ name: "checks", everyMs: run.patience.pollMs, work: () => check(run) });
  return tasks;
}

/** A probe that said down is asked again so soon, ms. Source: DESIGN.md 4. */
const doubtedEveryMs = 5_000;

/** Probes that said down, and not often enough yet to be believed. */
function doubtsOf({ memory, nowMs }: Run): ReadonlySet<string> {
  const standings = standingsOf(memory.release, memory.book, nowMs());
  const doubted = standings.filter(({ verdict }) => verdict.kind === "undecided" && verdict.because.kind === "down");
  return new Set(doubted.map(({ check }) => check.quantity));
}

/** True while the loop should look again soon by itself: something is being changed. */
export function isUnsettled(status: Status): boolean {
  const isGoing = (status.kind === "promoted" && status.previous === "going") || (status.kind === "stopped" && status.canary === "going");
  return isGoing || ["preparing", "shifting", "promoting", "rolling-back"].includes(status.kind);
}

/** What takes longer than it may is looked at again after this part of how much longer it has taken already. */
const patientPart = 1 / 300;

/**
 * Milliseconds until something that is being changed is looked at again: soon at first, and once it is late less and less often, so that what
 * never comes does not cost its cluster five questions a second for ever. People who are on their way home are not made to wait.
 */
export function pollMs({ memory, patience, decidedMs, world }: Run): number {
  const { status, plan } = memory.release;
  if (status.kind === "rolling-back" && status.step === "traffic") return patience.pollMs;
  const lateMs = world.clock.monotonicMs() - decidedMs - plan.readyWithinMs;
  return Math.min(Math.max(patience.pollMs, lateMs * patientPart), Math.max(patience.pollMs, patience.heartbeatMs));
}

/** Milliseconds until the next errand is due; `Infinity` when none will be. */
export function nextErrandMs(run: Run): number {
  const nowMs = run.world.clock.monotonicMs();
  const waits = [...run.errands.values()].filter((errand) => !errand.isUnderWay).map((errand) => errand.dueMs - nowMs);
  return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...waits));
}

function workloadsEveryMs(run: Run, status: Status): number {
  if (isUnsettled(status)) return pollMs(run);
  return keeps(status) ? 10 * run.patience.heartbeatMs : run.patience.heartbeatMs;
}

function startErrand(run: Run, { name, everyMs, work }: Task): void {
  const nowMs = run.world.clock.monotonicMs();
  const before = run.errands.get(name);
  if (before?.isUnderWay) return;
  const dueMs = before ? Math.min(before.dueMs, before.startedMs + everyMs) : nowMs;
  if (nowMs < dueMs) return void run.errands.set(name, { startedMs: before?.startedMs ?? nowMs, dueMs, isUnderWay: false });
  // On a grid, so that the sources of one release are read together; a late one skips what it missed.
  const nextMs = nowMs - dueMs < everyMs / 2 ? dueMs + everyMs : nowMs + everyMs;
  run.errands.set(name, { startedMs: nowMs, dueMs: nextMs, isUnderWay: true });
  void work().finally(() => {
    run.errands.set(name, { startedMs: nowMs, dueMs: nextMs, isUnderWay: false });
    run.wake();
  });
}

/** Looks at what runs, and asks for the wanted slots where they differ from it: nothing is asked of workloads that were not seen yet. */
async function tendWorkloads(run: Run): Promise<void> {
  const { clock } = run.world;
  const { release } = run.memory;
  const slots = slotsToApply(release, run.outside);
  const canaryPct = wanted(release)?.canaryPct ?? 0;
  const seen: Record<string, SeenWorkloads[string]> = {};
  for (const [kind, services] of servicesByKind(run, { slots, canaryPct })) {
    const workloads = async (): Promise<Workloads> => run.world.workloads(kind);
    // While the kind before was asked the record may have gone on: what it wanted then is not asked for any more.
    const isCurrent = run.memory.release === release;
    if (isCurrent && run.outside.workloads.kind === "seen" && !isRunning(run, { slots, canaryPct })) {
      const applied = await call(clock, run.patience.controlMs, async (signal) => (await workloads()).apply(services, signal));
      if (applied.kind === "trouble") return void (run.outside = { ...run.outside, workloads: { kind: "unseen", why: applied.why } });
    }
    const outcome = await call(clock, run.patience.controlMs, async (signal) => (await workloads()).observe(services, signal));
    if (outcome.kind === "trouble") return void (run.outside = { ...run.outside, workloads: { kind: "unseen", why: outcome.why } });
    Object.assign(seen, outcome.value);
  }
  run.outside = { ...run.outside, workloads: { kind: "seen", value: seen } };
}

type Asked = Pick<Wanted, "slots" | "canaryPct">;

function isRunning(run: Run, { slots, canaryPct }: Asked): boolean {
  const { workloads } = run.outside;
  if (workloads.kind !== "seen") return false;
  const said = (versions: Partial<Record<string, string | undefined>>): string => JSON.stringify(Object.entries(versions).sort());
  return Object.entries(slots).every(([service, wantedSlots]) => {
    const running = workloads.value[service] ?? {};
    const versions = Object.entries(running).map(([slot, workload]) => [slot, workload.version]);
    const isLargeEnough = wantedSlots.canary === undefined || (running.canary?.sizedPct ?? 100) >= canaryPct;
    return isLargeEnough && said(Object.fromEntries(versions)) === said(wantedSlots);
  });
}

function servicesByKind(run: Run, { slots, canaryPct }: Asked): ReadonlyMap<string, WantedWorkloads> {
  const kinds = new Map<string, Record<string, WantedWorkloads[string]>>();
  for (const service of run.memory.release.plan.services) {
    const wantedSlots = Object.entries(slots[service.name] ?? {}).map(([slot, version]) => [
      slot,
      { version, ...(slot === "canary" ? { sharePct: canaryPct } : {}) },
    ]);
    const services = kinds.get(service.workload.kind) ?? {};
    kinds.set(service.workload.kind, {
      ...services,
      [service.name]: { use: service.workload, release: run.id, slots: Object.fromEntries(wantedSlots) },
    });
  }
  return kinds;
}

async function check(run: Run): Promise<void> {
  const checks = await checkBeforeTraffic(run);
  // A tick may have taken the inbox of before.
  run.inbox.checks = checks;
}

async function scrape(run: Run, name: string, queries: readonly Query[]): Promise<void> {
  const { release } = run.memory;
  const { story } = run;
  const { plan, createdMs } = release;
  const { environment, traffic } = plan;
  const context = { release: release.id, environment, targets: targetsToRead(run), routes: traffic.routes, sinceMs: createdMs };
  const outcome = await call(run.world.clock, run.patience.sourceMs, async (signal) =>
    run.world.source(name).read(queries, context, signal),
  );
  if (run.story !== story) return;
  for (const { quantity } of queries) run.inbox.readings.set(quantity, readingOf(outcome, quantity));
}

function readingOf(outcome: Awaited<ReturnType<typeof call<ReadonlyMap<string, Reading>>>>, quantity: string): Reading {
  if (outcome.kind === "trouble") return { kind: "unavailable", why: outcome.why };
  return outcome.value.get(quantity) ?? { kind: "unavailable", why: "the source left this question out" };
}

/**
 * Metrics are selected by version: a slot that runs the new version is canary, wherever it stands. Of a service that keeps its version the
 * canary's copy is.
 */
function targetsToRead(run: Run): readonly Target[] {
  const { workloads } = run.outside;
  if (workloads.kind !== "seen") return [];
  return Object.entries(workloads.value).flatMap(([service, slots]) =>
    Object.entries(slots).flatMap(([slot, { version, urls }]) => {
      const versions = run.memory.release.versions[service];
      const isNew = versions?.canary === versions?.stable ? slot === "canary" : version === versions?.canary;
      const arm = isNew ? "canary" : "stable";
      return urls.map((url): Target => ({ service, arm, version, url }));
    }),
  );
}

function queriesBySource(run: Run): ReadonlyMap<string, readonly Query[]> {
  return Map.groupBy(quantitiesOf(run.memory.release.plan), (query) => query.metric.source);
}
