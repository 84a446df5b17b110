import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WantedTraffic } from "../../src/ports.ts";

/** What the server does at the edge's control address. */
export type Contact = "told" | "read" | "seen" | "tried";

const contacts: Readonly<Record<string, Contact>> = {
  "PUT /wanted": "told",
  "GET /metrics": "read",
  "GET /seen": "seen",
  "POST /attempt": "tried",
};

/** Everything that server and edge said to each other since `forget`, in its order. */
export interface Overheard {
  /** Every word about traffic that reached the edge. */
  readonly words: readonly WantedTraffic[];
  /** Every metrics page that the edge gave out. */
  readonly pages: readonly string[];
}

/** The wire between server and edge: passes everything on, and remembers it. */
export interface Wiretap {
  /** What the server is told to be the edge's control address. */
  readonly url: string;
  overheard(): Overheard;
  forget(): void;
  /** Called with each contact, before it is passed on and after the edge has answered (the server has not heard the answer yet). */
  onContact: (contact: Contact, when: "before" | "after") => void;
  close(): Promise<void>;
}

/** A wire to the edge whose control address is `control`. */
export async function openWiretap(control: string): Promise<Wiretap> {
  let words: WantedTraffic[] = [];
  let pages: string[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const contact = contacts[`${request.method} ${request.url}`];
    const body = await textOf(request);
    if (contact !== undefined) tap.onContact(contact, "before");
    if (contact === "told") words.push(JSON.parse(body) as WantedTraffic);
    const { authorization = "" } = request.headers;
    const answer = await fetch(`${control}${request.url}`, {
      method: request.method ?? "GET",
      headers: { authorization, "content-type": "application/json" },
      body: body === "" ? null : body,
    });
    const text = await answer.text();
    if (contact === "read" && answer.ok) pages.push(text);
    if (contact !== undefined) tap.onContact(contact, "after");
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/json" });
    response.end(text);
  };
  const server = createServer((request, response) => {
    // The server may be gone in any moment: then nobody waits for this answer.
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const tap: Wiretap = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    overheard: () => ({ words, pages }),
    forget() {
      words = [];
      pages = [];
    },
    onContact: () => undefined,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return tap;
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text;
}
