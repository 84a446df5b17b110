import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/**
 * The body of a client's request for one backend, with backpressure and without a copy. Unlike the request itself it can be thrown away (a
 * backend that died) and the client still be answered. While nobody has read from it, it may be sent somewhere else.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  #isTouched = false;

  constructor(source: IncomingMessage) {
    super({ highWaterMark: 64 * 1024 });
    this.#source = source;
    source.pause();
  }

  /** True while not a byte was taken, so that it can be sent from the beginning. */
  get isUntouched(): boolean {
    return !this.#isTouched;
  }

  override _read(): void {
    if (this.#isTouched) {
      this.#source.resume();
      return;
    }
    this.#isTouched = true;
    this.#source.on("data", this.#onData);
    this.#source.on("end", this.#onEnd);
    this.#source.on("close", this.#onClose);
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#source.off("data", this.#onData);
    this.#source.off("end", this.#onEnd);
    this.#source.off("close", this.#onClose);
    callback(error);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#source.pause();
  };

  readonly #onEnd = (): void => {
    this.push(null);
  };

  readonly #onClose = (): void => {
    if (!this.#source.complete) this.destroy(new Error("the client went away"));
  };
}

/** The body of a request; `null` when it has none. */
export function bodyOf(request: IncomingMessage): RequestBody | null {
  const { headers } = request;
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody ? new RequestBody(request) : null;
}
