import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { EndSessionsAnswer } from "../http/contract/access.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `session end [NAME]`: signs out everywhere, oneself or who is named. Exit: 1 when nobody is called so. */
export function addSessionEnd(session: Command, terminal: Terminal): void {
  withConnection(session.command("end [name]"))
    .description("sign out everywhere, yourself or who is named; event streams and one-time links end too")
    .action((name: string | undefined, options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const answer = await (name === undefined
          ? client.call<EndSessionsAnswer>(routes.endSessions)
          : client.call<EndSessionsAnswer>(routes.endSessionsOf, { values: { name } }));
        const { ended } = answer;
        terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${ended === 1 ? "1 session is" : `${ended} sessions are`} over.\n`);
      }),
    );
}
