import { randomUUID } from "node:crypto";
import type { Request } from "../core/requests.ts";
import type { EngineFace } from "./parts.ts";
import type { Clock } from "../ports.ts";
import type { Log } from "./log.ts";

/** Of what somebody may not ask of a release, one in so long is written into its journal, ms. */
const windowMs = 60_000;

interface Parts {
  readonly engine: Pick<EngineFace, "ask" | "nowMs">;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the server begins to close. */
  readonly closing: AbortSignal;
}

/** The same, asked again. */
interface Repeated {
  last: Request;
  times: number;
}

/**
 * What people and machines that are known ask of a release and may not. The first of each kind goes into the release's journal, which refuses it; those that
 * follow within the minute are counted, and stand in it together as one. So everybody can read who tried what, and nobody fills what is kept for good.
 */
export class DeniedAsks {
  readonly #parts: Parts;
  /** By who, which release and what. */
  readonly #open = new Map<string, Repeated>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** True for one that is to be asked of the release; false: it is counted, and answered without it. */
  isFirst(request: Request): boolean {
    const key = JSON.stringify([request.by.name, request.release, request.kind]);
    const repeated = this.#open.get(key);
    if (repeated !== undefined) {
      repeated.last = request;
      repeated.times += 1;
      return false;
    }
    const counted: Repeated = { last: request, times: 0 };
    this.#open.set(key, counted);
    void this.#write(key, counted);
    return true;
  }

  /** Each minute, until there was none in the last one; a server that closes writes down what it has counted. */
  async #write(key: string, counted: Repeated): Promise<void> {
    const { engine, clock, closing, log } = this.#parts;
    for (;;) {
      await clock.wait(windowMs, closing);
      const { last, times } = counted;
      if (times === 0 || closing.aborted) this.#open.delete(key);
      if (times === 0) return;
      counted.times = 0;
      try {
        await engine.ask({ ...last, id: `denied-${randomUUID()}`, atMs: engine.nowMs(), times });
      } catch (error) {
        const because = error instanceof Error ? error.message : String(error);
        log("warning", "denied-not-journalled", { release: last.release, who: last.by.name, asked: last.kind, times, because });
      }
      if (closing.aborted) return;
    }
  }
}
