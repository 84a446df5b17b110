import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { nginx as nginxRouter } from "../../src/adapters/traffic/nginx.ts";
import { sayOrder } from "../../src/adapters/traffic/nginx/order.ts";
import { findProgram } from "../../src/demo/find-program.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { nginxPackages, startNginx } from "../../src/demo/nginx-process.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopWords } from "./shop.ts";

const never = new AbortController().signal;

/** nginx with the example's configuration; the bare command is the HTTP call that the adapter makes. */
export const nginx: RollbackRouter = {
  name: "nginx",
  needs: ["nginx", ...nginxPackages.files],
  async start({ household, dir, targets }) {
    const own = join(dir, "nginx");
    await mkdir(own);
    const token = randomBytes(24).toString("base64url");
    const [port, controlPort] = [await freePort(), await freePort()];
    const shop = { routes: { "/": "frontend", "/api": "backend" }, stable: { frontend: [], backend: [] } };
    const program = findProgram("nginx", nginxPackages);
    const member = await startNginx(household, { program, dir: own, token, port, controlPort, workers: 2, ...shop });
    const control = `http://127.0.0.1:${controlPort}`;
    const router = nginxRouter.create(nginxRouter.connection.parse({ control: [control], token, timeout: "10s" }), {
      clock: createClock(),
      dataDir: dir,
    });
    const words = shopWords(targets);
    return {
      urls: [`http://127.0.0.1:${port}`],
      share: (sharePct) => router.apply(words({ sharePct }), never),
      bare: {
        says: "PUT /wanted",
        async share(sharePct) {
          const body = await sayOrder(words({ sharePct }), async (host) => [host]);
          const answer = await request(`${control}/wanted`, { method: "PUT", headers: { authorization: `Bearer ${token}` }, body });
          await answer.body.dump();
          if (answer.statusCode !== 200) throw new Error(`nginx answered ${answer.statusCode}`);
        },
      },
      close: () => member.end("SIGTERM"),
    };
  },
};
