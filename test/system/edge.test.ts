import { edge as edgeRouter } from "../../src/adapters/traffic/edge.ts";
import { createClock } from "../../src/engine/clock.ts";
import { startSmallServer } from "../contract/small-server.ts";
import { openEdge, routerOf, token } from "../edge-world.ts";
import { onSystem } from "./on-system.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import type { ProxySubject } from "./proxy/proxy-world.ts";

/** serin's own edge as the other proxies are held to their promises: at one address, however often it starts. */
async function startEdge(): Promise<ProxySubject> {
  let edge = await openEdge();
  let router = routerOf(edge);
  const elsewhere = await startSmallServer();
  const unreachable = edgeRouter.create(edgeRouter.connection.parse({ control: [elsewhere.url], token }), {
    clock: createClock(),
    dataDir: "unused",
  });
  const port = (url: string): { readonly host: string; readonly port: number } => ({ host: "127.0.0.1", port: Number(new URL(url).port) });
  const startAgain = async (): Promise<void> => {
    await edge.close();
    edge = await openEdge({ dataDir: edge.dataDir, listen: port(edge.url), control: port(edge.controlUrl) });
  };
  return {
    router: {
      apply: (wanted, signal) => router.apply(wanted, signal),
      observe: (signal) => router.observe(signal),
      attempt: (attempt, signal) => router.attempt(attempt, signal),
    },
    capabilities: edgeRouter.capabilities,
    url: edge.url,
    restart: () => Promise.resolve(routerOf(edge)),
    fail: async () => {
      await elsewhere.behave("refuses");
      router = unreachable;
    },
    hang: async () => {
      await elsewhere.behave("hangs");
      router = unreachable;
    },
    close: () => elsewhere.close(),
    reload: startAgain,
    startAgain,
  };
}

onSystem({ name: "serin edge", needs: [] }, () => {
  proxySuite("edge", startEdge, { afterReload: "share 0", afterStart: "share 0" });
});
