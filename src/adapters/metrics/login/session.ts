import type { Target } from "../../../ports.ts";
import { NoAnswer, publicUrl } from "../../exchange.ts";
import type { Exchange } from "../../exchange.ts";

/** How somebody is logged in before a page is read. */
export interface Login {
  readonly service: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: none is sent. */
  readonly body: string | null;
}

/** Nobody could be logged in; the message says at which address, and why. */
export class NotLoggedIn extends Error {
  override readonly name = "NotLoggedIn";
}

export interface SessionsOptions {
  readonly login: Login;
  readonly exchange: Exchange;
  readonly withinMs: number;
}

/**
 * The cookies of one login per release and version, so that a version is not logged into at every look. A target of the service that logs in
 * has a session of its own: it may keep it in its memory.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  /** By place, oldest first; one that is under way is waited for, not begun twice. */
  readonly #cookies = new Map<string, Promise<string>>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** The cookies for `target`, as one `cookie` header, and whether they were fetched just now. Throws `NotLoggedIn`. */
  async cookieFor(ask: SessionAsk, signal: AbortSignal): Promise<{ readonly cookie: string; readonly isFresh: boolean }> {
    const place = placeOf(ask, this.#options.login);
    const known = this.#cookies.get(place);
    if (known !== undefined) return { cookie: await known, isFresh: false };
    const coming = this.#logIn(ask, signal);
    this.#cookies.set(place, coming);
    const [oldest] = this.#cookies.keys();
    if (this.#cookies.size > mostSessions && oldest !== undefined) this.#cookies.delete(oldest);
    try {
      return { cookie: await coming, isFresh: true };
    } catch (cause) {
      this.#cookies.delete(place);
      throw cause;
    }
  }

  /** Forgets the cookies for `target`, if they are still these: they are not accepted any more. */
  async forget(ask: SessionAsk, cookie: string): Promise<void> {
    const place = placeOf(ask, this.#options.login);
    const known = this.#cookies.get(place);
    if (known !== undefined && (await known) === cookie) this.#cookies.delete(place);
  }

  async #logIn(ask: SessionAsk, signal: AbortSignal): Promise<string> {
    const { login } = this.#options;
    const places =
      login.service === ask.target.service ? [ask.target] : ask.targets.filter((one) => isBeside(one, ask.target, login.service));
    let why = `no target of the service ${login.service} runs the ${ask.target.arm} version, and login asks it`;
    for (const place of places) {
      const tried = await this.#tryAt(place, signal);
      if ("cookie" in tried) return tried.cookie;
      why = tried.why;
    }
    throw new NotLoggedIn(why);
  }

  async #tryAt(place: Target, signal: AbortSignal): Promise<{ readonly cookie: string } | { readonly why: string }> {
    const { login, exchange, withinMs } = this.#options;
    const { method, headers, body } = login;
    const url = new URL(login.path, place.url).href;
    try {
      const answer = await exchange({ method, url, shownAs: publicUrl(url), headers, body, withinMs }, signal);
      if (answer.status >= 400) return { why: `${method} ${publicUrl(url)}: answered ${answer.status}, so nobody is logged in` };
      const cookie = cookieHeader(answer.setCookies);
      return cookie === ""
        ? { why: `${method} ${publicUrl(url)}: answered ${answer.status} without a cookie, so nobody is logged in` }
        : { cookie };
    } catch (cause) {
      if (cause instanceof NoAnswer) return { why: cause.message };
      throw cause;
    }
  }
}

/** Who wants to be logged in where, and which targets there are. */
export interface SessionAsk {
  readonly release: string;
  readonly target: Target;
  readonly targets: readonly Target[];
}

const mostSessions = 500;

function isBeside(one: Target, target: Target, service: string): boolean {
  return one.service === service && one.arm === target.arm;
}

function placeOf({ release, target }: SessionAsk, login: Login): string {
  const place = login.service === target.service ? target.url : `${target.service} ${target.version}`;
  return JSON.stringify([release, target.arm, place]);
}

/** What a browser would send back: names and values alone, the last of each name, without what was taken away. */
function cookieHeader(setCookies: readonly string[]): string {
  const pairs = new Map<string, string>();
  for (const cookie of setCookies) {
    const [pair = "", ...attributes] = cookie.split(";").map((part) => part.trim());
    const [name = "", value] = pair.split(/=(.*)/s);
    const isGone = attributes.some((attribute) => /^(?:max-age=(?:0|-\d+)|expires=.*\b19\d\d\b.*)$/i.test(attribute));
    if (isGone) pairs.delete(name);
    else if (name !== "" && value !== undefined) pairs.set(name, pair);
  }
  return [...pairs.values()].join("; ");
}
