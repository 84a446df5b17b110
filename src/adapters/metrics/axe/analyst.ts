import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "../../../ports.ts";
import type { Inspected, Page } from "./inspect.ts";

/** The thread's file: source where this one is, compiled where this one is. */
const workerUrl = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

const isClosing = "the server is closing";

export interface AnalystOptions {
  readonly clock: Clock;
  /** A page that takes longer is given up, ms. */
  readonly limitMs: number;
  /** A page that needs more memory is given up, MiB. */
  readonly limitMb: number;
  /** Aborts when nothing shall be looked at any more. */
  readonly closing: AbortSignal | null;
}

/**
 * Looks at pages in a thread of its own, one at a time, so that neither their cost nor their malice reaches the server. The thread lives as long
 * as somebody waits for it and never keeps the process alive; a page that is too slow or too large for it ends it.
 */
export class Analyst {
  readonly #options: AnalystOptions;
  #worker: Worker | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: AnalystOptions) {
    this.#options = options;
  }

  /** What `inspect` finds, or `unreadable` when the page is too much. Never rejects. */
  inspect(page: Page): Promise<Inspected> {
    this.#waiting += 1;
    const turn = this.#queue.then(() => this.#inspectNow(page));
    this.#queue = turn.finally(() => {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#end();
    });
    return turn;
  }

  async #inspectNow(page: Page): Promise<Inspected> {
    const { clock, limitMs, closing } = this.#options;
    if (closing?.aborted) return { kind: "unreadable", why: isClosing };
    const over = new AbortController();
    const tooLate = clock.wait(limitMs, closing === null ? over.signal : AbortSignal.any([over.signal, closing])).then((): Inspected => ({
      kind: "unreadable",
      why: closing?.aborted ? isClosing : `it could not be looked at within ${limitMs} ms`,
    }));
    const inspected = await Promise.race([answerOf(this.#start(), page), tooLate]);
    over.abort();
    if (inspected.kind === "unreadable") this.#end();
    return inspected;
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    // The environment is left out: it may hold secrets, and pages are strangers. Node's own flags were meant for another file.
    const resourceLimits = { maxOldGenerationSizeMb: this.#options.limitMb };
    const worker = new Worker(workerUrl, { resourceLimits, env: {}, execArgv: [], stdout: true, stderr: true });
    worker.unref();
    // However it dies, whoever waits is told by `answerOf`, and the next page gets a new one.
    worker.on("error", () => {});
    worker.once("exit", () => {
      if (this.#worker === worker) this.#worker = null;
    });
    this.#worker = worker;
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = null;
  }
}

function answerOf(worker: Worker, page: Page): Promise<Inspected> {
  return new Promise((resolve) => {
    const settle = (inspected: Inspected): void => {
      worker.off("message", settle).off("error", onError).off("exit", onExit);
      resolve(inspected);
    };
    const tooMuch = (because: string): void => settle({ kind: "unreadable", why: `it is too much to be looked at: ${because}` });
    const onError = (error: Error): void => tooMuch(error.message);
    const onExit = (): void => tooMuch("its thread ended");
    worker.on("message", settle).on("error", onError).on("exit", onExit);
    worker.postMessage(page, []);
  });
}
