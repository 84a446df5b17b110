import { z } from "zod";
import type { Notice } from "../../ports.ts";
import type { NotifierDefinition } from "../define.ts";

const connection = z.strictObject({});

/** Where notices are written: a terminal, a file, a pipe. */
export type NoticeStream = Pick<NodeJS.WritableStream, "write" | "on">;

/** Writes notices to the server's standard output. */
export const console: NotifierDefinition<z.infer<typeof connection>> = defineConsole(process.stdout);

/**
 * Returns the notifier that writes each notice to `stream`: its title, then its lines, indented. A notice counts as delivered when the
 * stream has taken it. Control characters are shown, never sent: a text from outside cannot steer the terminal.
 */
export function defineConsole(stream: NoticeStream): NotifierDefinition<z.infer<typeof connection>> {
  return {
    kind: "console",
    says: "Writes notices to the server's standard output.",
    connection,
    create: () => {
      let broken: Error | null = null;
      // A stream that breaks tells its write and its listeners; without a listener the process would die of it.
      stream.on("error", (error: Error) => (broken = error));
      return {
        async send(notice, signal) {
          signal.throwIfAborted();
          if (broken !== null) throw new Error(`the notices' stream is broken: ${broken.message}`);
          await new Promise<void>((resolve, reject) => {
            const onAbort = (): void => reject(signal.reason);
            signal.addEventListener("abort", onAbort, { once: true });
            stream.write(noticeText(notice), (error) => {
              signal.removeEventListener("abort", onAbort);
              if (error) reject(error);
              else resolve();
            });
          });
        },
      };
    },
  };
}

/** A notice as lines of text, each ended by a line feed. */
export function noticeText({ atMs, to, title, lines }: Notice): string {
  const whom = to === "" ? "" : ` ${shown(to)}`;
  const head = `${new Date(atMs).toISOString()}${whom} ${shown(title)}`;
  return [head, ...lines.map((line) => `  ${shown(line)}`)].map((line) => `${line}\n`).join("");
}

/** `text` with every control and direction character written out as \u{…}. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
