import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** How cookies are set on a server: over https they are for it alone, and the browser holds them to that. */
export interface CookieHome {
  readonly isHttps: boolean;
}

/**
 * A cookie of this server. Over https its name begins with `__Host-`: no other host and no http page can have set it. Over http, where several
 * servers may answer on one machine and browsers do not tell their ports apart, the port stands in its name.
 *
 * Source: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-cookie-name-prefixes
 */
function nameOf(context: Context, home: CookieHome, what: string): string {
  if (home.isHttps) return `__Host-serin-${what}`;
  const port = /:(\d{1,5})$/.exec(context.req.header("host") ?? "")?.[1] ?? "80";
  return `serin-${what}-${port}`;
}

/** What this server set in the browser under this name; `null`: nothing, or it is over. The value comes from outside. */
export function readCookie(context: Context, home: CookieHome, what: string): string | null {
  return getCookie(context, nameOf(context, home, what)) ?? null;
}

/** Sets a cookie that scripts cannot read and other sites cannot send along with a form. `seconds`: how long the browser keeps it. */
export function writeCookie(
  context: Context,
  home: CookieHome,
  cookie: { readonly what: string; readonly value: string; readonly seconds: number },
): void {
  const { what, value, seconds } = cookie;
  setCookie(context, nameOf(context, home, what), value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: home.isHttps,
    maxAge: seconds,
  });
}

/** Lets the browser forget the cookie. */
export function clearCookie(context: Context, home: CookieHome, what: string): void {
  writeCookie(context, home, { what, value: "", seconds: 0 });
}
