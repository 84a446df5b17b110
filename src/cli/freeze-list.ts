import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ListFreezesAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `freeze list`: the environments where nothing may start, and since when. */
export function addFreezeList(freeze: Command, terminal: Terminal): void {
  withConnection(freeze.command("list"))
    .description("list the environments that are frozen")
    .action((options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const answer = await client.call<ListFreezesAnswer>(routes.listFreezes);
        if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
        if (answer.freezes.length === 0) terminal.out("Nothing is frozen.\n");
        for (const { environment, release, sinceMs, by, reason } of answer.freezes) {
          const why = release === null ? `${by ?? ""}: ${reason ?? ""}` : `release ${release}`;
          terminal.out(`${plainText(environment)}  since ${new Date(sinceMs).toISOString()}  by ${plainText(why)}\n`);
        }
      }),
    );
}
