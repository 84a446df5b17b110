import { fromCanonicalJson, toCanonicalJson } from "../core/canonical-json.ts";
import type { Entry } from "../core/decision.ts";
import { sayFacts } from "../core/messages/facts.ts";
import { linkTo, newsOf } from "../core/notices.ts";
import type { FailingNotices } from "../core/notices.ts";
import type { NoticeTarget } from "../core/plan.ts";
import { noticeState } from "../core/view/notice-state.ts";
import { storyUpTo } from "../core/view/told-story.ts";
import type { NewRelease, Notice, OwedNotice, World } from "../ports.ts";
import { bell } from "./bell.ts";
import { call, whyOf } from "./call.ts";
import { Lane, laneOf } from "./lane.ts";
import type { Patience } from "./run.ts";

/** After so long a notice that still cannot be delivered is given up, ms. */
const givenUpAfterMs = 24 * 3_600_000;
/** However long a receiver wants to be left alone, it is asked again after this long, ms. */
const longestRestMs = 3_600_000;
/** What is owed is taken up in pages, so that a store with thousands keeps nobody waiting. */
const pageLength = 200;
/** Receivers of releases that one notifier tells at a time. */
const lanesAtOnce = 4;

/** A release as its notices need it: what it began as, and its journal. */
export interface Story {
  readonly head: NewRelease;
  readonly entries: readonly Entry[];
}

/** What the outbox is delivered with. */
export interface Post {
  readonly world: World;
  readonly patience: Patience;
  /** Where the server is reached by people, without a slash at its end; `null`: nobody said. */
  readonly publicUrl: string | null;
  readonly trouble: (message: string) => void;
  readonly recovery: (message: string) => void;
  /** `null`: there is no such release. */
  story(release: string): Promise<Story | null>;
}

/** How many receivers of releases cannot be told just now, and how many notices were given up since this process began. */
export interface DeliveryHealth {
  readonly failing: number;
  readonly lost: number;
}

/** A notifier's state: how many of its lanes run, and until when it wants to be left alone, monotonic ms. */
interface Line {
  lanes: number;
  notBeforeMs: number;
}

/** `asked-to-wait`: the whole notifier is left alone for a while. */
type Delivered = "gone" | "failed" | "asked-to-wait" | "closing";

/**
 * Delivers what the journal owes: at least once each, in order per release and receiver. A slow or dead receiver keeps no other waiting, and a
 * notice that fails for long is passed by the later ones of its release. What is refused for good, or cannot be delivered for a day, is given up.
 */
export class Delivery {
  readonly #post: Post;
  readonly #bell;
  readonly #lanes = new Map<string, Lane>();
  readonly #lines = new Map<string, Line>();
  readonly #closing = new AbortController();
  #loop: Promise<void> = Promise.resolve();
  #lost = 0;
  /** Number of the last notice that was taken up. */
  #takenUpTo = 0;

  constructor(post: Post) {
    this.#post = post;
    this.#bell = bell(post.world.clock);
  }

  get health(): DeliveryHealth {
    return { failing: [...this.#lanes.values()].filter((lane) => lane.failing !== null).length, lost: this.#lost };
  }

  /** The receivers of this release that cannot be told just now. */
  failing(release: string): readonly FailingNotices[] {
    return [...this.#lanes.values()].flatMap((lane) => (lane.release === release && lane.failing !== null ? [lane.failing] : []));
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
      let dueMs = Number.POSITIVE_INFINITY;
      try {
        await this.#take();
        dueMs = this.#startLanes();
      } catch (error) {
        this.#post.trouble(`notices: ${whyOf(error)}`);
      }
      await this.#bell.wait(Math.min(this.#post.patience.heartbeatMs, Math.max(1, dueMs - this.#nowMs())));
    }
  }

  /** Takes up what is owed since the last look. */
  async #take(): Promise<void> {
    let page: readonly OwedNotice[];
    do {
      page = await this.#post.world.store.owed({ after: this.#takenUpTo, limit: pageLength });
      for (const owed of page) {
        this.#laneOf(owed).push(owed);
        this.#takenUpTo = owed.number;
      }
    } while (page.length === pageLength && !this.#closing.signal.aborted);
  }

  #laneOf(owed: OwedNotice): Lane {
    const name = laneOf(owed);
    const lane = this.#lanes.get(name) ?? new Lane(this.#post, owed);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Starts what may start, those that waited longest first; answers when the next one may, monotonic ms. */
  #startLanes(): number {
    const waiting: { readonly lane: Lane; readonly line: Line; readonly dueMs: number }[] = [];
    for (const [name, lane] of this.#lanes) {
      const line = this.#lines.get(lane.target.notifier) ?? { lanes: 0, notBeforeMs: Number.NEGATIVE_INFINITY };
      this.#lines.set(lane.target.notifier, line);
      if (lane.isEmpty && !lane.isBusy) this.#lanes.delete(name);
      else if (!lane.isBusy) waiting.push({ lane, line, dueMs: Math.max(line.notBeforeMs, lane.dueMs()) });
    }
    const nowMs = this.#nowMs();
    const due = waiting.filter(({ dueMs }) => dueMs <= nowMs).toSorted(longestFirst);
    for (const { lane, line } of due) if (line.lanes < lanesAtOnce) void this.#runLane(lane, line);
    return Math.min(Number.POSITIVE_INFINITY, ...waiting.map(({ dueMs }) => dueMs).filter((dueMs) => dueMs > nowMs));
  }

  /** In order, until a notice cannot be passed by the later ones. */
  async #runLane(lane: Lane, line: Line): Promise<void> {
    line.lanes += 1;
    try {
      for (const owed of lane.begin()) {
        const delivered = await this.#deliver(lane, line, owed);
        if (delivered === "closing" || delivered === "asked-to-wait") return;
        if (delivered === "failed" && !lane.mayPass(owed)) return;
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) lane.failed(null, whyOf(error));
    } finally {
      line.lanes -= 1;
      lane.end();
      // What waits for its turn, or was owed meanwhile, would wait for the next heartbeat.
      this.#bell.ring();
    }
  }

  async #deliver(lane: Lane, line: Line, owed: OwedNotice): Promise<Delivered> {
    const { world, patience } = this.#post;
    const notice = lane.known(owed) ?? (await this.#render(owed));
    const outcome = await call(world.clock, patience.noticeMs, async (signal) =>
      world.notifier(owed.target.notifier).send(notice, AbortSignal.any([signal, this.#closing.signal])),
    );
    // Whether it arrived or not, the next server tells it: what is closing notes nothing down any more.
    if (this.#closing.signal.aborted) return "closing";
    if (outcome.kind === "answer") {
      await world.store.delivered(owed, world.clock.nowMs());
      lane.arrived(owed);
      return "gone";
    }
    const { retry, why, afterMs } = outcome;
    if (retry === "never") return this.#giveUp(lane, owed, { notice, why });
    if (world.clock.nowMs() - notice.atMs >= givenUpAfterMs) {
      return this.#giveUp(lane, owed, { notice, why: `not delivered within ${givenUpAfterMs / 3_600_000} h: ${why}` });
    }
    lane.failed({ owed, notice, isAskedToWait: afterMs !== null }, why);
    if (afterMs === null) return "failed";
    line.notBeforeMs = this.#nowMs() + Math.min(afterMs, longestRestMs);
    return "asked-to-wait";
  }

  async #giveUp(lane: Lane, owed: OwedNotice, { notice, why }: { readonly notice: Notice; readonly why: string }): Promise<"gone"> {
    const { world, trouble } = this.#post;
    trouble(`notice ${notice.key} is given up: ${why}`);
    this.#lost += 1;
    await world.store.giveUp(owed, { atMs: world.clock.nowMs(), why });
    lane.forget(owed);
    return "gone";
  }

  async #render(owed: OwedNotice): Promise<Notice> {
    const story = await this.#post.story(owed.release);
    if (story?.entries[owed.revision - 1] === undefined) {
      throw new Error(`a notice is owed for ${owed.release} revision ${owed.revision}, which is not in the journal`);
    }
    return noticeOf(story, owed, this.#post.publicUrl);
  }

  #nowMs(): number {
    return this.#post.world.clock.monotonicMs();
  }
}

/** The same data with its keys in the order of the store. */
function asStored<T>(data: T): T {
  return fromCanonicalJson(toCanonicalJson(data)) as T;
}

/** Those that are due since the beginning of time stay in their order. */
function longestFirst(a: { readonly dueMs: number }, b: { readonly dueMs: number }): number {
  return a.dueMs === b.dueMs ? 0 : a.dueMs - b.dueMs;
}

/**
 * The notice of a journal entry: a pure function of the journal, to the letter. A receiver may get it from the memory of one server and again
 * from the store of the next, so the entry is told as it is stored. Throws when there is no such entry.
 */
export function noticeOf(
  story: Story,
  { revision, target }: { readonly revision: number; readonly target: NoticeTarget },
  publicUrl: string | null,
): Notice {
  const { head, entries } = story;
  const entry = entries[revision - 1];
  if (entry === undefined) throw new Error(`the journal of ${head.id} has no entry ${revision}`);
  const { plan } = head;
  const keyOf = (at: number): string => `${head.id}:${at}:${target.notifier}:${target.to}`;
  const { first, previous } = storyUpTo(story, revision).news;
  return {
    key: keyOf(revision),
    to: target.to,
    release: head.id,
    atMs: entry.atMs,
    title: `${plan.title} · ${head.id}`,
    lines: sayFacts(newsOf(entry.decision), { plan, nowMs: entry.atMs }, plan.language),
    entry: asStored(entry),
    state: asStored(noticeState(story, revision)),
    thread: { first: keyOf(first ?? revision), previous: previous === null ? null : keyOf(previous) },
    link: linkTo(head.id, publicUrl),
  };
}
