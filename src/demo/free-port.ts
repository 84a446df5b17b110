import { findFreePort } from "../adapters/workloads/process/free-port.ts";

const given = new Set<number>();

/** A port of the loopback that nobody listens on now, that no connection is given, and that this process was not told before. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await findFreePort(given);
    // Somebody who asked at the same time may have been told the same.
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
