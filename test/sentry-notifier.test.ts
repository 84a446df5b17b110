import { mkdir, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { sentry } from "../src/adapters/notices/sentry.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Notice, Notifier } from "../src/ports.ts";
import { noticesContract } from "./contract/notices.ts";
import { notifierFaults, webReceiver } from "./contract/notifier-faults.ts";
import { startSmallServer, troublesOf } from "./contract/small-server.ts";
import { temporaryFolder } from "./fixtures/folder.ts";
import { examinationOf, sampleNoticeOf } from "./sample-notices.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const clock = createClock();
const token = "sntrys_a-secret-that-nobody-may-see";

interface Known {
  readonly version: string;
  readonly projects: readonly string[];
  readonly url?: string;
  dateReleased?: string;
  readonly deploys: { readonly name: string; readonly environment: string; readonly dateStarted: string }[];
}

/** Sentry's releases and deploys, as its documentation describes them. Source: https://docs.sentry.io/api/releases/ */
async function startSmallSentry() {
  const releases = new Map<string, Known>();
  const writes: string[] = [];
  let losesAnswerTo: string | null = null;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    let text = "";
    request.on("data", (piece: Buffer) => (text += piece.toString()));
    request.on("end", () => {
      const what = `${request.method} ${(request.url ?? "").replace("/api/0", "")}`;
      if (request.method !== "GET") writes.push(what);
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      const [status, value] = isKnown ? answerOf(what, text === "" ? {} : JSON.parse(text), releases) : [401, { detail: "Invalid token" }];
      if (losesAnswerTo !== null && what.includes(losesAnswerTo) && request.method === "POST") {
        losesAnswerTo = null;
        return void response.destroy();
      }
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    });
  };
  const server = await startSmallServer(handle);
  onTestFinished(() => server.close());
  return { server, releases, writes, recover: () => server.behave(handle), loseAnswerTo: (path: string) => void (losesAnswerTo = path) };
}

function answerOf(what: string, body: Readonly<Record<string, unknown>>, releases: Map<string, Known>): [number, unknown] {
  if (what === "GET /projects/shop/web/") return [200, { slug: "web" }];
  if (what === "POST /organizations/shop/releases/") {
    const version = String(body["version"]);
    const isThere = releases.has(version);
    if (!isThere) releases.set(version, { ...(body as unknown as Known), deploys: [] });
    return [isThere ? 208 : 201, { version }];
  }
  const [, method, name, rest] = /^(\w+) \/organizations\/shop\/releases\/([^/]+)\/(deploys\/)?$/.exec(what) ?? [];
  const found = releases.get(decodeURIComponent(name ?? ""));
  if (found === undefined) return [404, { detail: "The requested resource does not exist" }];
  if (rest === undefined) {
    found.dateReleased = String(body["dateReleased"]);
    return [200, { version: found.version }];
  }
  if (method === "POST") found.deploys.push(body as unknown as Known["deploys"][number]);
  return method === "POST" ? [201, body] : [200, found.deploys];
}

const connectionTo = (url: string, options: object = {}) =>
  sentry.connection.parse({ url, organization: "shop", project: "web", token, ...options });

async function stage() {
  const small = await startSmallSentry();
  const dataDir = await temporaryFolder();
  const start = (options: object = {}): Notifier => sentry.create(connectionTo(small.server.url, options), { clock, dataDir });
  return { ...small, dataDir, start };
}

const noticeOf = (name: string, revision?: number): Notice => sampleNoticeOf(name, { notifier: "sentry", to: "deploys" }, revision);
const tellAll = async (notifier: Notifier, name: string, count: number): Promise<void> => {
  for (let revision = 1; revision <= count; revision += 1) await notifier.send(noticeOf(name, revision), never);
};

noticesContract("sentry", async () => {
  // It tells of versions, and not in words: what arrives is looked at as the notice that each deploy is named after.
  const { server, releases, recover } = await startSmallSentry();
  const said = new Map<string, string>();
  let count = 0;
  const notifier = sentry.create(connectionTo(server.url), { clock, dataDir: await temporaryFolder() });
  return {
    notifier: {
      async send(notice, signal) {
        const release = `r-${notice.key}`;
        const versions = { frontend: { canary: `v${count}`, stable: "before" } };
        await notifier.send({ ...notice, to: "deploys", release, state: { ...notice.state, versions } }, signal);
        count += 1;
        said.set(release, `${notice.to} ${[notice.title, ...notice.lines].join(" ").replaceAll(/[^\P{Cc}\n]/gu, "")}`);
      },
    },
    received: () => [...releases.values()].flatMap(({ deploys }) => deploys.map(({ name }) => said.get(name) ?? "")),
    recover,
    secret: token,
    ...troublesOf(server),
  };
});

notifierFaults("sentry", {
  suffer: webReceiver(({ url, timeout }) => {
    const notifier = sentry.create(connectionTo(url, { timeout }), { clock, dataDir: "unused" });
    return { send: (notice, signal) => notifier.send({ ...notice, to: "deploys" }, signal) };
  }),
  secrets: [token],
  // It keeps the time by itself.
  saysHowLong: [],
});

describe("Sentry is told", () => {
  test("of a release of each service when it is prepared, of a deploy when people meet it, and when everybody has it", async () => {
    const { releases, start } = await stage();
    const notifier = start();
    await tellAll(notifier, "promoted", 2);
    expect(releases.size).toBe(0);
    await notifier.send(noticeOf("promoted", 3), never);
    expect([...releases.keys()].toSorted()).toEqual(["backend@v2", "frontend@v2"]);
    expect([...releases.values()].flatMap(({ deploys }) => deploys)).toEqual([]);
    await notifier.send(noticeOf("promoted", 4), never);
    const began = "2025-08-19T12:03:00.000Z";
    const url = "https://serin.example.org/releases/r-1";
    const deploy = { environment: "production", name: "r-1", dateStarted: began, dateFinished: began, url };
    expect(releases.get("frontend@v2")).toEqual({ version: "frontend@v2", projects: ["web"], url, deploys: [deploy] });
    for (const revision of [5, 6, 7, 8, 9, 10, 11]) await notifier.send(noticeOf("promoted", revision), never);
    expect(releases.get("frontend@v2")).toMatchObject({ dateReleased: "2025-08-19T12:10:00.000Z", deploys: [deploy] });
  });

  test("of nothing twice: not at a retry, not after a restart, not when the folder is lost", async () => {
    const { releases, start, dataDir, loseAnswerTo, writes } = await stage();
    loseAnswerTo("/deploys/");
    await expect(start().send(noticeOf("observing 10 %"), never)).rejects.toThrow("broken off");
    await start().send(noticeOf("observing 10 %"), never);
    const count = writes.length;
    await start().send(noticeOf("observing 10 %"), never);
    expect(writes).toHaveLength(count);
    await rm(dataDir, { recursive: true });
    await mkdir(dataDir);
    await start().send(noticeOf("observing 10 %"), never);
    expect([...releases.values()].map(({ deploys }) => deploys.length)).toEqual([1, 1]);
  });

  test("of no service that keeps its version", async () => {
    const { releases, start } = await stage();
    const notice = noticeOf("observing 10 %");
    const versions = { ...notice.state.versions, backend: { canary: "v1", stable: "v1" } };
    await start().send({ ...notice, state: { ...notice.state, versions } }, never);
    expect([...releases.keys()]).toEqual(["frontend@v2"]);
  });

  test("of images by their tags", async () => {
    const { releases, start } = await stage();
    const notice = noticeOf("observing 10 %");
    const versions = { frontend: { canary: "registry.example/shop/web:2.4.1@sha256:0123", stable: "v1" } };
    await start().send({ ...notice, state: { ...notice.state, versions } }, never);
    expect([...releases.keys()]).toEqual(["frontend@2.4.1"]);
    const sending = start({ release: "{version}" }).send({ ...notice, release: "r-2", state: { ...notice.state, versions } }, never);
    await expect(sending).rejects.toThrow('makes no name of a release in Sentry; write release: "{service}@{tag}"');
  });
});

describe("what Sentry refuses", () => {
  test.each<[number, "later" | "never", RegExp]>([
    [400, "never", /answered 400/],
    [401, "later", /401.*a token that Sentry knows/],
    [403, "later", /403.*scope project:releases/],
    [404, "later", /404.*organization, project and url/],
  ])("%i", async (status, retry, says) => {
    const server = await startSmallServer((_request, response) => response.writeHead(status).end('{"detail":"no"}'));
    onTestFinished(() => server.close());
    const sending = sentry.create(connectionTo(server.url), { clock, dataDir: await temporaryFolder() }).send(noticeOf("preparing"), never);
    await expect(sending).rejects.toMatchObject({ retry, message: expect.stringMatching(says) });
  });

  test("another word of the plan", async () => {
    expect(sentry.checkRecipient?.("#releases", null)?.remedy).toBe("Write { sentry: deploys }.");
    expect(sentry.checkRecipient?.("deploys", null)).toBeNull();
    const { start } = await stage();
    await expect(start().send({ ...noticeOf("preparing"), to: "x" }, never)).rejects.toMatchObject({ retry: "never" });
  });
});

test("examined before the day, each project is looked up, and nothing is written", async () => {
  const { server, writes } = await stage();
  const examination = examinationOf(["deploys"]);
  const checks = await sentry.examine!(
    connectionTo(server.url, { project: ["web", "api"] }),
    examination,
    { clock, dataDir: "unused" },
    never,
  );
  expect(inEnglish(checks)).toMatchObject([
    { what: "Sentry project web", verdict: "ok", remedy: null },
    {
      what: "Sentry project api",
      verdict: "wrong",
      says: expect.stringContaining("404"),
      remedy: expect.stringContaining("project:releases"),
    },
  ]);
  expect(writes).toEqual([]);
});
