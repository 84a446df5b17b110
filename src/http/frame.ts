import type { Language } from "../core/plan.ts";

const encoder = new TextEncoder();

/** One server-sent event. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export function eventBytes(event: { readonly name: string; readonly id: number | null; readonly json: string }): Uint8Array<ArrayBuffer> {
  return encoder.encode(`event: ${event.name}\n${event.id === null ? "" : `id: ${event.id}\n`}data: ${event.json}\n\n`);
}

/** What begins every stream: whoever loses it comes back within a second. */
const beginning = encoder.encode(": serin\nretry: 1000\n\n");

/** Several pieces as one. */
export function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat([...pieces]);
}

/** The latest of what is told, as bytes that all readers of one language share. */
interface Frame {
  /** From 1; a reader that has had this one has nothing to wait for. */
  readonly number: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** How far one reader is: whether its stream has begun, and the last frame that it has. */
export class FramePlace {
  /** `null`: each plan's own. */
  readonly language: Language | null;
  /** Number of the last frame that it has; 0: none. */
  frame = 0;
  #hasBegun = false;

  constructor(language: Language | null) {
    this.language = language;
  }

  /** What begins the stream, once; `null`: it has begun. */
  begin(): Uint8Array<ArrayBuffer> | null {
    if (this.#hasBegun) return null;
    this.#hasBegun = true;
    return beginning;
  }
}

/** What is told and changes as a whole, in each language that somebody reads (`null`: each plan's own). */
export class Frames {
  readonly #name: string;
  readonly #againMs: number;
  readonly #known = new Map<Language | null, Frame & { readonly says: string; readonly madeMs: number }>();
  #number = 0;

  /** Frames of events called `name`. One that did not change is told again after `againMs`, so that a dead line is noticed on both sides. */
  constructor(name: string, againMs: number) {
    this.#name = name;
    this.#againMs = againMs;
  }

  /** True when something was shown in this language. */
  has(language: Language | null): boolean {
    return this.#known.has(language);
  }

  /** The latest frame, which the place then stands behind; `null`: it has it. */
  take(place: FramePlace): Uint8Array<ArrayBuffer> | null {
    const latest = this.#known.get(place.language);
    if (latest === undefined || latest.number === place.frame) return null;
    place.frame = latest.number;
    return latest.bytes;
  }

  /** The languages that were shown. */
  languages(): readonly (Language | null)[] {
    return [...this.#known.keys()];
  }

  /** What is told at `nowMs` (epoch ms), which is its first member; the moment alone is no change. */
  show(language: Language | null, told: { readonly nowMs: number }): void {
    const { nowMs, ...rest } = told;
    const says = JSON.stringify(rest);
    const before = this.#known.get(language);
    if (before?.says === says && nowMs - before.madeMs < this.#againMs) return;
    this.#number += 1;
    const bytes = eventBytes({ name: this.#name, id: null, json: `{"nowMs":${nowMs},${says.slice(1)}` });
    this.#known.set(language, { number: this.#number, bytes, says, madeMs: nowMs });
  }
}
