import { expect, test, vi } from "vitest";
import { fixtureJournal, fixtureRelease } from "../../test/fixtures/release.ts";
import { smallPlan } from "../../test/fixtures/small-adapters.ts";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import type { Role } from "../core/plan.ts";
import { errorKinds } from "../errors.ts";
import type { ErrorCode } from "../errors.ts";
import { answeredRoutes } from "./app.ts";
import { bodyLimitBytes, pathOf, routes } from "./contract.ts";
import type {
  Access,
  JournalAnswer,
  StoryAnswer,
  ListFreezesAnswer,
  ListReleasesAnswer,
  ProblemAnswer,
  RouteName,
  ShowReleaseAnswer,
  StartReleaseAnswer,
  WhyAnswer,
} from "./contract.ts";

const startBody = { plan: { text: smallPlan, file: "plan.yaml" }, versions: { web: "2" }, stable: { web: "1" }, reason: "a test" };
const key = { "idempotency-key": "one" };

async function json<T>(answer: Promise<Response>): Promise<T> {
  return (await (await answer).json()) as T;
}

/** The code of a problem, after everything that RFC 9457 and the catalogue promise of it was checked. */
async function codeOf(answer: Response): Promise<ErrorCode> {
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await answer.json()) as ProblemAnswer;
  expect(problem.status).toBe(answer.status);
  expect(errorKinds[problem.code]).toMatchObject({ status: problem.status, title: problem.title, remedy: problem.remedy });
  expect(problem.detail).not.toBe("");
  return problem.code;
}

const show = (api: SmallApi, id: string): Promise<ShowReleaseAnswer> => json(api.call("GET", `/api/v1/releases/${id}`));
const becomes = (api: SmallApi, id: string, status: string): Promise<ShowReleaseAnswer> =>
  vi.waitFor(
    async () => {
      const view = await show(api, id);
      expect(view.status.kind).toBe(status);
      return view;
    },
    { interval: 20 },
  );

/** Routes that say for themselves who is asking, and what to do with nobody. */
const open: readonly RouteName[] = ["health", "openapi", "session", "openSession", "login", "loginCallback"];

test("health needs no token, nor does what one signs in by", async () => {
  const api = await smallApi();
  expect(await json(api.call("GET", "/api/v1/health", { as: null }))).toEqual({
    status: "ok",
    version: "0.0.0",
    notices: { failing: 0, lost: 0 },
  });
  expect((Object.keys(routes) as RouteName[]).filter((name) => routes[name].access === "anybody")).toEqual(open);
});

const guarded = answeredRoutes.filter((name) => !open.includes(name));
const mutating: Partial<Record<RouteName, unknown>> = {
  startRelease: startBody,
  ask: { kind: "pause", reason: "a test" },
  liftFreeze: { reason: "a test" },
  setFreeze: { environment: "production", reason: "a test" },
  startStable: { plan: startBody.plan, versions: { web: "1" }, reason: "a test" },
  examine: { plan: startBody.plan },
  createToken: { name: "pipeline", roles: ["release-manager"] },
};

function knock(api: SmallApi, name: RouteName, as: string | null): Promise<Response> {
  const route = routes[name];
  const path = pathOf(route, { id: "nobody", environment: "production", name: "vira" });
  return api.call(route.method, path, { as, headers: key, ...(name in mutating ? { body: mutating[name] } : {}) });
}

/** What somebody with the right role gets where there is no release and no freeze. */
function answerTo(name: RouteName): string {
  if (name === "liftFreeze") return "freeze-unknown";
  if (name === "revokeToken") return "token-gone";
  if (name === "endSessionsOf") return "person-unknown";
  return routes[name].path.includes(":id") ? "release-unknown" : "answered";
}

test.each(guarded)("%s: no token, a wrong token, a viewer, a QA lead, a release manager", async (name) => {
  const api = await smallApi();
  const outcomes: string[] = [];
  for (const as of [null, "mallory", "vera", "quentin", "ada"]) {
    const answer = await knock(api, name, as);
    outcomes.push(answer.ok ? "answered" : await codeOf(answer));
  }
  const right = answerTo(name);
  const answerFor = (role: Role): string => {
    const access: Access = routes[name].access;
    return access === "person" || access.includes(role) ? right : "role-missing";
  };
  expect(outcomes).toEqual(["token-missing", "token-unknown", answerFor("viewer"), answerFor("qa-lead"), right]);
  expect(api.logged.filter((line) => line.includes("mallory"))).toEqual([]);
});

test("a role holds in its environments only", async () => {
  const api = await smallApi();
  expect(await codeOf(await api.call("POST", "/api/v1/releases", { as: "dan", headers: key, body: startBody }))).toBe("role-missing");
  const staging = { ...startBody, plan: { ...startBody.plan, text: smallPlan.replace("environment: production", "environment: staging") } };
  expect((await api.call("POST", "/api/v1/releases", { as: "dan", headers: key, body: staging })).status).toBe(201);
});

test("a release begins once per key and person; the key is not taken for another thing", async () => {
  const api = await smallApi();
  const begin = (body: unknown): Promise<Response> => api.call("POST", "/api/v1/releases", { headers: key, body });
  const first = await begin(startBody);
  expect(first.status).toBe(201);
  const { id, path } = (await first.json()) as StartReleaseAnswer;
  expect(first.headers.get("location")).toBe(path);
  const again = await begin(startBody);
  expect([again.status, ((await again.json()) as StartReleaseAnswer).id]).toEqual([200, id]);
  // By now the release may be promoted, so that the stable version is the one that was asked for.
  const late = await begin({ ...startBody, stable: startBody.versions });
  expect([late.status, ((await late.json()) as StartReleaseAnswer).id]).toEqual([200, id]);
  expect(await codeOf(await begin({ ...startBody, versions: { web: "3" } }))).toBe("key-reused");
  const other = await api.call("POST", "/api/v1/releases", { headers: { "idempotency-key": "two" }, body: startBody });
  expect(await codeOf(other)).toBe("service-busy");
  const list = await json<ListReleasesAnswer>(api.call("GET", "/api/v1/releases"));
  expect(list.releases.map((release) => release.id)).toEqual([id]);
  expect(list.next).toBeNull();
});

test("the stable version is what is seen running when nobody names it", async () => {
  const api = await smallApi();
  const { stable: _, ...body } = startBody;
  expect(await codeOf(await api.call("POST", "/api/v1/releases", { headers: key, body }))).toBe("stable-unknown");
  const started = await api.call("POST", "/api/v1/stable", { body: mutating.startStable });
  expect(await started.json()).toEqual({ services: { web: { version: "1", urls: ["http://127.0.0.1:1/stable"] } } });
  const { id } = await json<StartReleaseAnswer>(api.call("POST", "/api/v1/releases", { headers: key, body }));
  expect((await show(api, id)).versions).toEqual({ web: { canary: "2", stable: "1" } });
  expect(await codeOf(await api.call("POST", "/api/v1/stable", { body: mutating.startStable }))).toBe("release-active");
});

test.each<[string, ErrorCode, unknown]>([
  ["no JSON", "body-malformed", "{"],
  ["not UTF-8 JSON", "body-malformed", ""],
  ["a list", "body-invalid", []],
  ["an unknown key", "body-invalid", { ...startBody, force: true }],
  ["no reason", "body-invalid", { ...startBody, reason: "  " }],
  ["a version with a space", "body-invalid", { ...startBody, versions: { web: "2 3" } }],
  ["a version with an escape", "body-invalid", { ...startBody, versions: { web: "\u001b[2J" } }],
  ["a body over the limit", "body-too-large", { ...startBody, reason: "x".repeat(bodyLimitBytes) }],
  ["a plan with problems", "plan-invalid", { ...startBody, plan: { text: "kind: Nothing", file: "plan.yaml" } }],
  ["a service without version", "versions-invalid", { ...startBody, versions: {} }],
  ["a service that is not in the plan", "versions-invalid", { ...startBody, versions: { web: "2", api: "2" } }],
  ["the version that everybody has", "versions-invalid", { ...startBody, versions: { web: "1" }, stable: { web: "1" } }],
  [
    "an environment of another server",
    "plan-invalid",
    { ...startBody, plan: { file: "p", text: smallPlan.replace(": production", ": moon") } },
  ],
])("refused to begin: %s", async (_, code, body) => {
  const api = await smallApi();
  const answer = await api.call("POST", "/api/v1/releases", { headers: key, body });
  expect(await codeOf(answer)).toBe(code);
  expect(await json(api.call("GET", "/api/v1/releases"))).toEqual({ releases: [], next: null });
});

test("a refusal names every place: in the body as a JSON pointer, in the plan as line and column", async () => {
  const api = await smallApi();
  const begin = (body: unknown): Promise<ProblemAnswer> => json(api.call("POST", "/api/v1/releases", { headers: key, body }));
  const body = await begin({ ...startBody, versions: { web: "2 3" }, reason: "" });
  expect(body.errors?.map(({ pointer }) => pointer)).toEqual(["/versions/web", "/reason"]);
  const plan = await begin({ ...startBody, plan: { text: smallPlan.replace("then: rollback", "then: rolback"), file: "plan.yaml" } });
  expect(plan.problems?.[0]).toMatchObject({ file: "plan.yaml", line: 13, severity: "error" });
});

test("a start needs its key and its media type", async () => {
  const api = await smallApi();
  const begin = (headers: Readonly<Record<string, string>>): Promise<Response> =>
    api.call("POST", "/api/v1/releases", { headers, body: startBody });
  expect(await codeOf(await begin({}))).toBe("key-missing");
  expect(await codeOf(await begin({ "idempotency-key": "a b" }))).toBe("key-missing");
  expect(await codeOf(await begin({ ...key, "content-type": "text/plain" }))).toBe("media-type");
});

test("requests are answered by the release: approval, pause, resume, stop", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const ask = (kind: string, as: string, headers = {}): Promise<Response> =>
    api.call("POST", `/api/v1/releases/${id}/requests`, { as, headers, body: { kind, reason: "a test" } });
  const match = async (): Promise<Record<string, string>> => ({ "if-match": `"${(await show(api, id)).revision}"` });
  await becomes(api, id, "waiting");
  expect(await codeOf(await ask("approve", "ada"))).toBe("revision-missing");
  expect(await codeOf(await ask("approve", "ada", { "if-match": "7" }))).toBe("revision-malformed");
  expect(await codeOf(await ask("approve", "ada", { "if-match": '"99"' }))).toBe("revision-stale");
  expect((await show(api, id)).status.kind).toBe("waiting");
  expect(await codeOf(await ask("approve", "quentin", await match()))).toBe("role-missing");
  expect(await codeOf(await ask("pause", "ada", await match()))).toBe("request-refused");
  const approved = await ask("approve", "ada", { ...(await match()), "idempotency-key": "go" });
  expect(approved.status).toBe(200);
  const said = (await approved.json()) as { answer: string; revision: number };
  expect(said.answer).toBe("accepted");
  await becomes(api, id, "observing");
  const repeated = await ask("approve", "ada", { "if-match": '"1"', "idempotency-key": "go" });
  expect([repeated.status, ((await repeated.json()) as { answer: string }).answer]).toEqual([200, "accepted"]);
  expect((await ask("pause", "quentin", { "if-match": '"1"' })).status).toBe(200);
  const paused = await becomes(api, id, "holding");
  expect(await codeOf(await ask("resume", "ada", { "if-match": '"1"' }))).toBe("revision-stale");
  expect((await ask("resume", "ada", { "if-match": `"${paused.revision}"` })).status).toBe(200);
  expect(await codeOf(await ask("stop", "ada"))).toBe("revision-missing");
  expect((await ask("stop", "ada", { "if-match": '"1"' })).status).toBe(200);
  await becomes(api, id, "stopped");
});

test("why says each check, one check, and which checks there are", async () => {
  const api = await smallApi();
  const id = await api.begin();
  const why = (query: string): Promise<Response> => api.call("GET", `/api/v1/releases/${id}/why${query}`);
  const all = (await (await why("")).json()) as WhyAnswer;
  expect(all.checks.map((check) => check.id)).toContain("error-rate > 5%");
  const one = (await (await why(`?check=${encodeURIComponent("error-rate > 5%")}`)).json()) as WhyAnswer;
  expect(one.checks).toHaveLength(1);
  expect(await codeOf(await why("?check=nothing"))).toBe("query-invalid");
  expect(await codeOf(await why("?chek=nothing"))).toBe("query-invalid");
});

test("sentences are in the language that is asked for, else in the plan's", async () => {
  const api = await smallApi();
  const id = await api.begin();
  await becomes(api, id, "waiting");
  const spoken = async (query: string): Promise<readonly string[]> => {
    const view = await json<ShowReleaseAnswer>(api.call("GET", `/api/v1/releases/${id}${query}`));
    const said = await json<WhyAnswer>(api.call("GET", `/api/v1/releases/${id}/why${query}`));
    const list = await json<ListReleasesAnswer>(api.call("GET", `/api/v1/releases${query}`));
    return [view.sentence, said.sentence, list.releases[0]?.sentence ?? ""];
  };
  const english = await spoken("");
  expect(new Set(english).size).toBe(1);
  expect(english[0]).toMatch(/^Waiting /);
  expect(await spoken("?language=en")).toEqual(english);
  const french = await spoken("?language=fr");
  expect(new Set(french).size).toBe(1);
  expect(french[0]).toMatch(/^En attente /);
  expect(await codeOf(await api.call("GET", `/api/v1/releases/${id}?language=de`))).toBe("query-invalid");
  const refused = (query: string): Promise<ProblemAnswer> =>
    json<ProblemAnswer>(
      api.call("POST", `/api/v1/releases/${id}/requests${query}`, {
        headers: { "if-match": '"1"' },
        body: { kind: "resume", reason: "a test" },
      }),
    );
  expect((await refused("?language=fr")).detail).not.toBe((await refused("?language=en")).detail);
});

test("the story comes in pages, newest first, in the language that is asked for", async () => {
  const api = await smallApi();
  const id = await api.begin();
  await api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { "if-match": '"0"' }, body: { kind: "stop", reason: "a test" } });
  await becomes(api, id, "stopped");
  const page = (query: string): Promise<StoryAnswer> => json<StoryAnswer>(api.call("GET", `/api/v1/releases/${id}/story${query}`));
  const whole = await page("");
  expect(whole.next).toBeNull();
  expect(whole.story.map(({ revision }) => revision)).toEqual(whole.story.map((_, at) => whole.story.length - at));
  const last = await page("?limit=1");
  expect([last.story, last.next]).toEqual([whole.story.slice(0, 1), whole.story.length]);
  const rest = await page(`?before=${last.next}`);
  expect([rest.story, rest.next]).toEqual([whole.story.slice(1), null]);
  expect(await page("?before=1")).toEqual({ story: [], next: null });
  expect((await page("?language=fr&before=2")).story[0]?.says).not.toEqual((await page("?language=en&before=2")).story[0]?.says);
  expect(await codeOf(await api.call("GET", `/api/v1/releases/none/story`))).toBe("release-unknown");
});

test("the journal comes in pages, and is verified", async () => {
  const api = await smallApi();
  const id = await api.begin();
  await api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { "if-match": '"0"' }, body: { kind: "stop", reason: "a test" } });
  await becomes(api, id, "stopped");
  const whole = await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal`));
  expect(whole.entries.length).toBeGreaterThan(1);
  const first = await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal?limit=1`));
  expect([first.entries, first.next]).toEqual([whole.entries.slice(0, 1), 1]);
  const rest = await json<JournalAnswer>(api.call("GET", `/api/v1/releases/${id}/journal?after=1`));
  expect([rest.entries, rest.next]).toEqual([whole.entries.slice(1), null]);
  expect(await json(api.call("POST", `/api/v1/releases/${id}/verify`))).toMatchObject({ ok: true });
  for (const part of ["", "/journal", "/why", "/events"]) {
    expect(await codeOf(await api.call("GET", `/api/v1/releases/none${part}`))).toBe("release-unknown");
  }
});

test("while an environment is frozen nothing begins there; a release manager of that environment lifts it, once", async () => {
  const api = await smallApi();
  await haltEarlier(api);
  const begin = (): Promise<Response> => api.call("POST", "/api/v1/releases", { headers: key, body: startBody });
  const lift = (as = "ada"): Promise<Response> =>
    api.call("DELETE", "/api/v1/freezes/production", { as, headers: {}, body: { reason: "mended" } });
  const { freezes } = await json<ListFreezesAnswer>(api.call("GET", "/api/v1/freezes", { as: "vera" }));
  expect(freezes).toMatchObject([{ environment: "production", release: "r1" }]);
  expect(await codeOf(await begin())).toBe("environment-frozen");
  expect(await codeOf(await lift("dan"))).toBe("role-missing");
  expect((await lift()).status).toBe(204);
  expect(await codeOf(await lift())).toBe("freeze-unknown");
  expect((await begin()).status).toBe(201);
  expect(api.logged.filter((line) => line.includes("freeze-lifted"))).toEqual([expect.stringContaining('"reason":"mended"')]);
});

/** A release of before, over and done with, that froze production. */
async function haltEarlier(api: SmallApi): Promise<void> {
  const head = fixtureRelease();
  await api.store.create(head);
  const { rows, entries } = fixtureJournal(head, 1, 1);
  const [[row], [entry]] = [rows, entries];
  if (!row || !entry) throw new Error("the fixture has no journal");
  const empty = { expectRevision: 0, expectRows: 0, seen: [], owes: [] };
  await api.store.commit({ ...empty, release: head.id, row, entry, isOver: true, freeze: "production" });
}

test("a plan whose router has no connection here is not begun", async () => {
  const api = await smallApi();
  const plan = { text: smallPlan.replace("traffic: { kind: small", "traffic: { kind: far"), file: "plan.yaml" };
  const begin = api.call("POST", "/api/v1/releases", { headers: key, body: { ...startBody, plan } });
  expect(await codeOf(await begin)).toBe("connection-missing");
  const stable = { plan, versions: { web: "1" }, reason: "a test" };
  expect(await codeOf(await api.call("POST", "/api/v1/stable", { body: stable }))).toBe("connection-missing");
});

test("where the file names what runs services, nothing else runs: no plan starts programs on a server that is not there for it", async () => {
  const api = await smallApi({ workloads: ["kubernetes"] });
  expect(await codeOf(await api.call("POST", "/api/v1/releases", { headers: key, body: startBody }))).toBe("connection-missing");
  const stable = { plan: startBody.plan, versions: { web: "1" }, reason: "a test" };
  expect(await codeOf(await api.call("POST", "/api/v1/stable", { body: stable }))).toBe("connection-missing");
  const both = await smallApi({ workloads: ["kubernetes", "process"] });
  expect((await both.call("POST", "/api/v1/releases", { headers: key, body: startBody })).status).toBe(201);
});

test("an address that is not there, and a mistake of ours, are problems too, without a word about the inside", async () => {
  const api = await smallApi();
  expect(await codeOf(await api.call("GET", "/api/v1/nothing"))).toBe("route-unknown");
  expect(await codeOf(await api.call("PUT", "/api/v1/releases"))).toBe("route-unknown");
  await api.store.close();
  const broken = await api.call("GET", "/api/v1/releases");
  const text = await broken.clone().text();
  expect(await codeOf(broken)).toBe("internal");
  const { incident } = JSON.parse(text) as ProblemAnswer;
  expect(api.logged.find((line) => line.includes(incident ?? "none"))).toContain("internal");
  expect(text).not.toMatch(/sqlite|database|\.ts/i);
});

test("no answer is kept, sniffed or framed", async () => {
  const api = await smallApi();
  for (const as of ["ada", null]) {
    const { headers } = await api.call("GET", "/api/v1/releases", { as });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  }
});
