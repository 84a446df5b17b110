import { request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Got, TestPerson } from "./contract/person.ts";
import { personOn } from "./contract/person.ts";
import { openEdge, openEdgeWorld, routerOf } from "./edge-world.ts";
import type { EdgeWorld } from "./edge-world.ts";

const never = new AbortController().signal;
const asText = { "content-type": "text/plain;charset=UTF-8" };

/** The mark that a page was sent with, "" when it had none. */
function markOf(page: Got): string {
  return /serin;desc="([^"]*)"/.exec(String(page.headers["server-timing"]))?.[1] ?? "";
}

const report = (person: TestPerson, message: object | string, headers: Readonly<Record<string, string>> = asText): Promise<Got> =>
  person.ask("POST /.serin/beacon", headers, typeof message === "string" ? message : JSON.stringify(message));

/** A person on `arm`, with the page that is open. */
async function reader(world: EdgeWorld, arm: "canary" | "stable"): Promise<{ readonly person: TestPerson; readonly page: string }> {
  const person = await personOn(world, arm);
  return { person, page: markOf(await person.load()) };
}

const turns = async (world: EdgeWorld, arm: "canary" | "stable"): Promise<readonly number[]> =>
  Promise.all(
    ["affected", "unaffected", "silent"].map((outcome) => world.metric(`serin_edge_page_turns_total{arm="${arm}",outcome="${outcome}"}`)),
  );

const beacons = (world: EdgeWorld, outcome: string): Promise<number> => world.metric(`serin_edge_beacons_total{outcome="${outcome}"}`);

/** What the shops were asked that is the edge's own. */
const sentOn = (world: EdgeWorld): readonly string[] =>
  [...world.canary.requests, ...world.stable.requests].map(({ line }) => line).filter((line) => line.includes("/.serin/"));

describe("the script of pages", () => {
  test("is served by the edge itself, also before there is anything to serve", async () => {
    const edge = await openEdge();
    const answer = await fetch(`${edge.url}/.serin/beacon.js`);
    const text = await answer.text();
    expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
      200,
      "text/javascript; charset=utf-8",
      "public, max-age=3600",
    ]);
    expect(text).toContain("/.serin/beacon.js");
    expect(text).toContain("largest-contentful-paint");
    // What a strict Content-Security-Policy forbids, or would make browsers ask for another file.
    expect(text).not.toMatch(/\beval\b|\bnew Function\b|document\.write|innerHTML|setTimeout\(["'`]|sourceMappingURL/);
    const again = await fetch(`${edge.url}/.serin/beacon.js?v=1`, { headers: { "if-none-match": answer.headers.get("etag") ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("is zipped for whoever takes that, and HEAD tells its length alone", async () => {
    const edge = await openEdge();
    const ask = (method: string, encoding: string): Promise<readonly [IncomingMessage, Buffer]> =>
      new Promise((resolve, reject) => {
        const asked = httpRequest(`${edge.url}/.serin/beacon.js`, { method, headers: { "accept-encoding": encoding } }, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => resolve([answer, Buffer.concat(chunks)]));
        });
        asked.on("error", reject);
        asked.end();
      });
    const [, plain] = await ask("GET", "identity");
    const [zipped, body] = await ask("GET", "br, gzip");
    expect([zipped.headers["content-encoding"], gunzipSync(body).equals(plain)]).toEqual(["gzip", true]);
    expect(body.length).toBeLessThan(plain.length / 2);
    const [head, nothing] = await ask("HEAD", "identity");
    expect([head.headers["content-length"], nothing.length]).toEqual([String(plain.length), 0]);
  });
});

describe("what pages report", () => {
  test("is counted on the arm that rendered the page, and goes no further", async () => {
    const world = await openEdgeWorld({ limits: { turnMs: 1_200 } });
    await world.put({ sharePct: 50 });
    const [canary, stable] = [await reader(world, "canary"), await reader(world, "stable")];
    const got = await report(canary.person, { page: canary.page, errors: ["uncaught", "blank"] });
    expect([got.status, got.text, got.headers["set-cookie"], got.headers["cache-control"]]).toEqual([204, "", undefined, "no-store"]);
    expect((await report(stable.person, { page: stable.page, shown: true }, { "content-type": "application/json" })).status).toBe(204);
    // People who were tried and drawn elsewhere are silent.
    await expect
      .poll(async () => [(await turns(world, "canary")).slice(0, 2), (await turns(world, "stable")).slice(0, 2)])
      .toEqual([
        [1, 0],
        [0, 1],
      ]);
    const labels = 'arm="canary",service="shop",kind=';
    expect(await world.metric(`serin_edge_browser_affected_people_total{${labels}"uncaught"}`)).toBe(1);
    expect(await world.metric(`serin_edge_browser_affected_people_total{${labels}"blank"}`)).toBe(0);
    expect(await world.metric(`serin_edge_browser_errors_total{${labels}"blank"}`)).toBe(1);
    expect([await beacons(world, "taken"), sentOn(world)]).toEqual([2, []]);
    expect(await world.metric('serin_edge_affected_people_total{arm="canary",service="shop",kind="5xx"}')).toBe(0);
  });

  test("counts people who got a page, whether or not it was heard of", async () => {
    const world = await openEdgeWorld({ limits: { turnMs: 1_200 } });
    await world.put({ sharePct: 50 });
    await personOn(world, "canary");
    await expect.poll(async () => (await turns(world, "canary"))[2]).toBeGreaterThanOrEqual(1);
    expect((await turns(world, "canary")).slice(0, 2)).toEqual([0, 0]);
    const inARow = () => world.metric('serin_edge_silent_people_in_a_row{arm="canary"}');
    expect(await inARow()).toBeGreaterThanOrEqual(1);
    await world.put({ sharePct: 50, release: "shop-2" });
    expect(await inARow()).toBe(0);
  });

  test("counts a person once, however many messages there are, and the cookie remembers it for another edge", async () => {
    const world = await openEdgeWorld({ limits: { turnMs: 1_200 } });
    await world.put({ sharePct: 50 });
    const { person, page } = await reader(world, "canary");
    for (let message = 0; message < 5; message += 1) await report(person, { page, errors: ["uncaught"] });
    await expect.poll(async () => (await turns(world, "canary"))[0]).toBe(1);
    await person.load();
    expect(person.cookies.get("serin")).toMatch(/\.[a-z]*u[a-z]*\./);
    for (let message = 0; message < 5; message += 1) await report(person, { page, errors: ["rejection"] });
    const second = await openEdge({ keyFile: `${world.edge.dataDir}/edge.key`, limits: { turnMs: 1_200 } });
    await routerOf(world.edge, second).apply(world.wanted({ sharePct: 50 }), never);
    const elsewhere = await fetch(`${second.url}/.serin/beacon`, {
      method: "POST",
      headers: { cookie: `serin=${person.cookies.get("serin")}` },
      body: JSON.stringify({ page, errors: ["asset"] }),
    });
    expect(elsewhere.status).toBe(204);
    expect((await turns(world, "canary"))[0]).toBe(1);
    expect(await world.metric('serin_edge_browser_affected_people_total{arm="canary",service="shop",kind="uncaught"}')).toBe(1);
  });

  test("of a page that was open before the share grew stays with the arm that rendered it", async () => {
    const world = await openEdgeWorld({ limits: { turnMs: 60_000 } });
    await world.put({ sharePct: 50 });
    const { person, page } = await reader(world, "stable");
    await world.put({ sharePct: 99.99 });
    expect((await person.load()).version).toBe("canary");
    // The cookie is now of the canary, as it is when the browser leaves the old page: its last words are stable's all the same.
    await report(person, { page, errors: ["uncaught"], vitals: { lcp: 900 } });
    const people = (arm: string) => world.metric(`serin_edge_browser_affected_people_total{arm="${arm}",service="shop",kind="uncaught"}`);
    expect([await people("canary"), await people("stable")]).toEqual([0, 1]);
  });

  test("measures each page that was sent once, in the person's slice", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const person = await personOn(world, "canary");
    const slice = Number((person.cookies.get("serin") ?? "").split(".")[2]) % 10;
    const page = markOf(await person.load());
    const labels = `arm="canary",service="shop",slice="${slice}"`;
    const count = (name: string) => world.metric(`serin_edge_${name}_count{${labels}}`);
    const before = await count("lcp_seconds");
    // personOn loads until the arm is right: more pages than one may be open.
    for (let message = 0; message < 9; message += 1) await report(person, { page, vitals: { lcp: 2500, inp: 201, cls: 0.1 } });
    const measured = (await count("lcp_seconds")) - before;
    expect(measured).toBeGreaterThanOrEqual(1);
    expect(measured).toBeLessThanOrEqual(3);
    await person.load();
    for (let message = 0; message < 9; message += 1) await report(person, { page, vitals: { lcp: 2501 } });
    expect((await count("lcp_seconds")) - before).toBe(measured + 1);
    const bucket = (name: string, le: string) => world.metric(`serin_edge_${name}_bucket{le="${le}",${labels}}`);
    expect([await bucket("lcp_seconds", "2.5"), await bucket("inp_seconds", "0.2"), await bucket("cls", "0.1")]).toEqual([
      measured,
      0,
      measured,
    ]);
  });
});

describe("the mark of a page", () => {
  test("stands on pages of people alone", async () => {
    const world = await openEdgeWorld();
    world.canary.on("GET /moved", (_request, response) => response.writeHead(302, { location: "/", "content-type": "text/html" }).end());
    world.canary.on("GET /broken", (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end());
    world.canary.on("GET /gone", (_request, response) => response.writeHead(404, { "content-type": "text/html" }).end("gone"));
    world.canary.on("GET /own", (_request, response) => {
      response.writeHead(200, { "content-type": "text/html", "server-timing": "db;dur=3" }).end("page");
    });
    expect(markOf(await world.person().load())).toBe("");
    await world.put({ sharePct: 50 });
    expect(markOf(await world.person().load())).toBe("");
    const one = await personOn(world, "canary");
    const html = { accept: "text/html" };
    const ask = async (line: string, headers: Readonly<Record<string, string>>) => markOf(await one.ask(line, headers));
    expect(await ask("GET /", html)).toMatch(/^canary\.shop\.[\w-]{22}$/);
    expect(await ask("GET /gone", html)).toMatch(/^canary\.shop\./);
    for (const line of ["GET /moved", "GET /broken"]) expect(await ask(line, html)).toBe("");
    expect(await ask("GET /api", {})).toBe("");
    expect(await ask("GET /", { ...html, "sec-purpose": "prefetch;prerender" })).toBe("");
    expect(await ask("GET /", { ...html, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" })).toBe("");
    expect((await one.ask("GET /own", html)).headers["server-timing"]).toEqual([
      "db;dur=3",
      expect.stringMatching(/^serin;desc="canary\./),
    ]);
  });

  test("is stable's where stable answers for a canary that refuses", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const one = await personOn(world, "canary");
    await world.canary.close();
    const page = await one.load();
    expect([page.version, markOf(page).split(".")[0]]).toEqual(["stable", "stable"]);
  });

  test.each<[string, (world: EdgeWorld) => Promise<readonly [TestPerson, object]>, string]>([
    ["without a cookie", async (world) => [world.person(), { page: (await reader(world, "canary")).page, errors: ["blank"] }], "nobody"],
    [
      "with a forged cookie",
      async (world) => {
        const { person, page } = await reader(world, "stable");
        person.cookies.set("serin", (person.cookies.get("serin") ?? "").replace(/\.\d+\./, ".0."));
        return [person, { page, errors: ["blank"] }];
      },
      "nobody",
    ],
    ["without a mark", async (world) => [(await reader(world, "canary")).person, { errors: ["blank"] }], "no-page"],
    [
      "with another person's mark",
      async (world) => [(await reader(world, "stable")).person, { page: (await reader(world, "canary")).page, errors: ["blank"] }],
      "no-page",
    ],
    [
      "with a mark that names the other arm",
      async (world) => {
        const { person, page } = await reader(world, "stable");
        return [person, { page: page.replace("stable", "canary"), errors: ["blank"] }];
      },
      "no-page",
    ],
    [
      "of an older release",
      async (world) => {
        const { person, page } = await reader(world, "canary");
        await world.put({ sharePct: 50, release: "shop-2" });
        return [person, { page, errors: ["blank"] }];
      },
      "nobody",
    ],
  ])("a message %s is answered and counts for nobody", async (_says, prepare, outcome) => {
    const world = await openEdgeWorld({ limits: { turnMs: 50 } });
    await world.put({ sharePct: 50 });
    const [person, message] = await prepare(world);
    expect((await report(person, message)).status).toBe(204);
    expect([await beacons(world, outcome), await beacons(world, "taken")]).toEqual([1, 0]);
    for (const arm of ["canary", "stable"]) {
      expect(await world.metric(`serin_edge_browser_affected_people_total{arm="${arm}",service="shop",kind="blank"}`)).toBe(0);
    }
  });
});

describe("what is no message", () => {
  const big = JSON.stringify({ page: "x".repeat(5_000) });

  test.each<[string, string, Readonly<Record<string, string>>, string, number]>([
    ["no JSON", "POST /.serin/beacon", asText, "hello", 400],
    ["JSON that no page sends", "POST /.serin/beacon", asText, '{"arm":"canary"}', 400],
    ["nothing", "POST /.serin/beacon", asText, "", 400],
    ["a form", "POST /.serin/beacon", { "content-type": "application/x-www-form-urlencoded" }, "{}", 415],
    ["no type", "POST /.serin/beacon", {}, "{}", 415],
    ["more than 4 kB", "POST /.serin/beacon", asText, big, 413],
    ["another method", "GET /.serin/beacon", {}, "", 405],
    ["a POST to the script", "POST /.serin/beacon.js", asText, "{}", 405],
    ["another path of the edge's own", "GET /.serin/metrics", {}, "", 404],
  ])("%s is refused and not sent on", async (_says, line, headers, body, status) => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const { person } = await reader(world, "canary");
    expect((await person.ask(line, headers, body)).status).toBe(status);
    expect(await beacons(world, "refused")).toBe([400, 413, 415].includes(status) ? 1 : 0);
    expect(sentOn(world)).toEqual([]);
  });

  test("a body without end is cut off at the limit", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const got = await new Promise<number | "cut off" | undefined>((resolve, reject) => {
      const asked = httpRequest(`${world.edge.url}/.serin/beacon`, { method: "POST", headers: asText }, (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      });
      // Whoever is still writing may see the end of the connection before the answer.
      asked.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "EPIPE" || error.code === "ECONNRESET" ? resolve("cut off") : reject(error),
      );
      const write = (): void => void (asked.destroyed || asked.write("x".repeat(1_000), () => setImmediate(write)));
      write();
    });
    expect([413, "cut off"]).toContain(got);
    await expect.poll(() => beacons(world, "refused")).toBe(1);
  });

  test("whoever goes away in the middle of a message has said nothing, and harms nobody", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const { person, page } = await reader(world, "canary");
    const closed = new Promise<void>((resolve) => {
      const headers = { ...asText, "content-length": "400", cookie: `serin=${person.cookies.get("serin")}` };
      const asked = httpRequest(`${world.edge.url}/.serin/beacon`, { method: "POST", headers });
      asked.on("error", () => resolve());
      asked.write(JSON.stringify({ page, errors: ["blank"] }), () => asked.destroy(new Error("gone")));
    });
    await closed;
    expect((await report(person, { page, shown: true })).status).toBe(204);
    expect([await beacons(world, "taken"), await beacons(world, "refused")]).toEqual([1, 0]);
    expect(await world.metric('serin_edge_browser_errors_total{arm="canary",service="shop",kind="blank"}')).toBe(0);
  });

  test("a target in absolute form, or an upgrade, does not lead around the edge", async () => {
    const world = await openEdgeWorld();
    await world.put({ sharePct: 50 });
    const ask = (path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = httpRequest(world.edge.url, { path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on("error", reject);
        asked.end();
      });
    expect(await ask("http://shop.example/.serin/beacon.js", { host: "shop.example" })).toBe(200);
    expect(await ask("/.serin/beacon", { connection: "upgrade", upgrade: "websocket" })).toBe(404);
    expect(sentOn(world)).toEqual([]);
  });
});
