import type { Check, Examination } from "../../define.ts";
import { kubePath } from "../../kubernetes-client.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { apiVersion, gatewayClassSchema, gatewaySchema } from "./http-route.ts";
import type { HttpRoute } from "./http-route.ts";
import { besideName, fieldManager, gatewaysOf, readPair, sayName, whyNotProgrammed, whyNotTaken } from "./routes.ts";
import type { RouteName } from "./routes.ts";

/** What `serin doctor` looks at: routes, gateways, rights, and what the gateways' class says that it can. */
export async function examineGateway(
  client: KubeClient,
  routes: readonly RouteName[],
  { plan }: Examination,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const found = await Promise.all(routes.map((name) => examineRoute(client, name, signal)));
  const there = found.flatMap(({ route }) => (route === null ? [] : [route]));
  const rights = await Promise.all(rightsOf(routes, there).map((right) => examineRight(client, right, signal)));
  const classes = await examineClasses(client, there, signal);
  return [...found.flatMap(({ checks }) => checks), ...rights, ...classes, ...examineLogin(plan.traffic.login)];
}

async function guarded(what: string, remedy: string, signal: AbortSignal, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    return { what, verdict: "wrong", says: `${error instanceof Error ? error.message : String(error)}.`, remedy };
  }
}

async function examineRoute(
  client: KubeClient,
  name: RouteName,
  signal: AbortSignal,
): Promise<{ readonly route: HttpRoute | null; readonly checks: readonly Check[] }> {
  const what = sayName(name);
  let route: HttpRoute | null = null;
  const check = await guarded(what, "Is the route there, and may serin read it?", signal, async () => {
    const { own, garbled } = await readPair(client, name, signal);
    route = own;
    const why = garbled?.message ?? whyNotTaken(own) ?? (await whyNotProgrammed(client, [own], signal));
    if (why !== null) return { what, verdict: "wrong", says: `${why}.`, remedy: "Look at the status of the route and of its gateway." };
    return { what, verdict: "ok", says: "Its gateways have taken it as it stands.", remedy: null };
  });
  return { route, checks: [check] };
}

interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

function rightsOf(routes: readonly RouteName[], there: readonly HttpRoute[]): readonly Right[] {
  const beside = routes.map(besideName);
  return [
    ...beside.flatMap((route) => ["create", "patch"].map((verb) => ({ verb, resource: "httproutes", ...route }))),
    ...gatewaysOf(there).map((gateway) => ({ verb: "get", resource: "gateways", ...gateway })),
  ];
}

async function examineRight(client: KubeClient, { verb, resource, namespace, name }: Right, signal: AbortSignal): Promise<Check> {
  const what = `right to ${verb} ${resource} ${namespace}/${name}`;
  const remedy = "Give the server's account the Role of deploy/kubernetes/gateway-api-role.yaml.";
  return guarded(what, remedy, signal, async () => {
    const resourceAttributes = { verb, group: "gateway.networking.k8s.io", version: "v1", resource, namespace, name };
    const path = kubePath({ apiVersion: "authorization.k8s.io/v1", plural: "selfsubjectaccessreviews" });
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
    const answer = (await client.call({ method: "POST", path, body, query: { fieldManager } }, signal)) as {
      readonly status?: { readonly allowed?: boolean };
    };
    if (answer.status?.allowed === true) return { what, verdict: "ok", says: "It is given.", remedy: null };
    return { what, verdict: "wrong", says: "It is not given.", remedy };
  });
}

/** Source: https://gateway-api.sigs.k8s.io/geps/gep-2162/ and the feature names of gateway-api's pkg/features. */
const needed: Readonly<Record<string, string>> = {
  HTTPRouteMethodMatching: "matches of methods, by which everybody is moved at 100 %",
};

async function examineClasses(client: KubeClient, routes: readonly HttpRoute[], signal: AbortSignal): Promise<readonly Check[]> {
  const checks = await Promise.all(
    gatewaysOf(routes).map(async ({ namespace, name }) => {
      const what = `Gateway ${namespace}/${name}`;
      return guarded(what, "May serin read gateways and their classes?", signal, async () => {
        const found = await client.find(kubePath({ apiVersion, namespace, plural: "gateways", name }), signal);
        if (found === null) return { what, verdict: "wrong", says: "It is not there.", remedy: "Name a route of a gateway that is there." };
        return examineClass(client, gatewaySchema.parse(found).spec.gatewayClassName, signal);
      });
    }),
  );
  return [...new Map(checks.map((check) => [check.what, check])).values()];
}

async function examineClass(client: KubeClient, name: string, signal: AbortSignal): Promise<Check> {
  const what = `GatewayClass ${name}`;
  const found = await client.find(kubePath({ apiVersion, plural: "gatewayclasses", name }), signal);
  if (found === null) return { what, verdict: "wrong", says: "It is not there.", remedy: "Is the gateway's controller installed?" };
  const { supportedFeatures } = gatewayClassSchema.parse(found).status;
  const features = new Set(supportedFeatures.map((feature) => (typeof feature === "string" ? feature : feature.name)));
  const byHand = "try serin's cookies once by hand: docs/adapters/gateway-api.md says how";
  if (features.size === 0) {
    return {
      what,
      verdict: "doubtful",
      says: "It does not say what it can.",
      remedy: `Look in its documentation for matches of headers by regular expression, and ${byHand}.`,
    };
  }
  const lacks = Object.entries(needed).filter(([feature]) => !features.has(feature));
  if (lacks.length > 0) {
    const says = `It does not have ${lacks.map(([feature, why]) => `${feature} (${why})`).join(", ")}.`;
    return { what, verdict: "wrong", says, remedy: "Use another gateway, or the router edge." };
  }
  if (!features.has("HTTPRouteResponseHeaderModification")) {
    const says = "It does not have HTTPRouteResponseHeaderModification, by which people get their cookies.";
    return { what, verdict: "wrong", says, remedy: "Use another gateway, or the router edge." };
  }
  const says =
    "It has what can be asked for; nobody says whether it matches headers by regular expression, and whether filters of single backends work.";
  return { what, verdict: "doubtful", says, remedy: `Before the first release, ${byHand}.` };
}

function examineLogin(login: string | null): readonly Check[] {
  if (login === null) return [];
  const says =
    "The gateway draws at every request of the login, also when that fails, and has no lease: should the server die, the share stays.";
  return [
    {
      what: "login and lease",
      verdict: "doubtful",
      says,
      remedy: "Where that matters use the router edge, which knows answers and has a lease.",
    },
  ];
}
