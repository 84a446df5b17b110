import type { Context } from "hono";
import type { LoginSettings } from "../../config/open-login.ts";
import { UserError } from "../../errors.ts";
import type { AccessStore, Clock, StoredSession } from "../../ports.ts";
import type { SessionPerson } from "../contract/access.ts";
import type { Log } from "../log.ts";
import { personOf } from "../tokens.ts";
import type { Caller } from "../tokens.ts";
import { clearCookie, readCookie, writeCookie } from "./cookie.ts";
import type { CookieHome } from "./cookie.ts";
import { callerWith } from "./grants.ts";
import { Flows } from "./flow.ts";
import { Links } from "./links.ts";
import { Login } from "./login.ts";
import type { SignedIn } from "./login.ts";
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
  /** How people sign in with their identity provider. Absent or `null`: they do not. */
  readonly login?: LoginSettings | null;
  readonly log: Log;
}

/** Who calls, by which of the ways. `session`: `null` unless it was a cookie. */
export interface Identified {
  readonly caller: Caller;
  readonly via: SessionPerson["via"];
  readonly session: StoredSession | null;
}

/** Who a session is for. Roles that the server's file gives are not in it: they are looked up at each call. */
type Holder = Pick<StoredSession, "name" | "grants">;

/** Who opens the dashboard with a link. `endsMs` ends what it opens, epoch ms: a session does not outlive the one that it continues. */
interface LinkHolder extends Holder {
  readonly endsMs: number;
}

/** What failures are answered before a caller is told to wait. */
const triesAtMost = { windowMs: 60_000, perAddress: 30, overall: 300 } as const;
/** Sign-ins that may begin: each sends somebody to the provider. */
const beginningsAtMost = { windowMs: 60_000, perAddress: 60, overall: 600 } as const;

/** Who may call a server, and how they show it: tokens, sessions, links. */
export class Access {
  readonly publicUrl: string | null;
  readonly roster: Roster;
  readonly machines: MachineTokens;
  /** `null`: people do not sign in with an identity provider here. */
  readonly login: Login | null;
  readonly #flows: Flows;
  readonly #beginnings: Tries;
  readonly #tokens: ReadonlyMap<string, Caller>;
  readonly #sessions: Sessions;
  readonly #links: Links<LinkHolder>;
  readonly #tries: Tries;
  readonly #home: CookieHome;

  constructor({ store, clock, people, tokens, publicUrl, log, login = null }: AccessMakings) {
    this.publicUrl = publicUrl;
    this.roster = new Roster(clock, people);
    this.machines = new MachineTokens(store, clock, log);
    this.login = login === null || publicUrl === null ? null : new Login(login, publicUrl, log);
    this.#flows = new Flows(clock);
    this.#beginnings = new Tries(clock, log, beginningsAtMost);
    this.#tokens = tokens;
    this.#sessions = new Sessions(store, clock);
    this.#links = new Links(clock);
    this.#tries = new Tries(clock, log, triesAtMost);
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
      this.#tries.count(addressOf(context));
      throw new UserError("link-unknown", "Nobody here has this link, or it was used, or its ten minutes are over.");
    }
    const { endsMs, ...person } = holder;
    return this.#open(context, { ...person, via: "link" }, endsMs);
  }

  /** A code that opens the dashboard as the caller, once, and when it ends, epoch ms. */
  mintLink({ caller, session }: Identified): { readonly code: string; readonly expiresMs: number } {
    return this.#links.mint({ name: caller.name, grants: session?.grants ?? [], endsMs: session?.expiresMs ?? Infinity });
  }

  /** Where the browser goes to sign in; it ends at `to`, an address of this server. Throws `login-unset`, `login-provider` or `too-many-tries`. */
  async beginLogin(context: Context, to: string): Promise<URL> {
    if (this.login === null) throw new UserError("login-unset", "The server's file names no identity provider.");
    this.#beginnings.count(addressOf(context));
    const { url, flow } = await this.login.begin(to);
    writeCookie(context, this.#home, { what: "login", value: this.#flows.seal(flow), seconds: this.#flows.seconds });
    return url;
  }

  /** Opens the session of who comes back from the provider. Throws one of the codes `login-…`, or `too-many-tries`. */
  async finishLogin(context: Context): Promise<{ readonly opened: Identified; readonly to: string }> {
    if (this.login === null) throw new UserError("login-unset", "The server's file names no identity provider.");
    const flow = this.#flows.open(readCookie(context, this.#home, "login") ?? "", context.req.query("state") ?? "");
    clearCookie(context, this.#home, "login");
    if (flow === null) {
      this.#tries.count(addressOf(context));
      throw new UserError("login-over", "This browser has begun no such sign-in, or it came to its end.");
    }
    const person = this.#personBehind(await this.login.finish(new URL(context.req.url).search, flow));
    return { opened: await this.#open(context, { ...person, via: "login" }, Infinity), to: flow.to };
  }

  /** The person of the file, where one signs in so; else who the provider says, if a group gives them a role. Throws `login-role` or `login-name`. */
  #personBehind({ name, grants }: SignedIn): Holder {
    const person = this.roster.whoSignsInAs(name);
    // Somebody else's name is taken by who signs in as them, and by nobody who only is called so.
    if (person === null && this.roster.named(name) !== null)
      throw new UserError("login-name", `Somebody else here is called ${name}.`, { who: name });
    if (person !== null) return { name: person.name, grants };
    const groups = this.login?.settings.roles.map(({ group }) => group) ?? [];
    if (grants.length === 0)
      throw new UserError("login-role", `${name} is in no group that has a role here, and is not in the server's file.`, {
        who: name,
        groups,
      });
    return { name, grants };
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
    this.#tries.count(addressOf(context));
    throw new UserError("token-unknown", "Nobody here has this token, or it is not in force any more.");
  }

  async #bySession(context: Context): Promise<Identified | null> {
    const id = readCookie(context, this.#home, "session");
    if (id === null) return null;
    const session = await this.#sessions.use(id);
    const caller = session === null ? null : this.#callerOf(session);
    if (session === null || caller === null) {
      clearCookie(context, this.#home, "session");
      this.#tries.count(addressOf(context));
      throw new UserError("session-over", "The session of this browser is over.");
    }
    if (!["GET", "HEAD"].includes(context.req.method)) checkOrigin(context, this.publicUrl);
    return { caller, via: session.via, session };
  }

  /** Who is behind a session: with the roles that the file gives them now. `null`: they had them from the file, and it does not name them any more. */
  #callerOf({ name, grants }: Holder): Caller | null {
    const named = this.roster.named(name);
    if (grants.length === 0) return named;
    return callerWith(name, named === null ? grants : [named, ...grants]);
  }
}
