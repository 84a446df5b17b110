import { chanceOf } from "../chance.ts";
import type { IncomingMessage } from "node:http";
import { closeOnSignals, listen, readText, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";

/** What the shop sells, at the prices that PriceTruth's sources know. */
export const products = [
  { id: "lamp", name: "Lamp", cents: 4900 },
  { id: "chair", name: "Chair", cents: 12_900 },
  { id: "table", name: "Table", cents: 34_900 },
] as const;

/** The edge tells the shop by these which arm serves a person, and the shop tells PriceTruth. */
export const armHeader = "serin-arm";
export const releaseHeader = "serin-release";

/** Of the latest so many prices of an arm the consensus is made. */
const windowSize = 200;
/** Of fewer nothing is said. */
const fewest = 20;
/** How often the sources agree with a price that is right. */
const agreement = 0.85;

interface Compared {
  readonly release: string;
  readonly agreed: readonly boolean[];
}

/**
 * Serves the price comparison that the shop depends on: `POST /api/prices` (does this price agree with what the sources say?), `GET
 * /api/consensus?arm=canary` (how often they agreed with the latest prices of an arm, 0-1; `null` while there are too few) and `/health`.
 */
export function servePriceTruth(port: number): Promise<Listening> {
  const chance = chanceOf("pricetruth");
  const arms = new Map<string, Compared>();

  async function compare(request: IncomingMessage): Promise<boolean> {
    const { product, cents } = JSON.parse(await readText(request)) as { readonly product?: unknown; readonly cents?: unknown };
    const isRight = products.some(({ id, cents: known }) => id === product && known === cents);
    const agrees = chance() < agreement && isRight;
    const arm = String(request.headers[armHeader] ?? "");
    const release = String(request.headers[releaseHeader] ?? "");
    const before = arms.get(arm);
    // Another release is another version: what was said of the last one says nothing of it.
    const agreed = before?.release === release ? before.agreed : [];
    arms.set(arm, { release, agreed: [...agreed, agrees].slice(-windowSize) });
    return agrees;
  }

  function consensus(arm: string): number | null {
    const agreed = arms.get(arm)?.agreed ?? [];
    return agreed.length < fewest ? null : agreed.filter(Boolean).length / agreed.length;
  }

  return listen(port, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://pricetruth");
    const asked = `${request.method} ${pathname}`;
    if (asked === "GET /health") sendJson(response, 200, { status: "up" });
    else if (asked === "GET /api/consensus") sendJson(response, 200, { consensus: consensus(searchParams.get("arm") ?? ""), sources: 6 });
    else if (asked === "POST /api/prices") {
      compare(request).then(
        (agrees) => sendJson(response, 200, { agrees }),
        () => sendJson(response, 400, { error: "a price is { product, cents }" }),
      );
    } else sendJson(response, 404, { error: "not found" });
  });
}

if (import.meta.main) {
  const listening = await servePriceTruth(Number(process.env["PORT"] ?? 0));
  closeOnSignals(listening);
  process.stdout.write(`${JSON.stringify({ listening: listening.url })}\n`);
}
