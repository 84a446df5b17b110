import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `token revoke ID`: from then on it opens nothing. Exit: 2 when there is none in force. */
export function addTokenRevoke(token: Command, terminal: Terminal): void {
  withConnection(token.command("revoke <id>"))
    .description("revoke a token of a machine, at once")
    .action((id: string, options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        await client.call<null>(routes.revokeToken, { values: { id } });
        terminal.out(options.json ? `${JSON.stringify({ id, revoked: true })}\n` : `${plainText(id)} is revoked.\n`);
      }),
    );
}
