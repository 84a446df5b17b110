import { randomInt } from "node:crypto";
import type { Clock, WantedTraffic } from "../../../ports.ts";
import { createClientSlices } from "./client-slice.ts";
import { bucketCount } from "./cohort.ts";
import type { Arm } from "./cohort.ts";
import type { Draw } from "./draw.ts";
import { isComplete, stateOfStable, stateOfWanted, urlsOf, withoutCanary } from "./edge-state.ts";
import type { EdgeState, StableTraffic } from "./edge-state.ts";
import { Meters } from "./meters.ts";
import type { EdgeSeen } from "./orders.ts";
import { People } from "./people.ts";
import { createSigner, remembering } from "./signer.ts";
import { Upstreams } from "./upstreams.ts";
import type { UpstreamLimits } from "./upstreams.ts";
import type { VisitMeans } from "./visit.ts";

export interface EdgeCoreOptions {
  readonly clock: Clock;
  readonly key: Uint8Array;
  readonly limits: UpstreamLimits;
  /** How many people are remembered at most. */
  readonly peopleLimit: number;
  /** Length of a turn of "affected people", ms. */
  readonly turnMs: number;
  /** So long after the start an edge is ready by itself, ms: a controller that is dead must not keep the shop down. */
  readonly readyAfterMs: number;
  readonly draw: Draw;
}

const idleMs = 30 * 60_000;
const tickMs = 200;
/** About 3 MB for each signer when it is full. */
const signaturesKept = 10_000;

/**
 * What one edge knows and does, without its sockets: the state in force, the dead-man lease, the people and the counters.
 *
 * A new share is one assignment (`state`): requests that are under way keep the state they began with, so none can fail by it.
 */
export class EdgeCore {
  readonly meters: Meters;
  readonly means: VisitMeans;
  readonly upstreams: Upstreams;
  readonly #options: EdgeCoreOptions;
  readonly #inFlight: Record<Arm, number> = { canary: 0, stable: 0 };
  readonly #changed = new Set<() => void>();
  readonly #startedMs: number;
  /** Says which key the edge has, and not the key. */
  readonly #keyMark: string;
  #state: EdgeState;
  #revision = -Infinity;
  #people: People;
  #drawn: Record<Arm, number> = { canary: 0, stable: 0 };
  #forwarded: Record<Arm, number> = { canary: 0, stable: 0 };
  #lastCanaryMs: number | null = null;
  /** Monotonic; `null`: there is nothing to lose. */
  #leaseUntilMs: number | null = null;
  #lease: EdgeSeen["lease"] = "none";
  #timer: NodeJS.Timeout | null = null;
  #running = 0;
  #isLeaving = false;

  constructor(options: EdgeCoreOptions, stable: StableTraffic) {
    this.#options = options;
    this.#startedMs = options.clock.monotonicMs();
    this.#keyMark = createSigner(options.key, "mark of the key").sign("").slice(0, 8);
    this.upstreams = new Upstreams(options.limits);
    this.#state = stateOfStable(stable, this.upstreams.keep(urlsOf(stable)));
    this.#people = this.#newPeople();
    const nowMs = (): number => options.clock.monotonicMs();
    this.meters = new Meters({
      bornMs: options.clock.nowMs(),
      nowMs,
      epochMs: () => options.clock.nowMs(),
      share: () => this.state.sharePct,
      known: () => this.#people.size,
      silentInARow: (arm) => this.#people.silentInARow(arm),
    });
    this.means = {
      cookieSigner: remembering(createSigner(options.key, "person cookie"), signaturesKept),
      baggageSigner: remembering(createSigner(options.key, "baggage"), signaturesKept),
      pageSigner: createSigner(options.key, "page mark"),
      sliceOfClient: createClientSlices(randomInt(2 ** 32)),
      draw: options.draw,
    };
  }

  /** The state in force; looking at it also notices a lost lease, however late a timer is. */
  get state(): EdgeState {
    if (this.#leaseUntilMs !== null && this.#options.clock.monotonicMs() > this.#leaseUntilMs) this.#loseLease();
    return this.#state;
  }

  get people(): People {
    return this.#people;
  }

  /** Starts the clockwork: the lease, people who fall due, people who have gone. */
  start(): void {
    this.#timer = setInterval(() => this.tick(), tickMs);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** What the clockwork does each time. */
  tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    void this.state;
    this.#people.settle(nowMs);
    this.#people.sweep(nowMs);
  }

  /**
   * Puts `wanted` in force and renews the lease; answers false, and changes nothing, when it is an older word of the same release than the last
   * one. Throws, and changes nothing, when it cannot be understood.
   */
  apply(wanted: WantedTraffic): boolean {
    if (wanted.release === this.#state.release && wanted.revision < this.#revision) return false;
    this.#put(wanted);
    this.#leaseUntilMs = this.#options.clock.monotonicMs() + wanted.leaseMs;
    this.#lease = "held";
    this.#tellChange();
    return true;
  }

  /** Comes back after a restart: the addresses of `wanted`, and nobody on the canary until the controller speaks. */
  recall(wanted: WantedTraffic): void {
    this.#put({ ...wanted, sharePct: 0 });
  }

  seen(): EdgeSeen {
    const state = this.state;
    return {
      release: state.release,
      sharePct: state.sharePct,
      audience: state.audience,
      stableSlot: state.stableSlot,
      targets: state.targets,
      isServing: isComplete(state),
      drawn: { ...this.#drawn },
      forwarded: { ...this.#forwarded },
      lastCanaryMs: this.#lastCanaryMs,
      inFlight: { ...this.#inFlight },
      lease: this.#lease,
      key: this.#keyMark,
    };
  }

  /** Why nobody new should be sent here; `null`: the edge is ready. */
  whyNotReady(): string | null {
    if (this.#isLeaving) return "this edge is about to end";
    if (!isComplete(this.state)) return "no stable address is known yet: there was no word of the controller, and --stable names none";
    const isOld = this.#options.clock.monotonicMs() - this.#startedMs >= this.#options.readyAfterMs;
    return this.#lease === "none" && !isOld ? "there was no word of the controller yet" : null;
  }

  /** The edge is not ready from now on, and connections end with their next answer. */
  leave(): void {
    this.#isLeaving = true;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Calls `listener` after every change of share or addresses; the answer stops that. */
  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** True when this arm gets nobody now, so that its long connections should end. */
  isDrained(arm: Arm): boolean {
    const { line } = this.state;
    return arm === "canary" ? line === 0 : line >= bucketCount;
  }

  /** A request is on its way to `arm`; call the answer when it is over, and calling it again is nothing. */
  forward(arm: Arm): () => void {
    this.#inFlight[arm] += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#inFlight[arm] -= 1;
    };
  }

  /** A request was written to a backend of `arm`. */
  forwarded(arm: Arm): void {
    this.#forwarded[arm] += 1;
    if (arm === "canary") this.#lastCanaryMs = this.#options.clock.nowMs();
  }

  /** A number that grows by one at each call. */
  nextNumber(): number {
    this.#running += 1;
    return this.#running;
  }

  monotonicMs(): number {
    return this.#options.clock.monotonicMs();
  }

  #put(wanted: WantedTraffic): void {
    const before = this.#state;
    const next = stateOfWanted(wanted, this.upstreams.keep(urlsOf(wanted)), this.means.baggageSigner);
    this.#state = next;
    this.#revision = wanted.revision;
    if (before.release !== next.release) {
      this.#drawn = { canary: 0, stable: 0 };
      this.#forwarded = { canary: 0, stable: 0 };
      this.#lastCanaryMs = null;
      this.#people = this.#newPeople();
    }
    this.#people.moveLine(next.line);
    if (before.targets !== next.targets || before.release !== next.release) {
      this.meters.expect({ services: next.services.map(({ name }) => name), goals: next.goals.map(({ name }) => name) });
    }
  }

  #loseLease(): void {
    this.#leaseUntilMs = null;
    this.#lease = "expired";
    this.#state = withoutCanary(this.#state);
    this.#people.moveLine(0);
    this.#tellChange();
  }

  #tellChange(): void {
    for (const listener of this.#changed) listener();
  }

  #newPeople(): People {
    const count = (arm: Arm): void => {
      this.#drawn[arm] += 1;
      this.meters.drawn(arm);
    };
    return new People({
      events: {
        drawn: count,
        harmed: (arm, service) => this.meters.harmed(arm, service),
        turnOver: (arm, outcome) => this.meters.turnOver(arm, outcome),
        pageTurnOver: (arm, outcome) => this.meters.pages.turnOver(arm, outcome),
        goalOver: (goal, arm, outcome) => this.meters.goalOver(goal, arm, outcome),
      },
      goals: this.#state.goals,
      limit: this.#options.peopleLimit,
      turnMs: this.#options.turnMs,
      idleMs,
    });
  }
}
