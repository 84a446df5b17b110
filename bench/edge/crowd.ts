// Very many connections that stay open, in a process of its own. It takes one order over the channel to its parent.
import { WireClient } from "./wire-client.ts";

export interface CrowdOrder {
  readonly url: string;
  readonly connections: number;
  /** How often every connection asks, the opening included. */
  readonly rounds: number;
}

export interface CrowdResult {
  readonly served: number;
  readonly failed: readonly string[];
}

/** So many ask at the same time; the others are open and wait. */
const atOnce = 200;

function askOnce(client: WireClient): Promise<string | null> {
  return new Promise((resolve) => {
    client.ask("GET /api HTTP/1.1\r\nhost: shop.test\r\n\r\n", (answer) => {
      resolve(answer.status === 200 ? null : answer.status === null ? answer.why : String(answer.status));
    });
  });
}

async function run({ url, connections, rounds }: CrowdOrder): Promise<CrowdResult> {
  const clients = Array.from({ length: connections }, () => new WireClient(url));
  const failed: string[] = [];
  let served = 0;
  for (let round = 0; round < rounds; round += 1) {
    const left = clients.values();
    const ask = async (): Promise<void> => {
      for (const client of left) {
        const why = await askOnce(client);
        if (why === null) served += 1;
        else failed.push(why);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, ask));
  }
  return { served, failed };
}

process.on("message", (order: CrowdOrder) => {
  void run(order).then((result) => process.send?.(result));
});
