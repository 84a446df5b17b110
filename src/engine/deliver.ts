import { fromCanonicalJson, toCanonicalJson } from "../core/canonical-json.ts";
import type { Entry } from "../core/decision.ts";
import { sayFacts } from "../core/messages/facts.ts";
import { newsOf } from "../core/notices.ts";
import type { NoticeTarget, Plan } from "../core/plan.ts";
import type { Notice, OwedNotice, World } from "../ports.ts";
import { bell } from "./bell.ts";
import { call, whyOf } from "./call.ts";
import type { Patience } from "./run.ts";

/** How long a notifier that failed is left alone, ms: doubled after each failure up to the second figure. */
const backOffMs = { first: 1_000, longest: 60_000 } as const;
const atOnceEach = 100;

/** What the outbox is delivered with. `entry` answers one journal entry with the plan that it belongs to. */
export interface Post {
  readonly world: World;
  readonly patience: Patience;
  readonly trouble: (message: string) => void;
  entry(release: string, revision: number): Promise<{ readonly plan: Plan; readonly entry: Entry } | null>;
}

interface Lane {
  isBusy: boolean;
  failures: number;
  notBeforeMs: number;
}

/** Delivers what the journal owes: at least once each, in order per notifier; a slow or dead one never keeps another waiting. */
export class Delivery {
  readonly #post: Post;
  readonly #bell;
  readonly #lanes = new Map<string, Lane>();
  readonly #closing = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(post: Post) {
    this.#post = post;
    this.#bell = bell(post.world.clock);
  }

  start(): void {
    this.#loop = this.#keepDelivering();
  }

  /** Something may be owed now. */
  ring(): void {
    this.#bell.ring();
  }

  /** Ends the loop; what is under way may still arrive, and stays owed as the rest does. */
  async close(): Promise<void> {
    this.#closing.abort("closing");
    this.#bell.ring();
    await this.#loop;
  }

  async #keepDelivering(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#startLanes();
      } catch (error) {
        this.#post.trouble(`notices: ${whyOf(error)}`);
      }
      await this.#bell.wait(Math.min(this.#post.patience.heartbeatMs, Math.max(1, this.#nextTryMs())));
    }
  }

  async #startLanes(): Promise<void> {
    const owed = await this.#post.world.store.owed(atOnceEach);
    for (const [notifier, notices] of Map.groupBy(owed, (notice) => notice.target.notifier)) {
      const lane = this.#lanes.get(notifier) ?? { isBusy: false, failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };
      this.#lanes.set(notifier, lane);
      if (lane.isBusy || this.#post.world.clock.monotonicMs() < lane.notBeforeMs) continue;
      lane.isBusy = true;
      void this.#runLane(lane, notices);
    }
  }

  /** Until its notices are delivered, or one cannot be. */
  async #runLane(lane: Lane, notices: readonly OwedNotice[]): Promise<void> {
    try {
      for (const owed of notices) if (!(await this.#deliver(lane, owed))) return;
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#rest(lane, `notices: ${whyOf(error)}`);
    } finally {
      lane.isBusy = false;
      // What was owed while it was busy would wait for the next heartbeat.
      this.#bell.ring();
    }
  }

  async #deliver(lane: Lane, owed: OwedNotice): Promise<boolean> {
    const { world, patience, trouble } = this.#post;
    const found = await this.#post.entry(owed.release, owed.revision);
    if (!found) throw new Error(`a notice is owed for ${owed.release} revision ${owed.revision}, which is not in the journal`);
    const notice = noticeOf(found.plan, found.entry, owed.target);
    const outcome = await call(world.clock, patience.noticeMs, async (signal) =>
      world.notifier(owed.target.notifier).send(notice, AbortSignal.any([signal, this.#closing.signal])),
    );
    // Whether it arrived or not, the next server tells it: what is closing notes nothing down any more.
    if (this.#closing.signal.aborted) return false;
    if (outcome.kind === "trouble" && outcome.retry === "later") {
      this.#rest(lane, `notice ${notice.key} was not delivered: ${outcome.why}`);
      return false;
    }
    if (outcome.kind === "trouble") trouble(`notice ${notice.key} is given up: ${outcome.why}`);
    lane.failures = 0;
    await world.store.delivered(owed, world.clock.nowMs());
    return true;
  }

  #rest(lane: Lane, why: string): void {
    this.#post.trouble(why);
    lane.failures += 1;
    lane.notBeforeMs = this.#post.world.clock.monotonicMs() + Math.min(backOffMs.longest, backOffMs.first * 2 ** (lane.failures - 1));
  }

  #nextTryMs(): number {
    const resting = [...this.#lanes.values()].filter((lane) => lane.failures > 0 && !lane.isBusy);
    return Math.min(Number.POSITIVE_INFINITY, ...resting.map((lane) => lane.notBeforeMs - this.#post.world.clock.monotonicMs()));
  }
}

/**
 * The notice of a journal entry: a pure function of the journal, to the letter. A receiver may get it from the memory of one server and again
 * from the store of the next, so the entry is told as it is stored.
 */
export function noticeOf(plan: Plan, entry: Entry, target: NoticeTarget): Notice {
  return {
    key: `${entry.release}:${entry.revision}:${target.notifier}:${target.to}`,
    to: target.to,
    release: entry.release,
    atMs: entry.atMs,
    title: `${plan.title} · ${entry.release}`,
    lines: sayFacts(newsOf(entry.decision), { plan, nowMs: entry.atMs }, plan.language),
    entry: fromCanonicalJson(toCanonicalJson(entry)) as Entry,
  };
}
