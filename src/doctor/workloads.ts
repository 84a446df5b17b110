import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { SeenWorkloads } from "../core/observation.ts";
import type { Target, WantedWorkloads } from "../ports.ts";
import { andSilent, examineItself, silent, within } from "./examining.ts";
import type { Examining } from "./examining.ts";
import { findings, subjects } from "./findings.ts";

/** What was found of the services of one kind, and where their stable versions answer. */
export interface LookedAtWorkloads {
  readonly checks: readonly Check[];
  readonly targets: readonly Target[];
}

/** The services of one kind of workload: whether their stable versions run, and whether something of an earlier release is left. */
export async function lookAtWorkloads(examining: Examining, kind: string, signal: AbortSignal): Promise<LookedAtWorkloads> {
  const { plan, world, clock } = examining;
  const services = plan.services.filter(({ workload }) => workload.kind === kind);
  const wanted: WantedWorkloads = Object.fromEntries(services.map(({ name, workload }) => [name, { use: workload, slots: {} }]));
  const [own, seen] = await Promise.all([
    examineItself(examining, { port: "workloads", word: kind }, signal),
    within(clock, signal, async (ends) => world.workloads(kind).observe(wanted, ends)),
  ]);
  const left = await lookForOrphans(examining, kind, signal);
  if (!seen.ok) return { checks: andSilent(own, kind, seen), targets: [] };
  const checks = services.flatMap(({ name }) => sayService(name, seen.value[name] ?? {}, examining.versions[name] ?? null));
  return { checks: [...own, ...checks, ...left], targets: targetsOf(seen.value) };
}

async function lookForOrphans({ world, clock, active }: Examining, kind: string, signal: AbortSignal): Promise<readonly Check[]> {
  if (active === null) return [];
  const outcome = await within(clock, signal, async (ends) => world.orphans(kind, { active }, ends));
  if (!outcome.ok) return [silent(subjects.leftOver(), outcome)];
  return outcome.value.length > 0 ? outcome.value : [fine(subjects.leftOver(), findings.nothingLeft())];
}

function sayService(name: string, { stable, canary, previous }: SeenWorkloads[string], newVersion: string | null): readonly Check[] {
  return [sayStable(name, stable, newVersion), ...sayLeft(name, "canary", canary), ...sayLeft(name, "previous", previous)];
}

function sayStable(name: string, stable: SeenWorkloads[string]["stable"], newVersion: string | null): Check {
  if (stable === undefined) return wrong(name, findings.noStable(name));
  const { version, isReady, detail } = stable;
  if (!isReady) return wrong(name, findings.stableNotReady(version, detail));
  return version === newVersion ? doubtful(name, findings.sameVersion(version)) : fine(name, findings.stableReady(version));
}

function sayLeft(name: string, slot: "canary" | "previous", left: SeenWorkloads[string]["canary"]): readonly Check[] {
  return left === undefined ? [] : [doubtful(subjects.slot(name, slot), findings.slotTaken(left.version))];
}

/** Where the stable versions answer. */
function targetsOf(seen: SeenWorkloads): readonly Target[] {
  return Object.entries(seen).flatMap(([service, { stable }]) =>
    (stable?.urls ?? []).map((url): Target => ({ service, arm: "stable", version: stable?.version ?? "", url })),
  );
}
