import { describe, expect, test } from "vitest";
import { page, good, score, world } from "./axe-world.ts";
import type { Behaviour } from "./contract/small-server.ts";

const secret = "correct-horse-battery";

type Answering = Extract<Behaviour, (...args: never) => void>;

describe("axe logs in", () => {
  const json = { email: "canary@shop.example", password: secret };
  const login = { service: "backend", request: "POST /api/login", json };
  const backend = (sessions: readonly string[], seen: string[] = []): Answering => {
    const left = [...sessions];
    return (request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        seen.push(`${request.headers["content-type"]} ${body}`);
        response.setHeader("set-cookie", [
          `session=${left.shift()}; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT`,
          "seen=0",
          "seen=1; SameSite=Lax",
          "old=1",
          "old=; Max-Age=0",
          "older=x; expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ]);
        response.end("{}");
      });
    };
  };
  const members =
    (accepts: () => string): Answering =>
    (request, response) => {
      if (request.headers.cookie === `session=${accepts()}; seen=1`) return page(good)(request, response);
      response.writeHead(302, { location: "/login" }).end();
    };

  test("at the same version, once, and sends every cookie with the page", async () => {
    const at = await world(
      {
        a: {},
        b: {},
        api: { service: "backend" },
        old: { arm: "stable", version: "1" },
        oldApi: { service: "backend", arm: "stable", version: "1" },
      },
      { connection: { login } },
    );
    const seen: string[] = [];
    await at.behave("api", backend(["new"], seen));
    await at.behave("oldApi", backend(["old"]));
    for (const name of ["a", "b"])
      await at.behave(
        name,
        members(() => "new"),
      );
    await at.behave(
      "old",
      members(() => "old"),
    );
    expect(score(await at.read())).toEqual([100, 100]);
    expect(score(await at.read())).toEqual([100, 100]);
    expect(at.server("api").requests).toEqual(["POST /api/login"]);
    expect(seen).toEqual([`application/json ${JSON.stringify(json)}`]);
  });

  test("again when the session is over", async () => {
    const at = await world({ a: {}, api: { service: "backend" } }, { connection: { login } });
    await at.behave("api", backend(["first", "second"]));
    let accepted = "first";
    await at.behave(
      "a",
      members(() => accepted),
    );
    expect(score(await at.read())).toEqual([100, null]);
    accepted = "second";
    expect(score(await at.read())).toEqual([100, null]);
    expect(at.server("api").requests).toHaveLength(2);
  });

  test("with a form, at each target of a service that logs in by itself", async () => {
    const form = { service: "frontend", request: "POST /login", form: { user: "canary", password: "a&b" } };
    const at = await world({ a: {}, b: {} }, { connection: { login: form } });
    const bodies: string[] = [];
    for (const name of ["a", "b"]) {
      const enter = backend([name], bodies);
      const show = members(() => name);
      await at.behave(name, (request, response) => (request.method === "POST" ? enter : show)(request, response));
    }
    expect(score(await at.read())).toEqual([100, null]);
    expect(bodies).toEqual(Array.from({ length: 2 }, () => "application/x-www-form-urlencoded user=canary&password=a%26b"));
  });

  test.each<[string, Behaviour, Behaviour, string]>([
    [
      "nobody is let in",
      (_, response) => void response.writeHead(401).end(),
      page(good),
      "/api/login: answered 401, so nobody is logged in",
    ],
    ["there is no cookie", (_, response) => void response.end(), page(good), "answered 200 without a cookie, so nobody is logged in"],
    ["the login is out", "refuses", page(good), "/api/login: connection refused"],
    ["the page wants more", backend(["a", "b"]), members(() => "other"), "/login, which is not the page; the login is not enough for it"],
  ])("and has no score when %s", async (_says, atLogin, atPage, why) => {
    const at = await world({ a: {}, api: { service: "backend" } }, { connection: { login } });
    await at.behave("api", atLogin);
    await at.behave("a", atPage);
    const error: unknown = await at.read().catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(why);
    expect(String(error)).not.toContain(secret);
  });

  test("only where there is somebody to ask", async () => {
    const at = await world({ a: {}, oldApi: { service: "backend", arm: "stable", version: "1" } }, { connection: { login } });
    await expect(at.read()).rejects.toThrow("no target of the service backend runs the canary version, and login asks it");
  });
});
