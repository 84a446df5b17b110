import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { formatProblem, UserError } from "../errors.ts";
import { parseMoment } from "../core/moment.ts";
import { routes } from "../http/contract.ts";
import type { StartReleaseAnswer, StartReleaseBody } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { serviceVersions } from "./service-versions.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { readTextFile } from "./text-file.ts";

interface Options extends ConnectionOptions {
  readonly set: readonly string[];
  readonly stable?: readonly string[];
  readonly reason: string;
  readonly for?: string;
  readonly key?: string;
  readonly at?: string;
  readonly nextWindow?: true;
  readonly override?: true;
}

/** Adds `release start PLAN`. Exit: 0 begun; 1 a service is busy; 2 the plan or the versions are wrong. */
export function addReleaseStart(release: Command, terminal: Terminal): void {
  withConnection(release.command("start <plan>"))
    .description("begin a release of the plan with these versions")
    .requiredOption("--set <service=version...>", "the version to release, of each service")
    .option("--stable <service=version...>", "the version that is stable now (default: what is seen running)")
    .requiredOption("--reason <text>", "why")
    .option("--at <moment>", "not before this moment, in the plan's zone (2025-08-19T14:00); it may be approved until then")
    .option("--next-window", "not before the next moment at which the whole plan fits its windows")
    .option("--override", "let the start pass a closed window or a freeze, with the reason; release managers only")
    .option("--for <person>", "in whose name, as who set a pipeline going: they are never alone in approving it")
    .option("--key <key>", "the same key twice begins one release (default: a new one)")
    .action((file: string, options: Options) => run(terminal, options, () => start(terminal, file, options)));
}

async function start(terminal: Terminal, file: string, options: Options): Promise<void> {
  if ([options.at, options.nextWindow, options.override].filter((one) => one !== undefined).length > 1)
    throw new UserError("input-invalid", "Give one of --at, --next-window and --override.");
  if (options.at !== undefined && parseMoment(options.at) === null)
    throw new UserError("input-invalid", `--at takes a day and a time, such as 2025-08-19T14:00, not "${options.at}".`);
  const body: StartReleaseBody = {
    plan: { text: await readTextFile(file), file },
    versions: serviceVersions(options.set, "--set"),
    ...(options.stable ? { stable: serviceVersions(options.stable, "--stable") } : {}),
    reason: options.reason,
    ...(options.for === undefined ? {} : { startedFor: options.for }),
    ...(options.at === undefined ? {} : { at: options.at }),
    ...(options.nextWindow === undefined ? {} : { nextWindow: options.nextWindow }),
    ...(options.override === undefined ? {} : { override: options.override }),
  };
  const client = await connect(terminal, options);
  const answer = await client.call<StartReleaseAnswer>(routes.startRelease, {
    body,
    headers: { "Idempotency-Key": options.key ?? randomUUID() },
  });
  if (options.json) return terminal.out(`${JSON.stringify(answer)}\n`);
  for (const problem of answer.problems) terminal.err(`${plainText(formatProblem(problem))}\n`);
  if (options.override && !answer.isOverridden) terminal.err("Nothing stood in the way of the start: nothing was overridden.\n");
  const begun = answer.starts === null ? "has begun" : `waits until ${answer.starts.says}`;
  terminal.out(`${plainText(`${answer.id} ${begun}. Look at it: serin release watch ${answer.id}`)}\n`);
}
