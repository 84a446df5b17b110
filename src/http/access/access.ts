import type { Context } from "hono";
import type { LoginSettings } from "../../config/open-login.ts";
import type { Proxies } from "../../config/proxies-shape.ts";
import { UserError } from "../../errors.ts";
import type { AccessStore, Clock, Grant, StoredSession } from "../../ports.ts";
import type { OpenSessionBody, SessionPerson } from "../contract/access.ts";
import type { Log } from "../log.ts";
import { personOf } from "../tokens.ts";
import type { Caller } from "../tokens.ts";
import { agentOf } from "./agent.ts";
import { CallerAddresses, placeOf } from "./caller-address.ts";
import { clearCookie, readCookie, writeCookie } from "./cookie.ts";
import type { CookieHome } from "./cookie.ts";
import { callerWith } from "./grants.ts";
import { Ends } from "./ends.ts";
import type { Proof } from "./ends.ts";
import { Flows } from "./flow.ts";
import { Links } from "./links.ts";
import { Login } from "./login.ts";
import type { SignedIn } from "./login.ts";
import { MachineTokens } from "./machine-tokens.ts";
import { checkOrigin } from "./origin.ts";
import { Roster } from "./roster.ts";
import { Sessions } from "./sessions.ts";
import { Tries } from "./tries.ts";
import { details } from "../details.ts";

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
  /** Who is believed whom they speak for. Absent or `null`: nobody. */
  readonly proxies?: Proxies | null;
  readonly log: Log;
}

/**
 * Who calls, by which of the ways. `session`: `null` unless it was a cookie. `proof`: `null` for a token of `tokens.json`, which ends with the server
 * alone.
 */
export interface Identified {
  readonly caller: Caller;
  readonly via: SessionPerson["via"];
  readonly session: StoredSession | null;
  readonly proof: Proof | null;
}

/** A session that is open: who holds it now (`null`: nobody whom it still lets in), and when it was last used, epoch ms (`null`: not since the server began). */
export interface OpenSession extends StoredSession {
  readonly holder: Caller | null;
  readonly lastSeenMs: number | null;
}

/** How long a call that stays open may: until `over` aborts, and `lastsMs` at most. `leave` is called when it is over. */
export interface Staying {
  readonly over: AbortSignal;
  readonly lastsMs: number;
  readonly leave: () => void;
}

/** Who a session is for. Roles that the server's file gives are not in it: they are looked up at each call. */
type Holder = Pick<StoredSession, "name" | "grants">;

/** Who opens the dashboard with a link. `from`: the session that made it, which the one that it opens does not outlive; `null`: a token made it. */
interface LinkHolder extends Holder {
  readonly from: StoredSession | null;
}

/** What failures are answered before a caller is told to wait. */
const triesAtMost = { windowMs: 60_000, perPlace: 30, overall: 300 } as const;
/** Sign-ins that may begin. Those of everybody are not counted together: strangers with many addresses would keep people from signing in. */
const beginningsAtMost = { windowMs: 60_000, perPlace: 60, overall: Infinity } as const;

/** Who may call a server, and how they show it: tokens, sessions, links. */
export class Access {
  readonly publicUrl: string | null;
  readonly roster: Roster;
  readonly machines: MachineTokens;
  /** `null`: people do not sign in with an identity provider here. */
  readonly login: Login | null;
  readonly #clock: Clock;
  readonly #ends = new Ends();
  readonly #flows: Flows;
  readonly #beginnings: Tries;
  readonly #tokens: ReadonlyMap<string, Caller>;
  readonly #sessions: Sessions;
  readonly #links: Links<LinkHolder>;
  readonly #tries: Tries;
  readonly #home: CookieHome;
  readonly #addresses: CallerAddresses;

  constructor({ store, clock, people, tokens, publicUrl, log, login = null, proxies = null }: AccessMakings) {
    this.publicUrl = publicUrl;
    this.#clock = clock;
    this.roster = new Roster(clock, people);
    this.machines = new MachineTokens({ store, clock, log, ends: this.#ends });
    this.login = login === null || publicUrl === null ? null : new Login(login, publicUrl, log);
    this.#flows = new Flows(clock);
    this.#beginnings = new Tries(clock, log, beginningsAtMost);
    this.#tokens = tokens;
    this.#sessions = new Sessions(store, clock, this.#ends);
    this.#links = new Links(clock);
    this.#tries = new Tries(clock, log, triesAtMost);
    this.#home = { isHttps: publicUrl?.startsWith("https:") ?? false };
    this.#addresses = new CallerAddresses(proxies);
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

  /** The address from which a call comes; "" where there is no connection. */
  addressOf(context: Context): string {
    return this.#addresses.of(context);
  }

  /** For a call that stays open: it is over as soon as what its caller showed is. A person who reads is here as long as it is not. */
  stay({ caller, proof }: Identified): Staying {
    const over = new AbortController();
    const forget = proof === null ? null : this.#ends.await(proof.digest, () => over.abort());
    const gone = caller.isMachine ? null : this.roster.stays(caller);
    return {
      over: over.signal,
      lastsMs: proof === null ? Infinity : proof.endsMs - this.#clock.nowMs(),
      leave: () => {
        forget?.();
        gone?.();
      },
    };
  }

  /**
   * Opens the session of a link's code and sets its cookie. Throws `link-unknown`, `origin-wrong` or `too-many-tries`, and `session-other` where it would
   * end a session that is neither of who made the link nor of `instead`: whoever sends their own link to others would have them act in their name.
   */
  async openByLink(context: Context, { code, instead }: OpenSessionBody): Promise<Identified> {
    checkOrigin(context, this.publicUrl);
    const here = await this.#whoIsHere(context);
    const owner = this.#links.holderOf(code)?.name ?? null;
    if (here !== null && owner !== null && ![owner, instead].includes(here))
      throw new UserError("session-other", details.linkOfOther(owner, here), { who: owner });
    const holder = this.#links.redeem(code);
    const isOver = holder !== null && holder.from !== null && !(await this.#sessions.isOpen(holder.from));
    if (holder === null || isOver) {
      this.#tries.count(this.#placeOf(context));
      throw new UserError("link-unknown", details.linkUnknown());
    }
    const { from, ...person } = holder;
    return this.#open(context, { ...person, via: "link" }, from?.expiresMs ?? Infinity);
  }

  /** A code that opens the dashboard as the caller, once, and when it ends, epoch ms. */
  mintLink({ caller, session }: Identified): { readonly code: string; readonly expiresMs: number } {
    return this.#links.mint({ name: caller.name, grants: session?.grants ?? [], from: session });
  }

  /** Where the browser goes to sign in; it ends at `to`, an address of this server. Throws `login-unset`, `login-provider` or `too-many-tries`. */
  async beginLogin(context: Context, to: string): Promise<URL> {
    if (this.login === null) throw new UserError("login-unset", details.loginUnset());
    this.#beginnings.count(this.#placeOf(context));
    const { url, flow } = await this.login.begin(to);
    writeCookie(context, this.#home, { what: "login", value: this.#flows.seal(flow), seconds: this.#flows.seconds });
    return url;
  }

  /** Opens the session of who comes back from the provider. Throws one of the codes `login-…`, or `too-many-tries`. */
  async finishLogin(context: Context): Promise<{ readonly opened: Identified; readonly to: string }> {
    if (this.login === null) throw new UserError("login-unset", details.loginUnset());
    const flow = this.#flows.open(readCookie(context, this.#home, "login") ?? "", context.req.query("state") ?? "");
    clearCookie(context, this.#home, "login");
    if (flow === null) {
      this.#tries.count(this.#placeOf(context));
      throw new UserError("login-over", details.loginNotBegun());
    }
    const signedIn = await this.login.finish(new URL(context.req.url).search, flow);
    const person = this.#personBehind(signedIn);
    // What it did would stand in journals under the person's name.
    if (await this.machines.isNamedLike(person.name))
      throw new UserError("login-name", details.nameOfMachine(person.name), {
        who: person.name,
      });
    return { opened: await this.#open(context, { ...person, via: "login" }, Infinity), to: flow.to };
  }

  /** The person of the file, where one signs in so; else who the provider says, if a group gives them a role. Throws `login-role` or `login-name`. */
  #personBehind({ name, grants }: SignedIn): Holder {
    const person = this.roster.whoSignsInAs(name, this.login?.settings.name === "email");
    // Somebody else's name is taken by who signs in as them, and by nobody who only is called so, or nearly.
    const other = person === null ? this.roster.namedLike(name) : null;
    if (other !== null)
      throw new UserError("login-name", details.nameLike(name, other.name), {
        who: name,
      });
    if (person !== null) return { name: person.name, grants };
    const groups = this.login?.settings.roles.map(({ group }) => group) ?? [];
    if (grants.length === 0)
      throw new UserError("login-role", details.noGroup(name), {
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

  /** Every session that is open, newest first. */
  async openSessions(): Promise<readonly OpenSession[]> {
    return (await this.#sessions.all()).map((session) => ({ ...session, holder: this.#callerOf(session) }));
  }

  /** Ends every session of the person at once, with the streams that they hold and the links that would open another; answers how many there were. */
  async endSessions(name: string): Promise<number> {
    this.#links.end(name);
    const theirs = (await this.#sessions.all()).filter((session) => session.name === name);
    for (const { hash } of theirs) await this.#sessions.close(hash);
    return theirs.length;
  }

  /** An old session of this browser ends where a new one begins: an id that somebody planted is worth nothing. */
  async #open(context: Context, person: Holder & Pick<StoredSession, "via">, endsMs: number): Promise<Identified> {
    const before = readCookie(context, this.#home, "session");
    const old = before === null ? null : await this.#sessions.use(before);
    if (old !== null) await this.#sessions.close(old.hash);
    const agent = agentOf(context.req.header("user-agent"));
    const { id, session, seconds } = await this.#sessions.open({ ...person, ...(agent === null ? {} : { agent }) }, endsMs);
    const caller = this.#callerOf(session);
    if (caller === null) throw new UserError("link-unknown", details.personGone(session.name));
    writeCookie(context, this.#home, { what: "session", value: id, seconds });
    this.roster.seen(caller);
    return { caller, via: session.via, session, proof: proofOf(session) };
  }

  /** Who is signed in in this browser; `null`: nobody whom a session lets in. */
  async #whoIsHere(context: Context): Promise<string | null> {
    const id = readCookie(context, this.#home, "session");
    const session = id === null ? null : await this.#sessions.use(id);
    return session === null ? null : (this.#callerOf(session)?.name ?? null);
  }

  #placeOf(context: Context): string {
    return placeOf(this.addressOf(context));
  }

  async #byToken(context: Context, header: string): Promise<Identified> {
    const token = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
    if (token === undefined) throw new UserError("token-missing", details.needsToken());
    const person = personOf(this.#tokens, token);
    const found = person === null ? await this.machines.machineOf(token) : { caller: person, proof: null };
    if (found !== null) return { ...found, via: "token", session: null };
    this.#tries.count(this.#placeOf(context));
    throw new UserError("token-unknown", details.tokenUnknown());
  }

  async #bySession(context: Context): Promise<Identified | null> {
    const id = readCookie(context, this.#home, "session");
    if (id === null) return null;
    const session = await this.#sessions.use(id);
    const caller = session === null ? null : this.#callerOf(session);
    if (session === null || caller === null) {
      clearCookie(context, this.#home, "session");
      this.#tries.count(this.#placeOf(context));
      throw new UserError("session-over", details.sessionOver());
    }
    // The log names whose session another page has used.
    context.set("person", caller);
    if (!["GET", "HEAD"].includes(context.req.method)) checkOrigin(context, this.publicUrl);
    return { caller, via: session.via, session, proof: proofOf(session) };
  }

  /**
   * Who is behind a session: with the roles that the file gives them now, and what it still gives a group of what their groups gave them. `null`:
   * nothing of it holds any more.
   */
  #callerOf({ name, grants }: Holder): Caller | null {
    const named = this.roster.named(name);
    const given = new Set(this.login?.settings.roles.map(wordsOf));
    const held = grants.filter((grant) => given.has(wordsOf(grant)));
    if (held.length === 0) return named;
    return callerWith(name, named === null ? held : [named, ...held]);
  }
}

function wordsOf({ roles, environments }: Grant): string {
  return JSON.stringify([roles, environments]);
}

function proofOf({ hash, expiresMs }: StoredSession): Proof {
  return { digest: hash, endsMs: expiresMs };
}
