import * as fc from "fast-check";
import { expect, test } from "vitest";
import { answeredRoutes } from "../src/http/app.ts";
import { routes } from "../src/http/contract.ts";
import type { ListFreezesAnswer, ListReleasesAnswer, Route, RouteName, ShowReleaseAnswer } from "../src/http/contract.ts";
import type { CreateLinkAnswer } from "../src/http/contract/access.ts";
import { descriptions } from "../src/http/contract/descriptions.ts";
import { anything, shaped, strangeTexts } from "./fixtures/shaped.ts";
import { checkAnswer } from "./fixtures/answer-shape.ts";
import { smallPlan } from "./fixtures/small-adapters.ts";
import { sameOrigin } from "./fixtures/small-browser.ts";
import { smallApi } from "./fixtures/small-api.ts";
import type { SmallApi } from "./fixtures/small-api.ts";

interface Shot {
  readonly name: RouteName;
  readonly path: string;
  readonly as: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent; `null`: none. */
  readonly body: string | null;
}

const other = smallPlan.replace("name: shop", "name: other").replaceAll("web", "api");
const hints = {
  plan: [smallPlan, other, smallPlan.slice(0, 300), "", "a: &a [*a]", "\t"].map((text) => ({ text, file: "plan.yaml" })),
  versions: [{ web: "2" }, { api: "2" }, { web: "1" }, {}],
  stable: [{ web: "1" }, { api: "1" }],
  environment: ["production", "staging", "moon"],
  check: ["error-rate > 5%", "1.error-rate", "nothing"],
  condition: ["< 1%", "p95 < 1s", "none"],
} as const;

const latin = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((at) => at < 0x7f || at > 0x9f)
    .map((at) => String.fromCodePoint(at)),
  maxLength: 60,
});
const header = {
  "if-match": fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('"0"', '"1"', '"2"', '"99"', "*", 'W/"1"', '"1", "2"', `"99"`) },
    { weight: 1, arbitrary: latin },
  ),
  "idempotency-key": fc.oneof(fc.constantFrom("one", "two", "a b", "x".repeat(300)), latin),
  "last-event-id": fc.oneof(fc.constantFrom("0", "1", "99", "-1", "1e3"), latin),
  "content-type": fc.oneof(
    { weight: 9, arbitrary: fc.constant("application/json") },
    { weight: 1, arbitrary: fc.constantFrom("text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x") },
  ),
  origin: fc.constantFrom("http://localhost", "https://evil.example", "null"),
  cookie: fc.oneof(fc.constantFrom("serin-session-80=x", "serin-session-80=; serin-session-80=y"), latin),
  "x-forwarded-for": fc.constantFrom("127.0.0.1", "203.0.113.7, 10.0.0.1"),
};

/** Routes that look at much: they are called, and not as often. */
const slow: readonly RouteName[] = ["readiness", "metrics", "openapi", "connections", "verify", "examine", "people"];

/** One call of a route that is for the most part as its schemas say. `ids` are the values of the path. */
function shots(names: readonly RouteName[], who: readonly (string | null)[], ids: readonly string[]): fc.Arbitrary<Shot> {
  const chosen = names.flatMap((name) => Array.from({ length: slow.includes(name) ? 1 : name === "ask" ? 15 : 5 }, () => name));
  return fc.constantFrom(...chosen).chain((name) => {
    const { query, body } = descriptions[name];
    const { method, path }: Route = routes[name];
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...ids) },
      {
        weight: 1,
        arbitrary: fc.oneof(fc.constantFrom(...strangeTexts), fc.string({ unit: "grapheme", maxLength: 20 })).map(encodeURIComponent),
      },
      { weight: 1, arbitrary: fc.constantFrom("%00", "%ff", "%", "..%2f..", ".%2e", "%2e%2e%2fjournal", "a;b=c", "a//b") },
    );
    const asked = query === undefined ? fc.constant({}) : shaped(query, hints);
    const text = fc.oneof(
      { weight: 10, arbitrary: (body === undefined ? anything : shaped(body, hints)).map((sent) => JSON.stringify(sent)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "",
          "{",
          "[".repeat(50_000),
          '{"__proto__":{"polluted":true}}',
          '{"constructor":{"prototype":{"polluted":true}}}',
          "\ufeff{}",
          "1e999",
          '{"a":1,"a":2}',
        ),
      },
    );
    return fc.record({
      name: fc.constant(name),
      path: fc.tuple(value, asked).map(([id, given]) => path.replace(/:\w+/, () => id) + queryText(given)),
      as: fc.constantFrom(...who),
      headers: fc.record(header, { requiredKeys: ["content-type"] }),
      body: method === "GET" ? fc.constant(null) : text,
    });
  });
}

function queryText(given: unknown): string {
  if (typeof given !== "object" || given === null) return "";
  const pairs = Object.entries(given).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const);
  return pairs.length === 0
    ? ""
    : `?${pairs.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join("=")).join("&")}`;
}

/** Calls it, holds the answer to the contract, and ends what would go on. */
async function shoot(api: SmallApi, { name, path, as, headers, body }: Shot): Promise<number> {
  const { method } = routes[name];
  const answer = await api.app.request(path, {
    method,
    headers: { ...headers, ...(as === null ? {} : { authorization: `Bearer ${as}` }) },
    ...(body === null ? {} : { body }),
  });
  await checkAnswer({ method, path: new URL(path, "http://localhost").pathname }, answer);
  expect(answer.status, `${method} ${path} ${body ?? ""}`).not.toBe(500);
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  await answer.body?.cancel();
  return answer.status;
}

/** Signs somebody in with a link. */
async function signIn(api: SmallApi, as: string): Promise<void> {
  const { url } = (await (await api.call("POST", "/api/v1/links", { as })).json()) as CreateLinkAnswer;
  const body = { code: url.split("#once=")[1] };
  expect((await api.call("POST", "/api/v1/session", { as: null, headers: sameOrigin, body })).status).toBe(200);
}

const signedIn = async (api: SmallApi): Promise<readonly string[]> => (await api.store.access.sessions()).map(({ name }) => name);

/** True for one that would sign somebody out; where steps lead out of its path it is another call. */
function isOfSomebody({ name, path }: Shot): boolean {
  return name === "endSessionsOf" && /^\/api\/v1\/people\/[^/]+\/sessions$/.test(new URL(path, "http://localhost").pathname);
}

/** What the server has and does: whatever nobody was allowed to change. */
async function state(api: SmallApi, id: string): Promise<unknown> {
  const read = async <T>(path: string): Promise<T> => (await (await api.call("GET", path)).json()) as T;
  const { releases } = await read<ListReleasesAnswer>("/api/v1/releases?limit=100");
  const { status, traffic, people } = await read<ShowReleaseAnswer>(`/api/v1/releases/${id}`);
  const { freezes } = await read<ListFreezesAnswer>("/api/v1/freezes");
  return {
    releases: releases.map((release) => release.id),
    status,
    wantedPct: traffic.wantedPct,
    people,
    freezes,
    tokens: await api.store.access.tokens(),
  };
}

const unlimited = { all: 1_000, perPerson: 1_000 };

test("4,000 calls by nobody, strangers and a viewer: never a 500, always an answer of the contract, and nothing changes", async () => {
  const api = await smallApi({ streamLimits: unlimited });
  const id = await api.begin();
  await api.store.freeze({ environment: "staging", release: null, sinceMs: 1, by: "ada", reason: "a sale", untilMs: null });
  for (const name of ["ada", "vera"]) await signIn(api, name);
  const before = await state(api, id);
  const seen = new Map<number, number>();
  const denied = new Set<number>();
  await fc.assert(
    fc.asyncProperty(shots(answeredRoutes, [null, "mallory", "vera"], [id, "production", "staging", "ada", "vera"]), async (shot) => {
      const status = await shoot(api, shot);
      if (isOfSomebody(shot)) denied.add(status);
      seen.set(status, (seen.get(status) ?? 0) + 1);
    }),
    { numRuns: 4_000 },
  );
  expect(await state(api, id)).toEqual(before);
  // A viewer has signed out everywhere, and nobody else.
  expect(await signedIn(api)).toEqual(["ada"]);
  expect([...denied]).toContain(403);
  expect([...denied].filter((status) => ![401, 403, 429].includes(status))).toEqual([]);
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 422]));
  expect({}).not.toHaveProperty("polluted");
});

test("6,000 calls by people with roles: never a 500, always an answer of the contract", async () => {
  const api = await smallApi({ streamLimits: unlimited });
  const id = await api.begin();
  const seen = new Set<number>();
  const ended = new Set<number>();
  for (const name of ["ada", "quentin", "vera"]) await signIn(api, name);
  await fc.assert(
    fc.asyncProperty(shots(answeredRoutes, ["ada", "quentin", "dan"], [id, "production", "vera"]), async (shot) => {
      const status = await shoot(api, shot);
      if (isOfSomebody(shot)) ended.add(status);
      seen.add(status);
    }),
    { numRuns: 6_000 },
  );
  expect([...seen]).toEqual(expect.arrayContaining([200, 201, 400, 403, 404, 409, 412, 422]));
  expect([...ended]).toEqual(expect.arrayContaining([200, 403, 404]));
  expect(await signedIn(api)).toEqual([]);
  expect({}).not.toHaveProperty("polluted");
});
