import { expect, test } from "vitest";
import { smallPlan } from "../../test/fixtures/small-adapters.ts";
import { callers, smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { requestKinds } from "../core/requests.ts";
import type { Caller } from "./tokens.ts";
import type { JournalAnswer, ProblemAnswer, ShowReleaseAnswer, StartReleaseAnswer } from "./contract.ts";

const dayMs = 86_400_000;
const startBody = { plan: { text: smallPlan, file: "plan.yaml" }, versions: { web: "2" }, stable: { web: "1" }, reason: "a test" };
/** A moment as people write it, to the minute, in UTC. */
const moment = (fromNowMs: number): string => `${new Date(Date.now() + fromNowMs).toISOString().slice(0, 16)}Z`;

const start = (api: SmallApi, more: object, key: string = crypto.randomUUID()): Promise<Response> =>
  api.call("POST", "/api/v1/releases", { as: "olga", headers: { "idempotency-key": key }, body: { ...startBody, ...more } });
const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;
const show = async (api: SmallApi, id: string): Promise<ShowReleaseAnswer> =>
  (await (await api.call("GET", `/api/v1/releases/${id}`)).json()) as ShowReleaseAnswer;
const ask = async (api: SmallApi, id: string, as: string, kind: string): Promise<Response> => {
  const headers = { "if-match": `"${(await show(api, id)).revision}"` };
  return api.call("POST", `/api/v1/releases/${id}/requests`, { as, headers, body: { kind, reason: "the basket is empty" } });
};

test("a start is scheduled, approved while it waits, and is the same under its key", async () => {
  const api = await smallApi();
  const at = moment(dayMs);
  const begun = await start(api, { at }, "one");
  expect(begun.status).toBe(201);
  const { id, starts } = (await begun.json()) as StartReleaseAnswer;
  expect(starts).toEqual({ atMs: Date.parse(at), says: expect.stringMatching(/\d\d:\d\d \(.+\)$/) });
  expect((await ask(api, id, "ada", "approve")).status).toBe(200);
  expect((await show(api, id)).status).toMatchObject({ kind: "waiting", for: [{ kind: "scheduled", atMs: Date.parse(at) }] });
  expect((await start(api, { at }, "one")).status).toBe(200);
  expect(await codeOf(await start(api, { at: moment(2 * dayMs) }, "one"))).toBe("key-reused");
});

test("a start in the past, or at two moments, is refused; without windows the next one is now", async () => {
  const api = await smallApi();
  expect(await codeOf(await start(api, { at: moment(-dayMs) }))).toBe("start-moment");
  expect(await codeOf(await start(api, { at: moment(dayMs), nextWindow: true }))).toBe("body-invalid");
  expect(await codeOf(await start(api, { at: "tomorrow" }))).toBe("body-invalid");
  const { id } = (await (await start(api, { nextWindow: true })).json()) as StartReleaseAnswer;
  expect((await show(api, id)).status).toMatchObject({ kind: "waiting", for: [{ kind: "sign-off" }] });
});

test("while an environment is frozen only a start for later is taken, and no window is found", async () => {
  const api = await smallApi();
  const freeze = { environment: "production", release: null, sinceMs: Date.now() - 1, by: "ada", reason: "an audit", untilMs: null };
  await api.store.freeze(freeze);
  expect(await codeOf(await start(api, {}))).toBe("environment-frozen");
  expect(await codeOf(await start(api, { nextWindow: true }))).toBe("start-moment");
  const { id } = (await (await start(api, { at: moment(dayMs) })).json()) as StartReleaseAnswer;
  expect((await show(api, id)).status).toMatchObject({ for: [{ kind: "scheduled" }, { kind: "freeze" }, { kind: "sign-off" }] });
  expect((await ask(api, id, "olga", "override")).status).toBe(403);
  expect((await ask(api, id, "ada", "override")).status).toBe(200);
  expect((await show(api, id)).status).toMatchObject({ for: [{ kind: "scheduled" }, { kind: "sign-off" }] });
});

test.each(requestKinds)("%s needs the revision that was seen", async (kind) => {
  const api = await smallApi();
  const id = await api.begin();
  const bare = await api.call("POST", `/api/v1/releases/${id}/requests`, { body: { kind, reason: "a test" } });
  expect([bare.status, await codeOf(bare)]).toEqual([428, "revision-missing"]);
});

test("whoever started it does not approve it alone, and is told who can", async () => {
  const api = await smallApi();
  const begun = await api.call("POST", "/api/v1/releases", { headers: { "idempotency-key": "own" }, body: startBody });
  const { id } = (await begun.json()) as StartReleaseAnswer;
  const refused = (await (await ask(api, id, "ada", "approve")).json()) as ProblemAnswer;
  expect(refused).toMatchObject({ code: "request-refused", refusal: { kind: "starter-alone", roles: ["release-manager"] } });
});

test("anybody reports a problem, and it stands at the top with who decides", async () => {
  const api = await smallApi();
  const id = await api.begin();
  expect((await ask(api, id, "vera", "report")).status).toBe(200);
  const { wayBack, next, actions } = await show(api, id);
  expect(wayBack?.steps.map(({ kind, by, roles }) => ({ kind, by, roles }))).toEqual([
    { kind: "reported", by: "vera", roles: [] },
    { kind: "decided", by: null, roles: ["release-manager", "devops-lead"] },
    { kind: "executed", by: null, roles: [] },
    { kind: "acknowledged", by: null, roles: ["devops-lead"] },
  ]);
  expect(next[0]).toContain("the basket is empty");
  expect(actions.find(({ kind }) => kind === "rollback")).toMatchObject({
    why: null,
    isGrave: true,
    roles: ["release-manager", "devops-lead"],
  });
});

test("nobody fills a journal with what they may not ask, nor wears people out with reports; who may is never told to wait", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const made = await api.call("POST", "/api/v1/tokens", { body: { name: "pipeline", roles: ["release-manager"] } });
  const { token } = (await made.json()) as { readonly token: string };
  const asks = [
    ["vera", "rollback", 403, 403],
    ["quentin", "report", 200, 429],
    [token, "approve", 409, 409],
  ] as const;
  for (const [who, kind, status, late] of asks) {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(api, id, who, kind)));
    const statuses = answers.map((answer) => answer.status).toSorted((left, right) => left - right);
    expect(statuses).toEqual([...Array<number>(30).fill(status), ...Array<number>(10).fill(late)]);
  }
  const journal = (await (await api.call("GET", `/api/v1/releases/${id}/journal?limit=1000`)).json()) as JournalAnswer;
  const answered = journal.entries.flatMap(({ entry }) =>
    entry.decision.facts.filter(({ kind }) => kind === "refused" || kind === "accepted"),
  );
  expect(answered).toHaveLength(1 + 30 + 1);
  expect(api.logged.filter((line) => line.includes("too-many-tries"))).toHaveLength(1);
  for (let times = 0; times < 31; times += 1) expect((await ask(api, id, "olga", "pause")).status).toBe(409);
  expect((await ask(api, id, "olga", "rollback")).status).toBe(200);
});

/** A pipeline with a token of its own, which begins a release in somebody's name. */
async function pipelineOf(api: SmallApi): Promise<(startedFor: string) => Promise<Response>> {
  const made = await api.call("POST", "/api/v1/tokens", { body: { name: "pipeline", roles: ["devops-lead"] } });
  const { token } = (await made.json()) as { readonly token: string };
  return (startedFor) =>
    api.call("POST", "/api/v1/releases", {
      as: token,
      headers: { "idempotency-key": crypto.randomUUID() },
      body: { ...startBody, startedFor },
    });
}

test("who set a pipeline going counts as who started, by name or as they sign in, and has to be somebody", async () => {
  const tara: Caller = { name: "tara", login: "tara@shop.example", roles: ["release-manager"], environments: null };
  const api = await smallApi({ callers: [...callers, tara] });
  const begin = await pipelineOf(api);
  for (const nobody of ["mallory", " ", "Tara", "tar\u0430", "TARA@shop.example", "pipeline", ""])
    expect([nobody, await codeOf(await begin(nobody))]).toEqual([nobody, "body-invalid"]);
  const { id } = (await (await begin("tara@shop.example")).json()) as StartReleaseAnswer;
  expect((await ask(api, id, "tara", "approve")).status).toBe(409);
  const { entries } = (await (await api.call("GET", `/api/v1/releases/${id}/journal`)).json()) as JournalAnswer;
  const facts = entries.flatMap(({ entry }) => entry.decision.facts);
  expect(facts).toContainEqual({ kind: "created", by: "pipeline", for: "tara", reason: "a test" });
  expect(facts.filter(({ kind }) => kind === "refused")).toMatchObject([{ by: "tara", refusal: { kind: "starter-alone" } }]);
  const story = await (await api.call("GET", `/api/v1/releases/${id}/story?language=fr`)).text();
  expect(story).toContain("Créée par pipeline, au nom de tara");
  expect(await (await api.call("POST", `/api/v1/releases/${id}/verify`)).json()).toMatchObject({ ok: true });
  expect((await ask(api, id, "ada", "approve")).status).toBe(200);
});

test("where people sign in, whoever was not seen yet counts as starter in whatever spelling, and no machine does", async () => {
  const login = { issuer: "https://id.example", client: "serin", secret: null, scopes: [], name: "name", groups: "groups", roles: [] };
  const api = await smallApi({ login, publicUrl: "https://serin.example", people: callers.filter(({ name }) => name !== "ada") });
  const begin = await pipelineOf(api);
  for (const nobody of ["Pipeline", "pipeline", "p\u0456peline"])
    expect([nobody, await codeOf(await begin(nobody))]).toEqual([nobody, "body-invalid"]);
  expect(await codeOf(await begin("\u0430da"))).toBe("body-invalid");
  const { id } = (await (await begin("Grace")).json()) as StartReleaseAnswer;
  expect((await ask(api, id, "ada", "approve")).status).toBe(200);
});
