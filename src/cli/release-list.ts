import type { Command } from "commander";
import { routes } from "../http/contract.ts";
import type { ListReleasesAnswer } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly limit: string;
  readonly before?: string;
}

/** Adds `release list`: newest first, one line each. */
export function addReleaseList(release: Command, terminal: Terminal): void {
  withConnection(release.command("list"))
    .description("list releases, newest first")
    .option("--limit <n>", "at most so many (1-100)", "20")
    .option("--before <id>", "go on after this one")
    .action((options: Options) => run(terminal, options, () => list(terminal, options)));
}

async function list(terminal: Terminal, options: Options): Promise<void> {
  const client = await connect(terminal, options);
  const query = { limit: options.limit, ...(options.before === undefined ? {} : { before: options.before }) };
  const answer = await client.call<ListReleasesAnswer>(routes.listReleases, { query });
  if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
  if (answer.releases.length === 0) return terminal.out(options.before === undefined ? firstRelease : "There are no earlier ones.\n");
  const width = Math.max(...answer.releases.map(({ id }) => id.length));
  for (const { id, environment, sentence } of answer.releases) {
    terminal.out(`${plainText(id).padEnd(width)}  ${plainText(environment)}  ${plainText(sentence)}\n`);
  }
  if (answer.next !== null) terminal.err(`There are more: --before ${plainText(answer.next)}\n`);
}

const firstRelease = `There is no release yet. A first one:
  serin plan lint plan.yaml
  serin stable start plan.yaml --set SERVICE=VERSION --reason "first start"
  serin release start plan.yaml --set SERVICE=NEW-VERSION --reason "what is new"
`;
