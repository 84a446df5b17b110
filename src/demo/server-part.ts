import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { apiOf } from "./api.ts";
import type { Api } from "./api.ts";
import type { Colleague } from "./colleagues.ts";
import { command } from "./house.ts";
import type { Household, Member } from "./household.ts";

/** A Tuesday afternoon in Paris, inside the plan's preferred window. */
const clockStartsMs = Date.parse("2025-08-19T14:00:00+02:00");
const readyWithinMs = 30_000;

/** The controller as a process of its own, which can be killed and started again on the same folder and address. */
export interface ServerPart {
  readonly url: string;
  apiFor(colleague: Colleague): Api;
  /** `kill -9`. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** What every process of it has printed since it was ready: the notices of `console`. */
  said(): readonly string[];
}

export interface ServerPlace {
  readonly dir: string;
  readonly household: Household;
  readonly port: number;
  /** The machine's, or one that began in the plan's preferred window. */
  readonly clock: "real" | "in the window";
}

/** Starts the server of `DIR/serin.yaml` on `DIR/data` at this port. */
export async function startServer({ dir, household, port, clock: whose }: ServerPlace): Promise<ServerPart> {
  const data = join(dir, "data");
  const beganMs = performance.now();
  const url = `http://127.0.0.1:${port}`;
  const earlier: string[] = [];
  let fallen = 0;
  let up = Promise.withResolvers<void>();

  async function start(): Promise<Member> {
    // Its clock goes on where it would be: a server that comes back has not gone back in time.
    const clock = new Date(clockStartsMs + performance.now() - beganMs).toISOString();
    const clockStarts = whose === "real" ? [] : [`--clock-starts=${clock}`];
    const config = `--config=${join(dir, "serin.yaml")}`;
    const args = [command, "server", `--data=${data}`, config, `--listen=127.0.0.1:${port}`, ...clockStarts];
    try {
      const started = await household.start({ name: "server", args, readyWithinMs });
      up.resolve();
      return started;
    } catch (error) {
      // Whoever waits for it learns that it does not come back.
      up.promise.catch(() => undefined);
      up.reject(error);
      throw error;
    }
  }

  let member = await start();
  const tokens = await readTokens(join(data, "tokens.json"));
  const reachable = { url, up: () => up.promise, fallen: () => fallen };
  return {
    url,
    apiFor: ({ name }) => apiOf(reachable, tokens.get(name) ?? ""),
    async kill() {
      up = Promise.withResolvers();
      fallen += 1;
      await member.end("SIGKILL");
      earlier.push(...member.said());
    },
    async start() {
      member = await start();
    },
    said: () => [...earlier, ...member.said()],
  };
}

async function readTokens(path: string): Promise<ReadonlyMap<string, string>> {
  const { people } = JSON.parse(await readFile(path, "utf8")) as {
    readonly people: readonly { readonly name: string; readonly token: string }[];
  };
  return new Map(people.map(({ name, token }) => [name, token]));
}
