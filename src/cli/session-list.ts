import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ListSessionsAnswer, SessionView } from "../http/contract/access.ts";
import { allPages } from "./all-pages.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `session list`: who is signed in, with what, since when, and when something was last called there. */
export function addSessionList(session: Command, terminal: Terminal): void {
  withConnection(session.command("list"))
    .description("list where you are signed in, and whom you may sign out")
    .action((options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const sessions = (await allPages<ListSessionsAnswer>(client, routes.listSessions)).flatMap((page) => page.sessions);
        if (options.json) return terminal.out(`${JSON.stringify({ sessions })}\n`);
        if (sessions.length === 0) terminal.out("Nobody is signed in.\n");
        for (const view of sessions) terminal.out(`${saySession(view)}\n`);
      }),
    );
}

function saySession({ name, agent, via, createdMs, lastSeenMs, expiresMs }: SessionView): string {
  const seen = lastSeenMs === null ? "not seen since the server began" : `last seen ${minuteOf(lastSeenMs)}`;
  const how = via === "link" ? "by a link" : "by sign-in";
  return [
    plainText(name),
    plainText(agent ?? "another browser"),
    how,
    `since ${minuteOf(createdMs)}`,
    seen,
    `until ${minuteOf(expiresMs)}`,
  ].join("  ");
}

function minuteOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
