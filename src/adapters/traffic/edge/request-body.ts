import type { IncomingMessage } from "node:http";
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import type { ClientLimits } from "./client-limits.ts";

/** A body that its client may not go on sending. */
export class BodyRefused extends Error {
  readonly status: 408 | 413;

  constructor(status: 408 | 413, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The body of a client's request for one backend, with backpressure and without a copy. Unlike the request itself it can be thrown away (a
 * backend that died) and the client still be answered. While nobody has read from it, it may be sent somewhere else. One that grows too large, or
 * drips, ends with `BodyRefused`: while it lasts it holds a connection to a backend, and those are few.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  readonly #limits: ClientLimits;
  #isTouched = false;
  #bytes = 0;
  /** How long the client was waited for, ms, until `#askedMs`. */
  #waitedMs = 0;
  /** Since when it is waited for; `null`: it is not its turn. */
  #askedMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: IncomingMessage, limits: ClientLimits) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    this.#limits = limits;
    source.pause();
  }

  /** True while not a byte was taken, so that it can be sent from the beginning. */
  get isUntouched(): boolean {
    return !this.#isTouched;
  }

  override _read(): void {
    this.#askedMs ??= performance.now();
    if (!this.#isTouched) this.#begin();
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#source.off("data", this.#onData);
    this.#source.off("end", this.#onEnd);
    this.#source.off("close", this.#onClose);
    callback(error);
  }

  #begin(): void {
    this.#isTouched = true;
    this.#source.on("data", this.#onData);
    this.#source.on("end", this.#onEnd);
    this.#source.on("close", this.#onClose);
    if (this.#limits.bodyBytesPerSecond === 0) return;
    this.#timer = setInterval(() => this.#look(), this.#limits.checkMs);
    this.#timer.unref();
  }

  #look(): void {
    const { bodyGraceMs, bodyBytesPerSecond } = this.#limits;
    const waitedMs = this.#waitedMs + (this.#askedMs === null ? 0 : performance.now() - this.#askedMs);
    if (waitedMs <= bodyGraceMs + (this.#bytes * 1000) / bodyBytesPerSecond) return;
    this.destroy(new BodyRefused(408, "the body comes too slowly"));
  }

  #notAsked(): void {
    if (this.#askedMs !== null) this.#waitedMs += performance.now() - this.#askedMs;
    this.#askedMs = null;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bodyBytes) {
      this.destroy(new BodyRefused(413, `the body is larger than ${this.#limits.bodyBytes} bytes`));
      return;
    }
    if (this.push(chunk)) return;
    this.#notAsked();
    this.#source.pause();
  };

  readonly #onEnd = (): void => {
    this.#notAsked();
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (!this.#source.complete) this.destroy(new Error("the client went away"));
  };
}

/** True when a request has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** The body of a request; `null` when it has none. */
export function bodyOf(request: IncomingMessage, limits: ClientLimits): RequestBody | null {
  return hasBody(request) ? new RequestBody(request, limits) : null;
}
