import { expect, vi } from "vitest";
import { kubePath } from "../../src/adapters/kubernetes-client.ts";
import { kubernetesWorkloads } from "../../src/adapters/workloads/kubernetes.ts";
import type { SeenWorkload, Slot } from "../../src/core/observation.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { Clock, WantedWorkloads, Workloads } from "../../src/ports.ts";
import { deployments, openPlace, services } from "./cluster-place.ts";
import type { ClusterPlace, Collection } from "./cluster-place.ts";
import type { ControllerOptions } from "./controller.ts";
import { shopDeployment, shopService } from "./shop-deployment.ts";
import type { ShopParts } from "./shop-deployment.ts";

/** Slots that are wanted, by the names of versions: "1", or "missing". A share is the canary's. */
export type Slots = Partial<Record<Slot, string>> & { readonly share?: number; readonly release?: string };

/** One shop in a cluster with serin's adapter at it. */
export interface Desk {
  readonly place: ClusterPlace;
  readonly workloads: Workloads;
  wanted(slots: Slots): WantedWorkloads;
  apply(slots: Slots): Promise<void>;
  see(slot: Slot): Promise<SeenWorkload | undefined>;
  until(slot: Slot, expected: object): Promise<SeenWorkload>;
  /** As somebody else writes: a merge patch, under this name. */
  edit(manager: string, name: string, body: object, collection?: Collection): Promise<void>;
  close(): Promise<void>;
}

export interface DeskOptions {
  readonly shop?: Partial<ShopParts>;
  readonly workload?: Readonly<Record<string, unknown>>;
  readonly controller?: ControllerOptions;
  readonly clock?: Clock;
}

export const patience = { timeout: 30_000, interval: 50 };

/** Opens one: "backend" with the image of version "1", and its Service. */
export async function openDesk(
  server: "stand-in" | "real",
  { shop = {}, workload = {}, controller = {}, clock = createClock() }: DeskOptions = {},
): Promise<Desk> {
  const place = await openPlace(server, controller);
  const closing = new AbortController();
  await place.create(services, shopService("backend"));
  await place.create(deployments, shopDeployment({ name: "backend", image: place.image("1"), ...shop }));
  const workloads = kubernetesWorkloads.create(
    { kubeconfig: place.kubeconfig, namespace: place.namespace },
    { clock, dataDir: "/nowhere", closing: closing.signal },
  );
  const use = { kind: "kubernetes", options: { deployment: "backend", ...workload } };
  const wanted = ({ share, release = "web-20260101-abcde", ...slots }: Slots): WantedWorkloads => {
    const named = Object.entries(slots).map(([slot, name]) => [
      slot,
      { version: place.image(name), ...(share !== undefined && slot === "canary" ? { sharePct: share } : {}) },
    ]);
    return { backend: { use, release, slots: Object.fromEntries(named) } };
  };
  const desk: Desk = {
    place,
    workloads,
    wanted,
    apply: (slots) => workloads.apply(wanted(slots), AbortSignal.timeout(30_000)),
    see: async (slot) => (await workloads.observe(wanted({}), AbortSignal.timeout(30_000)))["backend"]?.[slot],
    until: (slot, expected) =>
      vi.waitFor(async () => {
        const seen = await desk.see(slot);
        expect(seen).toMatchObject(expected);
        return seen!;
      }, patience),
    async edit(manager, name, body, collection = deployments) {
      const path = kubePath({ ...collection, namespace: place.namespace, name });
      await place.call({ method: "PATCH", path, query: { fieldManager: manager }, as: "application/merge-patch+json", body });
    },
    async close() {
      closing.abort();
      await place.close();
    },
  };
  return desk;
}
