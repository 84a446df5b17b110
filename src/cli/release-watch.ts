import { setTimeout as wait } from "node:timers/promises";
import { Option } from "commander";
import type { Command } from "commander";
import { isOver } from "../core/status.ts";
import type { Status } from "../core/status.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { ShowReleaseAnswer } from "../http/contract.ts";
import type { Client } from "./client.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { createLiveView } from "./view/live.ts";

interface Options extends ConnectionOptions {
  readonly until: Status["kind"];
}

/** A server that is away is asked again for this long before the watch gives up, ms, once in `betweenTriesMs`. */
const patienceMs = 60_000;
const betweenTriesMs = 1_000;

const statuses: readonly Status["kind"][] = ["waiting", "preparing", "shifting", "observing", "holding", "promoting", "promoted"];
const endings: readonly Status["kind"][] = ["rolling-back", "rolled-back", "stopped", "halted"];

/** Adds `release watch ID`. Exit: 0 the status that `--until` names was reached; 6 the release ended otherwise; 3 the server stays away. */
export function addReleaseWatch(release: Command, terminal: Terminal): void {
  withConnection(release.command("watch <id>"))
    .description("follow a release to its end: a live view in a terminal, plain lines otherwise, the journal with --json")
    .addOption(new Option("--until <status>", "follow until it has this status").choices([...statuses, ...endings]).default("promoted"))
    .action((id: string, options: Options) => run(terminal, options, () => watch(terminal, id, options)));
}

async function watch(terminal: Terminal, id: string, options: Options): Promise<Exit> {
  const client = await connect(terminal, options);
  const live = options.json ? null : createLiveView(terminal.screen, terminal.env);
  let last: ShowReleaseAnswer | null = null;
  for await (const event of followed(terminal, client, id)) {
    if (event.name === "entry") {
      if (options.json) terminal.out(`${JSON.stringify(event.data)}\n`);
      continue;
    }
    last = event.data as ShowReleaseAnswer;
    live?.show(last);
    if (last.status.kind === options.until || isOver(last.status)) break;
  }
  live?.done();
  if (last === null) throw new UserError("server-unreachable", "The stream ended before the release was seen.");
  if (options.json) terminal.out(`${JSON.stringify(last)}\n`);
  if (last.status.kind === options.until) return "done";
  throw new UserError("ended-otherwise", plainText(last.sentence));
}

type Event = Awaited<ReturnType<ReturnType<Client["events"]>["next"]>>["value"] & object;

/** Every entry of the journal and each view, across breaks of the connection. Throws what the server refuses, and `server-unreachable` in the end. */
async function* followed(terminal: Terminal, client: Client, id: string): AsyncGenerator<Event, void> {
  let revision = "0";
  let awayMs = 0;
  while (true) {
    const gone = new AbortController();
    try {
      for await (const event of client.events(routes.events, { values: { id }, headers: { "Last-Event-ID": revision } }, gone.signal)) {
        awayMs = 0;
        revision = event.id ?? revision;
        yield event;
      }
    } catch (error) {
      const isAway = error instanceof UserError && error.code === "server-unreachable";
      if (!isAway || awayMs >= patienceMs) throw error;
      if (awayMs === 0) terminal.err(`serin: ${plainText(error.message)} Trying again for ${patienceMs / 1000} s.\n`);
    } finally {
      gone.abort();
    }
    awayMs += betweenTriesMs;
    await wait(betweenTriesMs);
  }
}
