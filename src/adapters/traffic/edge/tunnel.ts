import type { Duplex } from "node:stream";
import type { Arm } from "./cohort.ts";
import { FrameBoundary, closeFrame } from "./websocket-frames.ts";

/** One end of a tunnel and what it has sent already. */
export interface TunnelEnd {
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface TunnelOptions {
  readonly client: TunnelEnd;
  readonly upstream: TunnelEnd;
  readonly arm: Arm;
  readonly url: string;
  /** Called once, when both ends are gone. */
  readonly closed: () => void;
}

const serviceRestart = 1012;
const goodbyeMs = 1_000;

/** Two connected ends of a WebSocket. Bytes go through as they are; only `close` puts a frame of its own between two of the backend's. */
export class Tunnel {
  readonly arm: Arm;
  readonly url: string;
  readonly #options: TunnelOptions;
  readonly #boundary = new FrameBoundary();
  #isClosing = false;
  #isSaid = false;

  constructor(options: TunnelOptions) {
    this.arm = options.arm;
    this.url = options.url;
    this.#options = options;
  }

  start(): void {
    const { client, upstream } = this.#options;
    if (upstream.head.length > 0) this.#fromUpstream(upstream.head);
    if (client.head.length > 0) upstream.socket.write(client.head);
    upstream.socket.on("data", (chunk: Buffer) => this.#fromUpstream(chunk));
    client.socket.on("drain", () => upstream.socket.resume());
    client.socket.pipe(upstream.socket);
    upstream.socket.on("end", () => client.socket.end());
    let left = 2;
    for (const [one, other] of [
      [client.socket, upstream.socket],
      [upstream.socket, client.socket],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        left -= 1;
        if (left === 0) this.#options.closed();
        else if (!this.#isSaid || one === client.socket) other.destroy();
      });
    }
  }

  /** Ends the tunnel: the client is told 1012 after the frame that is under way and has a second to answer. */
  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const timer = setTimeout(() => this.#destroy(), goodbyeMs);
    timer.unref();
    this.#options.client.socket.once("close", () => clearTimeout(timer));
    if (this.#boundary.isAtBoundary) this.#sayGoodbye();
  }

  #fromUpstream(chunk: Buffer): void {
    const { client, upstream } = this.#options;
    if (this.#isSaid) return;
    if (this.#isClosing) {
      const length = this.#boundary.untilBoundary(chunk);
      client.socket.write(chunk.subarray(0, length));
      if (this.#boundary.isAtBoundary) this.#sayGoodbye();
      return;
    }
    this.#boundary.follow(chunk);
    if (!client.socket.write(chunk)) upstream.socket.pause();
  }

  #sayGoodbye(): void {
    this.#isSaid = true;
    this.#options.client.socket.end(closeFrame(serviceRestart, "the version that served this connection is being replaced"));
  }

  #destroy(): void {
    this.#options.client.socket.destroy();
    this.#options.upstream.socket.destroy();
  }
}
