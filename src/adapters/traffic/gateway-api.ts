import { z } from "zod";
import type { Clock, TrafficRouter } from "../../ports.ts";
import type { RouterDefinition } from "../define.ts";
import { KubeClient, kubernetesWords } from "../kubernetes-client.ts";
import { examineGateway } from "./gateway-api/examine-gateway.ts";
import { createGatewayRouter } from "./gateway-api/gateway-router.ts";

const connection = z.strictObject({
  ...kubernetesWords,
  routes: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/, "a namespace and a name, for example shop/web"))
    .min(1)
    .describe("Your HTTPRoutes that lead to the services of a release: NAMESPACE/NAME. They are read and never written."),
  cookie: z
    .string()
    .regex(/^[A-Za-z][\w-]{0,39}$/, "a name of letters, digits, _ and -")
    .default("serin")
    .describe("The cookie that keeps a person on a version."),
  secure: z.boolean().default(false).describe("True when people come by https alone: the cookie is sent on no other way then."),
});

type GatewayConnection = z.infer<typeof connection>;

/** Steers any implementation of the Gateway API: HTTPRoutes of serin's own beside the team's, which take who carries a cookie, and who is to be drawn. */
export const gatewayApi: RouterDefinition<GatewayConnection> = {
  kind: "gateway-api",
  says: "HTTPRoutes of the Gateway API: a cookie for who was drawn by weights, no lease.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: false },
  examine: (to, examination, { clock }, signal) => examineGateway(new KubeClient(to, clock), namesOf(to), examination, signal),
  create: (to, { clock }) => createGatewayApi(to, { clock }),
};

/** The router of `gateway-api`; `addressOf` says where a Service's URL is asked for attempts. Absent: there. */
export function createGatewayApi(
  to: GatewayConnection,
  { clock, addressOf = (url) => url }: { readonly clock: Clock; readonly addressOf?: (url: string) => string },
): TrafficRouter {
  const words = { cookie: to.cookie, secure: to.secure };
  return createGatewayRouter({ client: new KubeClient(to, clock), clock, routes: namesOf(to), words, addressOf });
}

function namesOf({ routes }: GatewayConnection): readonly { readonly namespace: string; readonly name: string }[] {
  return routes.map((route) => {
    const [namespace = "", name = ""] = route.split("/");
    return { namespace, name };
  });
}
