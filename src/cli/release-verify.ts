import type { Command } from "commander";
import type { Exit } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { VerifyAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly data?: string;
}

/** Verifies a stored release in a data folder that no server holds. */
export type VerifyStored = (request: { readonly dataDir: string; readonly release: string }) => Promise<VerifyAnswer>;

/** Adds `release verify ID`: the chain is unbroken and replay reproduces every decision. Exit: 0 verified, 1 not. */
export function addReleaseVerify(release: Command, terminal: Terminal, verifyStored: VerifyStored): void {
  withConnection(release.command("verify <id>"))
    .description("check a release's journal: its chain, and that replay reproduces every decision")
    .option("--data <dir>", "read this data folder itself; no server may be running on it")
    .action((id: string, options: Options) =>
      run(terminal, options, async (): Promise<Exit> => {
        const answer = await verify(terminal, { id, options, verifyStored });
        terminal.out(
          options.json ? `${JSON.stringify(answer)}\n` : `${answer.ok ? "verified" : "NOT verified"}: ${plainText(answer.says)}\n`,
        );
        return answer.ok ? "done" : "no";
      }),
    );
}

interface Asked {
  readonly id: string;
  readonly options: Options;
  readonly verifyStored: VerifyStored;
}

async function verify(terminal: Terminal, { id, options, verifyStored }: Asked): Promise<VerifyAnswer> {
  if (options.data !== undefined) return verifyStored({ dataDir: options.data, release: id });
  const client = await connect(terminal, options);
  return client.call<VerifyAnswer>(routes.verify, { values: { id } });
}
