import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination } from "../../define.ts";
import type { Phrase, SaidTrouble } from "../../../core/messages/phrases.ts";
import { kubePath } from "../../kubernetes-client.ts";
import type { KubeClient } from "../../kubernetes-client.ts";
import { findings, subjects } from "./findings.ts";
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

async function guarded(
  what: Check["what"],
  fails: (why: string) => Phrase<SaidTrouble>,
  signal: AbortSignal,
  look: () => Promise<Check>,
): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    signal.throwIfAborted();
    return wrong(what, fails(error instanceof Error ? error.message : String(error)));
  }
}

async function examineRoute(
  client: KubeClient,
  name: RouteName,
  signal: AbortSignal,
): Promise<{ readonly route: HttpRoute | null; readonly checks: readonly Check[] }> {
  const what = sayName(name);
  let route: HttpRoute | null = null;
  const check = await guarded(what, findings.routeUnread, signal, async () => {
    const { own, garbled } = await readPair(client, name, signal);
    route = own;
    const why = garbled?.message ?? whyNotTaken(own) ?? (await whyNotProgrammed(client, [own], signal));
    return why === null ? fine(what, findings.taken()) : wrong(what, findings.notTaken(why));
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
  const what = subjects.right(verb, `${resource} ${namespace}/${name}`);
  return guarded(what, findings.rightUnasked, signal, async () => {
    const resourceAttributes = { verb, group: "gateway.networking.k8s.io", version: "v1", resource, namespace, name };
    const path = kubePath({ apiVersion: "authorization.k8s.io/v1", plural: "selfsubjectaccessreviews" });
    const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
    const answer = (await client.call({ method: "POST", path, body, query: { fieldManager } }, signal)) as {
      readonly status?: { readonly allowed?: boolean };
    };
    return answer.status?.allowed === true ? fine(what, findings.rightGiven()) : wrong(what, findings.rightMissing());
  });
}

async function examineClasses(client: KubeClient, routes: readonly HttpRoute[], signal: AbortSignal): Promise<readonly Check[]> {
  const checks = await Promise.all(
    gatewaysOf(routes).map(async ({ namespace, name }) => {
      const what = `Gateway ${namespace}/${name}`;
      return guarded(what, findings.gatewayUnread, signal, async () => {
        const found = await client.find(kubePath({ apiVersion, namespace, plural: "gateways", name }), signal);
        if (found === null) return wrong(what, findings.noGateway());
        return examineClass(client, gatewaySchema.parse(found).spec.gatewayClassName, signal);
      });
    }),
  );
  return [...new Map(checks.map((check) => [check.what, check])).values()];
}

/** Source: https://gateway-api.sigs.k8s.io/geps/gep-2162/ and the feature names of gateway-api's pkg/features. */
async function examineClass(client: KubeClient, name: string, signal: AbortSignal): Promise<Check> {
  const what = `GatewayClass ${name}`;
  const found = await client.find(kubePath({ apiVersion, plural: "gatewayclasses", name }), signal);
  if (found === null) return wrong(what, findings.noClass());
  const { supportedFeatures } = gatewayClassSchema.parse(found).status;
  const features = new Set(supportedFeatures.map((feature) => (typeof feature === "string" ? feature : feature.name)));
  if (features.size === 0) return doubtful(what, findings.classSilent());
  if (!features.has("HTTPRouteMethodMatching")) return wrong(what, findings.lacksMethods());
  if (!features.has("HTTPRouteResponseHeaderModification")) return wrong(what, findings.lacksCookies());
  return doubtful(what, findings.headersUnsaid());
}

function examineLogin(login: string | null): readonly Check[] {
  return login === null ? [] : [doubtful(subjects.loginAndLease(), findings.drawsAlways())];
}
