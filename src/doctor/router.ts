import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { SeenTraffic } from "../core/observation.ts";
import { andSilent, examineItself, within } from "./examining.ts";
import type { Examining } from "./examining.ts";
import { findings } from "./findings.ts";

/** The router itself, what it does now, and the plan's own requests to the stable version through it. */
export async function lookAtRouter(examining: Examining, signal: AbortSignal): Promise<readonly Check[]> {
  const { plan, world, clock } = examining;
  const { kind } = plan.traffic;
  const [own, seen] = await Promise.all([
    examineItself(examining, { port: "routers", word: kind }, signal),
    within(clock, signal, async (ends) => world.router(plan).observe(ends)),
  ]);
  if (!seen.ok) return andSilent(own, kind, seen);
  const attempts = await Promise.all(plan.smoke.map((request) => attemptStable(examining, request, signal)));
  return [...own, sayTraffic(kind, seen.value), ...attempts];
}

function sayTraffic(kind: string, { release, sharePct, isServing }: SeenTraffic): Check {
  if (release === null) return fine(kind, findings.routerIsFree());
  if (sharePct > 0) return doubtful(kind, findings.routerServes(release, sharePct));
  return isServing ? fine(kind, findings.routerIsBack(release)) : doubtful(kind, findings.routerServesNobody());
}

async function attemptStable({ plan, world, clock }: Examining, request: string, signal: AbortSignal): Promise<Check> {
  const arms = Object.fromEntries(plan.services.map(({ name }) => [name, "stable" as const]));
  const outcome = await within(clock, signal, async (ends) => world.router(plan).attempt({ request, arms }, ends));
  if (!outcome.ok) return wrong(request, findings.notTried(outcome.why));
  const { status, detail } = outcome.value;
  const isWell = status >= 200 && status < 400;
  return isWell ? fine(request, findings.stableAnswers(status)) : wrong(request, findings.stableFails(status, detail));
}
