import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import type { AccessStore, Clock, StoredSession } from "../../ports.ts";
import type { SessionPerson } from "../contract/access.ts";
import type { Log } from "../log.ts";
import { personOf } from "../tokens.ts";
import type { Caller } from "../tokens.ts";
import { clearCookie, readCookie, writeCookie } from "./cookie.ts";
import type { CookieHome } from "./cookie.ts";
import { Links } from "./links.ts";
import { MachineTokens } from "./machine-tokens.ts";
import { checkOrigin } from "./origin.ts";
import { Roster } from "./roster.ts";
import { Sessions } from "./sessions.ts";
import { addressOf, Tries } from "./tries.ts";

/** What access to a server is made of. */
export interface AccessMakings {
  readonly store: AccessStore;
  readonly clock: Clock;
  /** People of the server's file; who stands for them when it names nobody. */
  readonly people: readonly Caller[];
  /** By token: the people of `tokens.json`. */
  readonly tokens: ReadonlyMap<string, Caller>;
  /** Where people reach the server; `null`: at the address that it listens on. */
  readonly publicUrl: string | null;
  readonly log: Log;
}

/** Who calls, by which of the ways. `session`: `null` unless it was a cookie. */
export interface Identified {
  readonly caller: Caller;
  readonly via: SessionPerson["via"];
  readonly session: StoredSession | null;
}

/** Who a session is for. Roles that the server's file gives are not in it: they are looked up at each call. */
type Holder = Pick<StoredSession, "name" | "roles" | "environments">;

/** Who opens the dashboard with a link. `endsMs` ends what it opens, epoch ms: a session does not outlive the one that it continues. */
interface LinkHolder extends Holder {
  readonly endsMs: number;
}

/** What failures are answered before a caller is told to wait. */
const triesAtMost = { windowMs: 60_000, perAddress: 30, overall: 300 } as const;

/** Who may call a server, and how they show it: tokens, sessions, links. */
export class Access {
  readonly publicUrl: string | null;
  readonly roster: Roster;
  readonly machines: MachineTokens;
  readonly #tokens: ReadonlyMap<string, Caller>;
  readonly #sessions: Sessions;
  readonly #links: Links<LinkHolder>;
  readonly #tries: Tries;
  readonly #home: CookieHome;

  constructor({ store, clock, people, tokens, publicUrl, log }: AccessMakings) {
    this.publicUrl = publicUrl;
    this.roster = new Roster(clock, people);
    this.machines = new MachineTokens(store, clock, log);
    this.#tokens = tokens;
    this.#sessions = new Sessions(store, clock);
    this.#links = new Links(clock);
    this.#tries = new Tries(clock, triesAtMost);
    this.#home = { isHttps: publicUrl?.startsWith("https:") ?? false };
  }

  /**
   * Who calls; `null`: the call shows neither token nor session. A token in the header goes before a cookie. Throws `token-unknown`, `session-over`
   * or `too-many-tries`, and `origin-wrong` when a session's cookie comes with a change from a page that is not ours.
   */
  async identify(context: Context): Promise<Identified | null> {
    const header = context.req.header("authorization");
    const found = header === undefined ? await this.#bySession(context) : await this.#byToken(context, header);
    if (found !== null && !found.caller.isMachine) this.roster.seen(found.caller);
    return found;
  }

  /** Opens the session of a link's code and sets its cookie. Throws `link-unknown`, `origin-wrong` or `too-many-tries`. */
  async openByLink(context: Context, code: string): Promise<Identified> {
    checkOrigin(context, this.publicUrl);
    const holder = this.#links.redeem(code);
    if (holder === null) {
      this.#tries.failed(addressOf(context));
      throw new UserError("link-unknown", "Nobody here has this link, or it was used, or its ten minutes are over.");
    }
    const { endsMs, ...person } = holder;
    return this.#open(context, { ...person, via: "link" }, endsMs);
  }

  /** A code that opens the dashboard as the caller, once, and when it ends, epoch ms. */
  mintLink({ caller, session }: Identified): { readonly code: string; readonly expiresMs: number } {
    const { name } = caller;
    if (session === null) return this.#links.mint({ name, roles: [], environments: null, endsMs: Infinity });
    return this.#links.mint({ name, roles: session.roles, environments: session.environments, endsMs: session.expiresMs });
  }

  /** Ends the session and takes the cookie back. */
  async close(context: Context, session: StoredSession): Promise<void> {
    await this.#sessions.close(session.hash);
    clearCookie(context, this.#home, "session");
  }

  /** An old session of this browser ends where a new one begins: an id that somebody planted is worth nothing. */
  async #open(context: Context, person: Holder & Pick<StoredSession, "via">, endsMs: number): Promise<Identified> {
    const before = readCookie(context, this.#home, "session");
    const old = before === null ? null : await this.#sessions.use(before);
    if (old !== null) await this.#sessions.close(old.hash);
    const { id, session, seconds } = await this.#sessions.open(person, endsMs);
    const caller = this.#callerOf(session);
    if (caller === null) throw new UserError("link-unknown", `${session.name} does not belong to this server any more.`);
    writeCookie(context, this.#home, { what: "session", value: id, seconds });
    this.roster.seen(caller);
    return { caller, via: session.via, session };
  }

  async #byToken(context: Context, header: string): Promise<Identified> {
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
    if (token === undefined) throw new UserError("token-missing", "This call needs `Authorization: Bearer TOKEN`.");
    const caller = personOf(this.#tokens, token) ?? (await this.machines.machineOf(token));
    if (caller !== null) return { caller, via: "token", session: null };
    this.#tries.failed(addressOf(context));
    throw new UserError("token-unknown", "Nobody here has this token, or it is not in force any more.");
  }

  async #bySession(context: Context): Promise<Identified | null> {
    const id = readCookie(context, this.#home, "session");
    if (id === null) return null;
    const session = await this.#sessions.use(id);
    const caller = session === null ? null : this.#callerOf(session);
    if (session === null || caller === null) {
      this.#tries.failed(addressOf(context));
      throw new UserError("session-over", "The session of this browser is over.");
    }
    if (!["GET", "HEAD"].includes(context.req.method)) checkOrigin(context, this.publicUrl);
    return { caller, via: session.via, session };
  }

  /** Who is behind a session: with the roles that the file gives them now. `null`: they had them from the file, and it does not name them any more. */
  #callerOf({ name, roles, environments }: StoredSession): Caller | null {
    return this.roster.named(name) ?? (roles.length === 0 ? null : { name, roles, environments });
  }
}
