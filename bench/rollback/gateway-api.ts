import { kubePath } from "../../src/adapters/kubernetes-client.ts";
import { locallyRouted, openGatewayWorld } from "../../test/gateway/gateway-world.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopWords } from "./shop.ts";

const never = new AbortController().signal;

/**
 * An API server and a gateway that stand in for those of a cluster, in this process. A share is said when the API has the routes and the gateway has
 * taken them. The bare command puts the rules that serin has written into the same HTTPRoute.
 */
export const gatewayApi: RollbackRouter = {
  name: "gateway-api",
  needs: [],
  note: "the gateway and the API server are stand-ins inside the bench: their own time is in both lines, and is not that of a cluster",
  async start({ targets }) {
    const world = await openGatewayWorld(null);
    const { client, namespace, gateway } = world;
    const router = locallyRouted(world, world.routerOf(["web"]));
    // Both services of the shop answer at one address, and so are one Service.
    const shop = { routes: [{ path: "/", service: "frontend" }], targets: { frontend: targets["frontend"] ?? { canary: [], stable: [] } } };
    const words = shopWords(shop.targets);
    await world.publish(shop);
    const share = (sharePct: number): Promise<void> => router.apply(words({ sharePct, routes: shop.routes }), never);
    const rulesAt = async (sharePct: number): Promise<unknown> => {
      await share(sharePct);
      const route = await world.route("web-serin");
      return (route?.spec as { readonly rules: unknown } | undefined)?.rules;
    };
    const rules = new Map([
      [50, await rulesAt(50)],
      [0, await rulesAt(0)],
    ]);
    const path = kubePath({ apiVersion: "gateway.networking.k8s.io/v1", namespace, plural: "httproutes", name: "web-serin" });
    return {
      urls: [gateway.url],
      share,
      bare: {
        says: "PATCH HTTPRoute",
        async share(sharePct) {
          const body = { spec: { rules: rules.get(sharePct) } };
          await client.call({ method: "PATCH", path, as: "application/merge-patch+json", body }, never);
          await gateway.sync();
        },
      },
      close: world.close,
    };
  },
};
