import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { freePort } from "./free-port.ts";

/** A way between two parts of the demo that can be cut: a TCP relay on loopback. */
export interface Relay {
  /** The origin to write instead of the target's own. It stays the same while the way is cut. */
  readonly url: string;
  /** Ends every connection, and refuses new ones until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** As `cut`, for good. */
  close(): Promise<void>;
}

/** A way to `target` ("http://127.0.0.1:8081") that is open. */
export async function openRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const at = await freePort();
  let server = await listenOn(at);

  async function listenOn(onPort: number): Promise<Server> {
    // Who has nothing more to say may still listen: the runtime API of HAProxy is asked like that.
    const made = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.pipe(other);
        socket.on("error", () => other.destroy());
        socket.on("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      }
    });
    made.listen(onPort, "127.0.0.1");
    await once(made, "listening");
    return made;
  }

  async function cut(): Promise<void> {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${at}`,
    cut,
    async mend() {
      if (!server.listening) server = await listenOn(at);
    },
    close: cut,
  };
}
