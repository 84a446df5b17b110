import type { Exchange } from "../../exchange.ts";
import { NoAnswer } from "../../exchange.ts";
import type { ProcessRecord } from "./state-file.ts";

/** A health that takes longer is none: whoever asks has other services to look at. */
const healthWithinMs = 1000;

/** Answers `null` when the process says 2xx, otherwise why it is not ready. Throws only when `signal` aborts. */
export async function checkHealth(exchange: Exchange, { port, plan }: ProcessRecord, signal: AbortSignal): Promise<string | null> {
  const url = `http://127.0.0.1:${port}${plan.health}`;
  try {
    const { status } = await exchange({ method: "GET", url, shownAs: url, headers: {}, body: null, withinMs: healthWithinMs }, signal);
    return status >= 200 && status < 300 ? null : `its health answers ${status}`;
  } catch (error) {
    if (error instanceof NoAnswer) return `its health does not answer: ${error.message}`;
    throw error;
  }
}
