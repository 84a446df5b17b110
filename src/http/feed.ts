import type { Clock } from "../ports.ts";
import type { Turn } from "./turns.ts";

/** What is told on event streams: it is looked at once for all readers, and each takes it at its own pace. */
export interface Subject<Place> {
  /** Looks again. What it throws ends every stream. */
  look(): Promise<void>;
  /** The bytes that a reader at `place` has not had yet, which the place then stands behind; `null`: there are none. */
  take(place: Place): Uint8Array<ArrayBuffer> | null;
  /** Resolves when it is time to look again, at once when `signal` aborts. */
  news(signal: AbortSignal): Promise<void>;
}

export interface FeedParts {
  readonly clock: Clock;
  readonly turn: Turn;
  /** Aborts when the server begins to close: every stream ends. */
  readonly closing: AbortSignal;
}

/** How long a reader stays: until `over` aborts, and `lastsMs` at most. `left` is called once, when its stream is over. */
export interface Stay {
  readonly over: AbortSignal;
  readonly lastsMs: number;
  readonly left: () => void;
}

/** As many readers are served between two rounds of the event loop, so that no release waits for all of them. */
const readersPerTurn = 16;
/** A reader that has taken nothing for so long is not there any more, ms: what it holds is given back. */
const busyAtMostMs = 60_000;
/** A stream ends after this long, ms, and up to a third more: whoever still reads it comes back, and is asked again who they are. */
const streamMs = 15 * 60_000;

/**
 * Readers of one subject. While there are any, the subject is looked at again whenever there is news, and whoever has read what came before gets
 * what is new. A reader holds one piece at most, so a slow one costs no more than a quick one.
 */
export class Feed<Place> {
  readonly #parts: FeedParts;
  readonly #subject: Subject<Place>;
  readonly #emptied: () => void;
  readonly #readers = new Set<Reader<Place>>();
  #opened = 0;
  #isRunning = false;

  /** `emptied` is called when the last reader has gone: the feed is of no use then. */
  constructor(parts: FeedParts, subject: Subject<Place>, emptied: () => void) {
    this.#parts = parts;
    this.#subject = subject;
    this.#emptied = emptied;
  }

  /** A stream from `place` on. */
  open(place: Place, { over, lastsMs, left }: Stay): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#parts;
    this.#opened += 1;
    const untilMs = clock.monotonicMs() + Math.min(lastsMs, streamMs + ((this.#opened * 7_919) % (streamMs / 3)));
    const reader = new Reader(place, this.#subject, { clock, untilMs, left: () => leave() });
    const end = (): void => reader.end(null);
    const leave = (): void => {
      over.removeEventListener("abort", end);
      this.#readers.delete(reader);
      left();
    };
    this.#readers.add(reader);
    over.addEventListener("abort", end);
    if (over.aborted) end();
    if (!this.#isRunning) void this.#run();
    return reader.stream;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const { closing, turn } = this.#parts;
    try {
      while (this.#readers.size > 0 && !closing.aborted) {
        await this.#subject.news(closing);
        await turn();
        if (this.#readers.size === 0 || closing.aborted) break;
        await this.#subject.look();
        await this.#serveAll();
      }
      for (const reader of this.#readers) reader.end(null);
    } catch (error) {
      for (const reader of this.#readers) reader.end(error);
    }
    this.#isRunning = false;
    this.#emptied();
  }

  async #serveAll(): Promise<void> {
    let served = 0;
    for (const reader of this.#readers) {
      reader.serve();
      served += 1;
      if (served % readersPerTurn === 0) await this.#parts.turn();
    }
  }
}

interface Reading {
  readonly clock: Clock;
  /** When it is sent away, monotonic ms. */
  readonly untilMs: number;
  readonly left: () => void;
}

class Reader<Place> {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #place: Place;
  readonly #subject: Pick<Subject<Place>, "take">;
  readonly #reading: Reading;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  /** Since when it has a piece that it did not take, monotonic ms; `null`: it waits for something new. */
  #busySinceMs: number | null = null;

  constructor(place: Place, subject: Pick<Subject<Place>, "take">, reading: Reading) {
    this.#place = place;
    this.#subject = subject;
    this.#reading = reading;
    this.stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#busySinceMs = null;
        this.#give();
      },
      cancel: () => void this.#leave(),
    });
  }

  /** Gives what is new when it waits for something; sends it away when its time is over or it takes nothing any more. */
  serve(): void {
    const nowMs = this.#reading.clock.monotonicMs();
    if (this.#busySinceMs !== null && nowMs - this.#busySinceMs > busyAtMostMs) this.end(new Error("it takes nothing"));
    else if (nowMs > this.#reading.untilMs) this.end(null);
    else this.#give();
  }

  /** Ends the stream; with an error it is cut off. Harmless when it is over. */
  end(error: unknown): void {
    const controller = this.#leave();
    if (error === null) controller?.close();
    else controller?.error(error);
  }

  #give(): void {
    if (this.#controller === null || this.#busySinceMs !== null) return;
    const piece = this.#subject.take(this.#place);
    if (piece === null) return;
    this.#busySinceMs = this.#reading.clock.monotonicMs();
    this.#controller.enqueue(piece);
  }

  #leave(): ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null {
    const controller = this.#controller;
    this.#controller = null;
    if (controller !== null) this.#reading.left();
    return controller;
  }
}
