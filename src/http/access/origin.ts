import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import { isLoopback } from "../listen.ts";
import { details } from "../details.ts";

/**
 * Throws `origin-wrong` unless the call comes from a page of this server: what a browser says in `Origin` is the server's public address, or the
 * address at which the call arrived, and `Sec-Fetch-Site`, where it is sent, says so too. Browsers send `Origin` with every call that changes
 * something, and no page can write it.
 *
 * Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#verifying-origin-with-standard-headers
 */
export function checkOrigin(context: Context, publicUrl: string | null): void {
  const origin = context.req.header("origin");
  const site = context.req.header("sec-fetch-site");
  if (origin !== undefined && isOurs(origin, context.req.header("host") ?? "", publicUrl) && (site === undefined || site === "same-origin"))
    return;
  throw new UserError("origin-wrong", origin === undefined ? details.originUnsaid() : details.originOther(origin.slice(0, 200)));
}

function isOurs(origin: string, host: string, publicUrl: string | null): boolean {
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  if (!URL.canParse(origin) || new URL(origin).host !== host.toLowerCase()) return false;
  return publicUrl === null || isLoopback({ host: new URL(origin).hostname.replaceAll(/[[\]]/g, ""), port: 0 });
}
