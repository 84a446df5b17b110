import type { AccessStore, Clock, StoredSession } from "../../ports.ts";
import type { Ends } from "./ends.ts";
import { digestOf, newSecret } from "./secrets.ts";

/** A session ends so long after it began, whatever is done in it, ms: a long working day. */
const lastsMs = 12 * 60 * 60_000;
/** A session in which nothing was called for so long is over, ms. The dashboard calls now and then while it is open. */
const idleMs = 4 * 60 * 60_000;

/** A session as its owner gets it: the id is shown to nobody else and kept nowhere. */
export interface OpenedSession {
  readonly id: string;
  readonly session: StoredSession;
  /** For the cookie: how long the browser keeps it. */
  readonly seconds: number;
}

/** Sessions of people. They outlive the server; each has an id of its own, made when it begins, and is stored under the digest of it. */
export class Sessions {
  readonly #store: AccessStore;
  readonly #clock: Clock;
  readonly #ends: Ends;
  /** By digest: when something was last called, monotonic. One that is not here has not called since the server began. */
  readonly #usedMs = new Map<string, number>();
  readonly #beganMs: number;

  constructor(store: AccessStore, clock: Clock, ends: Ends) {
    this.#store = store;
    this.#clock = clock;
    this.#ends = ends;
    this.#beganMs = clock.monotonicMs();
  }

  /** Begins a session; sessions that are over are forgotten on the way. `endsMs` ends it before its time, epoch ms. */
  async open(person: Pick<StoredSession, "name" | "grants" | "via" | "agent">, endsMs = Infinity): Promise<OpenedSession> {
    const nowMs = this.#clock.nowMs();
    await this.#store.forgetSessions(nowMs);
    for (const [hash, usedMs] of this.#usedMs) if (this.#clock.monotonicMs() - usedMs >= lastsMs) this.#usedMs.delete(hash);
    const id = newSecret();
    const session = { ...person, hash: digestOf(id), createdMs: nowMs, expiresMs: Math.min(nowMs + lastsMs, endsMs) };
    await this.#store.openSession(session);
    this.#usedMs.set(session.hash, this.#clock.monotonicMs());
    return { id, session, seconds: Math.ceil((session.expiresMs - nowMs) / 1_000) };
  }

  /** The session of this id, which is in use now; `null`: there is none, or it is over. */
  async use(id: string): Promise<StoredSession | null> {
    const hash = digestOf(id);
    const session = await this.#store.session(hash);
    if (session === null) return null;
    if (!this.#isInForce(session)) {
      await this.close(hash);
      return null;
    }
    this.#usedMs.set(hash, this.#clock.monotonicMs());
    return session;
  }

  /** All that are open, newest first, and when each was last used, epoch ms; `null`: not since the server began. */
  async all(): Promise<readonly (StoredSession & { readonly lastSeenMs: number | null })[]> {
    const open = (await this.#store.sessions()).filter((session) => this.#isInForce(session));
    const [nowMs, monotonicMs] = [this.#clock.nowMs(), this.#clock.monotonicMs()];
    return open.map((session) => {
      const usedMs = this.#usedMs.get(session.hash);
      return { ...session, lastSeenMs: usedMs === undefined ? null : nowMs - (monotonicMs - usedMs) };
    });
  }

  /** True until the session is closed or over; that it is looked at is no use of it. */
  async isOpen({ hash, expiresMs }: StoredSession): Promise<boolean> {
    return this.#clock.nowMs() < expiresMs && (await this.#store.session(hash)) !== null;
  }

  #isInForce({ hash, expiresMs }: StoredSession): boolean {
    const idleSinceMs = this.#usedMs.get(hash) ?? this.#beganMs;
    return this.#clock.nowMs() < expiresMs && this.#clock.monotonicMs() - idleSinceMs < idleMs;
  }

  /** Ends a session by its digest; harmless when it is over. */
  async close(hash: string): Promise<void> {
    this.#usedMs.delete(hash);
    await this.#store.closeSession(hash);
    this.#ends.ended(hash);
  }
}
