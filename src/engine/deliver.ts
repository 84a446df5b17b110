import { newsOf } from "../core/notices.ts";
import { sayFact } from "../core/messages/facts.ts";
import type { Entry } from "../core/decision.ts";
import type { NoticeTarget, Plan } from "../core/plan.ts";
import type { Notice, OwedNotice, World } from "../ports.ts";
import { call } from "./call.ts";
import type { Patience } from "./run.ts";

/** How long a notifier that failed is left alone, ms: doubled after each failure up to the second figure. */
const backOffMs = { first: 1_000, longest: 60_000 } as const;
const atOnce = 100;

/** Delivers what the journal owes: at least once each, in order per receiver; a slow or dead receiver never keeps another one waiting. */
export interface Delivery {
  /** Looks for owed notices now. Resolves when nothing more can be delivered for the moment. */
  deliver(): Promise<void>;
  /** Milliseconds until a failed notifier is tried again; `Infinity` when none waits. */
  nextMs(): number;
}

interface Lane {
  isBusy: boolean;
  failures: number;
  notBeforeMs: number;
}

/** What the outbox is delivered with. `entry` answers one journal entry with the plan that it belongs to. */
export interface Post {
  readonly world: World;
  readonly patience: Patience;
  readonly trouble: (message: string) => void;
  entry(release: string, revision: number): Promise<{ readonly plan: Plan; readonly entry: Entry } | null>;
}

export function createDelivery(post: Post): Delivery {
  const { world } = post;
  const lanes = new Map<string, Lane>();
  const laneOf = (notifier: string): Lane => {
    const lane = lanes.get(notifier) ?? { isBusy: false, failures: 0, notBeforeMs: Number.NEGATIVE_INFINITY };
    lanes.set(notifier, lane);
    return lane;
  };
  return {
    async deliver() {
      const owed = await world.store.owed(atOnce);
      const byNotifier = Map.groupBy(owed, (notice) => notice.target.notifier);
      await Promise.all(
        [...byNotifier].map(async ([notifier, notices]) => {
          const lane = laneOf(notifier);
          if (lane.isBusy || world.clock.monotonicMs() < lane.notBeforeMs) return;
          lane.isBusy = true;
          try {
            await deliverLane(post, lane, notices);
          } finally {
            lane.isBusy = false;
          }
        }),
      );
    },
    nextMs() {
      const waits = [...lanes.values()].filter((lane) => lane.failures > 0).map((lane) => lane.notBeforeMs - world.clock.monotonicMs());
      return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...waits));
    },
  };
}

async function deliverLane(post: Post, lane: Lane, notices: readonly OwedNotice[]): Promise<void> {
  const { world, patience, trouble } = post;
  for (const owed of notices) {
    const found = await post.entry(owed.release, owed.revision);
    const notice = found && noticeOf(found.plan, found.entry, owed.target);
    if (!notice) throw new Error(`a notice is owed for ${owed.release} revision ${owed.revision}, which is not in the journal`);
    const notifier = owed.target.notifier;
    const outcome = await call(world.clock, patience.noticeMs, (signal) => world.notifier(notifier).send(notice, signal));
    if (outcome.kind === "trouble") {
      trouble(`notice ${notice.key} was not delivered: ${outcome.why}`);
      if (outcome.retry === "later") {
        lane.failures += 1;
        lane.notBeforeMs = world.clock.monotonicMs() + Math.min(backOffMs.longest, backOffMs.first * 2 ** (lane.failures - 1));
        return;
      }
    }
    lane.failures = 0;
    await world.store.delivered(owed, world.clock.nowMs());
  }
}

/** The notice of a journal entry: a pure function of the journal. */
export function noticeOf(plan: Plan, entry: Entry, target: NoticeTarget): Notice {
  return {
    key: `${entry.release}:${entry.revision}:${target.notifier}:${target.to}`,
    to: target.to,
    release: entry.release,
    atMs: entry.atMs,
    title: `${plan.title} · ${entry.release}`,
    lines: newsOf(entry.decision).map((fact) => sayFact(fact, { plan }, plan.language)),
    entry,
  };
}
