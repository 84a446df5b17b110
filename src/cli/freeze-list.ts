import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ListFreezesAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `freeze list`: the environments where nothing may start, since when, until when, by whom and why. */
export function addFreezeList(freeze: Command, terminal: Terminal): void {
  withConnection(freeze.command("list"))
    .description("list the environments that are frozen")
    .action((options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const answer = await client.call<ListFreezesAnswer>(routes.listFreezes);
        if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
        if (answer.freezes.length === 0) terminal.out("Nothing is frozen.\n");
        for (const freeze of answer.freezes) terminal.out(`${sayFreeze(freeze)}\n`);
      }),
    );
}

/** A freeze on one line; times are UTC. */
export function sayFreeze({ environment, release, sinceMs, by, reason, untilMs }: ListFreezesAnswer["freezes"][number]): string {
  const at = (ms: number): string => new Date(ms).toISOString();
  const until = untilMs === null ? "" : `  until ${at(untilMs)}`;
  const why = release === null ? `${by ?? ""}: ${reason ?? ""}` : `release ${release}`;
  return `${plainText(environment)}  since ${at(sinceMs)}${until}  by ${plainText(why)}`;
}
