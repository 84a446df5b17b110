import { rm, writeFile } from "node:fs/promises";
import { describe, onTestFinished, test } from "vitest";
import { createGatewayApi, gatewayApi } from "../src/adapters/traffic/gateway-api.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { losableRouter } from "./contract/losable-router.ts";
import { trafficContract } from "./contract/traffic.ts";
import type { TrafficSubject } from "./contract/traffic.ts";
import { locallyRouted, openGatewayWorld } from "./gateway/gateway-world.ts";

async function subjectOn(real: string | null): Promise<TrafficSubject> {
  const world = await openGatewayWorld(real);
  onTestFinished(world.close);
  const at = async (server: string): Promise<TrafficRouter> => {
    const clusters = [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }];
    const contexts = [{ name: "c", context: { cluster: "c", user: "u" } }];
    const users = [{ name: "u", user: { token: "nobody" } }];
    const kubeconfig = `${world.kubeconfig}-elsewhere-${world.namespace}`;
    await writeFile(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "c", clusters, contexts, users }));
    onTestFinished(() => rm(kubeconfig));
    return createGatewayApi(gatewayApi.connection.parse({ kubeconfig, routes: ["shop/web"] }), { clock: createClock() });
  };
  let isPublished = false;
  const publish = async (shop: WantedTraffic): Promise<void> => {
    if (isPublished) return;
    isPublished = true;
    await world.publish(shop);
  };
  const make = (): TrafficRouter => {
    const router = locallyRouted(world, world.routerOf(["web"]));
    return {
      ...router,
      apply: async (wanted, signal) => {
        await publish(wanted);
        await router.apply(wanted, signal);
      },
    };
  };
  return {
    ...(await losableRouter(make(), at)),
    capabilities: gatewayApi.capabilities,
    url: world.gateway.url,
    restart: () => Promise.resolve(make()),
  };
}

trafficContract("gateway-api", () => subjectOn(null));

const real = process.env["SERIN_TEST_KUBECONFIG"];
if (real === undefined) {
  describe("gateway-api on a real cluster", () => {
    test("needs a cluster", (context) => context.skip("set SERIN_TEST_KUBECONFIG"));
  });
} else trafficContract("gateway-api on a real cluster", () => subjectOn(real));
