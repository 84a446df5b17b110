import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ListTokensAnswer, TokenView } from "../http/contract/access.ts";
import { allPages } from "./all-pages.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `token list`: what each may do, until when, and when it was used last. */
export function addTokenList(token: Command, terminal: Terminal): void {
  withConnection(token.command("list"))
    .description("list the tokens of machines")
    .action((options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const tokens = (await allPages<ListTokensAnswer>(client, routes.listTokens)).flatMap((page) => page.tokens);
        if (options.json) return terminal.out(`${JSON.stringify({ tokens })}\n`);
        if (tokens.length === 0) terminal.out("There are no tokens.\n");
        for (const view of tokens) terminal.out(`${sayToken(view)}\n`);
      }),
    );
}

function sayToken({ id, name, roles: given, environments, createdBy, expiresMs, lastUsedMs, revokedMs }: TokenView): string {
  const where = environments === null ? "everywhere" : `in ${environments.join(", ")}`;
  const until = revokedMs === null ? `${expiresMs > Date.now() ? "until" : "expired"} ${dayOf(expiresMs)}` : `revoked ${dayOf(revokedMs)}`;
  const used = lastUsedMs === null ? "never used" : `last used ${new Date(lastUsedMs).toISOString().slice(0, 13)}h`;
  return [id, name, `${given.join(", ")} ${where}`, until, used, `by ${createdBy}`].map(plainText).join("  ");
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
