import { expect, onTestFinished, test, vi } from "vitest";
import { smallPlan } from "../../test/fixtures/small-adapters.ts";
import { smallApi } from "../../test/fixtures/small-api.ts";
import type { SmallApi } from "../../test/fixtures/small-api.ts";
import { typed } from "../../test/typed.ts";
import type { Typed } from "../../test/typed.ts";
import { addFreezeLift } from "../cli/freeze-lift.ts";
import { addFreezeList } from "../cli/freeze-list.ts";
import { addFreezeSet } from "../cli/freeze-set.ts";
import { createClock } from "../engine/clock.ts";
import type { Freeze } from "../ports.ts";
import type { ListFreezesAnswer, ProblemAnswer, ShowReleaseAnswer, StartReleaseAnswer } from "./contract.ts";
import { listen } from "./listen.ts";

const hourMs = 3_600_000;
const farMs = Date.parse("2099-12-31T18:00:00Z");

const set = (api: SmallApi, body: object, as = "ada"): Promise<Response> => api.call("POST", "/api/v1/freezes", { as, body });
const problemOf = async (answer: Response): Promise<ProblemAnswer> => (await answer.json()) as ProblemAnswer;
const freezesOf = async (api: SmallApi): Promise<readonly Freeze[]> =>
  ((await (await api.call("GET", "/api/v1/freezes", { as: "vera" })).json()) as ListFreezesAnswer).freezes;
const lift = (api: SmallApi): Promise<Response> => api.call("DELETE", "/api/v1/freezes/production", { body: { reason: "over" } });

test("a freeze by hand stands with its name, reason and end; nothing starts there, and one lift ends it", async () => {
  const api = await smallApi();
  const answer = await set(api, { environment: "production", reason: " stocktaking ", untilMs: farMs });
  expect(answer.status).toBe(201);
  const freeze = (await answer.json()) as Freeze;
  expect(freeze).toMatchObject({ environment: "production", release: null, by: "ada", reason: "stocktaking", untilMs: farMs });
  expect(await freezesOf(api)).toEqual([freeze]);
  await expect(api.begin()).rejects.toThrow(/frozen by ada: stocktaking; until Thu 31 Dec 2099 19:00 \(Europe\/Paris\)/);
  expect(api.logged.filter((line) => line.includes("environment-frozen"))).toEqual([expect.stringContaining("stocktaking")]);
  expect((await lift(api)).status).toBe(204);
  expect(await freezesOf(api)).toEqual([]);
  await api.begin();
});

test("a release manager begins in a freeze with a reason; nobody else does, and a machine neither", async () => {
  const api = await smallApi();
  await set(api, { environment: "production", reason: "stocktaking" });
  const start = (as: string, key: string): Promise<Response> => {
    const body = {
      plan: { text: smallPlan, file: "plan.yaml" },
      versions: { web: "2" },
      stable: { web: "1" },
      reason: "the till is down",
      override: true,
    };
    return api.call("POST", "/api/v1/releases", { as, headers: { "idempotency-key": key }, body });
  };
  const token = { name: "pipeline", roles: ["release-manager"] };
  const made = (await (await api.call("POST", "/api/v1/tokens", { body: token })).json()) as { readonly token: string };
  expect((await problemOf(await start("olga", "k1"))).code).toBe("role-missing");
  expect((await problemOf(await start(made.token, "k2"))).code).toBe("people-only");
  const answer = await start("ada", "k3");
  const { id, isOverridden } = (await answer.json()) as StartReleaseAnswer;
  expect([answer.status, isOverridden]).toEqual([201, true]);
  // The same call again asks for nothing more.
  expect((await start("ada", "k3")).status).toBe(200);
  const view = (await (await api.call("GET", `/api/v1/releases/${id}`)).json()) as ShowReleaseAnswer;
  expect(view.status).toMatchObject({ kind: "waiting", for: [{ kind: "sign-off" }] });
  expect(view.story.flatMap(({ says }) => says).join(" ")).toContain("the till is down");
});

test.each<[string, object, string]>([
  ["an environment that is not there", { environment: "prodution", reason: "r" }, "/environment"],
  ["an end that is over", { environment: "production", reason: "r", untilMs: 1 }, "/untilMs"],
  ["no reason", { environment: "production", reason: "  " }, "/reason"],
  ["an end that is no moment", { environment: "production", reason: "r", untilMs: "tomorrow" }, "/untilMs"],
])("%s freezes nothing", async (_says, body, pointer) => {
  const api = await smallApi();
  const answer = await set(api, body);
  expect([answer.status, (await problemOf(answer)).errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
  expect(await freezesOf(api)).toEqual([]);
});

test("a DevOps lead freezes only where that is their role", async () => {
  const api = await smallApi();
  const codes = ["production", "staging"].map(async (environment) => (await set(api, { environment, reason: "r" }, "dan")).status);
  expect(await Promise.all(codes)).toEqual([403, 201]);
});

test("a release waits while a freeze holds, goes on by itself when its time is over, and a lift that comes late says so", async () => {
  const real = createClock();
  let laterMs = 0;
  const api = await smallApi({ clock: { ...real, nowMs: () => real.nowMs() + laterMs } });
  const id = await api.begin();
  const ask = (kind: string, match: object): Promise<Response> =>
    api.call("POST", `/api/v1/releases/${id}/requests`, { headers: { ...match }, body: { kind, reason: "a test" } });
  const show = async (): Promise<ShowReleaseAnswer> =>
    (await (await api.call("GET", `/api/v1/releases/${id}`)).json()) as ShowReleaseAnswer;
  const { revision } = await show();
  await set(api, { environment: "production", reason: "maintenance", untilMs: real.nowMs() + hourMs });
  await ask("approve", { "if-match": `"${revision}"` });
  const waits = (await show()).status;
  expect(waits).toMatchObject({ kind: "waiting", for: expect.arrayContaining([{ kind: "freeze", environment: "production" }]) });
  laterMs = hourMs;
  expect(await freezesOf(api)).toEqual([]);
  // Any request is a reason to look at the release at once.
  await ask("pause", {});
  await vi.waitFor(async () => expect(JSON.stringify((await show()).status)).not.toContain('"freeze"'), { interval: 50 });
  const late = await lift(api);
  expect([late.status, (await problemOf(late)).detail]).toEqual([
    404,
    expect.stringMatching(/^production is not frozen any more: the freeze by ada \(maintenance\) ended by itself at \d{4}-/),
  ]);
});

async function serin(api: SmallApi, ...words: readonly string[]): Promise<Typed> {
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  return typed(
    (program, terminal) => {
      const asAda = { ...terminal, env: { SERIN_TOKEN: "ada", SERIN_SERVER: listening.url } };
      const freeze = program.command("freeze");
      addFreezeSet(freeze, asAda);
      addFreezeList(freeze, asAda);
      addFreezeLift(freeze, asAda);
    },
    ["freeze", ...words],
  );
}

test("serin freeze set, list and lift", async () => {
  const api = await smallApi();
  const begun = await serin(api, "set", "production", "--reason", "stocktaking", "--until", "2099-12-31T18:00Z");
  expect(begun).toEqual({
    exit: 0,
    err: "",
    out: expect.stringMatching(/^production {2}since \S+Z {2}until 2099-12-31T18:00:00\.000Z {2}by ada: stocktaking\n$/),
  });
  expect((await serin(api, "list")).out).toBe(begun.out);
  expect(await serin(api, "lift", "production", "--reason", "counted")).toMatchObject({
    exit: 0,
    out: "production is no longer frozen.\n",
  });
  expect((await serin(api, "list")).out).toBe("Nothing is frozen.\n");
  const refused = await Promise.all([
    serin(api, "set", "production", "--reason", "r", "--until", "tomorrow"),
    serin(api, "set", "moon", "--reason", "r"),
  ]);
  expect(refused.map(({ exit, err }) => [exit, err])).toEqual([
    [2, expect.stringContaining("--until 2025-12-31T18:00")],
    [2, expect.stringContaining("is not an environment of this server (production, staging)")],
  ]);
});
