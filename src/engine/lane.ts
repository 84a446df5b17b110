import type { FailingNotices } from "../core/notices.ts";
import type { NoticeTarget } from "../core/plan.ts";
import type { Clock, Notice, OwedNotice } from "../ports.ts";

/** How long a lane that failed is left alone, ms: doubled after each failure up to the second figure. */
const backOffMs = { first: 1_000, longest: 60_000 } as const;
/** A notice that failed so often lets the later ones pass: it may be the notice, and not the receiver. */
const passedAfter = 6;
/** When so many fail in one round, it is the receiver. */
const failuresAtMost = 3;

/** What is known of a notice that could not be delivered. */
interface Tried {
  failures: number;
  readonly notice: Notice;
}

/** Where a lane's troubles are told. */
export interface LaneNews {
  readonly world: { readonly clock: Clock };
  readonly trouble: (message: string) => void;
  readonly recovery: (message: string) => void;
}

/** The notices that are owed of one release to one receiver: in which order and when they are tried. */
export class Lane {
  readonly release: string;
  readonly target: NoticeTarget;
  /** Oldest first. */
  #queue: readonly OwedNotice[] = [];
  readonly #news: LaneNews;
  readonly #tried = new Map<number, Tried>();
  #isBusy = false;
  /** Failures since a round in which something arrived before anything failed. */
  #failures = 0;
  #failuresInRound = 0;
  #isStopped = false;
  #failing: FailingNotices | null = null;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** When those that failed for long are tried again, monotonic ms. */
  #againMs = Number.NEGATIVE_INFINITY;

  /** The lane that `first` is in. */
  constructor(news: LaneNews, { release, target }: Pick<OwedNotice, "release" | "target">) {
    this.#news = news;
    this.release = release;
    this.target = target;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** What is wrong, for people; `null`: nothing is. */
  get failing(): FailingNotices | null {
    return this.#failing;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** One more is owed, behind all others. */
  push(owed: OwedNotice): void {
    this.#queue = [...this.#queue, owed];
  }

  /** When a round may begin, monotonic ms; minus infinity: at once. */
  dueMs(): number {
    const hasNew = this.#queue.some(({ revision }) => !this.#tried.has(revision));
    return hasNew ? this.#notBeforeMs : Math.max(this.#notBeforeMs, this.#againMs);
  }

  /** Begins a round; answers what is owed, in the order in which it is tried. */
  begin(): readonly OwedNotice[] {
    this.#isBusy = true;
    this.#failuresInRound = 0;
    this.#isStopped = false;
    return this.#queue;
  }

  /** The round is over: what failed rests. */
  end(): void {
    this.#isBusy = false;
    if (this.#failuresInRound === 0) return;
    const restMs = Math.min(backOffMs.longest, backOffMs.first * 2 ** Math.min(30, this.#failures - 1));
    const againMs = this.#news.world.clock.monotonicMs() + restMs;
    if (this.#isStopped) this.#notBeforeMs = againMs;
    this.#againMs = againMs;
  }

  /** The notice as it was rendered when it was tried; `null`: it was not. */
  known({ revision }: OwedNotice): Notice | null {
    return this.#tried.get(revision)?.notice ?? null;
  }

  arrived(owed: OwedNotice): void {
    this.forget(owed);
    if (this.#failures > 0 && this.#failuresInRound === 0) {
      this.#news.recovery(`notices of ${this.release} to ${this.#whom()} arrive again`);
      this.#failures = 0;
      this.#failing = null;
    }
  }

  /** It is not owed any more. */
  forget({ revision }: OwedNotice): void {
    this.#tried.delete(revision);
    this.#queue = this.#queue.filter((owed) => owed.revision !== revision);
  }

  /** `tried` is `null` when it was not even sent; one whose receiver asked for time has nothing wrong with it. Told at each doubling. */
  failed(tried: { readonly owed: OwedNotice; readonly notice: Notice; readonly isAskedToWait: boolean } | null, why: string): void {
    this.#failures += 1;
    this.#failuresInRound += 1;
    this.#isStopped = true;
    if (tried !== null) {
      const { failures } = this.#tried.get(tried.owed.revision) ?? { failures: 0 };
      this.#tried.set(tried.owed.revision, { failures: failures + (tried.isAskedToWait ? 0 : 1), notice: tried.notice });
    }
    const sinceMs = this.#failing?.sinceMs ?? this.#news.world.clock.nowMs();
    this.#failing = { target: this.target, sinceMs, why };
    const what = tried === null ? `notices of ${this.release} to ${this.#whom()} were` : `notice ${tried.notice.key} was`;
    if (Number.isInteger(Math.log2(this.#failures))) this.#news.trouble(`${what} not delivered: ${why}`);
  }

  /** True when the later ones need not wait for this one, which has failed; asked right after that. */
  mayPass({ revision }: OwedNotice): boolean {
    const mayPass = (this.#tried.get(revision)?.failures ?? 0) >= passedAfter && this.#failuresInRound < failuresAtMost;
    if (mayPass) this.#isStopped = false;
    return mayPass;
  }

  #whom(): string {
    return `${this.target.notifier} ${this.target.to}`.trim();
  }
}

/** Which lane a notice is in. */
export function laneOf({ release, target }: OwedNotice): string {
  return JSON.stringify([target.notifier, target.to, release]);
}
