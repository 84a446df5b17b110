import { closeOnSignals, listen, sendJson } from "./listen.ts";
import type { Listening } from "./listen.ts";

/** Serves the price comparison that the shop depends on: `/api/consensus` (0-1, about 0.83) and `/health`. */
export function servePriceTruth(port: number): Promise<Listening> {
  let asked = 0;
  return listen(port, (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0];
    if (path === "/health") {
      sendJson(response, 200, { status: "up" });
    } else if (path === "/api/consensus") {
      asked += 1;
      sendJson(response, 200, { consensus: 0.83 + 0.02 * Math.sin(asked / 5), sources: 6 });
    } else {
      sendJson(response, 404, { error: "not found" });
    }
  });
}

if (import.meta.main) {
  const listening = await servePriceTruth(Number(process.env["PORT"] ?? 0));
  closeOnSignals(listening);
  process.stdout.write(`${JSON.stringify({ listening: listening.url })}\n`);
}
