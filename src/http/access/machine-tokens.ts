import { randomBytes } from "node:crypto";
import type { AccessStore, Clock, StoredToken } from "../../ports.ts";
import type { TokenView } from "../contract/access.ts";
import type { Log } from "../log.ts";
import type { Caller } from "../tokens.ts";
import { shapeOf } from "../../core/alike.ts";
import type { Ends, Proof } from "./ends.ts";
import { digestOf, newSecret } from "./secrets.ts";

/** What a token begins with, so that people and scanners of leaked secrets know what they have found. */
const mark = "serin_";
const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** What a new token may do, and for how long. */
export interface TokenWish extends Pick<StoredToken, "name" | "roles" | "environments" | "createdBy"> {
  readonly expiresInDays: number;
}

/** What tokens are made of. */
interface TokenParts {
  readonly store: AccessStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly ends: Ends;
}

/** Tokens of machines. What is stored is a digest: nobody can read a token again. */
export class MachineTokens {
  readonly #store: AccessStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #ends: Ends;
  /** By digest. The store is read once: no other process writes it. */
  #known: Promise<Map<string, StoredToken>> | null = null;

  constructor({ store, clock, log, ends }: TokenParts) {
    this.#store = store;
    this.#clock = clock;
    this.#log = log;
    this.#ends = ends;
  }

  /** Makes a token; the answer is the only place where it ever stands. */
  async create({ expiresInDays, ...wish }: TokenWish): Promise<{ readonly token: string; readonly view: TokenView }> {
    const token = `${mark}${newSecret()}`;
    const createdMs = this.#clock.nowMs();
    const stored: StoredToken = {
      ...wish,
      id: randomBytes(5).toString("hex"),
      hash: digestOf(token),
      createdMs,
      expiresMs: createdMs + expiresInDays * dayMs,
      lastUsedMs: null,
      revoked: null,
    };
    await this.#store.addToken(stored);
    (await this.#all()).set(stored.hash, stored);
    return { token, view: viewOf(stored) };
  }

  /** The machine whose token this is; `null`: nobody's, or it has expired, or it was revoked. Its use is noted, to the hour. */
  async machineOf(token: string): Promise<{ readonly caller: Caller; readonly proof: Proof } | null> {
    if (!token.startsWith(mark)) return null;
    const stored = (await this.#all()).get(digestOf(token));
    const nowMs = this.#clock.nowMs();
    if (stored === undefined || stored.revoked !== null || nowMs >= stored.expiresMs) return null;
    await this.#note(stored, Math.floor(nowMs / hourMs) * hourMs);
    const caller: Caller = { name: stored.name, roles: stored.roles, environments: stored.environments, isMachine: true };
    return { caller, proof: { digest: stored.hash, endsMs: stored.expiresMs } };
  }

  /** True when one could take a machine, whose token is in force, for somebody who is called so. */
  async isNamedLike(name: string): Promise<boolean> {
    const [shape, nowMs] = [shapeOf(name), this.#clock.nowMs()];
    const inForce = [...(await this.#all()).values()].filter(({ revoked, expiresMs }) => revoked === null && nowMs < expiresMs);
    return inForce.some((token) => shapeOf(token.name) === shape);
  }

  /** All of them, newest first. */
  async list(): Promise<readonly TokenView[]> {
    return (await this.#store.tokens()).map(viewOf);
  }

  /** From now on it opens nothing. True when there was one in force. */
  async revoke(revoke: { readonly id: string; readonly by: string }): Promise<boolean> {
    const atMs = this.#clock.nowMs();
    const wasThere = await this.#store.revokeToken({ ...revoke, atMs });
    const known = await this.#all();
    for (const stored of known.values()) {
      if (!wasThere || stored.id !== revoke.id) continue;
      known.set(stored.hash, { ...stored, revoked: { atMs, by: revoke.by } });
      this.#ends.ended(stored.hash);
    }
    return wasThere;
  }

  /** A disk that is full keeps no machine from stopping a release: it is only not noted. */
  async #note(stored: StoredToken, hour: number): Promise<void> {
    if (stored.lastUsedMs === hour) return;
    (await this.#all()).set(stored.hash, { ...stored, lastUsedMs: hour });
    await this.#store.tokenUsed(stored.id, hour).catch((error: unknown) => {
      this.#log("warning", "token-use-not-noted", { token: stored.id, because: error instanceof Error ? error.message : String(error) });
    });
  }

  #all(): Promise<Map<string, StoredToken>> {
    this.#known ??= this.#store.tokens().then(
      (tokens) => new Map(tokens.map((token) => [token.hash, token])),
      (error: unknown) => {
        this.#known = null;
        throw error;
      },
    );
    return this.#known;
  }
}

/** Everything but the digest. */
function viewOf({ id, name, roles, environments, createdMs, createdBy, expiresMs, lastUsedMs, revoked }: StoredToken): TokenView {
  return { id, name, roles, environments, createdMs, createdBy, expiresMs, lastUsedMs, revokedMs: revoked?.atMs ?? null };
}
