import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { haproxy } from "../../src/adapters/traffic/haproxy.ts";
import type { HaproxyConnection } from "../../src/adapters/traffic/haproxy.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { renderConfiguration, tokenVariable } from "../../src/adapters/traffic/haproxy/configuration.ts";
import type { HaproxyRules } from "../../src/adapters/traffic/haproxy/rules.ts";

/** A running HAProxy, a master and its worker, with serin's rules. */
export interface HaproxyProcess {
  readonly connection: HaproxyConnection;
  /** Of its configuration, socket, map and servers; gone when it is closed. */
  readonly dir: string;
  /** What it answers to commands on its socket. */
  readonly ask: (commands: string) => Promise<string>;
  /** Reads its configuration again, as SIGUSR2 makes it do; resolves when the new worker serves. */
  reload(): Promise<void>;
  /** Is killed and started again; resolves when it serves. */
  startAgain(): Promise<void>;
  readonly close: () => Promise<void>;
}

/** The token that HAProxy and the connection share. */
export const haproxyToken = "a-token-that-nobody-may-see";

/** Starts the HAProxy of the PATH, or `program`, in a folder of its own. */
export async function startHaproxyProcess(rules: HaproxyRules, program = "haproxy"): Promise<HaproxyProcess> {
  const dir = await mkdtemp(join(tmpdir(), "serin-haproxy-"));
  const port = await freePort();
  const words = { socket: join(dir, "socket"), url: `http://127.0.0.1:${port}`, folder: dir, token: haproxyToken };
  const connection = haproxy.connection.parse(words);
  const { socket, folder, places } = connection;
  const configuration = join(dir, "haproxy.cfg");
  await writeFile(configuration, renderConfiguration(rules, { bind: `127.0.0.1:${port}`, socket, folder, places, stable: {} }));
  await Promise.all([writeFile(join(dir, "serin.map"), ""), writeFile(join(dir, "servers.state"), "1\n")]);
  const ask = (commands: string): Promise<string> => askSocket(socket, commands);
  const workerPid = async (): Promise<number> => Number(/^Pid: (\d+)$/m.exec(await ask("show info"))?.[1]);
  const start = (): Promise<ChildProcess> => startMaster(program, configuration, ask);
  let master = await start();
  const end = async (): Promise<void> => {
    const worker = await workerPid().catch(() => null);
    const gone = once(master, "exit");
    master.kill("SIGKILL");
    if (worker !== null) process.kill(worker, "SIGKILL");
    await gone;
  };
  return {
    connection,
    dir,
    ask,
    async reload() {
      const before = await workerPid();
      master.kill("SIGUSR2");
      await until(async () => (await workerPid()) !== before);
    },
    async startAgain() {
      await end();
      master = await start();
    },
    async close() {
      await end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startMaster(program: string, configuration: string, ask: (commands: string) => Promise<string>): Promise<ChildProcess> {
  const env = { ...process.env, [tokenVariable]: haproxyToken };
  const child = spawn(program, ["-W", "-f", configuration], { env, stdio: ["ignore", "ignore", "pipe"] });
  let says = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    says = (says + text).slice(-2_000);
  });
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended before it was ready: ${says}`);
    return (await ask("show info").catch(() => "")) !== "";
  });
  return child;
}

/** Polls 50 times a second, at most 10 s. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("haproxy was not ready after 10 s");
}

function askSocket(path: string, commands: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ path });
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
    socket.end(`${commands}\n`);
  });
}
