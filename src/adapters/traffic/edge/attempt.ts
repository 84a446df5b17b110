import type { ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import type { AnswerHeaders } from "./headers.ts";
import type { CountingClient, ReuseAware, Upstream } from "./upstreams.ts";

/** How a try failed: whether the request was written, and on a connection that had served before; `code` is node's or undici's. */
export interface AttemptFailure {
  readonly upstream: Upstream;
  readonly isWritten: boolean;
  readonly isReused: boolean;
  readonly code: string;
  readonly error: Error;
}

/** What a try tells, to the exchange that it belongs to. */
export interface AttemptOwner {
  readonly response: ServerResponse;
  /** The request is being written. */
  forwarded(): void;
  hinted(link: string | readonly string[]): void;
  /** The head of an answer; answers false when its body is to be thrown away. */
  headed(status: number, answer: AnswerHeaders): boolean;
  completed(trailers: Readonly<Record<string, string | string[] | undefined>>): void;
  failed(failure: AttemptFailure): void;
}

/** One try of an exchange at one address: undici's callbacks, with backpressure towards the client. */
export class Attempt implements ReuseAware {
  client: CountingClient | null = null;
  readonly #exchange: AttemptOwner;
  readonly #upstream: Upstream;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted: Error | null = null;
  #isReused = false;
  #isUnwanted = false;
  #isDrainAwaited = false;
  #isOver = false;

  constructor(exchange: AttemptOwner, upstream: Upstream) {
    this.#exchange = exchange;
    this.#upstream = upstream;
    upstream.begin();
  }

  /** Ends the try, also when it has not begun. */
  abort(error: Error): void {
    this.#aborted = error;
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted !== null) return controller.abort(this.#aborted);
    this.#isReused = this.client?.countRequest() ?? false;
    this.#exchange.forwarded();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) {
      const link = headers["link"];
      if (status === 103 && link !== undefined) this.#exchange.hinted(link);
      return;
    }
    this.#isUnwanted = !this.#exchange.headed(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isUnwanted || this.#exchange.response.write(chunk)) return;
    controller.pause();
    if (this.#isDrainAwaited) return;
    this.#isDrainAwaited = true;
    this.#exchange.response.on("drain", () => controller.resume());
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: Readonly<Record<string, string | string[] | undefined>>): void {
    this.#end();
    if (!this.#isUnwanted) this.#exchange.completed(trailers);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end();
    if (this.#isUnwanted || this.#aborted !== null) return;
    const code = "code" in error ? String(error.code) : error.name;
    this.#exchange.failed({ upstream: this.#upstream, isWritten: this.#controller !== null, isReused: this.#isReused, code, error });
  }

  #end(): void {
    if (!this.#isOver) this.#upstream.end();
    this.#isOver = true;
  }
}
