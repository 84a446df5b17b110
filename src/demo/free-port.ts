import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports that the system gives to nobody by itself. From its own range every connection that a process opens takes one, so that a port of it which
 * is free now may be taken a moment later; and whoever knocks there may even reach himself.
 *
 * Source: ip(7), ip_local_port_range: 32768 to 60999 on Linux; RFC 6335, section 6: 49152 to 65535 elsewhere.
 */
const range = { from: 20_000, below: 32_768 };
const triesAtMost = 100;
const given = new Set<number>();

/** A port of the loopback that nobody listens on now, and that this process has not been given before. Throws when none is found. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const port = randomInt(range.from, range.below);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of 127.0.0.1 between ${range.from} and ${range.below} is free`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
