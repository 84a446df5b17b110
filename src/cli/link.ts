import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { CreateLinkAnswer } from "../http/contract/access.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `link`: an address that opens the dashboard once, within ten minutes, as who asks. Standard output has the address alone. */
export function addLink(program: Command, terminal: Terminal): void {
  withConnection(program.command("link"))
    .description("print a link that opens the dashboard once, within ten minutes, as you: whoever has it is you")
    .action((options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const answer = await client.call<CreateLinkAnswer>(routes.createLink);
        terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${plainText(answer.url)}\n`);
      }),
    );
}
