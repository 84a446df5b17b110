import type { ProblemAnswer } from "../../src/http/contract.ts";
import { after, every, localNowMs } from "../app/clock.ts";
import { keepSame } from "./keep-same.ts";
import { nextLink } from "./link.ts";
import type { Link, LinkEvent } from "./link.ts";
import { problemOf } from "./problem.ts";

/** What is known of something that changes by itself. */
export interface LiveState<Value> {
  /** The last that was heard; `null`: nothing yet. */
  readonly value: Value | null;
  /** This machine's time when it was heard; 0: never. */
  readonly heardMs: number;
  readonly link: Link;
  /** Why the server refuses; `null`: it does not. */
  readonly problem: ProblemAnswer | null;
}

export interface LiveOptions<Value> {
  /** Address of the stream. */
  readonly stream: string;
  /** The event that carries the whole value. */
  readonly event: string;
  /** Asks for the value once: where the stream is silent or does not come through. */
  readonly ask: (signal: AbortSignal) => Promise<Value>;
  /** Which of two answers that crossed is the later one. Absent: what came last. */
  readonly isOlder?: (value: Value, than: Value) => boolean;
}

/** A value that is kept up to date from the moment somebody subscribes until the last one leaves. */
export interface Live<Value> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly state: () => LiveState<Value>;
  /** Asks for the value now. */
  readonly refresh: () => void;
}

/** A stream that is silent for so long is doubted, ms. */
const silenceMs = 12_000;
/** A page that nobody sees gives its connection to others after so long, ms, and then asks this often. */
const hiddenMs = 20_000;
const hiddenPollMs = 15_000;
/** Where no stream comes through, ms. */
const pollMs = 3_000;
/** Where no stream comes through it is tried again this often, ms. */
const reopenMs = 30_000;
/** How long a single answer may take, ms. */
const patienceMs = 10_000;

/** Follows a stream of whole values; see `Live`. It comes back by itself after any loss, and never repeats anything that changes something. */
export function createLive<Value>(options: LiveOptions<Value>): Live<Value> {
  const follower = new Follower(options);
  return { subscribe: follower.subscribe, state: () => follower.state, refresh: () => void follower.ask() };
}

class Follower<Value> {
  state: LiveState<Value> = { value: null, heardMs: 0, link: { kind: "connecting" }, problem: null };
  readonly #options: LiveOptions<Value>;
  readonly #listeners = new Set<() => void>();
  #source: EventSource | null = null;
  #asking: AbortController | null = null;
  #hiddenSinceMs: number | null = null;
  #askedMs = 0;
  #openedMs = 0;
  #stop: (() => void) | null = null;

  constructor(options: LiveOptions<Value>) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    return () => {
      this.#listeners.delete(listener);
      // Whoever draws the screen anew leaves and comes back at once.
      after(0, () => {
        if (this.#listeners.size > 0) return;
        this.#stop?.();
        this.#stop = null;
      });
    };
  };

  #start(): () => void {
    this.#open();
    const stopTicking = every(1_000, () => this.#tick());
    const online = (): void => this.#open();
    const offline = (): void => this.#lose();
    const seen = (): void => this.#see();
    addEventListener("online", online);
    addEventListener("offline", offline);
    document.addEventListener("visibilitychange", seen);
    return () => {
      stopTicking();
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
      this.#close();
      this.#asking?.abort();
    };
  }

  #open(): void {
    this.#close();
    this.#openedMs = localNowMs();
    const source = new EventSource(this.#options.stream);
    this.#source = source;
    source.addEventListener(this.#options.event, (event: MessageEvent<string>) => {
      this.#hear(JSON.parse(event.data) as Value, { kind: "heard" });
    });
    source.addEventListener("error", () => {
      if (this.#source !== source) return;
      // The browser comes back by itself where the connection broke; where the server answered otherwise it gives up, and we ask why.
      if (source.readyState === EventSource.CLOSED) {
        this.#close();
        void this.ask();
      } else this.#lose();
    });
  }

  #close(): void {
    this.#source?.close();
    this.#source = null;
  }

  #lose(): void {
    // Once somebody answers again, the stream is opened without delay.
    if (this.#source?.readyState !== EventSource.CONNECTING) this.#close();
    this.#openedMs = 0;
    this.#change({ kind: "lost" });
  }

  /** Asks once, and settles what the link is by the answer. */
  async ask(): Promise<void> {
    if (this.#asking !== null) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#askedMs = localNowMs();
    const stopWaiting = after(patienceMs, () => asking.abort());
    try {
      const value = await this.#options.ask(asking.signal);
      this.#hear(value, { kind: "answered", isStreaming: this.#source?.readyState === EventSource.OPEN });
    } catch (error) {
      this.#refuse(problemOf(error));
    } finally {
      stopWaiting();
      this.#asking = null;
    }
  }

  #refuse(problem: ProblemAnswer | null): void {
    if (this.#listeners.size === 0) return;
    if (problem === null || problem.status >= 500 || problem.status === 429) return this.#lose();
    this.#close();
    this.state = { ...this.state, problem };
    this.#change({ kind: "refused" });
  }

  #hear(value: Value, event: LinkEvent): void {
    const { value: before } = this.state;
    const isOlder = before !== null && (this.#options.isOlder?.(value, before) ?? false);
    this.state = { ...this.state, problem: null, ...(isOlder ? {} : { value: keepSame(before, value), heardMs: localNowMs() }) };
    this.#change(event);
  }

  #change(event: LinkEvent): void {
    this.state = { ...this.state, link: nextLink(this.state.link, event, localNowMs()) };
    for (const listener of this.#listeners) listener();
  }

  #see(): void {
    if (document.hidden) {
      this.#hiddenSinceMs = localNowMs();
      return;
    }
    this.#hiddenSinceMs = null;
    if (this.state.link.kind !== "ended" && (this.#source === null || localNowMs() - this.state.heardMs > silenceMs)) this.#open();
  }

  #tick(): void {
    const nowMs = localNowMs();
    const { link, heardMs } = this.state;
    if (link.kind === "ended") return;
    if (link.kind === "away") {
      if (nowMs >= link.retryAtMs) void this.ask();
      return;
    }
    const isHidden = this.#hiddenSinceMs !== null && nowMs - this.#hiddenSinceMs > hiddenMs;
    if (isHidden) this.#close();
    else if (this.#source === null && nowMs - this.#openedMs > reopenMs) this.#open();
    const restMs = isHidden ? hiddenPollMs : this.#source === null ? pollMs : silenceMs;
    if (nowMs - Math.max(heardMs, this.#askedMs) > restMs) void this.ask();
  }
}
