import type { Seen, SeenTraffic } from "../core/observation.ts";
import { isTrafficAsWanted, targetsOf, wanted } from "../core/wanted.ts";
import type { WantedTraffic } from "../ports.ts";
import { call } from "./call.ts";
import type { Run } from "./run.ts";

/**
 * Makes the router match the record and reads it back. The router is told when what is wanted changed, when it was not seen as wanted, and
 * as often as its lease needs. Nothing slow stands before this call: addresses come from what the workloads last said.
 */
export async function converge(run: Run): Promise<Seen<SeenTraffic>> {
  const { release } = run.memory;
  const traffic = wantedTraffic(run);
  if (!traffic) return { kind: "unseen", why: "nothing is asked of the router yet" };
  const router = run.world.router(release.plan);
  const key = JSON.stringify(traffic);
  const nowMs = run.world.clock.monotonicMs();
  const isDue = run.told === null || run.told.wanted !== key || nowMs - run.told.atMs >= run.patience.heartbeatMs;
  const isOff = !isTrafficAsWanted(release, run.outside);
  const mayTell = !run.isStuck || traffic.sharePct === 0;
  if ((isDue || isOff) && mayTell) {
    const outcome = await call(run.world.clock, run.patience.controlMs, (signal) => router.apply(traffic, signal));
    if (outcome.kind === "trouble") return { kind: "unseen", why: outcome.why };
    run.told = { wanted: key, atMs: nowMs };
  }
  const outcome = await call(run.world.clock, run.patience.controlMs, (signal) => router.observe(signal));
  return outcome.kind === "answer" ? { kind: "seen", value: outcome.value } : { kind: "unseen", why: outcome.why };
}

/** What the router shall do now; `null` while nothing is asked of it, or no address is known. */
function wantedTraffic(run: Run): WantedTraffic | null {
  const { release, lastRow } = run.memory;
  const want = wanted(release);
  const workloads = run.outside.workloads.kind === "seen" ? run.outside.workloads : lastRow?.observation.workloads;
  if (!want || workloads?.kind !== "seen") return null;
  const { plan } = release;
  return {
    release: release.id,
    revision: release.revision,
    ...want.traffic,
    login: plan.traffic.login,
    routes: plan.traffic.routes,
    goals: plan.traffic.goals,
    targets: targetsOf(want, workloads.value),
    leaseMs: run.patience.leaseMs,
  };
}
