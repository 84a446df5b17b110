import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly reason: string;
}

/** Adds `freeze lift ENVIRONMENT`; only a release manager may. Exit: 0 lifted, 2 it was not frozen, 4 not allowed. */
export function addFreezeLift(freeze: Command, terminal: Terminal): void {
  withConnection(freeze.command("lift <environment>"))
    .description("let releases start again in an environment")
    .requiredOption("--reason <text>", "why")
    .action((environment: string, options: Options) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        await client.call<null>(routes.liftFreeze, { values: { environment }, body: { reason: options.reason } });
        terminal.out(
          options.json ? `${JSON.stringify({ environment, lifted: true })}\n` : `${plainText(environment)} is no longer frozen.\n`,
        );
      }),
    );
}
