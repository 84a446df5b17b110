import type { PortError } from "../../../ports.ts";
import { isRefusal, kubePath } from "../../kubernetes-client.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { buildRules } from "./build-rules.ts";
import { apiVersion, gatewaySchema, httpRouteSchema } from "./http-route.ts";
import type { HttpRoute, ParentRef, Rule } from "./http-route.ts";
import type { TokenWords } from "./person-token.ts";
import { isSameState, readState, stateAnnotation } from "./route-state.ts";
import type { RouteState } from "./route-state.ts";

/** What the field manager of every write is called. */
export const fieldManager = "serin";
/** So often a write that somebody was faster than is tried again at once. */
const tries = 5;

/** The name of one of the team's routes. */
export interface RouteName {
  readonly namespace: string;
  readonly name: string;
}

/** One of the team's routes, and serin's beside it; `null`: there is none yet. */
export interface RoutePair {
  readonly own: HttpRoute;
  readonly beside: HttpRoute | null;
  /** What `beside` says that it does; `null`: there is none, or it says nothing that can be read. */
  readonly state: RouteState | null;
  /** Somebody has changed what it says; `null`: nobody has. */
  readonly garbled: PortError | null;
}

/** "shop/web", for people. */
export function sayName({ namespace, name }: RouteName): string {
  return `HTTPRoute ${namespace}/${name}`;
}

/** The name of serin's route beside one of the team's. */
export function besideName(own: RouteName): RouteName {
  return { namespace: own.namespace, name: `${own.name}-serin` };
}

function pathOf({ namespace, name }: RouteName): string {
  return kubePath({ apiVersion, namespace, plural: "httproutes", name });
}

async function findRoute(client: KubeClient, name: RouteName, signal: AbortSignal): Promise<HttpRoute | null> {
  const found = await client.find(pathOf(name), signal);
  if (found === null) return null;
  const parsed = httpRouteSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  throw new Error(`${sayName(name)}: the API answers no HTTPRoute v1 (${parsed.error.issues[0]?.path.join(".")})`);
}

/** Reads a pair. Throws when the team's route is not there. */
export async function readPair(client: KubeClient, name: RouteName, signal: AbortSignal): Promise<RoutePair> {
  const [own, beside] = await Promise.all([findRoute(client, name, signal), findRoute(client, besideName(name), signal)]);
  if (own === null) throw new Error(`${sayName(name)} is not there, or the cluster has no Gateway API v1`);
  return { own, beside, ...readState(beside) };
}

/** True when serin's route does what `state` says, and nothing else. */
export function isInForce({ own, beside }: RoutePair, state: RouteState, words: TokenWords): boolean {
  if (beside === null) return false;
  const spec = specOf(own, state, words);
  return isWithin(spec.parentRefs, beside.spec.parentRefs) && isWithin(spec.rules, beside.spec.rules) && isSameHosts(own, beside);
}

function isSameHosts(own: HttpRoute, beside: HttpRoute): boolean {
  return JSON.stringify(own.spec.hostnames ?? []) === JSON.stringify(beside.spec.hostnames ?? []);
}

/**
 * Applies `state` to serin's route of this pair, server-side, when it is not in force there already. When somebody wrote in between it is read and
 * tried again at once; a later word of the same release stays.
 */
export async function writePair(
  client: KubeClient,
  asked: { readonly pair: RoutePair; readonly state: RouteState; readonly words: TokenWords },
  signal: AbortSignal,
): Promise<void> {
  const { state, words } = asked;
  const name = { namespace: asked.pair.own.metadata.namespace, name: asked.pair.own.metadata.name };
  let pair = asked.pair;
  for (let attempt = 1; ; attempt += 1) {
    if (pair.state?.release === state.release && pair.state.revision > state.revision) return;
    if (pair.state !== null && isSameState(pair.state, state) && isInForce(pair, state, words)) return;
    try {
      const query = { fieldManager, force: "true" };
      const call = { method: "PATCH", path: pathOf(besideName(name)), query, body: bodyOf(pair, state, words) } as const;
      await client.call({ ...call, as: "application/apply-patch+yaml" }, signal);
      return;
    } catch (error) {
      if (!isRefusal(error, 409) || attempt === tries) throw error;
      pair = await readPair(client, name, signal);
    }
  }
}

function bodyOf({ own, beside }: RoutePair, state: RouteState, words: TokenWords): object {
  const { name, namespace, uid } = own.metadata;
  return {
    apiVersion,
    kind: "HTTPRoute",
    metadata: {
      ...besideName({ namespace, name }),
      // A write of somebody else in between, a later word above all, is not lost unseen.
      ...(beside === null ? {} : { resourceVersion: beside.metadata.resourceVersion }),
      labels: { "app.kubernetes.io/managed-by": "serin" },
      annotations: { [stateAnnotation]: JSON.stringify(state) },
      ownerReferences: [{ apiVersion, kind: "HTTPRoute", name, uid }],
    },
    spec: specOf(own, state, words),
  };
}

interface RouteSpec {
  readonly parentRefs: readonly ParentRef[];
  readonly hostnames?: readonly string[];
  readonly rules: readonly Rule[];
}

function specOf(own: HttpRoute, state: RouteState, words: TokenWords): RouteSpec {
  const { parentRefs, hostnames } = own.spec;
  return withoutEmptyLists({ parentRefs, ...(hostnames === undefined ? {} : { hostnames }), rules: buildRules({ state, own, words }) });
}

function withoutEmptyLists<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutEmptyLists) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0) && inner !== undefined);
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutEmptyLists(inner)])) as T;
}

/** True when everything of `wanted` stands in `there`; lists are the same length. What the API has filled in beside does not count. */
function isWithin(wanted: unknown, there: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(there) && there.length === wanted.length && wanted.every((one, index) => isWithin(one, there[index]));
  }
  if (typeof wanted !== "object" || wanted === null) return wanted === there;
  const map = (typeof there === "object" && there !== null ? there : {}) as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, inner]) => isWithin(inner, map[key]));
}

/** Why a gateway has not taken a route as it stands now; `null`: every one has. */
export function whyNotTaken(route: HttpRoute): string | null {
  const { namespace, name, generation } = route.metadata;
  const what = sayName({ namespace, name });
  for (const parent of route.spec.parentRefs) {
    const said = route.status.parents.filter(({ parentRef }) => isSameParent(parentRef, parent, namespace));
    if (said.length === 0)
      return `${what}: no gateway has said anything of it (is ${parent.kind} ${parent.name} there, and run by somebody?)`;
    for (const { conditions } of said) {
      for (const type of ["Accepted", "ResolvedRefs"]) {
        const found = conditions.find((one) => one.type === type);
        if (found === undefined || found.observedGeneration !== generation)
          return `${what}: its gateway has not looked at it as it stands now`;
        if (found.status !== "True") return `${what}: ${type} is ${found.status} (${found.reason ?? "no reason"})`;
      }
      if (conditions.some(({ type, status }) => type === "PartiallyInvalid" && status === "True"))
        return `${what}: a part of it is invalid`;
    }
  }
  return route.spec.parentRefs.length === 0 ? `${what}: it is attached to no gateway` : null;
}

function isSameParent(one: ParentRef, other: ParentRef, namespace: string): boolean {
  const say = (ref: ParentRef): string =>
    [ref.group, ref.kind, ref.namespace ?? namespace, ref.name, ref.sectionName ?? "", String(ref.port ?? "")].join("|");
  return say(one) === say(other);
}

/** Why a gateway of these routes does not run as it is written; `null`: every one does. */
export async function whyNotProgrammed(client: KubeClient, routes: readonly HttpRoute[], signal: AbortSignal): Promise<string | null> {
  for (const { namespace, name } of gatewaysOf(routes)) {
    const found = await client.find(kubePath({ apiVersion, namespace, plural: "gateways", name }), signal);
    if (found === null) return `Gateway ${namespace}/${name} is not there`;
    const { metadata, status } = gatewaySchema.parse(found);
    const programmed = status.conditions.find(({ type }) => type === "Programmed");
    const isNow = (programmed?.observedGeneration ?? metadata.generation) === metadata.generation;
    if (programmed?.status !== "True" || !isNow)
      return `Gateway ${namespace}/${name} is not programmed (${programmed?.reason ?? "no word"})`;
  }
  return null;
}

/** Every gateway that one of the routes is attached to, once. */
export function gatewaysOf(routes: readonly HttpRoute[]): readonly { readonly namespace: string; readonly name: string }[] {
  const all = routes.flatMap(({ metadata, spec }) =>
    spec.parentRefs
      .filter(({ kind }) => kind === "Gateway")
      .map((ref) => ({ namespace: ref.namespace ?? metadata.namespace, name: ref.name })),
  );
  return [...new Map(all.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway])).values()];
}
