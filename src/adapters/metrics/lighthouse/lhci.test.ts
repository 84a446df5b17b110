import { describe, expect, onTestFinished, test } from "vitest";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createClock } from "../../../engine/clock.ts";
import { createLighthouse, lighthouse } from "../lighthouse.ts";
import { ask, folder, reportOf, score, target } from "../../../../test/lighthouse-world.ts";
import { startSmallServer } from "../../../../test/contract/small-server.ts";
import { isOfCommit } from "./lhci.ts";

const newHash = "3f2a9c1e5d7b8a90c1d2e3f4a5b6c7d8e9f0a1b2";
const oldHash = "99aa88bb77cc66dd55ee44ff33aa22bb11cc00dd";
const projectId = "0b1e1f2a-1111-4222-8333-444455556666";

/** What a Lighthouse CI server answers. Source: https://github.com/GoogleChrome/lighthouse-ci/blob/main/types/server.d.ts */
const project = { id: projectId, name: "Shop", slug: "shop", externalUrl: "https://ci.example", token: "", baseBranch: "main" };
const build = (id: string, hash: string, more: object = {}) => ({ id, projectId, lifecycle: "sealed", hash, branch: "main", ...more });
const run = (buildId: string, url: string, performance: number | null, second: number) => ({
  id: `${buildId}-${second}`,
  projectId,
  buildId,
  representative: false,
  url,
  lhr: reportOf({ performance, audits: { "total-blocking-time": { score: 0.3, scoreDisplayMode: "numeric" } } }),
  createdAt: `2026-01-01T00:00:0${second}.000Z`,
});

const home = "http://localhost:PORT/";
const answers: Readonly<Record<string, unknown>> = {
  "POST /v1/projects/lookup": project,
  "GET /v1/projects/slug:shop": project,
  [`GET /v1/projects/${projectId}/builds?limit=200`]: [
    build("b3", newHash, { lifecycle: "unsealed", branch: "later" }),
    build("b2", newHash),
    build("b1", oldHash),
  ],
  [`GET /v1/projects/${projectId}/builds?limit=200&branch=hotfix`]: [],
  [`GET /v1/projects/${projectId}/builds/b2/urls`]: [{ url: "http://localhost:PORT/other" }, { url: home }],
  [`GET /v1/projects/${projectId}/builds/b1/urls`]: [{ url: home }],
  [`GET /v1/projects/${projectId}/builds/b2/runs?url=${encodeURIComponent(home)}`]: [
    run("b2", home, 0.93, 3),
    run("b2", home, 0.91, 1),
    run("b2", home, null, 2),
  ],
  [`GET /v1/projects/${projectId}/builds/b1/runs?url=${encodeURIComponent(home)}`]: [run("b1", home, 0.97, 1)],
};

const serve = (request: IncomingMessage, response: ServerResponse): void => {
  const answer = answers[`${request.method} ${request.url}`];
  if (answer === undefined) return void response.writeHead(404).end();
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer));
};

async function world(words: Readonly<Record<string, unknown>> = { project: "shop" }, version = `shop:${newHash.slice(0, 7)}`) {
  const server = await startSmallServer(serve);
  onTestFinished(() => server.close());
  const options = lighthouse.connection.parse({ lhci: { url: server.url, ...words } });
  const surroundings = { clock: createClock(), dataDir: folder() };
  const source = createLighthouse(options, surroundings, () => Promise.reject(new Error("nothing is run")));
  const targets = [target({ version }), target({ arm: "stable", version: `shop:${oldHash}` })];
  const context = { release: "r", environment: "production", sinceMs: 0, targets };
  const read = async (query = ask(), signal = new AbortController().signal) =>
    (await source.read([query], context, signal)).get(query.quantity);
  return { server, read, options, surroundings };
}

describe("lighthouse reads a Lighthouse CI server", () => {
  test("each run of the version's build once, the oldest first, beside stable's; one that has no score is left out", async () => {
    const { read, server } = await world();
    const first = await read();
    expect(score(first)).toEqual([91, 97]);
    expect(first?.kind === "level" && first.findings).toEqual([
      { rule: "total-blocking-time", places: 1, at: `${server.url}/app/projects/shop/compare/b2` },
    ]);
    expect(score(await read())).toEqual([93, null]);
    expect(await read()).toEqual({ kind: "no-data" });
    expect(server.requests.filter((request) => request.includes("/runs")).length).toBe(2);
  });

  test("by the project's build token", async () => {
    const { read } = await world({ token: "a-build-token" });
    expect(score(await read())).toEqual([91, 97]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string, Parameters<typeof ask>[0]]>([
    ["no build is of the version's commit", { project: "shop" }, "shop:1.2.3", {}],
    ["no build is of the branch", { project: "shop", branch: "hotfix" }, newHash, {}],
    ["the build has not run the page", { project: "shop" }, newHash, { path: "/dashboard" }],
  ])("where %s there is no-data", async (_says, words, version, query) => {
    const { read } = await world(words, version);
    expect(await read(ask(query))).toEqual({ kind: "no-data" });
  });

  test.each<[string, Parameters<typeof startSmallServer>[0], string]>([
    ["refuses", "refuses", "connection refused"],
    ["wants a password", (_, response) => void response.writeHead(401).end(), "answered 401, so it wants other headers"],
    ["forbids", (_, response) => void response.writeHead(403).end(), "answered 403, so it wants other headers"],
    [
      "is asked too often",
      (_, response) => void response.writeHead(429, { "retry-after": "60" }).end(),
      "answered 429, so it is asked too often",
    ],
    ["breaks with a page", (_, response) => void response.writeHead(500).end("<h1>oh</h1>"), "answered 500"],
    ["answers a page", (_, response) => void response.end("<h1>oh</h1>"), "answered something else than a Lighthouse CI server does"],
    [
      "is cut off",
      (_, response) => void response.writeHead(200, { "content-length": "99" }).end("{", () => response.destroy()),
      "broken off",
    ],
    ["answers numbers for texts", (_, response) => void response.end('{"id":5}'), "answered something else"],
  ])("one that %s is unavailable, and no secret is told", async (_says, behaviour, why) => {
    const { read, server } = await world({ token: "correct-horse-battery", headers: { authorization: "correct-horse-battery" } });
    await server.behave(behaviour ?? "hangs");
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(why);
    expect(String(error)).not.toContain("correct-horse");
    await server.behave(serve);
    expect(score(await read())).toEqual([91, 97]);
  });

  test("and ends at once when it is aborted", async () => {
    const { read, server } = await world();
    await server.behave("hangs");
    const abort = new AbortController();
    const reached = server.reached();
    const reading = read(ask(), abort.signal).catch((thrown: unknown) => thrown);
    await reached;
    abort.abort("the tick is over");
    expect(await reading).toBe("the tick is over");
  });

  test("a run that is no report, or huge in its figures, is no score", async () => {
    const { read, server } = await world();
    const runs = `/v1/projects/${projectId}/builds/b2/runs`;
    await server.behave((request, response) => {
      if (!request.url?.startsWith(runs)) return serve(request, response);
      response.end(
        JSON.stringify([
          { url: home, lhr: "[1,2" },
          { url: home, lhr: reportOf({ performance: 1e300 }) },
        ]),
      );
    });
    await expect(read()).rejects.toThrow("it is no report of Lighthouse");
  });
});

test.each([
  ["shop:3f2a9c1", true],
  [`ghcr.example/shop:${newHash}@sha256:${"ab".repeat(32)}`, true],
  ["v1.2.3-5-g3f2a9c1", true],
  ["v1.2.3-3f2a9c1", true],
  ["shop:3f2a9c", false],
  [`shop@sha256:${newHash}`, false],
  ["shop:latest", false],
])("the version %s is of the commit: %s", (version, expected) => expect(isOfCommit(version, newHash)).toBe(expected));
