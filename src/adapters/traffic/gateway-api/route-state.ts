import { z } from "zod";
import { sayTargets } from "../../../core/targets.ts";
import { PortError } from "../../../ports.ts";
import type { WantedTraffic } from "../../../ports.ts";
import type { HttpRoute } from "./http-route.ts";

/** Where the state stands on each of serin's routes. */
export const stateAnnotation = "serin.dev/traffic";

const arms = z.object({ canary: z.array(z.string()), stable: z.array(z.string()) });

const routeStateSchema = z.object({
  release: z.string(),
  revision: z.number(),
  sharePct: z.number(),
  audience: z.enum(["new-logins", "everyone"]),
  login: z.string().nullable(),
  routes: z.array(z.object({ path: z.string(), service: z.string() })),
  stableSlot: z.enum(["stable", "previous"]),
  targets: z.record(z.string(), arms),
  /** Every share between 0 and 100 at which people of this release were drawn, rising. */
  shares: z.array(z.number()),
  /** By service: the base URL that the team's own rules lead to. */
  own: z.record(z.string(), z.string()),
});

/** What one of serin's routes shall do, as it is recorded on it: enough to know every rule that it should have. */
export type RouteState = z.infer<typeof routeStateSchema>;

/** The state that a route of serin's says; `null`: it says none. Throws on one that cannot be read. */
export function readState(route: HttpRoute | null): RouteState | null {
  const text = route?.metadata.annotations[stateAnnotation];
  if (text === undefined) return null;
  try {
    return routeStateSchema.parse(JSON.parse(text));
  } catch {
    const where = `${route?.metadata.namespace}/${route?.metadata.name}`;
    throw new PortError(`HTTPRoute ${where}: its annotation ${stateAnnotation} is not one of serin's: delete the route, it is made anew`, {
      retry: "later",
    });
  }
}

/**
 * The state that does what `wanted` asks for, after `before`: the shares at which people were drawn go on within a release. What the team's rules
 * lead to is learnt while stable serves as stable.
 */
export function stateOfWanted(wanted: WantedTraffic, before: RouteState | null): RouteState {
  const { release, revision, sharePct, audience, login, routes, stableSlot, targets } = wanted;
  const mine = before?.release === release ? before : null;
  const drawn = sharePct > 0 && sharePct < 100 ? [sharePct] : [];
  const shares = [...new Set([...(mine?.shares ?? []), ...drawn])].sort((a, b) => a - b);
  const learnt = stableSlot === "stable" ? ownOf(targets) : {};
  const own = { ...before?.own, ...mine?.own, ...learnt };
  return {
    release,
    revision,
    sharePct,
    audience,
    login,
    routes: routes.map(({ path, service }) => ({ path, service })),
    stableSlot,
    targets: Object.fromEntries(Object.entries(targets).map(([name, of]) => [name, { canary: [...of.canary], stable: [...of.stable] }])),
    shares,
    own: Object.fromEntries(Object.keys(targets).flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))),
  };
}

function ownOf(targets: WantedTraffic["targets"]): Record<string, string> {
  return Object.fromEntries(Object.entries(targets).flatMap(([name, { stable }]) => (stable[0] === undefined ? [] : [[name, stable[0]]])));
}

/** True when both say the same, however they are written. */
export function isSameState(one: RouteState, other: RouteState): boolean {
  return (
    JSON.stringify({ ...one, targets: sayTargets(one.targets), own: Object.entries(one.own).sort() }) ===
    JSON.stringify({ ...other, targets: sayTargets(other.targets), own: Object.entries(other.own).sort() })
  );
}
