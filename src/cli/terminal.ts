import { errorKind, exitCodes, formatProblem, UserError } from "../errors.ts";
import type { Exit, Problem } from "../errors.ts";
import { plainText } from "./plain-text.ts";
import type { Screen } from "./view/live.ts";

/** What a command sees of the process that it runs in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when a person looks: standard output is a terminal. */
  readonly isLive: boolean;
  /** True when a person can be asked: standard input and standard error are terminals. */
  readonly isAsking: boolean;
  readonly columns: number;
  /** Standard output, for what is drawn in place. */
  readonly screen: Screen;
  /** Writes to standard output, as it is. */
  out(text: string): void;
  /** Writes to standard error, as it is. */
  err(text: string): void;
  /** One line from the person after `question`; empty when there is nobody. */
  ask(question: string): Promise<string>;
  /** Sets the exit code; the process ends when nothing is left to do. */
  exit(exit: Exit): void;
}

/**
 * Ends the process quietly once nobody reads what it writes, as `head` does after its last line: the way a SIGTERM does where a command has
 * something to put in order, else at once with exit code 0. Call it once.
 */
export function endWhenUnread(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (process.listenerCount("SIGTERM") > 0) process.emit("SIGTERM", "SIGTERM");
    else process.exit(exitCodes.done);
  });
}

/**
 * Keeps the process going when standard error cannot be written: on a full disk, or when whoever collected the log is gone, a line of the log
 * is the least that is missing, and there is nowhere left to say so.
 */
export function outliveTheLog(): void {
  process.stderr.on("error", () => undefined);
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin } = process;
  return {
    env: process.env,
    isLive: stdout.isTTY,
    isAsking: stdin.isTTY && stderr.isTTY,
    columns: stdout.columns || 100,
    screen: stdout,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    ask: async (question) => {
      const { createInterface } = await import("node:readline/promises");
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    exit: (exit) => {
      process.exitCode = exitCodes[exit];
    },
  };
}

/**
 * Runs a command's work and turns what it throws into words and an exit code: one line on standard error, or with `json` one object on
 * standard output. Anything but a `UserError` is our mistake, or an answer that this version cannot read: it is told with where it happened.
 */
export async function run(terminal: Terminal, options: { readonly json?: boolean }, work: () => Promise<Exit | void>): Promise<void> {
  try {
    terminal.exit((await work()) ?? "done");
  } catch (error) {
    const told = error instanceof UserError ? asTyped(error) : mistake(error);
    tellError(terminal, options, told);
    if (!(error instanceof UserError) && error instanceof Error) terminal.err(`${plainText(error.stack ?? "")}\n`);
    terminal.exit(errorKind(told.code).exit);
  }
}

function mistake(error: unknown): UserError {
  return new UserError("command-mistake", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** Members of bodies and queries by what people type for them; what is not here has the same name in both. */
const typedFor: Readonly<Record<string, string>> = {
  as: "--as",
  at: "--at",
  before: "--before",
  environment: "ENVIRONMENT",
  environments: "--environment",
  expiresInDays: "--expires-in-days",
  limit: "--limit",
  loginsPerMinute: "--logins-per-minute",
  name: "NAME",
  reason: "--reason",
  roles: "--role",
  rps: "--rps",
  startedFor: "--for",
  untilMs: "--until",
};

/** The same error in the words of the command line: what the server calls a place of the body was an option here. */
function asTyped(error: UserError): UserError {
  const places = error.more["errors"];
  if ((error.code !== "body-invalid" && error.code !== "query-invalid") || !Array.isArray(places)) return error;
  const said = (places as readonly ({ readonly pointer?: unknown; readonly detail?: unknown } | null)[]).map((place) => {
    const pointer = String(place?.pointer);
    const [, member = ""] = pointer.split("/");
    return `${Object.hasOwn(typedFor, member) ? typedFor[member] : pointer}: ${String(place?.detail)}`;
  });
  return new UserError("input-invalid", said.join("; "), error.more);
}

function tellError(terminal: Terminal, options: { readonly json?: boolean }, error: UserError): void {
  const { title, remedy } = errorKind(error.code);
  if (options.json) terminal.out(`${JSON.stringify({ ...error.more, error: error.code, title, detail: error.message, remedy })}\n`);
  const problems = (error.more["problems"] ?? []) as readonly Problem[];
  for (const problem of problems) terminal.err(`${plainText(formatProblem(problem))}\n`);
  const detail = plainText(error.message);
  // What people or the journal said may end without a stop.
  terminal.err(`serin: ${title}: ${/[.!?]["”»]?$/u.test(detail) ? detail : `${detail}.`} ${remedy}\n`);
}
