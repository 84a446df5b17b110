import { edge as edgeRouter } from "../../src/adapters/traffic/edge.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { losableRouter } from "../contract/losable-router.ts";
import { openEdge, routerAt, routerOf } from "../edge-world.ts";
import { onSystem } from "./on-system.ts";
import { proxySuite } from "./proxy/proxy-suite.ts";
import type { ProxySubject } from "./proxy/proxy-world.ts";

/** serin's own edge as the other proxies are held to their promises: at one address, however often it starts. */
async function startEdge(): Promise<ProxySubject> {
  const here = async (): Promise<{ readonly host: string; readonly port: number }> => ({ host: "127.0.0.1", port: await freePort() });
  const places = { listen: await here(), control: await here() };
  let edge = await openEdge(places);
  const startAgain = async (): Promise<void> => {
    await edge.close();
    edge = await openEdge({ dataDir: edge.dataDir, ...places });
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
