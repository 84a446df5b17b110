/**
 * Follows the frames of one direction of a WebSocket by their lengths, without looking at what they carry, so that a frame of our own can be put
 * between two of theirs and never inside one.
 *
 * Source: RFC 6455 section 5.2 (base framing), section 7.4.1 and the IANA registry of close codes (1012, service restart).
 */
export class FrameBoundary {
  #head: number[] = [];
  #payloadLeft = 0;

  /** True when the bytes so far end with a whole frame. */
  get isAtBoundary(): boolean {
    return this.#payloadLeft === 0 && this.#head.length === 0;
  }

  /** Answers how many bytes of `chunk` belong to the frame that is open; all of them are followed when no frame ends in it. */
  untilBoundary(chunk: Uint8Array): number {
    if (this.isAtBoundary) return 0;
    let at = 0;
    while (at < chunk.length) {
      at = this.#step(chunk, at);
      if (this.isAtBoundary) return at;
    }
    return chunk.length;
  }

  /** Follows all bytes of `chunk`. */
  follow(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) at = this.#step(chunk, at);
  }

  /** Takes the next header byte, or as much payload as there is; answers where to go on. */
  #step(chunk: Uint8Array, at: number): number {
    if (this.#payloadLeft > 0) {
      const taken = Math.min(this.#payloadLeft, chunk.length - at);
      this.#payloadLeft -= taken;
      return at + taken;
    }
    this.#head.push(chunk[at] ?? 0);
    if (this.#head.length >= 2 && this.#head.length === headLength(this.#head)) {
      this.#payloadLeft = payloadLength(this.#head);
      this.#head = [];
    }
    return at + 1;
  }
}

function headLength(head: readonly number[]): number {
  const second = head[1] ?? 0;
  const length = second & 0x7f;
  const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
  return 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
}

function payloadLength(head: readonly number[]): number {
  const short = (head[1] ?? 0) & 0x7f;
  if (short < 126) return short;
  const bytes = head.slice(2, short === 126 ? 4 : 10);
  return bytes.reduce((length, byte) => length * 256 + byte, 0);
}

/** A close frame as a server sends it: unmasked, `code` and a reason of at most 123 bytes. */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason, "utf8").subarray(0, 123);
  const frame = Buffer.alloc(4 + text.length);
  frame[0] = 0x88;
  frame[1] = 2 + text.length;
  frame.writeUInt16BE(code, 2);
  text.copy(frame, 4);
  return frame;
}
