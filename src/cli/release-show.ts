import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ShowReleaseAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { drawNarrow, narrowBelow } from "./view/draw-narrow.ts";
import { drawRelease } from "./view/draw-release.ts";
import { mayColor } from "./view/live.ts";

/** Adds `release show ID`: one release as it stands now. */
export function addReleaseShow(release: Command, terminal: Terminal): void {
  withConnection(release.command("show <id>"))
    .description("show one release as it stands now")
    .action((id: string, options: ConnectionOptions) =>
      run(terminal, options, async () => {
        const client = await connect(terminal, options);
        const view = await client.call<ShowReleaseAnswer>(routes.showRelease, { values: { id } });
        if (options.json) return terminal.out(`${JSON.stringify(view)}\n`);
        const isNarrow = terminal.isLive && terminal.columns < narrowBelow;
        const drawing = { columns: terminal.columns, color: mayColor(terminal.screen, terminal.env), language: view.language };
        terminal.out(`${(isNarrow ? drawNarrow(view) : drawRelease(view, drawing)).join("\n")}\nrevision ${view.revision}\n`);
      }),
    );
}
