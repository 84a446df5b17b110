import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { vi } from "vitest";
import { findFreePort } from "../../src/adapters/workloads/process/free-port.ts";
import { programPath } from "./on-system.ts";

/** A PostgreSQL of a test's own: a new database "shop" in a temporary folder, on the loopback and on a socket. */
export interface PostgresServer {
  /** Its folder, which also has the socket. */
  readonly folder: string;
  readonly port: number;
  /** Address of the database for a role; without a password the folder's socket lets it in. */
  address(role: string, password?: string): string;
  /** Runs SQL as the superuser, and answers the rows of its last statement. */
  run(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends it at once, as a crash does; `start` brings it back with what it had. Each does nothing where it is so already. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL does not run as root: then it runs as Debian's user for it. */
const user = "postgres";

/** Makes and starts one. `settings` are lines of its postgresql.conf; files that they name are in its folder. */
export async function startPostgres(
  settings: readonly string[] = [],
  files: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "serin-postgres-"));
  const owner = ownerOf(folder);
  const data = join(folder, "data");
  const asOwner = owner === null ? {} : { uid: owner.uid, gid: owner.gid };
  const init = [
    "--pgdata",
    data,
    "--username",
    user,
    "--auth-local",
    "trust",
    "--auth-host",
    "scram-sha-256",
    "--no-sync",
    "--encoding",
    "UTF8",
  ];
  must(spawnSync(programPath("initdb"), init, { ...asOwner, cwd: folder, encoding: "utf8" }));
  for (const [name, text] of Object.entries(files)) {
    const path = join(data, name);
    writeFileSync(path, text, { mode: 0o600 });
    if (owner !== null) chownSync(path, owner.uid, owner.gid);
  }
  const port = await findFreePort(new Set());
  const own = [`port = ${port}`, "listen_addresses = '127.0.0.1'", `unix_socket_directories = '${folder}'`, "fsync = off", ...settings];
  const program = programPath("postgres");
  let running: ChildProcess | null = null;
  const server: PostgresServer = {
    folder,
    port,
    address: (role, password) =>
      password === undefined
        ? `postgresql:///shop?host=${encodeURIComponent(folder)}&port=${port}&user=${role}`
        : `postgresql://${role}:${password}@127.0.0.1:${port}/shop`,
    run: (sql) => ask({ folder, port, database: "shop" }, sql),
    async stop() {
      const ended = running;
      if (!isRunning(ended)) return;
      const gone = new Promise((resolve) => ended.once("exit", resolve));
      // SIGQUIT: at once, without saying goodbye.
      ended.kill("SIGQUIT");
      await gone;
    },
    async start() {
      if (isRunning(running)) return;
      const args = ["-D", data, ...own.flatMap((setting) => ["-c", setting.replaceAll(" = ", "=").replaceAll("'", "")])];
      running = spawn(program, args, { ...asOwner, cwd: folder, stdio: "ignore" });
      await untilItAnswers({ folder, port });
    },
    async close() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await server.start();
    await ask({ folder, port, database: user }, "create database shop");
    return server;
  } catch (cause) {
    await server.close();
    throw cause;
  }
}

function isRunning(child: ChildProcess | null): child is ChildProcess {
  return child !== null && child.exitCode === null && child.signalCode === null;
}

function ownerOf(folder: string): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(must(spawnSync("id", [flag, user], { encoding: "utf8" })).stdout));
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user}`);
  chownSync(folder, uid, gid);
  chmodSync(folder, 0o755);
  return { uid, gid };
}

function must<Ended extends { readonly status: number | null; readonly stderr: string }>(ended: Ended): Ended {
  if (ended.status !== 0) throw new Error(`it ended with ${ended.status}: ${ended.stderr}`);
  return ended;
}

async function ask(
  { folder, port, database }: { readonly folder: string; readonly port: number; readonly database: string },
  sql: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ host: folder, port, user, database, password: () => "", ssl: false });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(sql);
    return (Array.isArray(result) ? (result.at(-1) as typeof result) : result).rows;
  } finally {
    await client.end();
  }
}

async function untilItAnswers(at: { readonly folder: string; readonly port: number }): Promise<void> {
  await vi.waitFor(() => ask({ ...at, database: user }, "select 1"), { interval: 20 });
}
