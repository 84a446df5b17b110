import { edge as edgeRouter } from "../../src/adapters/traffic/edge.ts";
import { losableRouter } from "../contract/losable-router.ts";
import { openEdge, routerAt, routerOf } from "../edge-world.ts";
import { onSystem } from "./on-system.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import type { ProxySubject } from "./proxy/proxy-world.ts";

/** serin's own edge as the other proxies are held to their promises: at one address, however often it starts. */
async function startEdge(): Promise<ProxySubject> {
  let edge = await openEdge();
  const port = (url: string): { readonly host: string; readonly port: number } => ({ host: "127.0.0.1", port: Number(new URL(url).port) });
  const startAgain = async (): Promise<void> => {
    await edge.close();
    edge = await openEdge({ dataDir: edge.dataDir, listen: port(edge.url), control: port(edge.controlUrl) });
  };
  return {
    ...(await losableRouter(routerOf(edge), routerAt)),
    capabilities: edgeRouter.capabilities,
    url: edge.url,
    restart: () => Promise.resolve(routerOf(edge)),
    reload: startAgain,
    startAgain,
  };
}

onSystem({ name: "serin edge", needs: [] }, () => {
  proxySuite("edge", startEdge, { afterReload: "share 0", afterStart: "share 0" });
});
