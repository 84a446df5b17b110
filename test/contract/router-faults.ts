import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { PortError } from "../../src/ports.ts";
import type { TrafficRouter } from "../../src/ports.ts";
import { startSmallServer } from "./small-server.ts";
import type { Behaviour } from "./small-server.ts";
import { wantedTraffic } from "../fixtures/wanted-traffic.ts";

/** A router that is steered over HTTP, with its control at `url`, `secret` as its token, and this patience. */
export type MakeRouter = (url: string, secret: string, timeout: string) => TrafficRouter;

const secret = "a-token-that-nobody-may-see";
const never = new AbortController().signal;
const wanted = wantedTraffic({ sharePct: 10, login: null });

const answers =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (_request, response) =>
    response.writeHead(status, headers).end(body);
const page = "<html><body><h1>Internal Server Error</h1></body></html>";

/** `never`: asking again is useless, and the error says so. */
type Fault = readonly [says: string, behaviour: Behaviour, retry: PortError["retry"]];

const faults: readonly Fault[] = [
  ["nobody listens", "refuses", "later"],
  ["it is silent", "hangs", "later"],
  ["the token is unknown", answers(401, '{"error":"a bearer token is needed"}'), "never"],
  ["the token may not", answers(403, "no"), "never"],
  ["it is asked too often", answers(429, "slow down", { "retry-after": "30" }), "later"],
  ["it answers 500 with a page", answers(500, page), "later"],
  ["it answers 200 with a page", answers(200, page), "later"],
  ["it answers with what is no answer", answers(200, '{"release":7,"sharePct":"much","drawn":null}'), "later"],
  ["it answers null", answers(200, "null"), "later"],
  ["its numbers are none", answers(200, '{"release":"shop-1","sharePct":NaN}'), "later"],
  [
    "its answer is cut off",
    (_request, response) => {
      response.writeHead(200, { "content-length": 1_000 }).write('{"release":', () => response.destroy());
    },
    "later",
  ],
  ["its answer is without an end", (_request, response) => void response.writeHead(200).end(Buffer.alloc(17 * 1024 * 1024, " ")), "later"],
];

/** What every router that is steered over HTTP does when its control is not as it should be: it throws, says why, and says no secret. */
export function routerFaults(name: string, make: MakeRouter): void {
  describe(`${name}, when its control is not well`, () => {
    test.each(faults)("%s: apply, observe and attempt throw, and no message has the token", async (_says, behaviour, retry) => {
      const server = await startSmallServer(behaviour);
      onTestFinished(() => server.close());
      await server.behave(behaviour);
      for (const thrown of await thrownBy(make(server.url, secret, behaviour === "hangs" ? "200ms" : "20s"))) {
        expect(thrown instanceof PortError ? thrown.retry : "later").toBe(retry);
      }
    });

    test("no certificate to be had from it: the same", async () => {
      const server = createServer((_request, response) => response.end("{}"));
      await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve());
      });
      onTestFinished(() => {
        server.close();
        server.closeAllConnections();
      });
      await thrownBy(make(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, secret, "20s"));
    });
  });
}

async function thrownBy(router: TrafficRouter): Promise<readonly Error[]> {
  const calls = [router.apply(wanted, never), router.observe(never), router.attempt({ request: "GET /", arms: { shop: "canary" } }, never)];
  const settled = await Promise.allSettled(calls);
  return settled.map((one) => {
    expect(one.status).toBe("rejected");
    const thrown: unknown = one.status === "rejected" ? one.reason : null;
    if (!(thrown instanceof Error)) throw new Error(`thrown was ${String(thrown)}`);
    expect(thrown.message).not.toContain(secret);
    expect(thrown.message.length).toBeGreaterThan(20);
    return thrown;
  });
}
