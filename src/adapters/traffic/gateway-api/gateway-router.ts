import type { SeenTraffic } from "../../../core/observation.ts";
import { sayTargets } from "../../../core/targets.ts";
import { PortError } from "../../../ports.ts";
import type { Attempt, Clock, TrafficRouter } from "../../../ports.ts";
import { createExchange, NoAnswer, publicUrl } from "../../exchange.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { isDrawing, servicesOf } from "./build-rules.ts";
import type { TokenWords } from "./person-token.ts";
import { isInForce, readPair, sayName, whyNotProgrammed, whyNotTaken, writePair } from "./routes.ts";
import type { RouteName, RoutePair } from "./routes.ts";
import { isSameState, stateOfWanted } from "./route-state.ts";
import type { RouteState } from "./route-state.ts";

/** What a router on a Gateway needs. */
export interface GatewayMeans {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly routes: readonly RouteName[];
  readonly words: TokenWords;
  /** Where a Service is asked directly, for attempts. */
  readonly addressOf: (url: string) => string;
}

const attemptMs = 4_000;

/** The router of `gateway-api`: serin's routes beside the team's. */
export function createGatewayRouter(means: GatewayMeans): TrafficRouter {
  const { client, clock, routes, words } = means;
  const exchange = createExchange(clock);
  const read = async (signal: AbortSignal): Promise<readonly RoutePair[]> => {
    const pairs = await Promise.all(routes.map((name) => readPair(client, name, signal)));
    throwFirst(pairs.flatMap(({ garbled }) => garbled ?? []));
    return pairs;
  };
  return {
    async apply(wanted, signal) {
      const { values: pairs, errors } = parted(await Promise.allSettled(routes.map((name) => readPair(client, name, signal))));
      signal.throwIfAborted();
      const before = latestState(pairs, wanted.release);
      if (before?.release === wanted.release && before.revision > wanted.revision) return;
      const state = stateOfWanted(wanted, before);
      // Who goes home waits for nothing: neither for a route that cannot be read or written, nor for what the team has made of the others.
      const wasDrawn = before?.release === wanted.release && (before.sharePct > 0 || before.shares.length > 0);
      const garbled = pairs.flatMap((pair) => pair.garbled ?? []);
      const goesHome = state.sharePct === 0 && (wasDrawn || (garbled.length > 0 && state.stableSlot === "stable"));
      if (!goesHome) {
        throwFirst([...errors, ...garbled]);
        assertServed(pairs, state);
      }
      for (const group of inOrder({ pairs, before, state, words })) {
        const written = await Promise.allSettled(group.map((pair) => writePair(client, { pair, state, words }, signal)));
        signal.throwIfAborted();
        errors.push(...parted(written).errors);
        if (!goesHome) throwFirst(errors);
      }
      throwFirst(errors);
    },
    async observe(signal) {
      const pairs = await read(signal);
      const seen = seenOf(pairs, words);
      const all = pairs.flatMap(({ own, beside }) => (beside === null ? [own] : [own, beside]));
      const why = all.map(whyNotTaken).find((one) => one !== null) ?? (await whyNotProgrammed(client, all, signal));
      if (why !== null) throw new Error(why);
      return seen;
    },
    async attempt(attempt, signal) {
      const state = latestState(await read(signal), null);
      const [method = "GET", path = "/"] = attempt.request.split(" ");
      const target = state === null ? null : targetOf(state, attempt, path.split("?", 1)[0] ?? "/");
      if (state === null || target === null) return { status: 0, detail: `no address is known for ${path}` };
      const url = new URL(path, means.addressOf(target.url)).href;
      const headers = { accept: "*/*", "serin-arm": target.arm, "serin-release": encodeURIComponent(state.release) };
      const says = `${target.service} on ${target.arm}`;
      try {
        const call = { method: method as "GET", url, shownAs: publicUrl(url), headers, body: null, withinMs: attemptMs };
        const { status } = await exchange(call, signal);
        return { status, detail: `${says} answered ${status}` };
      } catch (error) {
        if (error instanceof NoAnswer) return { status: 0, detail: `${says}: ${error.message}` };
        throw error;
      }
    },
  };
}

/**
 * Whoever draws is told last while the share grows and first while it falls: nobody is drawn to where the other routes do not lead yet. A route of
 * which nobody can say whether it draws is taken for one that does.
 */
function inOrder(asked: {
  readonly pairs: readonly RoutePair[];
  readonly before: RouteState | null;
  readonly state: RouteState;
  readonly words: TokenWords;
}): readonly (readonly RoutePair[])[] {
  const { pairs, before, state, words } = asked;
  const grows = state.sharePct > (before?.release === state.release ? before.sharePct : 0);
  const drawn = grows || before === null ? state : { ...before, own: state.own };
  const drawing = pairs.filter(({ own }) => {
    try {
      return isDrawing({ state: drawn, own, words });
    } catch {
      return true;
    }
  });
  const others = pairs.filter((pair) => !drawing.includes(pair));
  return grows ? [others, drawing] : [drawing, others];
}

function parted<T>(settled: readonly PromiseSettledResult<T>[]): { readonly values: readonly T[]; readonly errors: unknown[] } {
  return {
    values: settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
    errors: settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : [])),
  };
}

function throwFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors[0];
}

/** The latest word among the routes: of this release where there is one. A write that did not reach all of them is found so. */
function latestState(pairs: readonly RoutePair[], release: string | null): RouteState | null {
  const states = pairs.flatMap(({ state }) => (state === null ? [] : [state]));
  const mine = states.filter((state) => state.release === release);
  return (mine.length > 0 ? mine : states).toSorted((a, b) => b.revision - a.revision)[0] ?? null;
}

/**
 * Throws when a service of the release is behind none of the routes, for its people would not move with the others, and when one of the routes has
 * rules that people cannot be divided by.
 */
function assertServed(pairs: readonly RoutePair[], state: RouteState): void {
  const served = new Set(pairs.flatMap(({ own }) => servicesOf(own, state)));
  for (const service of new Set(state.routes.map((route) => route.service))) {
    if (state.own[service] === undefined && (state.targets[service]?.stable.length ?? 0) === 0) continue;
    if (served.has(service)) continue;
    const url = state.own[service] ?? "";
    const where = pairs.map(({ own }) => sayName(own.metadata)).join(", ");
    throw new PortError(`no rule of ${where} leads to ${service} (${url}): name its route in the connection`, { retry: "later" });
  }
}

const nothing: SeenTraffic = {
  release: null,
  sharePct: 0,
  audience: "everyone",
  stableSlot: "stable",
  targets: "",
  isServing: false,
  drawn: null,
  forwarded: null,
  lastCanaryMs: null,
};

function seenOf(pairs: readonly RoutePair[], words: TokenWords): SeenTraffic {
  const [first] = pairs;
  if (first === undefined || pairs.every(({ beside }) => beside === null)) return nothing;
  const state = first.state;
  for (const pair of pairs) {
    if (state === null || pair.state === null || !isSameState(state, pair.state)) {
      throw new Error(`the routes do not agree: ${sayName(pair.own.metadata)} and ${sayName(first.own.metadata)} say different things`);
    }
    if (!isInForce(pair, state, words)) {
      throw new Error(`${sayName(pair.own.metadata)}: its rules, or those of serin beside it, have changed since serin wrote`);
    }
  }
  if (state === null) return nothing;
  const { release, sharePct, audience, stableSlot, targets } = state;
  const isServing = state.routes.every(({ service }) => (targets[service]?.stable.length ?? 0) > 0);
  return { ...nothing, release, sharePct, audience, stableSlot, targets: sayTargets(targets), isServing };
}

function targetOf(
  state: RouteState,
  { arms }: Attempt,
  path: string,
): { readonly service: string; readonly arm: "canary" | "stable"; readonly url: string } | null {
  const under = (prefix: string): boolean => path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
  const route = state.routes.filter((one) => under(one.path)).toSorted((a, b) => b.path.length - a.path.length)[0];
  if (route === undefined) return null;
  const arm = arms[route.service] ?? "stable";
  const url = state.targets[route.service]?.[arm][0];
  return url === undefined ? null : { service: route.service, arm, url };
}
