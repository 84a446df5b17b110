import { isOver, keeps } from "../core/status.ts";
import { awaitsDecision } from "../core/way-back.ts";
import { ServiceBusy, StaleRevision } from "../ports.ts";
import type { World } from "../ports.ts";
import { bell } from "./bell.ts";
import type { Bell } from "./bell.ts";
import { whyOf } from "./call.ts";
import { isUnsettled, nextErrandMs, pollMs } from "./errands.ts";
import { recallOn, recallWhole } from "./recall.ts";
import { isSuperseded } from "./superseded.ts";
import type { Memory } from "./replay.ts";
import type { Patience, Run } from "./run.ts";
import { steadyTime } from "./steady-time.ts";
import { Troubles } from "./troubles.ts";
import { turn } from "./turn.ts";

/** How long the loop of a release rests after the store failed, ms; the router's lease takes people home when that lasts. */
const restAfterTroubleMs = 1_000;
/** A release that could not be taken up is tried again after this long, ms. */
const takeUpAgainMs = 30_000;
/** As many releases are read at a time when a server starts: a long one keeps no short one from going on before its router's lease is over. */
const takenUpAtOnce = 4;

export interface KeeperOptions {
  readonly world: World;
  readonly patience: Patience;
  readonly trouble: (message: string) => void;
  /** Called when what `trouble` was told of a release is over. */
  readonly recovery: (message: string) => void;
  /** Called after each commit of a decision, with the release's id. */
  readonly told: (id: string) => void;
  /** Called when a release does not run any more. */
  readonly ended: (memory: Memory) => void;
  /** Called after each tick. */
  readonly ticked: (tick: Tick) => void;
}

/** One tick of a release, as it went. */
export interface Tick {
  readonly release: string;
  readonly outcome: "committed" | "nothing" | "trouble";
  readonly tookMs: number;
  /** How much later than it was due it began, ms; 0 when somebody woke it. */
  readonly lateMs: number;
}

/** Keeps one loop per release that is not over, each on its own: none ever waits for another. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #runs = new Map<string, Run>();
  readonly #loops = new Map<string, Promise<void>>();
  readonly #troubles: Troubles;
  readonly #closing = new AbortController();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#troubles = new Troubles(options.world.clock, options.trouble);
  }

  /** True while the ticks of some release fail. */
  get isTroubled(): boolean {
    return this.#troubles.areThere;
  }

  /** The release as it runs in this process; `undefined` when it does not. */
  run(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  /** Every release that runs in this process. */
  runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /**
   * Takes releases up where they were, as a server does that starts. One that cannot be is told, tried again, and keeps no other waiting: the router's
   * lease takes its people home.
   */
  async takeUp(ids: readonly string[]): Promise<void> {
    const left = ids.values();
    const takeUpWhatIsLeft = async (): Promise<void> => {
      for (const id of left) if (!(await this.#tryTake(id))) this.#loops.set(id, this.#keepTrying(id));
    };
    await Promise.all(Array.from({ length: takenUpAtOnce }, takeUpWhatIsLeft));
  }

  /** Takes a release up where it was, or wakes its loop; `null` when there is none of this id. */
  async take(id: string): Promise<Run | null> {
    const { world, patience } = this.#options;
    const memory = this.#runs.has(id) ? null : await recallWhole(world, id);
    // Only a promoted release can be taken back at all after its end.
    const isOld = memory?.release.status.kind === "promoted" && (await isSuperseded(world.store, memory.head));
    const known = this.#runs.get(id);
    // Rung here and not by the caller: a loop that is about to end must see it before its next await.
    known?.wake();
    if (known || !memory) return known ?? null;
    const alarm = bell(world.clock);
    const run = newRun({ id, world, patience, memory, wake: () => alarm.ring(), isSuperseded: isOld });
    this.#runs.set(id, run);
    this.#loops.set(id, this.#keepGoing(run, alarm));
    return run;
  }

  /** Ends every loop after its running tick. */
  async close(): Promise<void> {
    this.#closing.abort("closing");
    for (const run of this.#runs.values()) run.wake();
    await Promise.all(this.#loops.values());
  }

  async #keepTrying(id: string): Promise<void> {
    const { clock } = this.#options.world;
    do await clock.wait(takeUpAgainMs, this.#closing.signal);
    while (!this.#closing.signal.aborted && !this.#runs.has(id) && !(await this.#tryTake(id)));
  }

  /** True when the release runs, or there is none of this id. */
  async #tryTake(id: string): Promise<boolean> {
    try {
      await this.take(id);
      return true;
    } catch (error) {
      this.#troubles.tell(id, `release ${id} cannot be taken up: ${whyOf(error)}`);
      return false;
    }
  }

  /** Ticks until the release is over, keeps nothing, and nobody is waited for to decide about a report. A decision is followed by the next tick at once. */
  async #keepGoing(run: Run, alarm: Bell): Promise<void> {
    const { clock } = this.#options.world;
    let lateMs = 0;
    while (!this.#closing.signal.aborted) {
      const beganMs = clock.monotonicMs();
      const outcome = await this.#tryTurn(run);
      const endedMs = clock.monotonicMs();
      this.#options.ticked({ release: run.id, outcome, tookMs: endedMs - beganMs, lateMs });
      lateMs = 0;
      const { release } = run.memory;
      const isDone = isOver(release.status) && keeps(release.status) === null && !awaitsDecision(release);
      // No await between the last look and the end, so that a request that comes now finds either this loop or a new one.
      if (outcome === "nothing" && isDone && !alarm.isRung()) return this.#forget(run);
      if (outcome === "committed") continue;
      const dueMs = outcome === "trouble" ? restAfterTroubleMs : restMs(run);
      await alarm.wait(dueMs);
      lateMs = Math.max(0, clock.monotonicMs() - endedMs - dueMs);
    }
  }

  async #tryTurn(run: Run): Promise<"committed" | "nothing" | "trouble"> {
    try {
      if (run.isOutdated) await this.#reload(run);
      const { decision } = await turn(run);
      run.isStuck = false;
      if (this.#troubles.end(run.id)) this.#options.recovery(`release ${run.id} goes on`);
      if (decision) this.#options.told(run.id);
      return decision ? "committed" : "nothing";
    } catch (error) {
      if (error instanceof StaleRevision) return "committed";
      if (error instanceof ServiceBusy) {
        // A newer release has the services: the order to take them back is too late, and the next tick says so.
        run.isSuperseded = true;
        return "committed";
      }
      run.isStuck = true;
      this.#troubles.tell(run.id, `release ${run.id}: ${whyOf(error)}`);
      return "trouble";
    }
  }

  /** What the store has is where this process goes on. Readings that were taken for an older story would be counted against the wrong cursor. */
  async #reload(run: Run): Promise<void> {
    const memory = await recallOn(this.#options.world, run.memory);
    if (memory.rows !== run.memory.rows) {
      run.memory = memory;
      run.story += 1;
      run.inbox = { readings: new Map(), checks: [] };
      run.steadySinceMs = null;
    }
    run.isOutdated = false;
  }

  #forget(run: Run): void {
    this.#options.ended(run.memory);
    this.#troubles.end(run.id);
    this.#runs.delete(run.id);
    this.#loops.delete(run.id);
  }
}

/** How long nothing needs to be looked at: until the next errand, word to the router, or deadline. */
function restMs(run: Run): number {
  const { status } = run.memory.release;
  const lookMs = isUnsettled(status) ? pollMs(run) : run.patience.heartbeatMs;
  const deadlineMs = status.kind === "holding" && "breach" in status.why ? status.why.commitByMs - run.nowMs() : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(lookMs, nextErrandMs(run), deadlineMs));
}

function newRun(made: {
  readonly id: string;
  readonly world: World;
  readonly patience: Patience;
  readonly memory: Memory;
  readonly wake: () => void;
  readonly isSuperseded: boolean;
}): Run {
  const lastMs = made.memory.lastRow?.observation.nowMs ?? 0;
  const unseen = { kind: "unseen", why: "not looked at yet" } as const;
  return {
    ...made,
    nowMs: steadyTime(made.world.clock, lastMs),
    inbox: { readings: new Map(), checks: [] },
    outside: { traffic: unseen, workloads: unseen },
    errands: new Map(),
    told: null,
    lookedMs: null,
    decidedMs: made.world.clock.monotonicMs(),
    steadySinceMs: null,
    isStuck: false,
    isOutdated: false,
    story: 0,
  };
}
