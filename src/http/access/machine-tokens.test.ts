import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { smallApi } from "../../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../../test/fixtures/small-api.ts";
import { roles } from "../../core/plan.ts";
import type { Role } from "../../core/plan.ts";
import { whoMay } from "../../core/roles.ts";
import type { Clock } from "../../ports.ts";
import type { CreateTokenAnswer, CreateTokenBody, ListTokensAnswer } from "../contract/access.ts";
import { routes } from "../contract.ts";
import type { ProblemAnswer, Route } from "../contract.ts";
import { digestOf } from "./secrets.ts";

const hour = 60 * 60_000;
const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;
const make = (api: SmallApi, body: Partial<CreateTokenBody> = {}, as = "ada"): Promise<Response> =>
  api.call("POST", "/api/v1/tokens", { as, body: { name: "pipeline", roles: ["release-manager"], ...body } });
const made = async (api: SmallApi, body: Partial<CreateTokenBody> = {}, as = "ada"): Promise<CreateTokenAnswer> => {
  const answer = await make(api, body, as);
  expect(answer.status).toBe(201);
  return (await answer.json()) as CreateTokenAnswer;
};
const list = async (api: SmallApi): Promise<ListTokensAnswer["tokens"]> =>
  ((await (await api.call("GET", "/api/v1/tokens")).json()) as ListTokensAnswer).tokens;

/** A clock that stands until it is moved. */
function standing(): Clock & { move(ms: number): void } {
  let ms = 1_755_600_000_000;
  return { nowMs: () => ms, monotonicMs: () => ms, wait: () => Promise.resolve(), move: (by) => void (ms += by) };
}

test("a token is 32 random bytes behind a mark, shown once, and stored as a digest", async () => {
  const api = await smallApi();
  const { token, view } = await made(api);
  expect(token).toMatch(/^serin_[A-Za-z0-9_-]{43}$/);
  expect(await list(api)).toEqual([view]);
  const stored = await api.store.access.tokens();
  expect(stored[0]?.hash).toBe(digestOf(token));
  expect(JSON.stringify([stored, api.logged, await list(api)])).not.toContain(token.slice(6));
  expect((await api.call("GET", "/api/v1/releases", { as: token })).status).toBe(200);
  expect(await problem(await api.call("GET", "/api/v1/releases", { as: `${token}A` }))).toBe("token-unknown");
});

test("a release manager gives a machine any role, in environments that there are", async () => {
  const tokens = [{ name: "rachel", roles: ["release-manager" as const], environments: null }];
  const api = await smallApi({ people: tokens, callers: tokens });
  expect((await made(api, { roles: ["devops-lead"] }, "rachel")).view).toMatchObject({ roles: ["devops-lead"], environments: null });
  expect((await made(api, { environments: ["staging"] }, "rachel")).view).toMatchObject({ environments: ["staging"] });
  const misspelt = await make(api, { environments: ["staging", "prodction"] }, "rachel");
  expect(await misspelt.json()).toMatchObject({ code: "body-invalid", errors: [{ pointer: "/environments/1" }] });
});

test("what a machine may with any role, a release manager may: so no token can more than who made it", () => {
  const open = (role: Role): string[] =>
    Object.entries(whoMay).flatMap(([deed, who]) => {
      if (who.kind === "everybody") return [deed];
      if (who.machines === "may not") return [];
      return (who.kind === "roles" ? who.roles : who.otherwise).includes(role) ? [deed] : [];
    });
  const routesOf = (role: Role): string[] =>
    Object.entries(routes as Readonly<Record<string, Route>>).flatMap(([name, { access }]) =>
      access === "anybody" || access.includes(role) ? [name] : [],
    );
  for (const role of roles) {
    expect(open("release-manager")).toEqual(expect.arrayContaining(open(role)));
    expect(routesOf("release-manager")).toEqual(expect.arrayContaining(routesOf(role)));
  }
});

test("a person whose roles hold in some environments gives what holds there, and nothing beyond", async () => {
  const tokens = [{ name: "sid", roles: ["release-manager" as const], environments: ["staging"] }];
  const api = await smallApi({ people: tokens, callers: tokens });
  expect((await made(api, {}, "sid")).view.environments).toEqual(["staging"]);
  expect(await problem(await make(api, { environments: ["production"] }, "sid"))).toBe("role-missing");
  expect(await problem(await make(api, { environments: ["staging", "production"] }, "sid"))).toBe("role-missing");
});

test("its roles hold in its environments alone", async () => {
  const api = await smallApi();
  const { token } = await made(api, { environments: ["staging"] });
  const lift = (environment: string): Promise<Response> =>
    api.call("DELETE", `/api/v1/freezes/${environment}`, { as: token, body: { reason: "a test" } });
  expect(await problem(await lift("production"))).toBe("role-missing");
  expect(await problem(await lift("staging"))).toBe("freeze-unknown");
});

test("an expired token and a revoked one open nothing, from then on", async () => {
  const accessClock = standing();
  const api = await smallApi({ accessClock });
  const day = await made(api, { expiresInDays: 1 });
  const month = await made(api, { expiresInDays: 30, name: "nightly" });
  const get = (token: string): Promise<Response> => api.call("GET", "/api/v1/releases", { as: token });
  accessClock.move(24 * hour - 1);
  expect((await get(day.token)).status).toBe(200);
  accessClock.move(1);
  expect(await problem(await get(day.token))).toBe("token-unknown");
  expect((await get(month.token)).status).toBe(200);
  const revoke = (): Promise<Response> => api.call("DELETE", `/api/v1/tokens/${month.view.id}`);
  expect((await revoke()).status).toBe(204);
  expect(await problem(await get(month.token))).toBe("token-unknown");
  expect(await problem(await revoke())).toBe("token-gone");
  expect((await list(api)).map(({ revokedMs }) => revokedMs)).toEqual([accessClock.nowMs(), null]);
});

test("its last use is noted to the hour, and it opens as much after the server was started again", async () => {
  const accessClock = standing();
  const dataDir = await temporaryFolder();
  const before = await smallApi({ accessClock, dataDir });
  const { token } = await made(before);
  expect((await list(before))[0]?.lastUsedMs).toBeNull();
  await before.call("GET", "/api/v1/releases", { as: token });
  const noted = Math.floor(accessClock.nowMs() / hour) * hour;
  expect((await list(before))[0]?.lastUsedMs).toBe(noted);
  await before.close();
  const after = await smallApi({ accessClock, dataDir });
  accessClock.move(hour);
  expect((await after.call("GET", "/api/v1/releases", { as: token })).status).toBe(200);
  expect((await list(after))[0]?.lastUsedMs).toBe(noted + hour);
});

test("a machine has no person's name, makes no token, opens no dashboard, and is nobody who is on", async () => {
  const api = await smallApi();
  // Cyrillic е, a space that nobody sees, a figure for a letter, a dot above.
  const taken: readonly string[] = ["quentin", "Quentin", "quеntin", "quen\u3164tin", "quent1n", "quen tin", "quentiṅ"];
  const answers = await Promise.all(taken.map(async (name) => [name, await problem(await make(api, { name }))]));
  expect(answers).toEqual(taken.map((name) => [name, "name-taken"]));
  const { token } = await made(api);
  expect(await problem(await make(api, { name: "child" }, token))).toBe("people-only");
  expect(await problem(await api.call("POST", "/api/v1/links", { as: token }))).toBe("people-only");
  const people = (await (await api.call("GET", "/api/v1/people", { as: token })).json()) as {
    readonly people: readonly { readonly name: string }[];
  };
  expect(people.people.map(({ name }) => name)).not.toContain("pipeline");
  expect(people.people.length).toBeGreaterThan(3);
});

test.each<[string, unknown]>([
  ["no role", { name: "x", roles: [] }],
  ["a role that there is not", { name: "x", roles: ["root"] }],
  ["a name with a line feed", { name: "a\nb", roles: ["viewer"] }],
  ["more than a year", { name: "x", roles: ["viewer"], expiresInDays: 366 }],
  ["no environment", { name: "x", roles: ["viewer"], environments: [] }],
])("refused: %s", async (_, body) => {
  const api = await smallApi();
  expect(await problem(await api.call("POST", "/api/v1/tokens", { body }))).toBe("body-invalid");
  expect(await list(api)).toEqual([]);
});
