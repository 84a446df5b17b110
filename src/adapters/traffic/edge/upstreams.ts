import { Client, Pool } from "undici";
import type { Dispatcher } from "undici";

/** Time limits of the way to a backend, ms, and how many connections and requests one address gets. */
export interface UpstreamLimits {
  readonly connectMs: number;
  /** Until the head of an answer. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly silenceMs: number;
  readonly connections: number;
  /** Requests that wait for one of the connections; one more is answered 503 at once, instead of later and out of the edge's memory. */
  readonly waiting: number;
}

export const upstreamLimits: UpstreamLimits = { connectMs: 5_000, headMs: 60_000, silenceMs: 900_000, connections: 1_024, waiting: 1_024 };

/** A handler that learns whether its request went out on a connection that had served before. */
export interface ReuseAware extends Dispatcher.DispatchHandler {
  client: CountingClient | null;
}

/** undici's client for one connection, which knows how many requests the connection has carried. */
export class CountingClient extends Client {
  #served = 0;

  constructor(origin: URL, options: object) {
    super(origin, options);
    this.on("connect", () => {
      this.#served = 0;
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    (handler as ReuseAware).client = this;
    return super.dispatch(options, handler);
  }

  /** Counts a request that is written now; true when the connection has carried one before. */
  countRequest(): boolean {
    this.#served += 1;
    return this.#served > 1;
  }
}

/** One address of a backend. */
export class Upstream {
  readonly url: string;
  readonly pool: Pool;
  readonly #most: number;
  #underWay = 0;

  /** `most`: requests that may be under way or wait at the same time. */
  constructor(url: string, pool: Pool, most: number) {
    this.url = url;
    this.pool = pool;
    this.#most = most;
  }

  /** True when nobody else should be sent here now. */
  get isFull(): boolean {
    return this.#underWay >= this.#most;
  }

  /** A request is handed to the pool; call `end` once when it is over. */
  begin(): void {
    this.#underWay += 1;
  }

  end(): void {
    this.#underWay -= 1;
  }
}

/**
 * The connection pools by address. An address that is no longer wanted is closed gently: requests in flight finish, and nobody who still holds
 * it can begin a new one there.
 */
export class Upstreams {
  readonly #limits: UpstreamLimits;
  #byUrl = new Map<string, Upstream>();
  readonly #closing = new Set<Promise<void>>();

  constructor(limits: UpstreamLimits) {
    this.#limits = limits;
  }

  /** Answers a way to each of `urls`, the old ones for known addresses, and closes every other. */
  keep(urls: Iterable<string>): ReadonlyMap<string, Upstream> {
    const kept = new Map<string, Upstream>();
    for (const url of urls) {
      if (!kept.has(url)) kept.set(url, this.#byUrl.get(url) ?? this.#open(url));
    }
    for (const [url, upstream] of this.#byUrl) if (!kept.has(url)) this.#close(upstream);
    this.#byUrl = kept;
    return kept;
  }

  /** Closes all and resolves when the last request is over. */
  async close(): Promise<void> {
    this.keep([]);
    await Promise.all(this.#closing);
  }

  /** Ends everything at once. */
  async destroy(): Promise<void> {
    const pools = [...this.#byUrl.values()].map((upstream) => upstream.pool.destroy());
    this.#byUrl = new Map();
    await Promise.all(pools);
  }

  #open(url: string): Upstream {
    const { connections, waiting } = this.#limits;
    const pool = new Pool(url, {
      connections,
      pipelining: 1,
      allowH2: false,
      connectTimeout: this.#limits.connectMs,
      headersTimeout: this.#limits.headMs,
      bodyTimeout: this.#limits.silenceMs,
      maxHeaderSize: 64 * 1024,
      factory: (origin, options) => new CountingClient(origin, options),
    });
    return new Upstream(url, pool, connections + waiting);
  }

  #close(upstream: Upstream): void {
    const closed: Promise<void> = upstream.pool.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
