import { isOver, keeps } from "../core/status.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import type { ChainedEntry } from "../core/chain.ts";
import type { Release } from "../core/release.ts";
import type { Request } from "../core/requests.ts";
import type { Observation } from "../core/observation.ts";
import { EnvironmentFrozen, ServiceBusy, StaleRevision } from "../ports.ts";
import type { NewRelease, World } from "../ports.ts";
import { whyOf } from "./call.ts";
import { createDelivery } from "./deliver.ts";
import { isUnsettled, nextErrandMs } from "./errands.ts";
import { recall, verify } from "./replay.ts";
import type { Verified } from "./replay.ts";
import { patience as usualPatience } from "./run.ts";
import type { Patience, Run } from "./run.ts";
import { steadyTime } from "./steady-time.ts";
import { turn } from "./turn.ts";

/** How long the loop of a release rests after the store failed, ms; the router's lease takes people home when that lasts. */
const restAfterTroubleMs = 1_000;
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
  const runs = new Map<string, Run>();
  const loops = new Map<string, Promise<void>>();
  const listeners = new Set<(id: string) => void>();
  const trouble = options.onTrouble ?? (() => undefined);
  const patience: Patience = { ...usualPatience, ...options.patience };
  const closing = new AbortController();
  const delivery = createDelivery({
    world,
    patience,
    trouble,
    async entry(release, revision) {
      const memory = runs.get(release)?.memory;
      const stored = memory ? null : await world.store.load(release);
      const link = (memory ?? stored)?.entries[revision - 1];
      const plan = memory?.head.plan ?? stored?.head.plan;
      return link && plan ? { plan, entry: link.entry } : null;
    },
  });
  const wakeDelivery = bell(world);
  const nowMs = steadyTime(world.clock, 0);

  const told = (id: string): void => {
    wakeDelivery.ring();
    for (const listener of listeners) listener(id);
  };
  const take = async (id: string): Promise<Run | null> => {
    const known = runs.get(id);
    // Rung here and not by the caller: a loop that is about to end must see it before its next await.
    known?.wake();
    if (known) return known;
    const stored = await world.store.load(id);
    const raced = runs.get(id);
    if (!stored || raced) return raced ?? null;
    const alarm = bell(world);
    const run = newRun({ id, world, patience, memory: recall(stored), wake: () => alarm.ring() });
    runs.set(id, run);
    const ended = (): void => void (runs.delete(id) && loops.delete(id));
    loops.set(id, keepGoing(run, { alarm, closing: closing.signal, trouble, told, ended }));
    return run;
  };

  return {
    async start() {
      for (const id of await world.store.active()) await take(id);
      loops.set("delivery", keepDelivering(delivery, { alarm: wakeDelivery, closing: closing.signal, trouble }));
    },
    async release(head) {
      const freeze = (await world.store.freezes()).find((candidate) => candidate.environment === head.environment);
      if (freeze) throw new EnvironmentFrozen(freeze);
      const id = await createOver(head, { world, runs });
      await take(id);
      return id;
    },
    async ask(request) {
      await world.store.ask(request);
      await take(request.release);
    },
    async view(id) {
      const run = runs.get(id);
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
    nowMs,
    async close() {
      closing.abort();
      for (const run of runs.values()) run.wake();
      wakeDelivery.ring();
      await Promise.all(loops.values());
    },
  };
}

/** Creates the release; when its services are only kept by ended ones, those are asked to clear away first. */
async function createOver(
  head: NewRelease,
  { world, runs }: { readonly world: World; readonly runs: ReadonlyMap<string, Run> },
): Promise<string> {
  const untilMs = world.clock.monotonicMs() + clearingPatienceMs;
  for (;;) {
    try {
      return await world.store.create(head);
    } catch (error) {
      if (!(error instanceof ServiceBusy)) throw error;
      const inTheWay = error.services.map((busy) => runs.get(busy.release));
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

interface Keeping {
  readonly alarm: Bell;
  readonly closing: AbortSignal;
  readonly trouble: (message: string) => void;
}

/** Ticks until the release is over and keeps nothing. A decision is followed by the next tick at once. */
async function keepGoing(run: Run, keeping: Keeping & { readonly told: (id: string) => void; readonly ended: () => void }): Promise<void> {
  while (!keeping.closing.aborted) {
    const outcome = await tryTurn(run, keeping.trouble);
    if (outcome === "committed") keeping.told(run.id);
    const { status } = run.memory.release;
    if (outcome === "committed") continue;
    // No await between the last look and the end, so that a request that comes now finds either this loop or a new one.
    if (outcome === "nothing" && isOver(status) && keeps(status) === null && !keeping.alarm.isRung()) return keeping.ended();
    await keeping.alarm.wait(outcome === "trouble" ? restAfterTroubleMs : restMs(run));
  }
}

async function tryTurn(run: Run, trouble: (message: string) => void): Promise<"committed" | "nothing" | "trouble"> {
  try {
    const { decision } = await turn(run);
    run.isStuck = false;
    return decision ? "committed" : "nothing";
  } catch (error) {
    if (error instanceof StaleRevision) {
      const stored = await run.world.store.load(run.id);
      if (stored) run.memory = recall(stored);
      run.wake();
      return "nothing";
    }
    run.isStuck = true;
    trouble(`release ${run.id}: ${whyOf(error)}`);
    return "trouble";
  }
}

/** How long nothing needs to be looked at: until the next errand, word to the router, or deadline. */
function restMs(run: Run): number {
  const { release } = run.memory;
  const { status } = release;
  const pollMs = isUnsettled(status) ? run.patience.pollMs : run.patience.heartbeatMs;
  const deadlineMs = status.kind === "holding" && "breach" in status.why ? status.why.commitByMs - run.nowMs() : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(pollMs, nextErrandMs(run), deadlineMs));
}

async function keepDelivering(delivery: ReturnType<typeof createDelivery>, keeping: Keeping): Promise<void> {
  while (!keeping.closing.aborted) {
    try {
      await delivery.deliver();
    } catch (error) {
      keeping.trouble(`notices: ${whyOf(error)}`);
    }
    await keeping.alarm.wait(Math.min(usualPatience.heartbeatMs, Math.max(1, delivery.nextMs())));
  }
}

function newRun(made: Pick<Run, "id" | "world" | "patience" | "memory" | "wake">): Run {
  const lastMs = made.memory.lastRow?.observation.nowMs ?? 0;
  const unseen = { kind: "unseen", why: "not looked at yet" } as const;
  return {
    ...made,
    nowMs: steadyTime(made.world.clock, lastMs),
    inbox: { readings: new Map(), checks: [] },
    outside: { traffic: unseen, workloads: unseen },
    errands: new Map(),
    told: null,
    steadySinceMs: null,
    isSuperseded: false,
    isStuck: false,
  };
}

/** Rings once for any number of reasons; a ring while nobody waits is not lost. */
interface Bell {
  ring(): void;
  isRung(): boolean;
  wait(ms: number): Promise<void>;
}

function bell(world: World): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort("rung"),
    isRung: () => rung.signal.aborted,
    async wait(ms) {
      await world.clock.wait(ms, rung.signal);
      rung = new AbortController();
    },
  };
}
