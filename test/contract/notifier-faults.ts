import { describe, expect, onTestFinished, test } from "vitest";
import { PortError } from "../../src/ports.ts";
import type { Notifier } from "../../src/ports.ts";
import { createAuthority } from "./certificates.ts";
import { sampleNotice } from "./notices.ts";
import { startSmallServer } from "./small-server.ts";
import type { Behaviour } from "./small-server.ts";

/** What may be wrong with the other side. */
export type Fault =
  | "hangs"
  | "refuses the connection"
  | "does not know us"
  | "forbids it"
  | "asks for time"
  | "is broken"
  | "sends half an answer"
  | "never stops answering"
  | "answers nonsense"
  | "has a certificate that nobody trusts";

/** How long the receiver that "asks for time" wants to be left alone. */
export const askedMs = 30_000;

/** How a notifier's receiver can be made to fail; `delivers`: the faults under which the notice counts as delivered all the same. */
export interface FaultsSubject {
  /** A notifier in front of a receiver with the fault; it is patient where the receiver is not silent. */
  suffer(fault: Fault): Promise<Notifier>;
  /** Texts of its connection that nobody may see. */
  readonly secrets: readonly string[];
  readonly delivers?: readonly Fault[];
  /** Faults that say how long to wait. Default: "asks for time". */
  readonly saysHowLong?: readonly Fault[];
}

/** What is said of each fault, whoever says it. */
const says: Readonly<Record<Fault, RegExp>> = {
  hangs: /no answer within/,
  "refuses the connection": /connection refused/,
  "does not know us": /401|535|invalid_auth/,
  "forbids it": /403|550|not_allowed/,
  "asks for time": /429|421|450|ratelimited/,
  "is broken": /500|554|451/,
  "sends half an answer": /broken off|cannot be read/,
  "never stops answering": /too large|larger than|cannot be read/,
  "answers nonsense": /cannot be read|no JSON/,
  "has a certificate that nobody trusts": /certificate|trusted/,
};

/**
 * What every notifier does when its receiver fails: it throws, so that the notice stays owed and is tried again; it says what is wrong, without a
 * secret and without what a broken receiver wrote.
 */
export function notifierFaults(name: string, subject: FaultsSubject): void {
  const { delivers = [], saysHowLong = ["asks for time"], secrets } = subject;
  const never = new AbortController().signal;
  const all = Object.keys(says) as Fault[];
  describe(`${name}: when the receiver`, () => {
    test.each(all.filter((fault) => !delivers.includes(fault)))("%s, it says so and keeps the secret", async (fault) => {
      const error = await errorOf((await subject.suffer(fault)).send(sampleNotice, never));
      expect(error.message).toMatch(says[fault]);
      expect(error instanceof PortError ? error.retry : "later").toBe("later");
      const said = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
      expect(said).not.toContain("<html>");
    });

    test.each(delivers)("%s, the notice counts as delivered", async (fault) => {
      await expect((await subject.suffer(fault)).send(sampleNotice, never)).resolves.toBeUndefined();
    });

    test.each(saysHowLong)("%s, it is left alone for so long", async (fault) => {
      expect(await errorOf((await subject.suffer(fault)).send(sampleNotice, never))).toMatchObject({ afterMs: askedMs });
    });
  });
}

/** What `sending` throws; a notice that is delivered is an error of the test. */
async function errorOf(sending: Promise<void>): Promise<Error> {
  const thrown: unknown = await sending.then(
    () => new Error("it was delivered"),
    (error: unknown) => error,
  );
  return thrown instanceof Error ? thrown : new Error(`it threw ${String(thrown)}`);
}

const html = "<html><h1>Bad Gateway</h1></html>";

/** How a web server behaves under a fault. */
const webFaults: Readonly<Record<Exclude<Fault, "has a certificate that nobody trusts">, Behaviour>> = {
  hangs: "hangs",
  "refuses the connection": "refuses",
  "does not know us": (_request, response) => response.writeHead(401).end(html),
  "forbids it": (_request, response) => response.writeHead(403).end(html),
  "asks for time": (_request, response) => response.writeHead(429, { "retry-after": String(askedMs / 1_000) }).end(html),
  "is broken": (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end(html),
  "sends half an answer": (_request, response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"ok":true,', () => response.destroy());
  },
  "never stops answering": (_request, response) => {
    const piece = Buffer.alloc(1024 * 1024, "a");
    const more = (): void => void (response.destroyed || response.write(piece, () => setImmediate(more)));
    response.writeHead(200, { "content-type": "application/json" });
    response.on("error", () => undefined);
    more();
  },
  "answers nonsense": (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end('["<html>", NaN]'),
};

/** The faults of a web server, for a notifier that `connect` points at an address. */
export function webReceiver(connect: (to: { readonly url: string; readonly timeout: string }) => Notifier): FaultsSubject["suffer"] {
  return async (fault) => {
    const isUntrusted = fault === "has a certificate that nobody trusts";
    const tls = isUntrusted ? { ...createAuthority().issue("a stranger"), clientCa: null } : null;
    const server = await startSmallServer("hangs", tls);
    onTestFinished(() => server.close());
    if (!isUntrusted) await server.behave(webFaults[fault]);
    return connect({ url: server.url, timeout: fault === "hangs" ? "300ms" : "20s" });
  };
}
