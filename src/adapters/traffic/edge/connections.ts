import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { BlockList, Socket } from "node:net";
import { performance } from "node:perf_hooks";
import type { Duplex } from "node:stream";
import { refusalOfParser, refusalText } from "./refusals.ts";
import type { Refusal } from "./refusals.ts";

/** So long idle connections are left alone after they made room for others. */
const leastRoomMs = 1_000;

/** One connection of a client. */
interface Connection {
  readonly address: string;
  readonly isTrusted: boolean;
  /** Requests that have come and are not answered whole. */
  underWay: number;
  /** The answer of the last of them; `null`: none is under way. */
  last: ServerResponse | null;
}

/** The clients' connections: who is at the other end, what is under way on each, and when one has to end. */
export class Connections {
  readonly #trusted: BlockList;
  readonly #pipelined: number;
  readonly #refused: (refusal: Refusal) => void;
  readonly #met = new WeakMap<object, Connection>();

  constructor(options: {
    /** Who stands in front and may say where a request came from. */
    readonly trusted: BlockList;
    readonly pipelined: number;
    readonly refused: (refusal: Refusal) => void;
  }) {
    this.#trusted = options.trusted;
    this.#pipelined = options.pipelined;
    this.#refused = options.refused;
  }

  /** Looks after the connections of `server`. */
  watch(server: Server, stallMs: number): void {
    let madeRoomMs = Number.NEGATIVE_INFINITY;
    server.on("drop", () => {
      // It looks at every connection, and whoever floods an edge may not make that its only work.
      if (performance.now() - madeRoomMs < leastRoomMs) return;
      madeRoomMs = performance.now();
      server.closeIdleConnections();
    });
    server.on("clientError", (error, socket) => this.#fail(error, socket));
    // Node calls this after so long without any byte, in the middle of an answer too. A client is not to blame for a backend that thinks.
    server.setTimeout(stallMs, (socket) => {
      if (this.of(socket).underWay === 0 || socket.writableLength > 0) socket.destroy();
    });
  }

  /** The other end of a connection; whether it is trusted is looked up once. */
  of(socket: Socket): Connection {
    const known = this.#met.get(socket);
    if (known !== undefined) return known;
    const address = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const isTrusted = address !== "" && this.#trusted.check(address, address.includes(":") ? "ipv6" : "ipv4");
    const connection = { address, isTrusted, underWay: 0, last: null };
    this.#met.set(socket, connection);
    return connection;
  }

  /** A request has come; answers false when the connection has been closed, for having asked too much before the first answer. */
  begin({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const connection = this.of(socket);
    if (socket.destroyed || connection.underWay >= this.#pipelined) {
      socket.destroy();
      return false;
    }
    connection.underWay += 1;
    connection.last = response;
    response.on("close", () => {
      connection.underWay -= 1;
      if (connection.underWay === 0) connection.last = null;
    });
    return true;
  }

  /**
   * Ends a connection whose bytes are no request. It is told why when that cannot be taken for the answer to something else: nothing is under way, or
   * the one request itself is broken and has no answer yet.
   */
  #fail(error: Error, socket: Duplex): void {
    const refusal = refusalOfParser(error);
    const connection = this.#met.get(socket);
    const isFree = connection === undefined || connection.underWay === 0;
    const isItsOwn = connection?.underWay === 1 && connection.last?.headersSent === false;
    if (refusal === null || !socket.writable || !(isFree || isItsOwn)) return void socket.destroy();
    this.#refused(refusal);
    socket.end(refusalText(refusal), () => socket.destroy());
  }
}
