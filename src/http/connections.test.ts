import { expect, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import type { ShowReleaseAnswer } from "./contract.ts";
import type { ConnectionsAnswer } from "./contract/insight.ts";
import { LastCalls } from "./last-calls.ts";

/** Lets a release go on from its sign-off, so that it asks its adapters. */
const go = (api: SmallApi, id: string): Promise<void> =>
  vi.waitFor(async () => {
    const { revision } = (await (await api.call("GET", `/api/v1/releases/${id}`)).json()) as ShowReleaseAnswer;
    const headers = { "if-match": `"${revision}"` };
    const body = { kind: "approve", reason: "a test" };
    expect((await api.call("POST", `/api/v1/releases/${id}/requests`, { headers, body })).status).toBe(200);
  });

test("connections tell what they do, whether they answer, and who uses them", async () => {
  const api = await smallApi();
  const ask = async (): Promise<ConnectionsAnswer> =>
    (await (await api.call("GET", "/api/v1/connections", { as: "vera" })).json()) as ConnectionsAnswer;
  expect(await ask()).toEqual({ nowMs: expect.any(Number), connections: [] });
  await go(api, await api.begin());
  const { connections } = await vi.waitFor(async () => {
    const answer = await ask();
    expect(answer.connections.find(({ port }) => port === "router")?.state).toBe("answers");
    return answer;
  });
  expect(connections.map(({ port, name, state, plans }) => [port, name, state, plans])).toEqual([
    ["router", "small", "answers", ["shop"]],
    ["source", "small", expect.stringMatching(/^(?:answers|not-asked)$/), ["shop"]],
    ["workloads", "process", expect.stringMatching(/^(?:answers|not-asked)$/), ["shop"]],
  ]);
  expect(connections[0]).toMatchObject({ says: "Does what it is told.", why: null, remedy: null });
  expect(connections[0]?.lastAnswerMs).toBeGreaterThan(0);
});

test("a connection that fails keeps its last answer, says why, and what to do in the language that is asked for", async () => {
  const api = await smallApi();
  const source = { port: "source", name: "prometheus" } as const;
  api.lastCalls.ended(source, { atMs: 1_000, tookMs: 12.34, why: null });
  api.lastCalls.ended(source, { atMs: 2_000, tookMs: 5, why: "connect ECONNREFUSED 127.0.0.1:9090" });
  const ask = async (query: string): Promise<ConnectionsAnswer["connections"][number] | undefined> =>
    ((await (await api.call("GET", `/api/v1/connections${query}`)).json()) as ConnectionsAnswer).connections[0];
  expect(await ask("")).toEqual({
    ...source,
    kind: "prometheus",
    state: "fails",
    lastAnswerMs: 1_000,
    latencyMs: 12.3,
    says: "",
    why: "connect ECONNREFUSED 127.0.0.1:9090",
    remedy: "See whether it runs, and whether serin.yaml has its right address and port (prometheus).",
    plans: [],
  });
  expect(await ask("?language=fr")).toMatchObject({
    says: expect.stringMatching(/^Lit les compteurs/),
    remedy: expect.stringMatching(/^Vérifiez/),
  });
});

test("the last call of each connection is kept, and nothing of others", () => {
  const calls = new LastCalls();
  calls.ended({ port: "router", name: "edge" }, { atMs: 1, tookMs: 2, why: "away" });
  expect(calls.of({ port: "router", name: "edge" })).toMatchObject({ why: "away", answer: null });
  expect(calls.of({ port: "source", name: "edge" })).toBeNull();
});
