import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHousehold } from "../../src/demo/household.ts";
import type { Household } from "../../src/demo/household.ts";
import type { WantedTraffic } from "../../src/ports.ts";
import type { LoadOrder, LoadResult } from "../edge/load.ts";
import type { Load } from "../edge/measures.ts";
import { beside, startWorker } from "../edge/processes.ts";
import { createWords } from "../../test/fixtures/wanted-traffic.ts";

/** Two versions of a shop that stamp what they are sent, a crowd, and a folder; a process of its own for each. */
export interface Shop {
  /** Of the services `frontend` and `backend`, by arm. */
  readonly targets: WantedTraffic["targets"];
  readonly load: Load;
  readonly household: Household;
  /** For whatever a router writes; it goes with the shop. */
  readonly dir: string;
  readonly close: () => Promise<void>;
}

/** What every router in front of the shop is told of it. */
export const shopRules: Pick<WantedTraffic, "login" | "routes"> & { readonly services: readonly string[] } = {
  routes: [
    { path: "/api", service: "backend" },
    { path: "/", service: "frontend" },
  ],
  login: "POST /login",
  services: ["frontend", "backend"],
};

/** Starts everything on loopback. */
export async function openShop(): Promise<Shop> {
  const dir = await mkdtemp(join(tmpdir(), "serin-shop-"));
  const household = createHousehold(dir);
  const load: Load = startWorker<LoadOrder, LoadResult>("load");
  const close = async (): Promise<void> => {
    await load.end();
    await household.stopAll();
    await rm(dir, { recursive: true, force: true });
  };
  const start = async (version: string): Promise<string> => {
    const args = [beside("backend.ts"), version, "--stamp"];
    return String((await household.start({ name: version, args, readyWithinMs: 20_000 })).ready["listening"]);
  };
  try {
    const [canary, stable] = await Promise.all([start("canary"), start("stable")]);
    const arms = { canary: [canary], stable: [stable] };
    return { targets: { frontend: arms, backend: arms }, load, household, dir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A maker of words that a controller would say about the shop, each newer than the last. */
export function shopWords(targets: WantedTraffic["targets"]): (changes?: Partial<WantedTraffic>) => WantedTraffic {
  return createWords({ login: shopRules.login, routes: shopRules.routes, targets });
}
