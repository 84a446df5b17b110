import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../../ports.ts";
import { isNoSpace } from "./trouble.ts";

/** Room for hundreds of decisions: what it takes to bring everybody home and to say so, many times over. */
export const reserveBytes = 4 * 1024 * 1024;

/** Between two tries to put space aside again, ms: each writes all of it. */
const againAfterMs = 5_000;

/**
 * Disk space that is put aside, as a file that is full of nothing, so that a rollback can be committed on a full disk. While it is not there,
 * what is left of the disk is for the way home as well.
 */
export class Reserve {
  readonly #path: string;
  readonly #clock: Pick<Clock, "monotonicMs">;
  #isHeld: boolean;
  #triedMs = Number.NEGATIVE_INFINITY;

  /** Finds what was put aside in `folder` before; puts nothing aside yet. */
  constructor(folder: string, clock: Pick<Clock, "monotonicMs">) {
    this.#path = join(folder, "serin.reserve");
    this.#clock = clock;
    this.#isHeld = statSync(this.#path, { throwIfNoEntry: false })?.size === reserveBytes;
  }

  /**
   * Puts the space aside unless it is; answers whether it is now. Tried again only after a while. Throws what the disk says, unless that is that
   * it is full.
   */
  hold(): boolean {
    const nowMs = this.#clock.monotonicMs();
    if (this.#isHeld || nowMs - this.#triedMs < againAfterMs) return this.#isHeld;
    this.#triedMs = nowMs;
    const draft = `${this.#path}.new`;
    try {
      writeThrough(draft);
      renameSync(draft, this.#path);
      this.#isHeld = true;
    } catch (error) {
      rmSync(draft, { force: true });
      if (!isNoSpace(error)) throw error;
    }
    return this.#isHeld;
  }

  /** Gives the space back to the disk; answers whether there was any. */
  release(): boolean {
    const wasHeld = this.#isHeld;
    rmSync(this.#path, { force: true });
    this.#isHeld = false;
    this.#triedMs = this.#clock.monotonicMs();
    return wasHeld;
  }
}

/** Noise, because a file system that compresses would put nothing aside for zeros. */
function writeThrough(path: string): void {
  const handle = openSync(path, "w", 0o600);
  try {
    writeFileSync(handle, randomBytes(reserveBytes));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
