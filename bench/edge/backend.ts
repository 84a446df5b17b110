// A backend that costs next to nothing: 1 kB to every GET on a raw socket. Started as `node backend.ts VERSION`; its first line says where it listens.
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

const version = process.argv[2] ?? "stable";
const page = answerWith("text/html", "<p>".padEnd(1024, "."));
const item = answerWith("application/json", JSON.stringify({ item: "".padEnd(1013, ".") }));

function answerWith(type: string, body: string): Buffer {
  const headers = [
    "HTTP/1.1 200 OK",
    "server: bench",
    `content-type: ${type}`,
    "cache-control: max-age=60",
    'etag: "33a64df5"',
    "vary: accept-encoding",
    `x-version: ${version}`,
    "date: Tue, 05 Aug 2025 14:00:00 GMT",
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${headers.join("\r\n")}\r\n\r\n${body}`, "latin1");
}

function serve(socket: Socket): void {
  let pending = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending += chunk.toString("latin1");
    for (let end = pending.indexOf("\r\n\r\n"); end !== -1; end = pending.indexOf("\r\n\r\n")) {
      socket.write(pending.startsWith("GET / ") ? page : item);
      pending = pending.slice(end + 4);
    }
  });
}

const server = createServer(serve);
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: `http://127.0.0.1:${port}` })}\n`);
});
