import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { nginxReload } from "../../src/adapters/traffic/nginx-reload.ts";
import { firstOrder, renderInclude } from "../../src/adapters/traffic/nginx-reload/include.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createHousehold } from "../../src/demo/household.ts";
import { nginxArguments, startNginxWithoutLua } from "../../src/demo/nginx-process.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { TrafficRouter } from "../../src/ports.ts";
import { startSmallServer } from "../contract/small-server.ts";
import type { TrafficSubject } from "../contract/traffic.ts";
import { programPath } from "./on-system.ts";

/** A real nginx without Lua, with the example's configuration. */
export interface ReloadSubject extends TrafficSubject {
  /** The file that it includes. */
  readonly include: string;
}

/** Starts one; `close` leaves nothing of it. */
export async function openReload(): Promise<ReloadSubject> {
  const dir = await mkdtemp(join(tmpdir(), "serin-nginx-"));
  const household = createHousehold(dir);
  const program = programPath("nginx");
  const [port, controlPort] = [await freePort(), await freePort()];
  const include = join(dir, "serin.conf");
  await writeFile(include, renderInclude(firstOrder({ routes: [{ path: "/", service: "shop" }], login: null })));
  const member = await startNginxWithoutLua(household, { program, dir, port, controlPort, workers: 1 });
  const elsewhere = await startSmallServer();
  const words = {
    include,
    seen: `http://127.0.0.1:${controlPort}/serin/seen`,
    test: [program, ...nginxArguments(dir), "-t"],
    reload: [program, ...nginxArguments(dir), "-s", "reload"],
  };
  const routerOf = (changes: object = {}): TrafficRouter => {
    const made = nginxReload.create(nginxReload.connection.parse({ ...words, ...changes }), { clock: createClock(), dataDir: dir });
    const apply: TrafficRouter["apply"] = async (wanted, signal) => {
      await made.apply(wanted, signal);
      await settled(member.pid);
    };
    return { ...made, apply };
  };
  let router = routerOf();
  return {
    router: {
      apply: (wanted, signal) => router.apply(wanted, signal),
      observe: (signal) => router.observe(signal),
      attempt: (attempt, signal) => router.attempt(attempt, signal),
    },
    capabilities: nginxReload.capabilities,
    mayBreakOff: true,
    url: `http://127.0.0.1:${port}`,
    include,
    restart: () => Promise.resolve(routerOf()),
    fail: async () => {
      await elsewhere.behave("refuses");
      router = routerOf({ seen: elsewhere.url, reload: ["/bin/false"] });
    },
    hang: async () => {
      await elsewhere.behave("hangs");
      router = routerOf({ seen: elsewhere.url });
    },
    async close() {
      await household.stopAll();
      await elsewhere.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Waits until one worker takes connections and no other does: for a moment after a reload the old one and the new one do. An old one that still has
 * requests says in its title that it is shutting down.
 */
async function settled(master: number): Promise<void> {
  await vi.waitUntil(
    async () => {
      const pids = (await readFile(`/proc/${master}/task/${master}/children`, "utf8")).split(" ").filter((pid) => pid !== "");
      const titles = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
      return titles.filter((title) => /worker process(?! is shutting down)/.test(title)).length === 1;
    },
    { interval: 10 },
  );
}
