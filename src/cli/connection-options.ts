import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { createClient } from "./client.ts";
import type { Client } from "./client.ts";
import type { Terminal } from "./terminal.ts";

/** The options of every command that talks to a server. */
export interface ConnectionOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly person?: string;
  readonly json?: boolean;
}

const defaultServer = "http://127.0.0.1:7707";

/** Adds `--server`, `--token-file`, `--person` and `--json`. */
export function withConnection(command: Command): Command {
  return command
    .option("--server <url>", `where the server answers (default: SERIN_SERVER, then ${defaultServer})`)
    .option("--token-file <file>", "tokens.json of the server's data folder, or a file that holds one token (default: SERIN_TOKEN)")
    .option("--person <name>", "who asks, when the token file holds several people")
    .option("--json", "write JSON");
}

/** The client that the options and the environment describe. Throws `input-invalid`, `token-missing`, `token-file-unreadable` or `person-unclear`. */
export async function connect(terminal: Terminal, options: ConnectionOptions): Promise<Client> {
  const serverUrl = options.server ?? (terminal.env["SERIN_SERVER"] || defaultServer);
  if (!/^https?:\/\//.test(serverUrl) || !URL.canParse(serverUrl)) {
    throw new UserError("input-invalid", `"${serverUrl}" is not the address of a server, such as ${defaultServer}.`);
  }
  return createClient({ serverUrl, token: await tokenFrom(terminal, options) });
}

async function tokenFrom(terminal: Terminal, options: ConnectionOptions): Promise<string> {
  const { tokenFile } = options;
  if (tokenFile === undefined) {
    if (options.person !== undefined)
      throw new UserError("input-invalid", "--person chooses among the people of --token-file, and none is given.");
    const token = terminal.env["SERIN_TOKEN"]?.trim();
    if (token) return token;
    throw new UserError("token-missing", "Neither `--token-file` nor SERIN_TOKEN was given.");
  }
  const text = await readFile(tokenFile, "utf8").catch((error: unknown) => {
    throw new UserError("token-file-unreadable", `${error instanceof Error ? error.message : String(error)}.`);
  });
  return tokenIn(text.trim(), tokenFile, options.person);
}

const people = z.object({ people: z.array(z.object({ name: z.string(), token: z.string() })) });

function tokenIn(text: string, file: string, person: string | undefined): string {
  if (/^[A-Za-z0-9._~+/-]+=*$/.test(text)) return text;
  const known = peopleIn(text, file);
  const names = known.map(({ name }) => name).join(", ");
  if (person === undefined && known.length > 1) throw new UserError("person-unclear", `${file} holds the tokens of ${names}.`);
  const found = person === undefined ? known[0] : known.find(({ name }) => name === person);
  if (found === undefined)
    throw new UserError("token-file-unreadable", `${file} holds no token of ${person ?? "anybody"}; it has ${names || "nobody"}.`);
  return found.token;
}

function peopleIn(text: string, file: string): z.infer<typeof people>["people"] {
  try {
    return people.parse(JSON.parse(text)).people;
  } catch {
    throw new UserError("token-file-unreadable", `${file} holds neither one token nor a server's tokens.`);
  }
}
