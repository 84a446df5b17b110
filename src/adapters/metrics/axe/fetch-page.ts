import type { ReadContext, Target } from "../../../ports.ts";
import { NoAnswer, publicUrl } from "../../exchange.ts";
import type { Answer, Exchange } from "../../exchange.ts";
import { NotLoggedIn } from "../login/session.ts";
import type { SessionAsk, Sessions } from "../login/session.ts";
import type { Asked } from "./words.ts";

/** What a target sent for a page, or why it cannot be taken for the page. */
export type Fetched =
  | { readonly kind: "page"; readonly html: string; readonly url: string; readonly cookie: string }
  | { readonly kind: "silent"; readonly why: string };

export interface Fetching {
  readonly exchange: Exchange;
  readonly headers: Readonly<Record<string, string>>;
  readonly withinMs: number;
  /** `null`: nobody is logged in. */
  readonly sessions: Sessions | null;
}

/** Longer pages and style sheets are not looked at, characters. */
const longestPage = 2 * 1024 * 1024;
const longestSheet = 512 * 1024;

/**
 * Reads a page of one target, logged in where the source has a login. A session that is no longer accepted is renewed once. Only an answer 200
 * with HTML that has what it must contain is the page: a redirect, a refusal, an error page never is. Throws only the signal's reason.
 */
export async function fetchPage(
  fetching: Fetching,
  at: { asked: Asked; target: Target; context: ReadContext },
  signal: AbortSignal,
): Promise<Fetched> {
  const { sessions } = fetching;
  const ask: SessionAsk = { release: at.context.release, target: at.target, targets: at.context.targets };
  const url = new URL(at.asked.path, at.target.url).href;
  try {
    let session = (await sessions?.cookieFor(ask, signal)) ?? null;
    let answer = await get(fetching, url, session?.cookie ?? "", signal);
    if (sessions !== null && session?.isFresh === false && isTurnedAway(answer)) {
      await sessions.forget(ask, session.cookie);
      session = await sessions.cookieFor(ask, signal);
      answer = await get(fetching, url, session.cookie, signal);
    }
    const wrong = whyNoPage(answer, { url, contains: at.asked.contains, isLoggedIn: session !== null });
    // Whatever is wrong, the next look begins with a login of its own.
    if (wrong !== null && session !== null) await sessions?.forget(ask, session.cookie);
    return wrong === null ? { kind: "page", html: answer.text, url, cookie: session?.cookie ?? "" } : { kind: "silent", why: wrong };
  } catch (cause) {
    if (cause instanceof NoAnswer || cause instanceof NotLoggedIn) return { kind: "silent", why: cause.message };
    throw cause;
  }
}

/** The style sheets of a page that its own target serves, by address; `null` for one that it does not, or that cannot be had. */
export async function fetchSheets(
  fetching: Fetching,
  page: { readonly url: string; readonly cookie: string; readonly sheets: readonly string[] },
  signal: AbortSignal,
): Promise<Readonly<Record<string, string | null>>> {
  const one = async (sheet: string): Promise<readonly [string, string | null]> => {
    // Only ever the target itself: a page must not make the server call somebody else.
    if (!URL.canParse(sheet) || new URL(sheet).origin !== new URL(page.url).origin) return [sheet, null];
    try {
      const { status, headers, text } = await get(fetching, sheet, page.cookie, signal);
      const isSheet = status === 200 && (headers["content-type"] ?? "").includes("text/css") && text.length <= longestSheet;
      return [sheet, isSheet ? text : null];
    } catch (cause) {
      if (cause instanceof NoAnswer) return [sheet, null];
      throw cause;
    }
  };
  return Object.fromEntries(await Promise.all(page.sheets.map(one)));
}

function get({ exchange, headers, withinMs }: Fetching, url: string, cookie: string, signal: AbortSignal): Promise<Answer> {
  const sent = { accept: "text/html,text/css;q=0.9", ...headers, ...(cookie === "" ? {} : { cookie }) };
  return exchange({ method: "GET", url, shownAs: publicUrl(url), headers: sent, body: null, withinMs }, signal);
}

function isTurnedAway({ status }: Answer): boolean {
  return (status >= 300 && status < 400) || status === 401 || status === 403;
}

function whyNoPage(
  answer: Answer,
  at: { readonly url: string; readonly contains: string | null; readonly isLoggedIn: boolean },
): string | null {
  const shown = `GET ${publicUrl(at.url)}: answered ${answer.status}`;
  const { location, "content-type": type = "no content type" } = answer.headers;
  if (isTurnedAway(answer)) {
    const to = location !== undefined && URL.canParse(location, at.url) ? ` to ${publicUrl(new URL(location, at.url).href)}` : "";
    return `${shown}${to}, which is not the page${at.isLoggedIn ? "; the login is not enough for it" : "; perhaps the source needs a login"}`;
  }
  if (answer.status !== 200) return shown;
  if (!/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) return `${shown} with ${type}, which is no HTML`;
  if (answer.text.length > longestPage) return `${shown} with ${answer.text.length} characters, more than ${longestPage}`;
  if (at.contains !== null && !answer.text.includes(at.contains))
    return `${shown} without ${JSON.stringify(at.contains)}, so it is another page`;
  return null;
}
