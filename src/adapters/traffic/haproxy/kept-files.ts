import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../../replace-file.ts";
import { stateKey } from "./rules.ts";
import { readServers } from "./servers.ts";

/** The map's file, by which HAProxy's runtime API names it too. */
export function mapFile(folder: string): string {
  return join(folder, "serin.map");
}

/** What HAProxy's `load-server-state-from-file` reads. */
export function serversFile(folder: string): string {
  return join(folder, "servers.state");
}

/** Owner and group: who reads the proofs of the arms can send requests to the canary. */
const mode = 0o640;

/**
 * Writes what HAProxy reads when it starts or reloads: the entry of the map, and the servers when their addresses or states are others than in the
 * file. `servers` is what `show servers state` says.
 */
export async function keepFiles(folder: string, kept: { readonly entry: string; readonly servers: string }): Promise<void> {
  await replaceFile(mapFile(folder), `${stateKey} ${kept.entry}\n`, mode);
  const before = await readFile(serversFile(folder), "utf8").catch(() => "");
  if (essence(before) !== essence(kept.servers)) await replaceFile(serversFile(folder), kept.servers, mode);
}

/** Without the times and the results of checks, which change all the time. */
function essence(text: string): string {
  return readServers(text)
    .map(({ backend, name, address, isReady }) => `${backend}/${name} ${address} ${isReady}`)
    .join("\n");
}
