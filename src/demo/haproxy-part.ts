import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { haproxy } from "../adapters/traffic/haproxy.ts";
import { renderConfiguration, tokenVariable } from "../adapters/traffic/haproxy/configuration.ts";
import { createClock } from "../engine/clock.ts";
import type { Plan } from "../core/plan.ts";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import { parsePlan } from "./harm-bound.ts";
import { readExamplePlan } from "./house.ts";
import type { Household } from "./household.ts";
import type { RouterPart } from "./router-part.ts";

const readyWithinMs = 10_000;
const never = new AbortController().signal;

/** Starts the machine's HAProxy with the rules of the example's plan in a folder of its own. Throws `program-missing`. */
export async function startHaproxyPart(dir: string, household: Household): Promise<RouterPart> {
  const program = findProgram("haproxy", { packages: "haproxy", files: [] });
  const folder = join(dir, "haproxy");
  await mkdir(folder);
  const token = randomBytes(32).toString("base64url");
  const tokenFile = join(folder, "token");
  const [port, controlPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const optionsAt = (socket: string) => ({ socket, url, folder, token });
  const connection = haproxy.connection.parse(optionsAt(`127.0.0.1:${controlPort}`));
  const place = { bind: `127.0.0.1:${port}`, socket: connection.socket, folder, places: connection.places, stable: {} };
  const file = join(folder, "haproxy.cfg");
  await Promise.all([
    writeFile(file, renderConfiguration(rulesOf(parsePlan(await readExamplePlan("haproxy"))), place)),
    writeFile(tokenFile, token, { mode: 0o600 }),
    writeFile(join(folder, "serin.map"), ""),
    writeFile(join(folder, "servers.state"), ""),
  ]);
  const isReady = async (): Promise<boolean> => (await Promise.all([isOpen(port), isOpen(controlPort)])).every(Boolean);
  const env = { [tokenVariable]: token };
  await household.start({ name: "haproxy", args: ["-db", "-f", file], env, program: { path: program, isReady }, readyWithinMs });
  const eye = haproxy.create(connection, { clock: createClock(), dataDir: folder });
  return {
    target: "haproxy",
    url,
    control: `http://${connection.socket}`,
    health: `${url}/health`,
    isSource: false,
    connection: (at) => ({ kind: "haproxy", ...optionsAt(new URL(at).host), token: { file: tokenFile } }),
    async seen() {
      const { release, sharePct, targets, lastCanaryMs } = await eye.observe(never);
      // It is asked for in phases, and those have a share.
      return { targets, lastCanaryMs, lease: release === null ? "none" : sharePct > 0 ? "held" : "expired" };
    },
  };
}

function rulesOf({ services, traffic: { routes, login } }: Plan) {
  return { services: services.map(({ name }) => name), routes, login };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
