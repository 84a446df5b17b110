import { connect } from "node:net";
import type { Socket } from "node:net";
import type { Clock } from "../../../ports.ts";

/** Speaks to one HAProxy. */
export interface Runtime {
  /**
   * Sends the commands in their order, over one connection for as many as a line holds, and resolves with all that HAProxy says. Throws
   * `RuntimeTrouble`, and the signal's own reason when the signal aborted.
   */
  ask(commands: readonly string[], signal: AbortSignal): Promise<string>;
}

/** HAProxy could not be asked; the message names the socket and what was wrong with it. */
export class RuntimeTrouble extends Error {
  override readonly name = "RuntimeTrouble";
  /** The code of the system ("ENOENT", "EACCES", "ECONNREFUSED"); `null`: there was no answer in time, or a useless one. */
  readonly code: string | null;
  constructor(message: string, code: string | null) {
    super(message);
    this.code = code;
  }
}

/** What HAProxy reads at once is limited to a buffer, 16384 bytes by default. */
const longestLine = 8_000;
const largestAnswer = 16 * 1024 * 1024;

/**
 * Asks over the `stats socket` at `socket`, a path or `host:port`; each call has `withinMs`.
 *
 * Source: https://docs.haproxy.org/2.4/management.html, section 9.3 "Unix Socket commands"
 */
export function createRuntime(parts: { readonly socket: string; readonly withinMs: number; readonly clock: Clock }): Runtime {
  return {
    async ask(commands, signal) {
      let text = "";
      for (const line of linesOf(commands)) text += await askLine(line, parts, signal);
      return text;
    },
  };
}

function linesOf(commands: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const command of commands) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + command.length < longestLine) lines[lines.length - 1] = `${last};${command}`;
    else lines.push(command);
  }
  return lines;
}

async function askLine(
  line: string,
  { socket: at, withinMs, clock }: { readonly socket: string; readonly withinMs: number; readonly clock: Clock },
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const socket = open(at);
  const isOver = new AbortController();
  try {
    return await new Promise<string>((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const fail = (why: string, code: string | null): void => reject(new RuntimeTrouble(`HAProxy at ${at}: ${why}`, code));
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true, signal: isOver.signal });
      void clock.wait(withinMs, isOver.signal).then(() => fail(`no answer within ${withinMs} ms`, null));
      socket.on("error", (error: NodeJS.ErrnoException) => fail(sayCode(error.code), error.code ?? null));
      socket.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > largestAnswer) return fail(`the answer is larger than ${largestAnswer} bytes`, null);
        chunks.push(chunk);
      });
      socket.on("close", () =>
        size === 0 ? fail("the connection was closed without an answer", null) : resolve(Buffer.concat(chunks).toString("utf8")),
      );
      socket.end(`${line}\n`);
    });
  } finally {
    isOver.abort();
    socket.destroy();
  }
}

function open(at: string): Socket {
  if (at.startsWith("/")) return connect({ path: at });
  const colon = at.lastIndexOf(":");
  return connect({ host: at.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port: Number(at.slice(colon + 1)) });
}

function sayCode(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "there is no such socket";
    case "EACCES":
      return "this user may not use the socket";
    case "ECONNREFUSED":
      return "nobody listens there";
    default:
      return `cannot be asked (${code ?? "no code"})`;
  }
}
