import type { Command } from "commander";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import { endOfProcess } from "./end-of-process.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** What a server is started with. */
export interface ServerStart {
  /** It is made when there is none. */
  readonly dataDir: string;
  /** `serin.yaml`; `null`: built-in adapters only, and one local person with every role. */
  readonly configFile: string | null;
  /** "HOST:PORT"; `null`: what the server's file says. */
  readonly listen: string | null;
  /** Epoch ms that the server's clock shows now; `null`: the time of day. */
  readonly clockStartsMs: number | null;
  /** Writes one line of the log. */
  log(line: string): void;
}

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  /** Ends streams, lets running ticks finish, and closes the store. What the releases run keeps running. */
  close(): Promise<void>;
}

interface Options {
  readonly data?: string;
  readonly config?: string;
  readonly listen?: string;
  readonly clockStarts?: string;
}

/**
 * Adds `server --data DIR`: runs until SIGTERM or SIGINT. Standard output has one JSON line, `{"listening":"http://…","data":"…"}`, once it
 * answers; the log goes to standard error, one JSON object a line. Answers the command, so that others can stand beneath it.
 */
export function addServer(program: Command, terminal: Terminal, openServer: (start: ServerStart) => Promise<RunningServer>): Command {
  return program
    .command("server")
    .description("run the controller; it resumes every unfinished release of its data folder")
    .option("--data <dir>", "the data folder: one server at a time holds it")
    .option("--config <file>", "the server's file, serin.yaml")
    .option("--listen <host:port>", "where to answer (default: the server's file, then 127.0.0.1:7707)")
    .option("--clock-starts <iso>", "for demonstrations only: the moment that the server's clock shows when it starts")
    .action((options: Options) => run(terminal, {}, () => serve(terminal, options, openServer)));
}

async function serve(terminal: Terminal, options: Options, openServer: (start: ServerStart) => Promise<RunningServer>): Promise<Exit> {
  if (options.data === undefined) throw new UserError("input-invalid", "`serin server` needs its data folder: --data DIR.");
  const ending = endOfProcess();
  const server = await openServer({
    dataDir: options.data,
    configFile: options.config ?? null,
    listen: options.listen ?? null,
    clockStartsMs: options.clockStarts === undefined ? null : momentIn(options.clockStarts),
    log: (line) => terminal.err(line),
  });
  terminal.out(`${JSON.stringify({ listening: server.url, data: options.data })}\n`);
  await ending;
  await server.close();
  return "done";
}

/** Epoch ms of an ISO 8601 date and time with its offset. Throws `input-invalid`. */
function momentIn(text: string): number {
  const ms = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UserError("input-invalid", `"${text}" is not a moment such as 2025-08-19T14:00:00+02:00.`);
}
