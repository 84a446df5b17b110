// A backend that costs next to nothing: 1 kB to every request without a body, on a raw socket. Started as `node backend.ts VERSION [--stamp]`; its
// first line says where it listens. With `--stamp` each answer says when its request arrived, in ms of the machine's monotonic clock.
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { machineMs } from "./machine-ms.ts";

const version = process.argv[2] ?? "stable";
const stamps = process.argv.includes("--stamp");
const statusLine = "HTTP/1.1 200 OK\r\n";
const page = answerWith("text/html", "<p>".padEnd(1024, "."));
const item = answerWith("application/json", JSON.stringify({ item: "".padEnd(1013, ".") }));

function answerWith(type: string, body: string): Buffer {
  const headers = [
    "server: bench",
    `content-type: ${type}`,
    "cache-control: max-age=60",
    'etag: "33a64df5"',
    "vary: accept-encoding",
    `x-version: ${version}`,
    "date: Tue, 05 Aug 2025 14:00:00 GMT",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${statusLine}${headers.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

/** The beginning of an answer that says when its request arrived. */
function stamp(): Buffer {
  return Buffer.from(`${statusLine}x-forwarded-at: ${machineMs()}\r\n`, "latin1");
}

function serve(socket: Socket): void {
  let pending = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending += chunk.toString("latin1");
    for (let end = pending.indexOf("\r\n\r\n"); end !== -1; end = pending.indexOf("\r\n\r\n")) {
      const answer = pending.startsWith("GET / ") ? page : item;
      socket.write(stamps ? Buffer.concat([stamp(), answer.subarray(statusLine.length)]) : answer);
      pending = pending.slice(end + 4);
    }
  });
}

const server = createServer(serve);
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
});
