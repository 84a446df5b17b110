import type { PreparingCheck } from "../core/observation.ts";
import { openReport } from "../core/open-report.ts";
import { isReady, isTrafficAsWanted } from "../core/wanted.ts";
import { call } from "./call.ts";
import { converge } from "./converge.ts";
import type { Run } from "./run.ts";

/** A check is tried this often before it counts as failed. */
const tries = 3;

/**
 * True when both versions stand, the router has their addresses, every source has answered and no report is open: the checks before traffic can be
 * run.
 */
export function mayCheck(run: Run): boolean {
  const { release, book } = run.memory;
  if (release.status.kind !== "preparing" || run.inbox.checks.length > 0) return false;
  // What is checked now would be old by the time that somebody has decided.
  if (openReport(release) !== null) return false;
  const isStanding =
    isReady(release, run.outside, "canary") && isReady(release, run.outside, "stable") && isTrafficAsWanted(release, run.outside);
  return isStanding && book.quantities.every((quantity) => book.answeredMs[quantity] !== undefined);
}

/** Rehearses the rollback at share 0, then sends every smoke request through every mix of versions that people may meet. */
export async function checkBeforeTraffic(run: Run): Promise<readonly PreparingCheck[]> {
  const checks: PreparingCheck[] = [await rehearse(run)];
  for (const request of run.memory.release.plan.smoke) {
    for (const arms of mixes(run.memory.release.plan.services.map((service) => service.name))) checks.push(await smoke(run, request, arms));
  }
  return checks;
}

/** The same work as a real rollback: tell the router share 0, read it back, and take the time of the try that worked. */
async function rehearse(run: Run): Promise<PreparingCheck> {
  const { clock } = run.world;
  let failed = "";
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const startMs = clock.monotonicMs();
    run.told = null;
    const traffic = await converge(run);
    const tookMs = Math.round(clock.monotonicMs() - startMs);
    if (isTrafficAsWanted(run.memory.release, { ...run.outside, traffic })) {
      return { name: "rollback", ok: true, detail: "the router was told and read back", tookMs };
    }
    failed = traffic.kind === "seen" ? `the router was told, and shows ${traffic.value.sharePct} %` : traffic.why;
  }
  return { name: "rollback", ok: false, detail: failed, tookMs: 0 };
}

type Arms = Readonly<Record<string, "canary" | "stable">>;

/** All new, then each service alone new, then each alone old: with two services both mixed pairs. */
function mixes(services: readonly string[]): readonly Arms[] {
  const all = (arm: "canary" | "stable"): Arms => Object.fromEntries(services.map((service) => [service, arm]));
  const alone = (arm: "canary" | "stable", others: "canary" | "stable"): readonly Arms[] =>
    services.map((service) => ({ ...all(others), [service]: arm }));
  const found = [all("canary"), ...alone("canary", "stable"), ...alone("stable", "canary")];
  return [...new Map(found.map((arms) => [JSON.stringify(arms), arms])).values()];
}

async function smoke(run: Run, request: string, arms: Arms): Promise<PreparingCheck> {
  const { clock } = run.world;
  const router = run.world.router(run.memory.release.plan);
  const name = `${request} with ${Object.entries(arms)
    .map(([service, arm]) => `${service} ${arm}`)
    .join(", ")}`;
  const startMs = clock.monotonicMs();
  let detail = "";
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const outcome = await call(clock, run.patience.sourceMs, (signal) => router.attempt({ request, arms }, signal));
    const tookMs = Math.round(clock.monotonicMs() - startMs);
    if (outcome.kind === "trouble") detail = outcome.why;
    else if (outcome.value.status >= 200 && outcome.value.status < 400)
      return { name, ok: true, detail: `${outcome.value.status}`, tookMs };
    else detail = `${outcome.value.status} ${outcome.value.detail}`.trim();
  }
  return { name, ok: false, detail, tookMs: Math.round(clock.monotonicMs() - startMs) };
}
