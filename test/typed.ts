import { PassThrough } from "node:stream";
import { Command } from "commander";
import type { Terminal } from "../src/cli/terminal.ts";
import { exitCodes } from "../src/errors.ts";

/** What a command wrote, and its exit code; -1: it gave none. */
export interface Typed {
  readonly out: string;
  readonly err: string;
  readonly exit: number;
}

/** Types `words` at a terminal of 100 columns that nobody looks at; `add` puts the commands there that are tested. */
export async function typed(add: (program: Command, terminal: Terminal) => unknown, words: readonly string[]): Promise<Typed> {
  const written = { out: "", err: "", exit: -1 };
  const terminal: Terminal = {
    env: {},
    isLive: false,
    isAsking: false,
    columns: 100,
    screen: new PassThrough(),
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    ask: async () => "",
    exit: (exit) => void (written.exit = exitCodes[exit]),
  };
  const program = new Command("serin");
  add(program, terminal);
  await program.parseAsync(words, { from: "user" });
  return written;
}
