import { z } from "zod";
import type { SeenWorkload, SeenWorkloads, Slot } from "../../core/observation.ts";
import type { WantedService, WantedWorkloads, Workloads } from "../../ports.ts";
import type { Surroundings, WorkloadsDefinition } from "../define.ts";
import { createExchange } from "../exchange.ts";
import type { Exchange } from "../exchange.ts";
import { adoptRecords } from "./process/adopt.ts";
import { checkHealth } from "./process/health.ts";
import { inheritedVariables } from "./process/launch.ts";
import { outputPath } from "./process/output.ts";
import { planOptions, readLaunchPlan } from "./process/plan-options.ts";
import { SlotKeeper } from "./process/slot-keeper.ts";
import type { KeeperParts, Wish } from "./process/slot-keeper.ts";
import { StateFile } from "./process/state-file.ts";

const slots: readonly Slot[] = ["stable", "canary", "previous"];

const connection = z.strictObject({
  inherit: z.array(z.string().min(1)).optional().describe("More of the server's environment variables that the processes may see."),
});

/** The processes of one machine. */
export interface ProcessWorkloads extends Workloads {
  /** Ends every process of this data folder, whoever started it; resolves when none is left. */
  stopAll(): Promise<void>;
  /** Lets go: starts and restarts nothing any more. What runs goes on, and the next adapter on this folder finds it. */
  close(): void;
}

interface ProcessDefinition extends WorkloadsDefinition<z.infer<typeof connection>> {
  create(options: z.infer<typeof connection>, surroundings: Surroundings): ProcessWorkloads;
}

/**
 * Runs services as processes of this machine: `stable` on the plan's port, the others on free ports.
 *
 * Source: docs/adapters/process.md
 */
export const processWorkloads: ProcessDefinition = {
  kind: "process",
  says: "Runs services as processes of this machine.",
  connection,
  planOptions,
  create: ({ inherit = [] }, surroundings) => new ProcessKeeper([...inheritedVariables, ...inherit], surroundings),
};

class ProcessKeeper implements ProcessWorkloads {
  readonly #keepers = new Map<string, SlotKeeper>();
  readonly #parts: KeeperParts;
  readonly #exchange: Exchange;
  readonly #closing = new AbortController();

  constructor(inherits: readonly string[], { clock, dataDir, closing }: Surroundings) {
    const state = new StateFile(dataDir);
    this.#exchange = createExchange(clock);
    this.#parts = {
      clock,
      state,
      inherits,
      ports: new Set(),
      outputPath: (name) => outputPath(dataDir, name),
      closing: closing === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, closing]),
    };
    for (const record of adoptRecords(state)) this.#keepers.set(keyOf(record), new SlotKeeper(record, record, this.#parts));
  }

  async apply(wanted: WantedWorkloads, signal: AbortSignal): Promise<void> {
    this.#assertOpen();
    signal.throwIfAborted();
    const wishes = Object.entries(wanted).flatMap(([service, use]) => wishesOf(service, use));
    for (const { service, slot, wish } of wishes) this.#keeper(service, slot).want(wish);
  }

  async observe(services: WantedWorkloads, signal: AbortSignal): Promise<SeenWorkloads> {
    this.#assertOpen();
    signal.throwIfAborted();
    const seen = await Promise.all(Object.keys(services).map(async (service) => [service, await this.#observeService(service, signal)]));
    return Object.fromEntries(seen) as SeenWorkloads;
  }

  async stopAll(): Promise<void> {
    this.#assertOpen();
    for (const keeper of this.#keepers.values()) keeper.want(null);
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.settle()));
  }

  close(): void {
    this.#closing.abort();
  }

  async #observeService(service: string, signal: AbortSignal): Promise<SeenWorkloads[string]> {
    const seen = await Promise.all(
      slots.map(async (slot) => [slot, await this.#observeSlot(this.#keeper(service, slot), signal)] as const),
    );
    return Object.fromEntries(seen.filter(([, workload]) => workload !== null));
  }

  async #observeSlot(keeper: SlotKeeper, signal: AbortSignal): Promise<SeenWorkload | null> {
    void keeper.watch();
    const running = keeper.running();
    if (running === null) return keeper.describe({ launch: null, notReady: "it does not run" });
    const notReady = await checkHealth(this.#exchange, running, signal);
    if (notReady === null) keeper.noteAnswer(running);
    await keeper.trim();
    return keeper.describe({ launch: running.launch, notReady });
  }

  #keeper(service: string, slot: Slot): SlotKeeper {
    const name = { service, slot };
    const known = this.#keepers.get(keyOf(name));
    if (known !== undefined) return known;
    const keeper = new SlotKeeper(name, null, this.#parts);
    this.#keepers.set(keyOf(name), keeper);
    return keeper;
  }

  #assertOpen(): void {
    if (this.#parts.closing.aborted) throw new Error("these workloads were closed");
  }
}

interface NamedWish {
  readonly service: string;
  readonly slot: Slot;
  readonly wish: Wish | null;
}

function wishesOf(service: string, { use, slots: wanted }: WantedService): readonly NamedWish[] {
  const plan = readLaunchPlan(service, use);
  return slots.map((slot) => {
    const version = wanted[slot]?.version;
    return { service, slot, wish: version === undefined ? null : { version, plan } };
  });
}

function keyOf({ service, slot }: { readonly service: string; readonly slot: Slot }): string {
  return JSON.stringify([service, slot]);
}
