import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { startHaproxyProcess } from "../../../bench/rollback/haproxy-process.ts";
import type { HaproxyProcess } from "../../../bench/rollback/haproxy-process.ts";
import { haproxy } from "../../../src/adapters/traffic/haproxy.ts";
import { createClock } from "../../../src/engine/clock.ts";
import type { TrafficRouter } from "../../../src/ports.ts";
import { programPath } from "../on-system.ts";
import type { ProxyRules, ProxySubject } from "./proxy-world.ts";
import { changingRouter } from "../../contract/losable-router.ts";

/** A running HAProxy with serin's rules, and who steers it. */
export async function startHaproxy(rules: ProxyRules): Promise<ProxySubject & HaproxyProcess> {
  const running = await startHaproxyProcess(rules, programPath("haproxy"));
  const { connection, dir } = running;
  const silent = createServer({ allowHalfOpen: true });
  const routerAt = (socket: string): TrafficRouter => haproxy.create({ ...connection, socket }, { clock: createClock(), dataDir: dir });
  const { router, become } = changingRouter(routerAt(connection.socket));
  return {
    ...running,
    router,
    capabilities: haproxy.capabilities,
    url: connection.url,
    restart: () => Promise.resolve(routerAt(connection.socket)),
    fail: () => {
      become(routerAt(join(dir, "nobody")));
      return Promise.resolve();
    },
    hang: async () => {
      silent.listen(join(dir, "silent"));
      await once(silent, "listening");
      become(routerAt(join(dir, "silent")));
    },
    async close() {
      silent.close();
      await running.close();
    },
  };
}
