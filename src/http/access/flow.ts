import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../ports.ts";

/** A sign-in takes at most so long, ms. */
const lastsMs = 10 * 60_000;

const flowShape = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** Where the sign-in ends, an address of this server. */
  to: z.string(),
  /** Monotonic. */
  untilMs: z.number(),
});

/** What a sign-in must remember between its two ends. */
export type Flow = Omit<z.infer<typeof flowShape>, "untilMs">;

/**
 * Sign-ins that are under way. Each is remembered by its browser, in a cookie that this server has signed; the server knows only which are over, so
 * that nobody can fill its memory by beginning. The key is as old as the server: a restart ends them.
 */
export class Flows {
  readonly #clock: Clock;
  readonly #key = randomBytes(32);
  /** By state: sign-ins that came to their end, until they would have ended by themselves. */
  readonly #over = new Map<string, number>();
  readonly seconds = lastsMs / 1_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  seal(flow: Flow): string {
    const body = Buffer.from(JSON.stringify({ ...flow, untilMs: this.#clock.monotonicMs() + lastsMs })).toString("base64url");
    return `${body}.${this.#sign(body).toString("base64url")}`;
  }

  /** What was sealed, once; `null`: it is not ours, too old, of another `state`, or was opened before. */
  open(sealed: string, state: string): Flow | null {
    const [body = "", signature = ""] = sealed.split(".");
    const [given, wanted] = [Buffer.from(signature, "base64url"), this.#sign(body)];
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
    const { untilMs, ...flow } = flowShape.parse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
    const nowMs = this.#clock.monotonicMs();
    for (const [old, overMs] of this.#over) if (nowMs >= overMs) this.#over.delete(old);
    if (flow.state !== state || nowMs >= untilMs || this.#over.has(state)) return null;
    this.#over.set(state, untilMs);
    return flow;
  }

  #sign(body: string): Buffer {
    return createHmac("sha256", this.#key).update(body).digest();
  }
}
