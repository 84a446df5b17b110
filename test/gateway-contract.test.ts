import { writeFile } from "node:fs/promises";
import { describe, onTestFinished, test } from "vitest";
import { createGatewayApi, gatewayApi } from "../src/adapters/traffic/gateway-api.ts";
import { createClock } from "../src/engine/clock.ts";
import type { TrafficRouter, WantedTraffic } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import { trafficContract } from "./contract/traffic.ts";
import type { TrafficSubject } from "./contract/traffic.ts";
import { locallyRouted, openGatewayWorld } from "./gateway/gateway-world.ts";

async function subjectOn(real: string | null): Promise<TrafficSubject> {
  const world = await openGatewayWorld(real);
  onTestFinished(world.close);
  const make = (): TrafficRouter => locallyRouted(world, world.routerOf(["web"]));
  const elsewhere = await startSmallServer();
  onTestFinished(() => elsewhere.close());
  const clusters = [{ name: "c", cluster: { server: elsewhere.url, "insecure-skip-tls-verify": true } }];
  const contexts = [{ name: "c", context: { cluster: "c", user: "u" } }];
  const users = [{ name: "u", user: { token: "nobody" } }];
  const kubeconfig = `${world.kubeconfig}-elsewhere-${world.namespace}`;
  await writeFile(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "c", clusters, contexts, users }));
  const other = createGatewayApi(gatewayApi.connection.parse({ kubeconfig, routes: ["shop/web"] }), { clock: createClock() });
  let router = make();
  let isPublished = false;
  const publish = async (shop: WantedTraffic): Promise<void> => {
    if (isPublished) return;
    isPublished = true;
    await world.publish(shop);
  };
  const told = (of: () => TrafficRouter): TrafficRouter => ({
    apply: async (wanted, signal) => {
      if (of() !== other) await publish(wanted);
      await of().apply(wanted, signal);
    },
    observe: (signal) => of().observe(signal),
    attempt: (attempt, signal) => of().attempt(attempt, signal),
  });
  return {
    router: told(() => router),
    capabilities: gatewayApi.capabilities,
    url: world.gateway.url,
    restart: () => {
      const again = make();
      return Promise.resolve(told(() => again));
    },
    fail: async () => {
      await elsewhere.behave("refuses");
      router = other;
    },
    hang: async () => {
      await elsewhere.behave("hangs");
      router = other;
    },
    close: () => Promise.resolve(),
  };
}

trafficContract("gateway-api", () => subjectOn(null));

const real = process.env["SERIN_TEST_KUBECONFIG"];
if (real === undefined) {
  describe("gateway-api on a real cluster", () => {
    test("needs a cluster", (context) => context.skip("set SERIN_TEST_KUBECONFIG"));
  });
} else trafficContract("gateway-api on a real cluster", () => subjectOn(real));
