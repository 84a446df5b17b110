// The load, in a process of its own so that its processor time is nobody else's. It takes one order at a time over the channel to its parent. Its
// visitors stay, with their connections and cookies, from one order for an address to the next.
import { WireClient } from "./wire-client.ts";
import type { WireAnswer } from "./wire-client.ts";

/** What the load is asked for: `connections` people, each asking again `everyMs` after the last time, or at once when that is 0. */
export interface LoadOrder {
  /** The visitors are spread over these addresses evenly. */
  readonly urls: readonly string[];
  readonly connections: number;
  readonly everyMs: number;
  /** It ends then, or when it is told to stop. */
  readonly forMs: number;
}

/** What came of it. Times are of the machine's monotonic clock, ms, which all processes share. */
export interface LoadResult {
  readonly requests: number;
  readonly failed: readonly string[];
  readonly tookMs: number;
  /** Of each request when the load is paced, ms; else empty. */
  readonly latenciesMs: readonly number[];
  /** When each answer of the canary was complete. */
  readonly canaryAtMs: readonly number[];
}

/** Of the machine, not of this process. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const common = [
  "host: shop.test",
  "user-agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "accept-language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
  "accept-encoding: gzip, deflate, br, zstd",
  "referer: http://shop.test/",
  "sec-fetch-site: same-origin",
].join("\r\n");
const page = `GET / HTTP/1.1\r\n${common}\r\naccept: text/html\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\n`;
const item = `GET /api/items/4711?view=full HTTP/1.1\r\n${common}\r\naccept: application/json\r\nsec-fetch-mode: cors\r\nsec-fetch-dest: empty\r\n`;
/** A page load, and then so many calls of its scripts. */
const requestsPerPage = 10;

/** Somebody with a browser: keeps the edge's cookie, loads a page now and then. */
class Visitor {
  readonly #client: WireClient;
  #cookie = "cookie: theme=dark\r\n\r\n";
  #asked = 0;

  constructor(url: string) {
    this.#client = new WireClient(url);
  }

  ask(told: (answer: WireAnswer, tookMs: number) => void): void {
    const isPage = this.#asked < 2 || this.#asked % requestsPerPage === 0;
    this.#asked += 1;
    const sinceMs = machineMs();
    this.#client.ask(`${isPage ? page : item}${this.#cookie}`, (answer) => {
      if (answer.status !== null) this.#keepCookie(answer.head);
      told(answer, machineMs() - sinceMs);
    });
  }

  #keepCookie(head: string): void {
    if (!head.includes("set-cookie: serin=")) return;
    const [, cookie = ""] = /set-cookie: (serin=[^;]+)/.exec(head) ?? [];
    this.#cookie = `cookie: theme=dark; ${cookie}\r\n\r\n`;
  }
}

const known = new Map<string, Visitor[]>();

function visitorsOf(urls: readonly string[], count: number): readonly Visitor[] {
  const key = urls.join(" ");
  const visitors = known.get(key) ?? [];
  known.set(key, visitors);
  while (visitors.length < count) visitors.push(new Visitor(urls[visitors.length % urls.length] ?? ""));
  return visitors.slice(0, count);
}

let stop: (() => void) | null = null;

function run(order: LoadOrder): Promise<LoadResult> {
  const failed: string[] = [];
  const latenciesMs: number[] = [];
  const canaryAtMs: number[] = [];
  let requests = 0;
  let isOver = false;
  let busy = order.connections;
  const sinceMs = machineMs();
  return new Promise((resolve) => {
    const end = (): void => {
      isOver = true;
    };
    stop = end;
    const late = setTimeout(end, order.forMs);
    const leave = (): void => {
      busy -= 1;
      if (busy > 0) return;
      clearTimeout(late);
      resolve({ requests, failed, tookMs: machineMs() - sinceMs, latenciesMs, canaryAtMs });
    };
    for (const [index, visitor] of visitorsOf(order.urls, order.connections).entries()) {
      const ask = (): void =>
        visitor.ask((answer, tookMs) => {
          requests += 1;
          if (answer.status !== 200) failed.push(answer.status === null ? answer.why : String(answer.status));
          else if (answer.head.includes("x-version: canary")) canaryAtMs.push(machineMs());
          if (isOver || failed.length > 1000) return leave();
          if (order.everyMs === 0) return ask();
          latenciesMs.push(tookMs);
          setTimeout(() => (isOver ? leave() : ask()), Math.max(0, order.everyMs - tookMs));
        });
      setTimeout(ask, (index * order.everyMs) / order.connections);
    }
  });
}

if (process.send !== undefined) {
  process.on("message", (message: LoadOrder | "stop") => {
    if (message === "stop") stop?.();
    else void run(message).then((result) => process.send?.(result));
  });
}
