import { createHash } from "node:crypto";
import type { Clock } from "../../../ports.ts";
import { publicUrl } from "../../exchange.ts";
import type { Analyst } from "./analyst.ts";
import type { Inspected, RuleBroken } from "./inspect.ts";

/** A page that a target sent. */
export interface SentPage {
  readonly html: string;
  readonly url: string;
  /** Fetches the style sheets that the page names, by address. */
  sheets(addresses: readonly string[]): Promise<Readonly<Record<string, string | null>>>;
}

/** One look at the pages that the targets of one version sent. */
export type Round =
  /** The lowest score of them, with what its page breaks; `atMs`: when the pages were sent, epoch ms. */
  | { readonly kind: "scored"; readonly score: number; readonly findings: readonly RuleBroken[]; readonly atMs: number }
  /** `soon`: only because it is under way for the first time. */
  | { readonly kind: "silent"; readonly why: string; readonly soon?: true }
  /** It is not the time, or still under way; the score that was known of the page has been told. */
  | { readonly kind: "later" };

export interface RoundsOptions {
  readonly clock: Clock;
  readonly analyst: Analyst;
  /** Least time between two looks at a page whose bytes change, ms. */
  readonly everyMs: number;
}

/** How long somebody who asks is kept waiting for a look that is under way: under the time that the engine gives a source. */
const patienceMs = 2_500;
const mostKnown = 50;

/**
 * What is known of one page of one version. The same bytes have the same score and are looked at once; other bytes are looked at again when
 * `everyMs` has passed since the last look began. A look goes on when whoever asked for it has gone: its result is told to the next one, once.
 */
export class Rounds {
  readonly #options: RoundsOptions;
  /** By hash of the bytes, in the order of their last use. */
  readonly #known = new Map<string, Inspected>();
  #begunMs: number | null = null;
  #underWay: Promise<void> | null = null;
  #untold: Round | null = null;
  #told: Round | null = null;

  constructor(options: RoundsOptions) {
    this.#options = options;
  }

  /** What the pages come to; `pages` is not empty. Throws only the signal's reason. */
  async look(pages: readonly SentPage[], signal: AbortSignal): Promise<Round> {
    const atMs = this.#options.clock.nowMs();
    const byHash = new Map(pages.map((page) => [hashOf(page), page]));
    const hashes = [...byHash.keys()];
    // What could not be looked at is tried again: the machine may have been busy.
    const open = [...byHash].filter(([hash]) => this.#known.get(hash)?.kind !== "scored");
    if (open.length === 0) return this.#tell(this.#roundOf(hashes, atMs));
    if (this.#underWay === null && this.#isTime()) {
      this.#begunMs = this.#options.clock.monotonicMs();
      this.#underWay = this.#inspect(open)
        .then(() => void (this.#untold = this.#roundOf(hashes, atMs)))
        .finally(() => (this.#underWay = null));
    }
    await this.#wait(signal);
    signal.throwIfAborted();
    if (this.#untold !== null) return this.#tell(this.#untold);
    if (hashes.every((hash) => this.#known.has(hash))) return this.#tell(this.#roundOf(hashes, atMs));
    if (this.#told?.kind === "scored") return { kind: "later" };
    // A page that never had a score, or lost it, is not taken for one that has.
    const why = `${pages.map(({ url }) => publicUrl(url)).join(", ")}: being looked at for the first time`;
    return this.#told ?? { kind: "silent", why, soon: true };
  }

  #isTime(): boolean {
    const { clock, everyMs } = this.#options;
    return this.#begunMs === null || clock.monotonicMs() - this.#begunMs >= everyMs;
  }

  #tell(round: Round): Round {
    this.#untold = null;
    this.#told = round;
    return round;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#underWay === null) return;
    const done = new AbortController();
    await Promise.race([this.#underWay, this.#options.clock.wait(patienceMs, AbortSignal.any([signal, done.signal]))]);
    done.abort();
  }

  async #inspect(pages: readonly (readonly [hash: string, page: SentPage])[]): Promise<void> {
    const { analyst } = this.#options;
    for (const [hash, page] of pages) {
      let inspected = await analyst.inspect({ html: page.html, url: page.url });
      if (inspected.kind === "needs") {
        inspected = await analyst.inspect({ html: page.html, url: page.url, sheets: await page.sheets(inspected.sheets) });
      }
      const where = publicUrl(page.url);
      this.#known.set(hash, inspected.kind === "unreadable" ? { ...inspected, why: `${where}: ${inspected.why}` } : inspected);
    }
  }

  #roundOf(hashes: readonly string[], atMs: number): Round {
    let worst: Round | null = null;
    let why = "";
    for (const hash of hashes) {
      const inspected = this.#known.get(hash);
      if (inspected === undefined) continue;
      // Used just now: the oldest goes first.
      this.#known.delete(hash);
      this.#known.set(hash, inspected);
      if (inspected.kind === "unreadable") why = inspected.why;
      if (inspected.kind !== "scored" || (worst?.kind === "scored" && worst.score <= inspected.score)) continue;
      worst = { kind: "scored", score: inspected.score, findings: inspected.findings, atMs };
    }
    for (const hash of this.#known.keys()) {
      if (this.#known.size <= mostKnown) break;
      if (!hashes.includes(hash)) this.#known.delete(hash);
    }
    return worst ?? { kind: "silent", why };
  }
}

function hashOf({ html }: SentPage): string {
  return createHash("sha256").update(html).digest("base64");
}
