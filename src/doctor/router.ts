import { doubtful, fine, wrong } from "../adapters/check.ts";
import type { Check } from "../adapters/define.ts";
import type { SeenTraffic } from "../core/observation.ts";
import { andSilent, examineItself, within } from "./examining.ts";
import type { Examining } from "./examining.ts";

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
  if (release === null) return fine(kind, "It answers, and knows no release.");
  if (sharePct > 0) {
    return doubtful(
      kind,
      `It has ${sharePct} % of release ${release} on a canary.`,
      `See "serin release show ${release}": a router serves one release.`,
    );
  }
  if (!isServing) return doubtful(kind, `It answers, and could not serve a person now.`, "See that the addresses of stable answer.");
  return fine(kind, `It answers; everybody is on stable since ${release}.`);
}

async function attemptStable({ plan, world, clock }: Examining, request: string, signal: AbortSignal): Promise<Check> {
  const arms = Object.fromEntries(plan.services.map(({ name }) => [name, "stable" as const]));
  const outcome = await within(clock, signal, async (ends) => world.router(plan).attempt({ request, arms }, ends));
  const remedy = "See that stable runs and the router has its addresses; each mix of versions is asked this before anybody is exposed.";
  if (!outcome.ok) return wrong(request, `The router cannot try it: ${outcome.why}.`, remedy);
  const { status, detail } = outcome.value;
  if (status >= 200 && status < 400) return fine(request, `Stable answers ${status} through the router.`);
  return wrong(
    request,
    `Stable answers ${status === 0 ? "nothing" : status} through the router${detail === "" ? "" : `: ${detail}`}.`,
    remedy,
  );
}
