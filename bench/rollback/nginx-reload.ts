import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nginxReload as reloadRouter } from "../../src/adapters/traffic/nginx-reload.ts";
import { firstOrder, orderOf, renderInclude } from "../../src/adapters/traffic/nginx-reload/include.ts";
import { run } from "../../src/adapters/traffic/nginx-reload/run.ts";
import type { Command } from "../../src/adapters/traffic/nginx-reload/run.ts";
import { findProgram } from "../../src/demo/find-program.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { nginxArguments, startNginxWithoutLua } from "../../src/demo/nginx-process.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { RollbackRouter } from "./measure.ts";
import { shopRules, shopWords } from "./shop.ts";

const never = new AbortController().signal;

/** The fallback without Lua; the bare command writes the include and reloads, without a test, and without waiting for a new worker. */
export const nginxReload: RollbackRouter = {
  name: "nginx-reload",
  needs: ["nginx"],
  mayBreakOff: true,
  async start({ household, dir, targets }) {
    const own = join(dir, "nginx-reload");
    await mkdir(own);
    const program = findProgram("nginx", { packages: "nginx-light", files: [] });
    const [port, controlPort] = [await freePort(), await freePort()];
    const include = join(own, "serin.conf");
    await writeFile(include, renderInclude(firstOrder(shopRules)));
    const member = await startNginxWithoutLua(household, { program, dir: own, port, controlPort, workers: 2 });
    const clock = createClock();
    const reload: Command = [program, ...nginxArguments(own), "-s", "reload"];
    const words = { include, seen: `http://127.0.0.1:${controlPort}/serin/seen`, test: [program, ...nginxArguments(own), "-t"], reload };
    const router = reloadRouter.create(reloadRouter.connection.parse(words), { clock, dataDir: dir });
    const wanted = shopWords(targets);
    // Before its first word it has no address, and old workers may go on refusing people for a moment after it.
    await router.apply(wanted(), never);
    return {
      urls: [`http://127.0.0.1:${port}`],
      share: (sharePct) => router.apply(wanted({ sharePct }), never),
      bare: {
        says: "nginx -s reload",
        async share(sharePct) {
          await writeFile(include, renderInclude(orderOf(wanted({ sharePct }))));
          await run(reload, { clock, withinMs: 10_000 }, never);
        },
      },
      close: () => member.end("SIGTERM"),
    };
  },
};
