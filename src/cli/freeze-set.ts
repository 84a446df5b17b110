import type { Command } from "commander";
import { parseMoment } from "../core/moment.ts";
import { UserError } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { Freeze, SetFreezeBody } from "../http/contract/calendar.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { sayFreeze } from "./freeze-list.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly reason: string;
  readonly until?: string;
}

/** Adds `freeze set ENVIRONMENT`; only a release manager or a DevOps lead may. Exit: 0 frozen, 2 what was typed is wrong, 4 not allowed. */
export function addFreezeSet(freeze: Command, terminal: Terminal): void {
  withConnection(freeze.command("set <environment>"))
    .description("let nothing start or advance in an environment; rollbacks go on")
    .requiredOption("--reason <text>", "why")
    .option(
      "--until <moment>",
      "ends by itself then: 2025-12-31T18:00 on this machine's clock, or with an offset (default: until it is lifted)",
    )
    .action((environment: string, options: Options) =>
      run(terminal, options, async () => {
        const until = options.until === undefined ? {} : { untilMs: untilOf(options.until) };
        const body: SetFreezeBody = { environment, reason: options.reason, ...until };
        const client = await connect(terminal, options);
        const answer = await client.call<Freeze>(routes.setFreeze, { body });
        terminal.out(options.json ? `${JSON.stringify(answer)}\n` : `${sayFreeze(answer)}\n`);
      }),
    );
}

function untilOf(text: string): number {
  const momentIn = parseMoment(text);
  if (momentIn === null)
    throw new UserError("input-invalid", `--until is a day and a time, not "${text}". Write --until 2025-12-31T18:00.`);
  return momentIn(Intl.DateTimeFormat().resolvedOptions().timeZone);
}
