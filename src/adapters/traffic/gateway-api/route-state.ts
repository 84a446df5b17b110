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

/** What a route of serin's says that it does. `state` is `null` where it says nothing, and where somebody has `garbled` it, which is an error then. */
export interface SaidState {
  readonly state: RouteState | null;
  readonly garbled: PortError | null;
}

/** Reads what a route of serin's says; `null`: there is no route. */
export function readState(route: HttpRoute | null): SaidState {
  const text = route?.metadata.annotations[stateAnnotation];
  if (text === undefined) return { state: null, garbled: null };
  try {
    return { state: routeStateSchema.parse(JSON.parse(text)), garbled: null };
  } catch {
    const where = `${route?.metadata.namespace}/${route?.metadata.name}`;
    const says = `HTTPRoute ${where}: its annotation ${stateAnnotation} is not one of serin's: delete the route, it is made anew`;
    return { state: null, garbled: new PortError(says, { retry: "later" }) };
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
