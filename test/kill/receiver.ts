import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Somebody who is told: a webhook that writes down everything that arrives. */
export interface Receiver {
  readonly url: string;
  /** By key: every text that came under it, one per arrival. */
  arrived(): ReadonlyMap<string, readonly string[]>;
  /** Called when a notice has arrived and is written down; the server does not know it yet. */
  onNotice: () => void;
  /** While true nothing is answered: who tells waits. */
  isHanging: boolean;
  close(): Promise<void>;
}

/** A receiver on loopback. */
export async function openReceiver(): Promise<Receiver> {
  const arrived = new Map<string, string[]>();
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => (text += String(piece)));
    request.on("end", () => {
      const { data } = JSON.parse(text) as { readonly data: { readonly key: string } };
      const { key } = data;
      arrived.set(key, [...(arrived.get(key) ?? []), text]);
      receiver.onNotice();
      if (!receiver.isHanging) response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`,
    arrived: () => arrived,
    onNotice: () => undefined,
    isHanging: false,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
