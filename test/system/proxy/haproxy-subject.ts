import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { haproxy } from "../../../src/adapters/traffic/haproxy.ts";
import type { HaproxyConnection } from "../../../src/adapters/traffic/haproxy.ts";
import { renderConfiguration, tokenVariable } from "../../../src/adapters/traffic/haproxy/configuration.ts";
import { createClock } from "../../../src/engine/clock.ts";
import type { TrafficRouter } from "../../../src/ports.ts";
import { programPath } from "../on-system.ts";
import type { ProxyRules, ProxySubject } from "./proxy-world.ts";

/** A running HAProxy with serin's rules, and how to reach it. */
export interface HaproxySubject extends ProxySubject {
  readonly connection: HaproxyConnection;
  readonly dir: string;
  /** Of the worker that serves now. */
  pid(): Promise<number>;
  /** What it answers to commands on its socket. */
  ask(commands: string): Promise<string>;
}

const token = "a-token-of-more-than-32-characters-that-nobody-may-see";

/** Starts HAProxy in a folder of its own, which is gone when it is closed. */
export async function startHaproxy(rules: ProxyRules): Promise<HaproxySubject> {
  const dir = await mkdtemp(join(tmpdir(), "serin-haproxy-"));
  const port = await freePort();
  const connection = haproxy.connection.parse({ socket: join(dir, "socket"), url: `http://127.0.0.1:${port}`, folder: dir, token });
  const { socket, folder, places } = connection;
  await writeFile(join(dir, "haproxy.cfg"), renderConfiguration(rules, { bind: `127.0.0.1:${port}`, socket, folder, places }));
  await Promise.all([writeFile(join(dir, "serin.map"), ""), writeFile(join(dir, "servers.state"), "")]);
  const ask = (commands: string): Promise<string> => askSocket(socket, commands);
  const pid = async (): Promise<number> => Number(/^Pid: (\d+)$/m.exec(await ask("show info"))?.[1]);
  let master = await startMaster(dir, ask);
  const silent = createServer();
  const routerAt = (at: string): TrafficRouter => haproxy.create({ ...connection, socket: at }, { clock: createClock(), dataDir: dir });
  let router = routerAt(socket);
  const end = async (): Promise<void> => {
    const worker = await pid().catch(() => null);
    const gone = once(master, "exit");
    master.kill("SIGKILL");
    if (worker !== null) process.kill(worker, "SIGKILL");
    await gone;
  };
  return {
    router: {
      apply: (wanted, signal) => router.apply(wanted, signal),
      observe: (signal) => router.observe(signal),
      attempt: (attempt, signal) => router.attempt(attempt, signal),
    },
    capabilities: haproxy.capabilities,
    url: connection.url,
    connection,
    dir,
    pid,
    ask,
    restart: () => Promise.resolve(routerAt(socket)),
    fail: () => {
      router = routerAt(join(dir, "nobody"));
      return Promise.resolve();
    },
    hang: async () => {
      silent.listen(join(dir, "silent"));
      await once(silent, "listening");
      router = routerAt(join(dir, "silent"));
    },
    async reload() {
      const before = await pid();
      master.kill("SIGUSR2");
      await until(async () => (await pid()) !== before);
    },
    async startAgain() {
      await end();
      master = await startMaster(dir, ask);
    },
    async close() {
      await end();
      silent.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startMaster(dir: string, ask: (commands: string) => Promise<string>): Promise<ChildProcess> {
  const env = { ...process.env, [tokenVariable]: token };
  const child = spawn(programPath("haproxy"), ["-W", "-f", join(dir, "haproxy.cfg")], { env, stdio: ["ignore", "ignore", "pipe"] });
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
  throw new Error("not within 10 s");
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
