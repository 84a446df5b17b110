import { Writable } from "node:stream";
import { Webhook } from "standardwebhooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { defineConsole, noticeText } from "../src/adapters/notices/console.ts";
import { webhook, webhookId } from "../src/adapters/notices/webhook.ts";
import { createClock } from "../src/engine/clock.ts";
import { PortError } from "../src/ports.ts";
import { noticesContract, sampleNotice } from "./contract/notices.ts";
import { notifierFaults, webReceiver } from "./contract/notifier-faults.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import { examinationOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const surroundings = { clock: createClock(), dataDir: "unused" };
const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;

noticesContract("console", async () => {
  const received: string[] = [];
  let mode: "takes" | "fails" | "hangs" = "takes";
  let tell: (() => void) | null = null;
  const stream = new Writable({
    autoDestroy: false,
    write(chunk, _encoding, done) {
      tell?.();
      if (mode === "hangs") return;
      if (mode === "fails") return done(new Error("disk full"));
      received.push(String(chunk));
      done();
    },
  });
  // A terminal that failed once is another stream afterwards; the notifier is made anew on it, as after a restart of the server.
  const another = (): Writable => new Writable({ write: (chunk, _encoding, done) => (received.push(String(chunk)), done()) });
  let notifier = defineConsole(stream).create({}, surroundings);
  return {
    notifier: { send: (notice, signal) => notifier.send(notice, signal) },
    received: () => received,
    fail: () => void (mode = "fails"),
    recover: () => void (notifier = defineConsole(another()).create({}, surroundings)),
    hang: () => void (mode = "hangs"),
    reached: () => new Promise((resolve) => (tell = resolve)),
    secret: null,
    close: async () => void stream.destroy(),
  };
});

noticesContract("webhook", async () => {
  const { server, received } = await startReceiver();
  return {
    notifier: webhook.create(webhook.connection.parse({ url: `${server.url}/hook/${secret}?k=${secret}`, secret }), surroundings),
    received: () => received.map(({ body }) => body),
    recover: () => server.behave(receiving(received)),
    secret,
    ...troublesOf(server),
  };
});

interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function receiving(received: Received[]) {
  return (request: NodeJS.ReadableStream & { headers: Received["headers"] }, response: { end(): void }): void => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      response.end();
    });
  };
}

async function startReceiver() {
  const received: Received[] = [];
  const server = await startSmallServer(receiving(received));
  return { server, received };
}

describe("console", () => {
  test("writes the title and indents the lines", () => {
    expect(noticeText(sampleNotice)).toBe(
      "2025-08-19T12:08:00.000Z #releases ecomsimply: everybody is back on stable\n" +
        "  5xx-rate 2.4 % [1.3, 4.1]: proven above 1 %.\n  Traffic was back after 0.4 s.\n",
    );
  });

  test("shows what would steer a terminal", () => {
    expect(noticeText({ ...sampleNotice, to: "", title: "\u001b]0;x\u0007", lines: ["a\nb"] })).toBe(
      "2025-08-19T12:08:00.000Z \\u{1b}]0;x\\u{7}\n  a\\u{a}b\n",
    );
  });

  test("a broken stream is thrown at every later notice and never ends the process", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error("closed pipe")) });
    const notifier = defineConsole(stream).create({}, surroundings);
    await expect(notifier.send(sampleNotice, never)).rejects.toThrow("closed pipe");
    await expect(notifier.send(sampleNotice, never)).rejects.toThrow("closed pipe");
  });
});

describe("webhook", () => {
  const connect = async (answered: number, headers: Readonly<Record<string, string>> = {}) => {
    const server = await startSmallServer((_request, response) => response.writeHead(answered, headers).end());
    onTestFinished(() => server.close());
    return webhook.create(webhook.connection.parse({ url: server.url, secret }), surroundings);
  };

  test("signs what it posts so that a library of Standard Webhooks accepts it, the same text at every try", async () => {
    const { server, received } = await startReceiver();
    onTestFinished(() => server.close());
    const notifier = webhook.create(
      webhook.connection.parse({ url: server.url, secret, headers: { "Webhook-Signature": "mine" } }),
      surroundings,
    );
    await notifier.send(sampleNotice, never);
    await notifier.send(sampleNotice, never);
    const [first, second] = received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(first?.headers).toMatchObject({ "content-type": "application/json", "webhook-id": webhookId(sampleNotice.key) });
    const verified = new Webhook(secret).verify(first?.body ?? "", first?.headers as Record<string, string>);
    expect(verified).toMatchObject({
      type: "release.rolled_back",
      timestamp: "2025-08-19T12:08:00.000Z",
      data: { key: sampleNotice.key, release: "r-1", entry: { revision: 9 }, state: { wantedPct: 0 } },
    });
    expect(() => new Webhook(secret).verify(`${first?.body} `, first?.headers as Record<string, string>)).toThrow("No matching signature");
  });

  test("a receiver of any name gets an id that a header can carry", async () => {
    const { server, received } = await startReceiver();
    onTestFinished(() => server.close());
    const notifier = webhook.create(webhook.connection.parse({ url: server.url, secret }), surroundings);
    await notifier.send({ ...sampleNotice, to: "équipe 🚀\n", key: "r-1:1:webhook:équipe 🚀\n" }, never);
    expect(received[0]?.headers["webhook-id"]).toMatch(/^msg_[A-Za-z0-9_-]{32}$/);
  });

  test.each([200, 202, 204])("%i is delivered", async (answered) => {
    await expect((await connect(answered)).send(sampleNotice, never)).resolves.toBeUndefined();
  });

  test.each([301, 400, 410, 422])("%i is never tried again", async (answered) => {
    const error: unknown = await (await connect(answered)).send(sampleNotice, never).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortError);
    expect(error).toMatchObject({ retry: "never", message: expect.stringContaining(`answered ${answered}`) });
  });

  test.each([401, 403, 404, 408, 425, 429, 500, 502, 503])("%i is tried again", async (answered) => {
    const error: unknown = await (await connect(answered)).send(sampleNotice, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ retry: "later", afterMs: null });
  });

  test.each<[string, number | null]>([
    ["120", 120_000],
    ["soon", null],
  ])("Retry-After: %s", async (header, afterMs) => {
    const notifier = await connect(503, { "retry-after": header });
    expect(await notifier.send(sampleNotice, never).catch((thrown: unknown) => thrown)).toMatchObject({ afterMs });
  });

  test.each(["short", "whsec_c2hvcnQ=", `whsec_${"A".repeat(100)}`, "whsec_not base64 at all, but long enough"])(
    "the secret %s is refused with a remedy",
    (refused) => {
      const parsed = webhook.connection.safeParse({ url: "https://example.org", secret: refused });
      expect(parsed.error?.issues[0]?.message).toContain("openssl rand -base64 32");
    },
  );
});

describe("webhook examined before the day", () => {
  const examine = async (url: string) =>
    inEnglish(await webhook.examine!(webhook.connection.parse({ url, secret }), examinationOf(["team"]), surroundings, never));

  test("somebody answers, and nothing is posted", async () => {
    const server = await startSmallServer((_request, response) => response.writeHead(405).end());
    onTestFinished(() => server.close());
    expect(await examine(`${server.url}/hook`)).toMatchObject([{ verdict: "ok", says: expect.stringContaining("(405)") }]);
    expect(server.requests).toEqual(["OPTIONS /hook"]);
  });

  test("nobody answers", async () => {
    const server = await startSmallServer("refuses");
    expect(await examine(`${server.url}/hook/${secret}`)).toMatchObject([{ verdict: "wrong", says: expect.not.stringContaining(secret) }]);
  });
});

notifierFaults("webhook", {
  suffer: webReceiver(({ url, timeout }) =>
    webhook.create(webhook.connection.parse({ url: `${url}/hook/${secret}?k=${secret}`, secret, timeout }), surroundings),
  ),
  secrets: [secret],
  // What is answered beside the status is not read.
  delivers: ["answers nonsense"],
});
