import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Tls } from "../../src/adapters/tls.ts";
import type { MetricSource, Query, ReadContext, Reading } from "../../src/ports.ts";
import { createAuthority } from "./certificates.ts";
import { startSmallServer } from "./small-server.ts";
import type { Behaviour, SmallServer } from "./small-server.ts";

/** A source before a server that the suite lets go wrong. */
export interface FaultySubject {
  readonly source: MetricSource;
  /** A query that `FaultySource.answers` answers. */
  readonly query: Query;
  readonly context: ReadContext;
}

/** A source that asks over HTTP, and what its vendor's server would say. */
export interface FaultySource {
  /**
   * Makes the source. Its calls go to `url`, with a time-out of `timeoutMs` where its connection has one, and `tls` where its connection takes
   * it. Whatever it is given of secrets is `secret`.
   */
  connect(at: {
    readonly url: string;
    readonly timeoutMs: number;
    readonly tls: Tls | null;
    readonly secret: string;
  }): FaultySubject | Promise<FaultySubject>;
  /** Answers every call of the source as its vendor does when all is well; the reading is an answer then, neither no-data nor unavailable. */
  readonly answers: Behaviour;
  /** Answers of status 200 that are of a wrong shape, say "NaN" or infinity, or a count below zero, by what is wrong: none may become evidence. */
  readonly spoilt: Readonly<Record<string, Behaviour>>;
  /** False when its connection takes no `tls`. */
  readonly hasTls: boolean;
  /** False when an answer of its vendor is not JSON, so that one that is cut off may still be read line by line. Absent: it is JSON. */
  readonly isJson?: boolean;
}

/** Of a source whose server keeps it waiting, and of one whose server answers as soon as the machine lets it. */
const timeoutsMs = { hasty: 400, patient: 20_000 };
/** No fault is waited for longer than this, ms: generous, for a machine that is busy with other things. */
const endsWithinMs = 30_000;
const secret = "s3cret-that-nobody-may-see";

/** A page as proxies and log-in walls answer it, long enough to show that it is not repeated in messages. */
const webPage = `<!doctype html><html><body><h1>Something went wrong</h1>${"<p>lorem ipsum</p>".repeat(500)}</body></html>`;

const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = "{}"): Behaviour =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);

/** What every outage is, and what the message must say of it. */
const outages: Readonly<Record<string, readonly [behaviour: Behaviour, says: RegExp]>> = {
  "does not answer in time": ["hangs", /time|within|answer/i],
  refuses: ["refuses", /refused|ECONNREFUSED|reach/i],
  "breaks the connection off": [(request) => request.socket.destroy(), /broken|socket|reset|hang up|ECONNRESET/i],
  "answers 401": [answering(401, { "www-authenticate": "Bearer" }), /401/],
  "answers 403": [answering(403), /403/],
  "answers 404": [answering(404), /404/],
  "answers 429 and asks for an hour's patience": [answering(429, { "retry-after": "3600" }), /429/],
  "answers 500 with a web page": [answering(500, { "content-type": "text/html" }, webPage), /500/],
  "answers 502 with nothing": [answering(502, {}, ""), /502/],
  "sends on to a log-in page": [answering(302, { location: "https://login.example/?next=%2F" }), /302/],
  "answers 200 with a web page": [answering(200, { "content-type": "text/html" }, webPage), /./],
  "answers more than anybody can read": [endless, /./],
  "breaks off in the middle of its answer": [
    (_request, response) => {
      response.writeHead(200, { "content-length": "100000", "content-type": "application/json" });
      response.write("{", () => response.socket?.destroy());
    },
    /./,
  ],
};

/** Never ends, and never waits for a reader longer than it must. */
function endless(...[, response]: Parameters<Exclude<Behaviour, string>>): void {
  const piece = " ".repeat(1024 * 1024);
  response.writeHead(200, { "content-type": "application/json" });
  const more = (): void => {
    if (!response.destroyed) response.write(piece, more);
  };
  more();
}

/**
 * What every source that asks over HTTP does when something goes wrong: `no-data` or a clear problem, soon, without a secret in it; never a crash,
 * never a number, and an answer again as soon as all is well.
 */
export function sourceFaults(name: string, faulty: FaultySource): void {
  describe(`${name} and its server`, () => {
    test("the server answers: so does the source", async () => {
      const { attempt } = await begin(faulty);
      expect(isEvidence(await attempt())).toBe(true);
    });

    test.each(Object.entries(outages))(
      "the server %s: a clear problem, and an answer again afterwards",
      async (_what, [behaviour, says]) => {
        const isKept = behaviour === "hangs" || behaviour === endless;
        const { server, attempt } = await begin(faulty, { timeoutMs: timeoutsMs[isKept ? "hasty" : "patient"] });
        await server.behave(behaviour);
        const seen = await attempt();
        expect(isEvidence(seen)).toBe(false);
        expect(saidOf(seen)).toMatch(says);
        expect(saidOf(seen).length).toBeLessThan(2_000);
        await server.behave(faulty.answers);
        // A source that was asked for patience may take it.
        await vi.waitFor(async () => expect(isEvidence(await attempt())).toBe(true));
      },
    );

    test.each(Object.entries(faulty.spoilt))("the server answers %s: no evidence", async (_what, behaviour) => {
      const { server, attempt } = await begin(faulty);
      await server.behave(behaviour);
      expect(isEvidence(await attempt())).toBe(false);
    });

    if (faulty.isJson ?? true) {
      test.each(["", "null", "[]", "{}", '"text"', "5", "[[[[", '{"a":', "[null]", "{} {}"])(
        "the server answers %j: no evidence",
        async (body) => {
          const { server, attempt } = await begin(faulty);
          await server.behave(answering(200, { "content-type": "application/json" }, body));
          expect(isEvidence(await attempt())).toBe(false);
        },
      );
    }

    test.each([-36, 36])("the server's clock is %d hours off: the reading has our time, or says why there is none", async (hours) => {
      const { server, attempt } = await begin(faulty);
      await server.behave(atAnotherTime(faulty.answers, hours * 3_600_000));
      expect(hasOurTime(await attempt())).toBe(true);
    });

    tlsFaults(faulty);
  });
}

function tlsFaults(faulty: FaultySource): void {
  test("a server whose certificate nobody vouches for is told no secret, and the problem names the certificate", async () => {
    const { server, attempt } = await begin(faulty, { tls: { trusts: false, asksForCertificate: false } });
    const seen = await attempt();
    expect(isEvidence(seen)).toBe(false);
    expect(saidOf(seen)).toMatch(/certificate/i);
    expect(server.requests).toEqual([]);
  });

  if (!faulty.hasTls) return;

  test("a server whose authority is trusted is asked", async () => {
    const { attempt } = await begin(faulty, { tls: { trusts: true, asksForCertificate: false } });
    expect(isEvidence(await attempt())).toBe(true);
  });

  test("a server that asks for our certificate gets it", async () => {
    const { attempt } = await begin(faulty, { tls: { trusts: true, asksForCertificate: true } });
    expect(isEvidence(await attempt())).toBe(true);
  });

  test("a server that asks for a certificate which we do not have is a clear problem", async () => {
    const { server, attempt } = await begin(faulty, { tls: { trusts: true, asksForCertificate: true, hasNone: true } });
    expect(isEvidence(await attempt())).toBe(false);
    expect(server.requests).toEqual([]);
  });
}

type Seen = { readonly kind: "threw"; readonly error: Error } | { readonly kind: "read"; readonly reading: Reading };

interface World {
  readonly server: SmallServer;
  /** Reads once. Fails when that takes too long, throws what is no Error, or tells the secret. */
  readonly attempt: () => Promise<Seen>;
}

interface TlsWorld {
  readonly trusts: boolean;
  readonly asksForCertificate: boolean;
  readonly hasNone?: boolean;
}

interface Beginning {
  readonly timeoutMs?: number;
  /** Absent: the server speaks no TLS. */
  readonly tls?: TlsWorld;
}

async function begin(faulty: FaultySource, beginning: Beginning = {}): Promise<World> {
  const { timeoutMs = timeoutsMs.patient, tls: tlsWorld } = beginning;
  const authority = createAuthority();
  const wanted = tlsWorld?.asksForCertificate ? authority.ca : null;
  const server = await startSmallServer(faulty.answers, tlsWorld === undefined ? null : { ...authority.issue("server"), clientCa: wanted });
  onTestFinished(() => server.close());
  const own = wanted === null || tlsWorld?.hasNone ? { cert: null, key: null } : authority.issue("serin");
  const tls = tlsWorld?.trusts ? { ca: authority.ca, ...own } : null;
  const { source, query, context } = await faulty.connect({ url: server.url, timeoutMs, tls, secret });
  return {
    server,
    async attempt() {
      const abort = new AbortController();
      const startedMs = performance.now();
      const late = setTimeout(() => abort.abort(new Error("the suite's patience is over")), endsWithinMs);
      const seen = await readOnce(source, query, { context, signal: abort.signal });
      clearTimeout(late);
      expect(performance.now() - startedMs, "the source waited for longer than anybody may").toBeLessThan(endsWithinMs);
      expect(saidOf(seen)).not.toContain(secret);
      return seen;
    },
  };
}

async function readOnce(
  source: MetricSource,
  query: Query,
  { context, signal }: { readonly context: ReadContext; readonly signal: AbortSignal },
): Promise<Seen> {
  try {
    const reading = (await source.read([query], context, signal)).get(query.quantity);
    if (reading === undefined) throw new Error(`no reading was answered for ${query.quantity}`);
    return { kind: "read", reading };
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return { kind: "threw", error: error as Error };
  }
}

/** True when the reading holds anything that the engine would count. */
function isEvidence(seen: Seen): boolean {
  return seen.kind === "read" && seen.reading.kind !== "no-data" && seen.reading.kind !== "unavailable";
}

/** True when it is no evidence, or is dated by our clock. */
function hasOurTime(seen: Seen): boolean {
  if (seen.kind === "threw" || !("atMs" in seen.reading)) return true;
  return Math.abs(seen.reading.atMs - Date.now()) < 600_000;
}

/** Everything that a person, or a log, could see of it. */
function saidOf(seen: Seen): string {
  if (seen.kind === "read") return JSON.stringify(seen.reading);
  const { message, cause } = seen.error;
  return `${message} ${cause instanceof Error ? cause.message : JSON.stringify(cause ?? "")}`;
}

/** The same behaviour, on a machine whose clock is `aheadMs` ahead. */
function atAnotherTime(behaviour: Behaviour, aheadMs: number): Behaviour {
  if (typeof behaviour !== "function") return behaviour;
  return (request, response) => {
    response.setHeader("date", new Date(Date.now() + aheadMs).toUTCString());
    behaviour(request, response);
  };
}
