import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "../../src/demo/free-port.ts";
import { endOf, startProgram } from "./processes.ts";

/** A running HAProxy. */
export interface Haproxy {
  /** "2.6.12". */
  readonly version: string;
  readonly url: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** Starts HAProxy in front of `backends`, which it asks in turn, with a configuration of its own in `dir`; `null` when it is not installed. */
export async function startHaproxy(dir: string, backends: readonly string[]): Promise<Haproxy | null> {
  const asked = spawnSync("haproxy", ["-v"], { encoding: "utf8" });
  const version = /version (\d+\.\d+(?:\.\d+)?)/.exec(asked.stdout ?? "")?.[1];
  if (asked.status !== 0 || version === undefined) return null;
  const port = await freePort();
  const file = join(dir, "haproxy.cfg");
  await writeFile(file, configuration(port, backends));
  const child = await startProgram("haproxy", ["-db", "-f", file], () => answers(port));
  return { version, url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, end: () => endOf(child) };
}

/** One thread, as the edge has one; it forwards as the edge does and counts nothing. */
function configuration(port: number, backends: readonly string[]): string {
  const servers = backends.map((url, index) => `  server shop${index} ${new URL(url).host} maxconn 256`);
  return `global
  nbthread 1
  maxconn 1000

defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 75s
  timeout server 60s
  timeout http-keep-alive 75s

listen shop
  bind 127.0.0.1:${port}
  http-reuse always
  balance roundrobin
${servers.join("\n")}
`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
