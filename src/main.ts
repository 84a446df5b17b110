import { endWhenUnread, outliveTheLog, processTerminal } from "./cli/terminal.ts";
import type { Terminal } from "./cli/terminal.ts";
import { exitCodes } from "./errors.ts";
import { version } from "./main/server-makings.ts";

/*
 * With the parts in `main/` the only file that knows everyone: which command is in which file, and what a server is made of.
 */

/** Runs what `words` ask for, and turns a wrong command line into its exit code. */
async function main(words: readonly string[], terminal: Terminal): Promise<void> {
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) return terminal.out(`${version()}\n`);
  const [{ CommanderError }, { createProgram }] = await Promise.all([import("commander"), import("./main/program.ts")]);
  const program = await createProgram(words, terminal);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes["bad-input"];
  }
}

endWhenUnread();
outliveTheLog();
await main(process.argv.slice(2), processTerminal());
