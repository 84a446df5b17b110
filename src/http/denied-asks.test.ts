import { expect, test, vi } from "vitest";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import type { Refusal, Request } from "../core/requests.ts";
import type { CreateTokenAnswer } from "./contract/access.ts";
import type { JournalAnswer, ProblemAnswer, StoryAnswer, VerifyAnswer } from "./contract.ts";
import { DeniedAsks } from "./denied-asks.ts";

const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;

async function ask(api: SmallApi, id: string, kind: string, as: string | null): Promise<string> {
  const headers = { "if-match": '"1"' };
  const answer = await api.call("POST", `/api/v1/releases/${id}/requests`, { as, headers, body: { kind, reason: "because" } });
  return `${answer.status} ${((await answer.json()) as Partial<ProblemAnswer>).code ?? "accepted"}`;
}

async function refusals(api: SmallApi, id: string): Promise<readonly unknown[]> {
  const { entries } = await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal`));
  return entries.flatMap(({ entry }) => entry.decision.facts.filter((fact) => fact.kind === "refused"));
}

const role = { kind: "role", needs: ["release-manager", "devops-lead"] };

test("what a known person or machine may not ask stands in the journal once and then as a number, and it verifies", async () => {
  const api = await smallApi();
  const id = await api.begin();
  for (let times = 0; times < 40; times += 1) expect(await ask(api, id, "rollback", "vera")).toBe("403 role-missing");
  expect(await ask(api, id, "resume", "vera")).toBe("403 role-missing");
  expect(await ask(api, id, "rollback", "dan")).toBe("403 role-missing");
  const { token } = await json<CreateTokenAnswer>(
    api.call("POST", "/api/v1/tokens", { body: { name: "pipeline", roles: ["release-manager"] } }),
  );
  for (let times = 0; times < 2; times += 1) expect(await ask(api, id, "approve", token)).toBe("409 request-refused");
  const first = [
    { kind: "refused", by: "vera", asked: "rollback", refusal: role },
    { kind: "refused", by: "vera", asked: "resume", refusal: role },
    { kind: "refused", by: "dan", asked: "rollback", refusal: role },
    { kind: "refused", by: "pipeline", asked: "approve", refusal: { kind: "machine" } },
  ];
  expect(await refusals(api, id)).toMatchObject(first);
  // A server that closes writes down what it has counted.
  api.end();
  await vi.waitFor(async () => expect(await refusals(api, id)).toHaveLength(6));
  const counted = (await refusals(api, id)).slice(4);
  expect(counted).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ by: "vera", asked: "rollback", refusal: role, times: 39 }),
      expect.objectContaining({ by: "pipeline", asked: "approve", refusal: { kind: "machine" }, times: 1 }),
    ]),
  );
  const { story } = await json<StoryAnswer>(api.call("GET", `/api/v1/releases/${id}/story?language=en`));
  expect(JSON.stringify(story)).toContain(
    "Vera asked to roll back (39 more times within a minute), refused: only release manager or DevOps lead may",
  );
  const report = await (await api.call("GET", `/api/v1/releases/${id}/report?format=md&language=fr`)).text();
  expect(report).toContain("Le retour arrière (encore 39 fois en une minute)");
  expect((await json<VerifyAnswer>(api.call("POST", `/api/v1/releases/${id}/verify`))).ok).toBe(true);
});

test("one that is sent again under its key is one: it has its answer, and is not counted", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const retry = async (key: string): Promise<number> => {
    const headers = { "if-match": '"1"', "idempotency-key": key };
    const body = { kind: "rollback", reason: "because" };
    return (await api.call("POST", `/api/v1/releases/${id}/requests`, { as: "vera", headers, body })).status;
  };
  for (let times = 0; times < 3; times += 1) expect(await retry("one")).toBe(403);
  expect(await retry("another")).toBe(403);
  api.end();
  await vi.waitFor(async () => expect(await refusals(api, id)).toHaveLength(2));
  expect(await refusals(api, id)).toMatchObject([{ by: "vera" }, { by: "vera", times: 1 }]);
});

test("strangers write into no journal, and who asks for what they may is never counted", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const before = await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal`));
  for (const as of [null, "nobody"]) expect(await ask(api, id, "rollback", as)).toMatch(/^401/);
  expect(await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal`))).toEqual(before);
  await ask(api, id, "stop", "vera");
  expect(await ask(api, id, "stop", "ada")).toBe("200 accepted");
});

const request: Request = {
  id: "r1",
  release: "shop-1",
  atMs: 0,
  by: { name: "vera", roles: ["viewer"] },
  kind: "rollback",
  expectRevision: 1,
  reason: "",
  as: null,
};

const refusal: Refusal = { kind: "role", needs: ["release-manager"] };

/** Denied asks whose minutes pass when they are let. */
function counting() {
  const asked: Request[] = [];
  const minutes: (() => void)[] = [];
  const closing = new AbortController();
  const parts = {
    engine: { ask: async (one: Request) => void asked.push(one), nowMs: () => 7 },
    clock: { nowMs: () => 0, monotonicMs: () => 0, wait: () => new Promise<void>((resolve) => void minutes.push(resolve)) },
    log: () => undefined,
    closing: closing.signal,
  };
  const denied = new DeniedAsks(parts);
  const pass = async (): Promise<void> => {
    for (const minute of minutes.splice(0)) minute();
    await new Promise(setImmediate);
  };
  return { denied, asked, pass };
}

test("one a minute of each kind, person and release, for as long as it goes on", async () => {
  const { denied, asked, pass } = counting();
  expect(denied.isFirst(request, refusal)).toBe(true);
  for (const other of [{ kind: "stop" as const }, { release: "shop-2" }, { by: { name: "dan", roles: [] } }])
    expect(denied.isFirst({ ...request, ...other }, refusal)).toBe(true);
  for (let minute = 0; minute < 3; minute += 1) {
    for (let times = 0; times < 1_000; times += 1) expect(denied.isFirst(request, refusal)).toBe(false);
    await pass();
    expect(asked.map(({ by, kind, denied: counted, atMs }) => [by.name, kind, counted, atMs])).toEqual(
      Array.from({ length: minute + 1 }, () => ["vera", "rollback", { refusal, times: 1_000 }, 7]),
    );
  }
  await pass();
  expect(asked).toHaveLength(3);
  expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
  expect(denied.isFirst(request, refusal)).toBe(true);
});
