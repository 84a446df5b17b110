import type { Audience } from "../../../core/plan.ts";
import { sayTargets } from "../../../core/targets.ts";
import type { WantedTraffic } from "../../../ports.ts";
import { sayBaggage } from "./baggage.ts";
import { lineOfShare } from "./cohort.ts";
import type { Arm } from "./cohort.ts";
import { tagOfRelease } from "./person-cookie.ts";
import { parseRequestPattern } from "./request-pattern.ts";
import type { RequestPattern } from "./request-pattern.ts";
import type { Signer } from "./signer.ts";
import type { Upstream } from "./upstreams.ts";

/** Where the two versions of one service answer. */
export interface ServiceState {
  readonly name: string;
  readonly canary: readonly Upstream[];
  readonly stable: readonly Upstream[];
}

/** Everything that decides about a request. It never changes: a new share is a new state, put in place by one assignment. */
export interface EdgeState {
  readonly release: string | null;
  /** Stands for the release in cookies. */
  readonly tag: string;
  readonly sharePct: number;
  /** Buckets below are canary: 0-10000. */
  readonly line: number;
  readonly audience: Audience;
  readonly stableSlot: "stable" | "previous";
  readonly login: RequestPattern | null;
  readonly goals: readonly { readonly name: string; readonly request: RequestPattern; readonly withinMs: number }[];
  /** Longest path first. */
  readonly routes: readonly { readonly path: string; readonly service: ServiceState }[];
  readonly services: readonly ServiceState[];
  /** What `observe` reads back. */
  readonly targets: string;
  /** The baggage that carries each arm on. */
  readonly baggage: Readonly<Record<Arm, string>>;
  /** True when any service has a canary address, so that answers may depend on the arm. */
  readonly hasCanary: boolean;
}

/** The stable addresses and routes that an edge begins with. */
export type StableTraffic = Pick<WantedTraffic, "routes" | "targets">;

/** The state that serves stable only, for before any release. */
export function stateOfStable(stable: StableTraffic, upstreams: ReadonlyMap<string, Upstream>): EdgeState {
  return {
    release: null,
    tag: "",
    sharePct: 0,
    line: 0,
    audience: "everyone",
    stableSlot: "stable",
    login: null,
    goals: [],
    ...placesOf(stable, upstreams),
    baggage: { canary: "", stable: "" },
  };
}

/** The state that does what `wanted` asks for. Throws on a login or goal that is not a request. */
export function stateOfWanted(wanted: WantedTraffic, upstreams: ReadonlyMap<string, Upstream>, signer: Signer): EdgeState {
  const baggageOf = (arms: Arm): string => sayBaggage({ release: wanted.release, arms, signer });
  return {
    release: wanted.release,
    tag: tagOfRelease(wanted.release),
    sharePct: wanted.sharePct,
    line: lineOfShare(wanted.sharePct),
    audience: wanted.audience,
    stableSlot: wanted.stableSlot,
    login: wanted.login === null ? null : parseRequestPattern(wanted.login),
    goals: wanted.goals.map((goal) => ({ name: goal.name, request: parseRequestPattern(goal.request), withinMs: goal.withinMs })),
    ...placesOf(wanted, upstreams),
    baggage: { canary: baggageOf("canary"), stable: baggageOf("stable") },
  };
}

/** The same state with nobody on the canary: what a lost lease, or a restart, leaves. */
export function withoutCanary(state: EdgeState): EdgeState {
  return { ...state, sharePct: 0, line: 0 };
}

/** Every address of `traffic`. */
export function urlsOf(traffic: StableTraffic): readonly string[] {
  return Object.values(traffic.targets).flatMap((arms) => [...arms.canary, ...arms.stable]);
}

/** The service whose route is the longest beginning of `path`, at a path segment; `null`: no route. */
export function serviceFor(state: EdgeState, path: string): ServiceState | null {
  for (const route of state.routes) if (isWithin(route.path, path)) return route.service;
  return null;
}

/** True when every service that has a route has a stable address. */
export function isComplete(state: EdgeState): boolean {
  return state.routes.length > 0 && state.routes.every((route) => route.service.stable.length > 0);
}

function isWithin(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false;
  return prefix.endsWith("/") || path.length === prefix.length || path[prefix.length] === "/";
}

function placesOf(
  traffic: StableTraffic,
  upstreams: ReadonlyMap<string, Upstream>,
): Pick<EdgeState, "routes" | "services" | "targets" | "hasCanary"> {
  const find = (url: string): Upstream => {
    const upstream = upstreams.get(url);
    if (upstream === undefined) throw new Error(`no connection pool for ${url}`);
    return upstream;
  };
  const names = new Set([...Object.keys(traffic.targets), ...traffic.routes.map((route) => route.service)]);
  const services = new Map<string, ServiceState>();
  for (const name of names) {
    const arms = traffic.targets[name] ?? { canary: [], stable: [] };
    services.set(name, { name, canary: arms.canary.map(find), stable: arms.stable.map(find) });
  }
  const routes = traffic.routes
    .map((route) => ({ path: route.path, service: services.get(route.service) ?? { name: route.service, canary: [], stable: [] } }))
    .sort((a, b) => b.path.length - a.path.length);
  return {
    routes,
    services: [...services.values()],
    targets: sayTargets(traffic.targets),
    hasCanary: [...services.values()].some((service) => service.canary.length > 0),
  };
}
