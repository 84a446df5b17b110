import { expect, test } from "vitest";
import { smallApi } from "../../../test/fixtures/small-api.ts";
import { host, sameOrigin, smallBrowser } from "../../../test/fixtures/small-browser.ts";
import type { CreateLinkAnswer, CreateTokenAnswer } from "../contract/access.ts";
import type { ProblemAnswer } from "../contract.ts";
import { digestOf } from "./secrets.ts";

const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;

test("no secret of a whole story stands in the log, nor in an answer but its own", async () => {
  const api = await smallApi();
  const here = smallBrowser(api);
  const answers: string[] = [];
  const keep = async (answer: Response): Promise<Response> => {
    answers.push(await answer.clone().text());
    return answer;
  };
  const { url } = (await (await api.call("POST", "/api/v1/links", { headers: { host } })).json()) as CreateLinkAnswer;
  const code = url.split("#once=")[1] ?? "";
  await keep(await here.call("POST", "/api/v1/session", { body: { code } }));
  await keep(await here.call("POST", "/api/v1/session", { body: { code } }));
  const session = [...here.cookies.values()][0] ?? "";
  const made = await here.call("POST", "/api/v1/tokens", { body: { name: "pipeline", roles: ["release-manager"] } });
  const { token, view } = (await made.json()) as CreateTokenAnswer;
  await keep(await api.call("GET", "/api/v1/tokens", { as: token }));
  await keep(await api.call("GET", `/api/v1/releases?token=${token}`, { as: null }));
  await keep(await api.call("GET", "/api/v1/nothing", { as: token }));
  await keep(await api.call("DELETE", `/api/v1/tokens/${view.id}`));
  await keep(await api.call("GET", "/api/v1/releases", { as: token }));
  await keep(await here.call("DELETE", "/api/v1/session"));
  await keep(await api.call("GET", "/api/v1/releases", { as: null, headers: { host, cookie: `serin-session-80=${session}` } }));
  const log = api.logged.join("\n");
  for (const event of ["link-created", "session-opened", "token-created", "token-revoked", "session-closed", "denied"])
    expect(log).toContain(event);
  for (const secret of [code, session, token]) {
    expect(secret.length).toBeGreaterThan(40);
    expect(log).not.toContain(secret);
    expect(answers.join("\n")).not.toContain(secret);
    for (const line of [log, ...answers]) expect(line).not.toContain(digestOf(secret));
  }
});

test("a store that leaked opens nothing: what is kept are digests, and a digest is no secret", async () => {
  const api = await smallApi();
  const here = smallBrowser(api);
  const { url } = (await (await api.call("POST", "/api/v1/links", { headers: { host } })).json()) as CreateLinkAnswer;
  await here.call("POST", "/api/v1/session", { body: { code: url.split("#once=")[1] } });
  const id = [...here.cookies.values()][0] ?? "";
  const { token } = (await (
    await api.call("POST", "/api/v1/tokens", { body: { name: "pipeline", roles: ["release-manager"] } })
  ).json()) as CreateTokenAnswer;
  const [kept] = await api.store.access.tokens();
  expect(kept?.hash).toBe(digestOf(token));
  expect(await api.store.access.session(digestOf(id))).toMatchObject({ name: "ada" });
  for (const leaked of [kept?.hash ?? "", `serin_${kept?.hash ?? ""}`, digestOf(id)]) {
    expect(await problem(await api.call("GET", "/api/v1/releases", { as: leaked }))).toBe("token-unknown");
    const cookie = `serin-session-80=${leaked}`;
    expect(await problem(await api.call("GET", "/api/v1/releases", { as: null, headers: { host, cookie } }))).toBe("session-over");
  }
});

test("a token goes before a cookie: a wrong one is not made good by the session beside it", async () => {
  const api = await smallApi();
  const here = smallBrowser(api);
  const { url } = (await (await api.call("POST", "/api/v1/links", { headers: { host } })).json()) as CreateLinkAnswer;
  await here.call("POST", "/api/v1/session", { body: { code: url.split("#once=")[1] } });
  expect((await here.call("GET", "/api/v1/releases")).status).toBe(200);
  for (const authorization of ["Bearer wrong", "Basic YWRhOmFkYQ==", "Bearer", "", "Bearer ada ada"]) {
    const answer = await here.call("GET", "/api/v1/releases", { headers: { authorization } });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="serin"']);
  }
});

test.each([
  ["a form", "application/x-www-form-urlencoded", "code=x"],
  ["plain text", "text/plain", '{"code":"x"}'],
  ["nothing", "", '{"code":"x"}'],
])("a page of somebody else cannot send what a session is opened with as %s", async (_, type, body) => {
  const api = await smallApi();
  const answer = await api.call("POST", "/api/v1/session", { as: null, headers: { ...sameOrigin, "content-type": type }, body });
  expect(await problem(answer)).toBe("media-type");
});

test("no answer lets other origins read it", async () => {
  const api = await smallApi();
  const origin = "https://evil.example";
  const paths = ["/api/v1/session", "/api/v1/releases", "/api/v1/health", "/"];
  for (const path of paths) {
    for (const method of ["GET", "OPTIONS"]) {
      const { headers } = await api.call(method, path, { headers: { origin, "access-control-request-method": "POST" } });
      expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    }
  }
});
