import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock } from "../ports.ts";

/** One address at which an edge may answer. */
export interface EdgeAddress {
  /** "http://10.0.0.7:8081". */
  readonly origin: string;
  /** The name that it was found under; `null`: it is written as an address, or is asked by its name. */
  readonly name: string | null;
  readonly family: 4 | 6;
}

/** Answers every address of a name; throws when there is none. */
export type Resolve = (name: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

/** As the machine resolves names: its hosts file, its search domains, its servers. */
export const resolveBySystem: Resolve = (name) => lookup(name, { all: true });

/** What `EdgeAddresses` needs of its surroundings. */
export interface AddressMeans {
  readonly clock: Clock;
  readonly resolve: Resolve;
  /** So long an answer is kept, ms. */
  readonly keptMs: number;
}

/** So long a question may delay what is to be told to addresses that are known. */
const patienceMs = 300;

/**
 * The addresses of one control URL: several when it names them by http (a headless Service has one for each pod), else the one that is written; what
 * ends TLS before an edge is asked by its name. A name is looked up anew after `keptMs`. While that fails, or is slow, its last addresses stay.
 */
export class EdgeAddresses {
  readonly #url: URL;
  readonly #means: AddressMeans;
  readonly #isName: boolean;
  #known: readonly EdgeAddress[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | null = null;
  #trouble: { readonly why: string; readonly sinceMs: number } | null = null;

  constructor(control: string, means: AddressMeans) {
    this.#url = new URL(control);
    this.#means = means;
    const host = this.#url.hostname.replace(/^\[|\]$/g, "");
    this.#isName = isIP(host) === 0 && this.#url.protocol === "http:";
    if (!this.#isName) this.#known = [{ origin: this.#url.origin, name: null, family: isIP(host) === 6 ? 6 : 4 }];
  }

  /** Why the name cannot be resolved, and for how long, ms; `null`: it can. */
  get trouble(): { readonly why: string; readonly forMs: number } | null {
    if (this.#trouble === null) return null;
    return { why: this.#trouble.why, forMs: this.#means.clock.monotonicMs() - this.#trouble.sinceMs };
  }

  /** The addresses now. Throws when none was ever found, and the signal's reason when it aborts. */
  async now(signal: AbortSignal): Promise<readonly EdgeAddress[]> {
    if (this.#isName && this.#means.clock.monotonicMs() - this.#askedMs >= this.#means.keptMs) await this.afresh(signal);
    return this.#known;
  }

  /** The same, asked again whatever is kept. */
  async afresh(signal: AbortSignal): Promise<readonly EdgeAddress[]> {
    if (!this.#isName) return this.#known;
    signal.throwIfAborted();
    this.#asking ??= this.#ask();
    const enough = new AbortController();
    const limit = this.#known.length > 0 ? this.#means.clock.wait(patienceMs, enough.signal) : new Promise<never>(() => {});
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true, signal: enough.signal }),
    );
    await Promise.race([this.#asking, limit, aborted]);
    enough.abort();
    signal.throwIfAborted();
    if (this.#known.length > 0) return this.#known;
    throw new Error(`${this.#url.host}: ${this.#trouble?.why ?? "the name is not resolved yet"}`);
  }

  async #ask(): Promise<void> {
    const { clock, resolve } = this.#means;
    const name = this.#url.hostname;
    try {
      const found = await resolve(name);
      if (found.length === 0) throw new Error("the name has no address");
      const origins = new Map(found.map(({ address, family }) => [this.#originOf(address, family), family]));
      this.#known = [...origins].sort().map(([origin, family]) => ({ origin, name, family: family === 6 ? 6 : 4 }));
      this.#trouble = null;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : error instanceof Error ? error.message : String(error);
      this.#trouble = { why: `the name cannot be resolved (${code})`, sinceMs: this.#trouble?.sinceMs ?? clock.monotonicMs() };
    } finally {
      this.#askedMs = clock.monotonicMs();
      this.#asking = null;
    }
  }

  #originOf(address: string, family: number): string {
    const port = this.#url.port === "" ? "" : `:${this.#url.port}`;
    return `http://${family === 6 ? `[${address}]` : address}${port}`;
  }
}
