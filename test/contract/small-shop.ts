import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One version of a small shop: it says who it is, and what it was asked. */
export interface SmallShop {
  readonly url: string;
  readonly server: Server;
  /** Requests that have arrived, oldest first. */
  readonly requests: readonly { readonly line: string; readonly headers: IncomingMessage["headers"]; readonly body: string }[];
  /** Answers `line` ("GET /slow") in another way from now on. */
  on(line: string, answer: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
}

/**
 * Starts a shop. `POST /login` answers 303 and `POST /api/login` 200; every other request answers 200, a page as HTML for whoever asks for one. The
 * header `x-version` names the shop.
 */
export async function startSmallShop(version: string): Promise<SmallShop> {
  const requests: { line: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
  const server = createServer({ keepAliveTimeout: 10_000 }, (request, response) => {
    const line = `${request.method} ${request.url?.split("?", 1)[0]}`;
    response.setHeader("x-version", version);
    const special = answers.get(line);
    if (special) {
      special(request, response);
      return;
    }
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      requests.push({ line, headers: request.headers, body });
      if (line === "POST /login") {
        response.writeHead(303, { location: "/" }).end();
        return;
      }
      const isPage = request.headers.accept?.includes("text/html") ?? false;
      response.setHeader("content-type", isPage ? "text/html" : "application/json");
      response.end(isPage ? `<p>${version}` : JSON.stringify({ version }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    requests,
    on: (line, answer) => void answers.set(line, answer),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
