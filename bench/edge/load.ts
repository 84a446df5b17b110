// The load, in a process of its own so that its processor time is nobody else's. It takes one order at a time over the channel to its parent. Its
// visitors stay, with their connections and cookies, from one order for an address to the next.
import { machineMs } from "./machine-ms.ts";
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
  /** So many times each of them asks, also when that takes longer. Absent: once. */
  readonly atLeast?: number;
  /** `people` keep their cookies; `logging in`: the same, and each begins with `POST /login`; `cookieless` keep none. Absent: `people`. */
  readonly who?: "people" | "logging in" | "cookieless";
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
  /** When the canary had each of these requests before it, where the backends stamp their answers; else empty. */
  readonly canaryForwardedAtMs: readonly number[];
  /** Each time that a visitor was answered by another arm than the time before, also in an earlier order. */
  readonly moves: readonly Move[];
  /** The visitors, by number, whose last answer was the canary's, rising. */
  readonly onCanary: readonly number[];
}

/** Who went over, by number, and to which arm. */
export interface Move {
  readonly visitor: number;
  readonly to: "canary" | "stable";
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
const login = `POST /login HTTP/1.1\r\n${common}\r\naccept: text/html\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\ncontent-length: 0\r\n`;
/** Of so many requests in a row one loads a page. */
const requestsPerPage = 10;

/** Somebody with a browser: keeps the router's cookie, loads a page now and then. */
class Visitor {
  /** Who answered last; `null`: nobody yet. */
  arm: Move["to"] | null = null;
  readonly #client: WireClient;
  #cookie = "cookie: theme=dark\r\n\r\n";
  #asked = 0;

  constructor(url: string) {
    this.#client = new WireClient(url);
  }

  ask(told: (answer: WireAnswer, tookMs: number) => void): void {
    const isPage = this.#asked < 2 || this.#asked % requestsPerPage === 0;
    this.#asked += 1;
    this.#send(`${isPage ? page : item}${this.#cookie}`, (answer, tookMs) => {
      if (answer.status !== null) this.#keepCookie(answer.head);
      told(answer, tookMs);
    });
  }

  logIn(told: (answer: WireAnswer, tookMs: number) => void): void {
    this.#send(`${login}${this.#cookie}`, (answer, tookMs) => {
      if (answer.status !== null) this.#keepCookie(answer.head);
      told(answer, tookMs);
    });
  }

  /** The same requests without any cookie. */
  askAsNobody(told: (answer: WireAnswer, tookMs: number) => void): void {
    this.#asked += 1;
    this.#send(`${this.#asked % requestsPerPage === 0 ? page : item}\r\n`, told);
  }

  #send(request: string, told: (answer: WireAnswer, tookMs: number) => void): void {
    const sinceMs = machineMs();
    this.#client.ask(request, (answer) => told(answer, machineMs() - sinceMs));
  }

  #keepCookie(head: string): void {
    if (!head.includes(": serin=")) return;
    const [, cookie = ""] = /set-cookie: (serin=[^;]+)/i.exec(head) ?? [];
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

/** What is counted while an order runs. */
class Harvest {
  requests = 0;
  readonly failed: string[] = [];
  readonly canaryAtMs: number[] = [];
  readonly canaryForwardedAtMs: number[] = [];
  readonly moves: Move[] = [];

  count(visitor: Visitor, number: number, answer: WireAnswer): void {
    this.requests += 1;
    if (answer.status !== 200) {
      this.failed.push(answer.status === null ? answer.why : String(answer.status));
      return;
    }
    const arm = answer.head.includes("x-version: canary") ? "canary" : "stable";
    if (visitor.arm !== null && visitor.arm !== arm) this.moves.push({ visitor: number, to: arm });
    visitor.arm = arm;
    if (arm === "stable") return;
    tellOfCanary?.();
    this.canaryAtMs.push(machineMs());
    const forwardedAt = /x-forwarded-at: ([\d.]+)/.exec(answer.head)?.[1];
    if (forwardedAt !== undefined) this.canaryForwardedAtMs.push(Number(forwardedAt));
  }
}

let stop: (() => void) | null = null;
/** Set while the parent waits for the next answer of the canary. */
let tellOfCanary: (() => void) | null = null;

function run(order: LoadOrder): Promise<LoadResult> {
  const { who = "people", everyMs, atLeast = 1 } = order;
  const harvest = new Harvest();
  const visitors = visitorsOf(order.urls, order.connections);
  const latenciesMs: number[] = [];
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
      const onCanary = visitors.flatMap((visitor, index) => (visitor.arm === "canary" ? [index] : []));
      const { requests, failed, canaryAtMs, canaryForwardedAtMs, moves } = harvest;
      const tookMs = machineMs() - sinceMs;
      resolve({ requests, failed, tookMs, latenciesMs, canaryAtMs, canaryForwardedAtMs, moves, onCanary });
    };
    for (const [index, visitor] of visitors.entries()) {
      let asked = 0;
      const mayLeave = (): boolean => (isOver && asked >= atLeast) || harvest.failed.length > 1000;
      const told = (answer: WireAnswer, tookMs: number): void => {
        harvest.count(visitor, index, answer);
        asked += 1;
        if (mayLeave()) return leave();
        if (everyMs === 0) return ask();
        latenciesMs.push(tookMs);
        setTimeout(() => (mayLeave() ? leave() : ask()), Math.max(0, everyMs - tookMs));
      };
      const ask = (): void => (who === "cookieless" ? visitor.askAsNobody(told) : visitor.ask(told));
      setTimeout(() => (who === "logging in" ? visitor.logIn(told) : ask()), (index * everyMs) / order.connections);
    }
  });
}

process.on("message", (message: LoadOrder | "stop" | "canary") => {
  if (message === "stop") stop?.();
  else if (message === "canary") {
    tellOfCanary = () => {
      tellOfCanary = null;
      process.send?.("canary");
    };
  } else void run(message).then((result) => process.send?.(result));
});
