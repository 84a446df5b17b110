import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports that the system gives to nobody by itself. From its own range every connection that a process opens takes one, so that a port of it which
 * is free now may be taken a moment later; and whoever knocks there may even reach himself.
 *
 * Source: ip(7), ip_local_port_range: 32768 to 60999 on Linux; RFC 6335, section 6: 49152 to 65535 elsewhere.
 */
const range = { from: 20_000, below: 32_768 };
const triesAtMost = 1_000;

/** True when nobody listens on this port of the loopback interface. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ host: "127.0.0.1", port, exclusive: true });
  try {
    await once(server, "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES")) return false;
    throw error;
  }
  server.close();
  await once(server, "close");
  return true;
}

/** Answers a port that is free now, not in `taken`, and given to nobody by chance. Throws when a thousand tries find none. */
export async function findFreePort(taken: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const port = randomInt(range.from, range.below);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no port of 127.0.0.1 between ${range.from} and ${range.below} is free`);
}
