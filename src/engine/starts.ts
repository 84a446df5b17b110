import { isOver, keeps } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { ServiceBusy } from "../ports.ts";
import type { NewRelease, World } from "../ports.ts";
import type { Keeper } from "./keeper.ts";
import { patience } from "./run.ts";
import type { Run } from "./run.ts";

/** How long a start waits for an ended release to clear away what it kept, ms. */
const clearingPatienceMs = 30_000;

/** Begins releases: one per service, and one per router, which can follow one record only. */
export class Starts {
  readonly #world: World;
  readonly #keeper: Keeper;
  /** Those that are stored right now, and run in a moment. */
  readonly #under = new Set<NewRelease>();

  constructor(world: World, keeper: Keeper) {
    this.#world = world;
    this.#keeper = keeper;
  }

  /**
   * Stores the release and takes it up; answers its id, or that of the release that its start key began. When services or router are only kept
   * by ended releases, those are asked to clear away first. Throws `ServiceBusy`.
   */
  async begin(head: NewRelease): Promise<string> {
    const { clock } = this.#world;
    const untilMs = clock.monotonicMs() + clearingPatienceMs;
    for (let isLookedAgain = false; ;) {
      try {
        return await this.#tryBegin(head);
      } catch (error) {
        if (!(error instanceof ServiceBusy)) throw error;
        const inTheWay = await Promise.all(error.services.map((busy) => this.#runOf(busy.release)));
        // One that has ended since the store was asked is in nobody's way: another look tells.
        isLookedAgain = !isLookedAgain && inTheWay.some((run) => !run || isSettled(run.memory.release.status));
        if (isLookedAgain) continue;
        const isOnlyKept = inTheWay.every((run) => run && keeps(run.memory.release.status) !== null);
        if (!isOnlyKept || clock.monotonicMs() > untilMs) throw error;
        for (const run of inTheWay) if (run) askToClear(run);
        await clock.wait(patience.pollMs);
      }
    }
  }

  /** The run of a release, which a server that has just started may not have taken up yet; `null`: it cannot be, which the keeper tells. */
  async #runOf(id: string): Promise<Run | null> {
    return this.#keeper.run(id) ?? (await this.#keeper.take(id).catch(() => null));
  }

  async #tryBegin(head: NewRelease): Promise<string> {
    this.#assertRouterIsFree(head);
    this.#under.add(head);
    try {
      const id = await this.#world.store.create(head);
      await this.#keeper.take(id);
      return id;
    } finally {
      this.#under.delete(head);
    }
  }

  /** Of two releases at one router each would take back what the other asked for. Services that clash are the store's to find. */
  #assertRouterIsFree(head: NewRelease): void {
    const router = this.#world.router(head.plan);
    const running = this.#keeper.runs().filter((run) => !isSettled(run.memory.release.status));
    const others = [...running.map((run) => run.memory.head), ...this.#under].filter((other) => !isSameStart(other, head));
    const isApart = (other: NewRelease): boolean => !other.services.some((service) => head.services.includes(service));
    const holder = others.find((other) => isApart(other) && this.#world.router(other.plan) === router);
    if (!holder) return;
    const busy = holder.services.map((service) => ({ service, release: holder.id }));
    throw new ServiceBusy(busy, `the router ${head.plan.traffic.kind} serves one release at a time, and has`);
  }
}

function isSettled(status: Status): boolean {
  return isOver(status) && keeps(status) === null;
}

function isSameStart(left: NewRelease, right: NewRelease): boolean {
  return left.id === right.id || (left.startKey !== null && left.startKey === right.startKey);
}

function askToClear(run: Run): void {
  run.isSuperseded = true;
  run.wake();
}
