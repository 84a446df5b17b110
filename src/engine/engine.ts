import type { ChainedEntry } from "../core/chain.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import type { Observation } from "../core/observation.ts";
import type { Release } from "../core/release.ts";
import type { Request } from "../core/requests.ts";
import { keeps } from "../core/status.ts";
import { EnvironmentFrozen, ServiceBusy } from "../ports.ts";
import type { NewRelease, World } from "../ports.ts";
import { Delivery } from "./deliver.ts";
import type { Post } from "./deliver.ts";
import { Keeper } from "./keeper.ts";
import { recall, verify } from "./replay.ts";
import type { Verified } from "./replay.ts";
import { patience as usualPatience } from "./run.ts";
import type { Patience } from "./run.ts";
import { steadyTime } from "./steady-time.ts";

/** How long `release` waits for an ended release to clear away what it kept, ms. */
const clearingPatienceMs = 30_000;

/** A release as it stands now. `observation` is the last one, with what was seen of the world since; `null` before the first. */
export interface View {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly entries: readonly ChainedEntry[];
  readonly observation: Observation | null;
}

export interface EngineOptions {
  readonly patience?: Partial<Patience>;
  /** Told about every trouble that is not a release's own story: a store that fails, a notice that cannot be sent. */
  readonly onTrouble?: (message: string) => void;
}

export interface Engine {
  /** Takes up every unfinished release where it was. */
  start(): Promise<void>;
  /** Stores and starts a release; answers its id. Throws `ServiceBusy` or `EnvironmentFrozen`. */
  release(head: NewRelease): Promise<string>;
  /** Stores a request and wakes its release; resolved means that it survives a crash, not that it was answered. */
  ask(request: Request): Promise<void>;
  /** `null` when there is no such release. */
  view(id: string): Promise<View | null>;
  /** Checks the chain of a stored release and decides everything again. An unknown id is not verified. */
  verify(id: string): Promise<Verified>;
  /** Calls `listener` with the release's id after each commit; answers how to stop that. */
  onCommit(listener: (id: string) => void): () => void;
  /** Epoch ms that never runs back. */
  nowMs(): number;
  /** Ends every loop after its running tick. */
  close(): Promise<void>;
}

export function createEngine(world: World, options: EngineOptions = {}): Engine {
  const trouble = options.onTrouble ?? (() => undefined);
  const patience: Patience = { ...usualPatience, ...options.patience };
  const listeners = new Set<(id: string) => void>();
  const told = (id: string): void => {
    delivery.ring();
    for (const listener of listeners) listener(id);
  };
  const keeper = new Keeper({ world, patience, trouble, told });
  const delivery = new Delivery({ world, patience, trouble, entry: entriesOf(world, keeper) });
  return {
    async start() {
      for (const id of await world.store.active()) await keeper.take(id);
      delivery.start();
    },
    async release(head) {
      const freeze = (await world.store.freezes()).find((candidate) => candidate.environment === head.environment);
      if (freeze) throw new EnvironmentFrozen(freeze);
      const id = await createOver(head, world, keeper);
      await keeper.take(id);
      return id;
    },
    async ask(request) {
      await world.store.ask(request);
      await keeper.take(request.release);
    },
    async view(id) {
      const run = keeper.run(id);
      const stored = run ? null : await world.store.load(id);
      const memory = run?.memory ?? (stored && recall(stored));
      if (!memory) return null;
      const last = memory.lastRow?.observation ?? null;
      return { release: memory.release, book: memory.book, entries: memory.entries, observation: last && { ...last, ...run?.outside } };
    },
    async verify(id) {
      const stored = await world.store.load(id);
      return stored ? verify(stored) : { ok: false, revision: 0, why: `there is no release ${id}` };
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    nowMs: steadyTime(world.clock, 0),
    async close() {
      await Promise.all([keeper.close(), delivery.close()]);
    },
  };
}

/** Journal entries for the outbox: from memory while the release runs, from the store afterwards. */
function entriesOf(world: World, keeper: Keeper): Post["entry"] {
  return async (release, revision) => {
    const memory = keeper.run(release)?.memory;
    const stored = memory ? null : await world.store.load(release);
    const link = (memory ?? stored)?.entries[revision - 1];
    const plan = memory?.head.plan ?? stored?.head.plan;
    return link && plan ? { plan, entry: link.entry } : null;
  };
}

/** Creates the release; when its services are only kept by ended ones, those are asked to clear away first. */
async function createOver(head: NewRelease, world: World, keeper: Keeper): Promise<string> {
  const untilMs = world.clock.monotonicMs() + clearingPatienceMs;
  for (;;) {
    try {
      return await world.store.create(head);
    } catch (error) {
      if (!(error instanceof ServiceBusy)) throw error;
      const inTheWay = error.services.map((busy) => keeper.run(busy.release));
      const isOnlyKept = inTheWay.every((run) => run && keeps(run.memory.release.status) !== null);
      if (!isOnlyKept || world.clock.monotonicMs() > untilMs) throw error;
      for (const run of inTheWay) {
        if (!run) continue;
        run.isSuperseded = true;
        run.wake();
      }
      await world.clock.wait(usualPatience.pollMs);
    }
  }
}
