import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { WhyAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `release why ID [CHECK]`: the sentences behind where a release stands, of all its checks or of one. */
export function addReleaseWhy(release: Command, terminal: Terminal): void {
  withConnection(release.command("why <id> [check]"))
    .description("say why a release stands where it stands")
    .action((id: string, check: string | undefined, options: ConnectionOptions) =>
      run(terminal, options, () => why(terminal, { id, check: check ?? null }, options)),
    );
}

async function why(
  terminal: Terminal,
  what: { readonly id: string; readonly check: string | null },
  options: ConnectionOptions,
): Promise<void> {
  const client = await connect(terminal, options);
  const query = what.check === null ? {} : { check: what.check };
  const answer = await client.call<WhyAnswer>(routes.why, { values: { id: what.id }, query });
  if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
  for (const line of [answer.sentence, ...answer.next]) terminal.out(`${plainText(line)}\n`);
  for (const { says, sentence } of answer.checks) terminal.out(`\n${plainText(says)}\n  ${plainText(sentence)}\n`);
}
