import type { Context } from "hono";
import { UserError } from "../../errors.ts";
import type { Env } from "../auth.ts";
import { loginQuery } from "../contract/access.ts";
import { readQuery } from "../input.ts";
import type { AppParts } from "../parts.ts";
import { languageOf, problemOf, problemResponse } from "../problem.ts";
import { loginPage } from "./login-page.ts";

/** Sends the browser to the identity provider. */
export async function login(context: Context<Env>, parts: AppParts): Promise<Response> {
  return orPage(context, parts, async () => {
    const { to } = readQuery(context, loginQuery);
    return context.redirect((await parts.access.beginLogin(context, localPath(to))).href, 302);
  });
}

/** Where the provider sends the browser back to: opens a session, and goes where the sign-in was meant to end. */
export async function loginCallback(context: Context<Env>, parts: AppParts): Promise<Response> {
  return orPage(context, parts, async () => {
    const { opened, to } = await parts.access.finishLogin(context);
    parts.log("info", "session-opened", { who: opened.caller.name, via: opened.via });
    return context.redirect(`${parts.access.publicUrl ?? ""}${to}`, 302);
  });
}

/** Longer addresses than the dashboard's would not fit into the cookie that remembers them. */
const longestPath = 1_000;

/** An address of this server and of no other, whatever was asked for: a link to the sign-in cannot lead away. */
export function localPath(to: string): string {
  const home = "http://serin.invalid";
  const url = URL.canParse(to, home) ? new URL(to, home) : null;
  if (url === null || url.origin !== home || !to.startsWith("/")) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  return path.length <= longestPath && /^\/(?![/\\])/.test(path) && !/^\/(?:api|login|metrics)(?:\/|$)/.test(url.pathname) ? path : "/";
}

/** A refusal is a page for browsers, and a problem for whoever else. */
async function orPage(context: Context<Env>, parts: AppParts, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    const language = languageOf(context);
    const problem = problemOf(error, parts.log, language);
    if ([401, 403].includes(problem.status)) {
      const named = error instanceof UserError ? error.more["who"] : null;
      const who = typeof named === "string" ? named : null;
      const { method, path } = context.req;
      parts.denied({ code: problem.code, method, path, who, from: parts.access.addressOf(context) });
    }
    const isBrowser = (context.req.header("accept") ?? "").includes("text/html");
    const answer = isBrowser ? await loginPage(problem, parts.access.publicUrl, language) : problemResponse(problem);
    // With the cookies that were taken back.
    return context.newResponse(answer.body, answer);
  }
}
