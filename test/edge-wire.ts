import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Agent, request } from "undici";
import { onTestFinished } from "vitest";

/** A connection that says what it is told, byte for byte. */
export interface Wire {
  readonly socket: Socket;
  /** Everything that came back so far. */
  readonly answer: () => string;
  /** Resolves with everything that came back when the other side has closed. */
  readonly closed: Promise<string>;
}

/** Opens a raw connection to `url` and says `text` on it. */
export function openWire(url: string, text: string): Wire {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let answer = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    answer += part;
  });
  socket.on("end", () => socket.end());
  // A connection that is reset has ended too, and an error is followed by "close".
  socket.on("error", () => undefined);
  const closed = new Promise<string>((resolve) => {
    socket.on("close", () => resolve(answer));
  });
  onTestFinished(() => void socket.destroy());
  socket.write(text, "latin1");
  return { socket, answer: () => answer, closed };
}

/** The status of every answer that stands in `text`. */
export function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** A backend of raw bytes. */
export interface RawBackend {
  readonly url: string;
  /** Everything that has arrived, on all connections. */
  readonly bytes: () => string;
  /** Connections that are open and were given over to a function of `answers`. */
  readonly held: () => number;
  /** What it answers to a request whose first line begins with a key of this table; to any other "ok". */
  readonly answers: Map<string, string | ((socket: Socket) => void)>;
}

const ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** Starts one; it answers as soon as the head of a request is there. */
export async function startRawBackend(): Promise<RawBackend> {
  let bytes = "";
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  const answers: RawBackend["answers"] = new Map();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      held.delete(socket);
    });
    socket.setEncoding("latin1").on("data", (part: string) => {
      bytes += part;
      for (const [line] of part.matchAll(/^[A-Z]+ \/\S* HTTP\/1\.1\r\n/gm)) {
        const answer = [...answers].find(([begin]) => line.startsWith(begin))?.[1] ?? ok;
        if (typeof answer === "string") socket.write(answer, "latin1");
        else {
          held.add(socket);
          answer(socket);
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, bytes: () => bytes, held: () => held.size, answers };
}

/** The request lines among the bytes that a backend has got. */
export function linesIn(bytes: string): readonly string[] {
  return [...bytes.matchAll(/^([A-Z]+ \S+) HTTP\/1\.1\r$/gm)].map(([, line]) => line ?? "");
}

/** Other people, who ask again and again while something hostile goes on. */
export interface Bystanders {
  /** Ends it: how many were served, who was not, and the longest that anybody waited, ms. */
  end(): Promise<{ readonly served: number; readonly failed: readonly string[]; readonly longestMs: number }>;
}

/** Four people on keep-alive connections who repeat nothing; each asks at least twice. */
export function startBystanders(url: string): Bystanders {
  const dispatcher = new Agent({ connections: 4 });
  const over = new AbortController();
  const failed: string[] = [];
  let served = 0;
  let longestMs = 0;
  const visit = async (): Promise<void> => {
    let times = 0;
    do {
      times += 1;
      const sinceMs = performance.now();
      try {
        const { statusCode, body } = await request(`${url}/bystander`, { dispatcher });
        await body.dump();
        if (statusCode === 200) served += 1;
        else failed.push(String(statusCode));
      } catch (error) {
        failed.push(String(error));
      }
      longestMs = Math.max(longestMs, performance.now() - sinceMs);
    } while ((!over.signal.aborted || times < 2) && failed.length < 100);
  };
  const visits = Array.from({ length: 4 }, visit);
  return {
    async end() {
      over.abort();
      await Promise.all(visits);
      await dispatcher.close();
      return { served, failed, longestMs };
    },
  };
}
