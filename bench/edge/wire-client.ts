import { connect } from "node:net";
import type { Socket } from "node:net";

/** The head of an answer, or why there is none. */
export type WireAnswer = { readonly status: number; readonly head: string } | { readonly status: null; readonly why: string };

/**
 * One keep-alive connection that asks one thing at a time and never repeats itself: a request that dies with its connection is a failed one. As
 * little as can read an answer with a Content-Length, so that the load costs less than what it measures.
 */
export class WireClient {
  readonly #at: { readonly host: string; readonly port: number };
  #socket: Socket | null = null;
  #answered: ((answer: WireAnswer) => void) | null = null;
  #pending: Buffer | null = null;
  #head: { readonly status: number; readonly text: string } | null = null;
  #left = 0;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#at = { host: hostname, port: Number(port) };
  }

  /** Sends `request` and calls `answered` when the whole answer is there, or the connection is lost. */
  ask(request: string, answered: (answer: WireAnswer) => void): void {
    this.#answered = answered;
    (this.#socket ?? this.#open()).write(request, "latin1");
  }

  #open(): Socket {
    const socket = connect(this.#at);
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("error", (error) => this.#lost(socket, error.message));
    socket.on("close", () => this.#lost(socket, "closed"));
    this.#socket = socket;
    return socket;
  }

  #lost(socket: Socket, why: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#pending = null;
    this.#head = null;
    this.#tell({ status: null, why });
  }

  #read(chunk: Buffer): void {
    let rest: Buffer = this.#pending === null ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = null;
    if (this.#head === null) {
      const end = rest.indexOf("\r\n\r\n");
      if (end === -1) {
        this.#pending = rest;
        return;
      }
      const text = rest.toString("latin1", 0, end + 2);
      const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text);
      this.#head = { status: Number(text.slice(9, 12)), text };
      this.#left = Number(length?.[1] ?? 0);
      rest = rest.subarray(end + 4);
    }
    this.#left -= rest.length;
    if (this.#left > 0) return;
    const { status, text } = this.#head;
    this.#head = null;
    this.#tell({ status, head: text });
  }

  #tell(answer: WireAnswer): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(answer);
  }
}
