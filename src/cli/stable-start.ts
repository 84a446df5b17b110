import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { StartStableAnswer, StartStableBody } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { serviceVersions } from "./service-versions.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { readTextFile } from "./text-file.ts";

interface Options extends ConnectionOptions {
  readonly set: readonly string[];
  readonly reason: string;
}

/** Adds `stable start PLAN`: for a laptop's first start, where serin itself runs the stable version. Exit: 0 it serves; 1 not, or a release is active. */
export function addStableStart(stable: Command, terminal: Terminal): void {
  withConnection(stable.command("start <plan>"))
    .description("start the stable version of a plan's services on this machine")
    .requiredOption("--set <service=version...>", "the version to start, of each service")
    .requiredOption("--reason <text>", "why")
    .action((file: string, options: Options) =>
      run(terminal, options, async () => {
        const body: StartStableBody = {
          plan: { text: await readTextFile(file), file },
          versions: serviceVersions(options.set, "--set"),
          reason: options.reason,
        };
        const client = await connect(terminal, options);
        const answer = await client.call<StartStableAnswer>(routes.startStable, { body });
        if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
        for (const [name, { version, urls }] of Object.entries(answer.services)) {
          terminal.out(`${plainText(name)} ${plainText(version)} serves at ${plainText(urls.join(", "))}\n`);
        }
      }),
    );
}
