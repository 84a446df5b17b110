import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { seenSchema, seenTrafficOf } from "../adapters/traffic/nginx/seen.ts";
import { findProgram } from "./find-program.ts";
import { freePort } from "./free-port.ts";
import type { Household } from "./household.ts";
import { nginxPackages, startNginx } from "./nginx-process.ts";
import type { RouterPart } from "./router-part.ts";

/** Starts the machine's nginx with the example's configuration in a folder of its own. Throws `program-missing`. */
export async function startNginxPart(dir: string, household: Household): Promise<RouterPart> {
  const program = findProgram("nginx", nginxPackages);
  const own = join(dir, "nginx");
  await mkdir(own);
  const token = randomBytes(32).toString("base64url");
  const [port, controlPort] = [await freePort(), await freePort()];
  // Nothing answers before the shop opens; the addresses come with the first order.
  const shop = { routes: { "/": "frontend", "/api": "backend" }, stable: { frontend: [], backend: [] } };
  await startNginx(household, { program, dir: own, token, port, controlPort, workers: 2, ...shop });
  const control = `http://127.0.0.1:${controlPort}`;
  return {
    target: "nginx",
    url: `http://127.0.0.1:${port}`,
    control,
    health: `${control}/health`,
    isSource: false,
    connection: (at) => ({ kind: "nginx", control: [at], token: { file: join(own, "token") } }),
    async seen() {
      const answer = await fetch(`${control}/seen`, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`nginx answered ${answer.status} for what it sees`);
      const seen = seenSchema.parse(await answer.json());
      return { ...seenTrafficOf(seen), lease: seen.lease };
    },
  };
}
