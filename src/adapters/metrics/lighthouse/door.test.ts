import { request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import type { IncomingMessage, ServerResponse } from "node:http";
import { startSmallServer } from "../../../../test/contract/small-server.ts";
import { openDoor } from "./door.ts";
import type { Job } from "./job.ts";

const echo = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.url === "/old") return void response.writeHead(302, { location: `http://${request.headers.host}/new?x=1` }).end();
  response.setHeader("content-type", "application/json");
  response.setHeader("set-cookie", ["a=1", "b=2"]);
  const sent: Uint8Array[] = [];
  request
    .on("data", (chunk: Uint8Array) => sent.push(chunk))
    .on("end", () => {
      response.end(
        JSON.stringify({ url: request.url, method: request.method, headers: request.headers, body: Buffer.concat(sent).toString() }),
      );
    });
};

async function doorTo(more: Partial<Job["door"]> = {}) {
  const [frontend, backend] = [await startSmallServer(echo), await startSmallServer(echo)];
  const routes = [
    { path: "/api", url: `${backend.url}/` },
    { path: "/", url: frontend.url },
  ];
  const door = await openDoor({ routes, headers: { "x-key": "k" }, cookie: "session=s; theme=dark", isOwnHost: false, ...more });
  onTestFinished(async () => {
    door.close();
    await Promise.all([frontend.close(), backend.close()]);
  });
  const get = async (path: string, options: Parameters<typeof request>[1] = {}) => {
    const answer = await request(`${door.url}${path}`, options);
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text };
  };
  return { door, frontend, backend, get };
}

test("a door leads each path to its service, with the headers and cookies of the run beside the browser's own", async () => {
  const { frontend, backend, get, door } = await doorTo();
  const page = await get("/page?x=1", { headers: { cookie: "theme=light; own=o", accept: "text/html" } });
  expect(JSON.parse(page.text)).toMatchObject({
    url: "/page?x=1",
    headers: { host: new URL(door.url).host, "x-key": "k", accept: "text/html", cookie: "session=s; theme=light; own=o" },
  });
  expect(page.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
  const posted = await get("/api/orders", { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } });
  expect(JSON.parse(posted.text)).toMatchObject({ method: "POST", body: '{"a":1}', headers: { "content-length": "7" } });
  expect(await get("/apis")).toMatchObject({ status: 200 });
  expect([frontend.requests, backend.requests]).toEqual([["GET /page?x=1", "GET /apis"], ["POST /api/orders"]]);
  expect(door.trouble()).toBeNull();
});

test("a redirect to the version itself stays behind the door; a router is asked under its own name", async () => {
  const { get, frontend } = await doorTo({ isOwnHost: true });
  expect((await get("/old")).headers["location"]).toBe("/new?x=1");
  const own = await get("/", { headers: { origin: "http://127.0.0.1:9", referer: "http://127.0.0.1:9/from" } });
  const { origin, host } = new URL(frontend.url);
  expect(JSON.parse(own.text)).toMatchObject({ headers: { host, origin, referer: `${origin}/from` } });
});

test("a version that does not answer is a trouble that names the address, and no secret of it", async () => {
  const { get, frontend, door } = await doorTo();
  await frontend.behave("refuses");
  expect((await get("/page?token=secret")).status).toBe(502);
  expect(door.trouble()).toBe(`GET ${frontend.url}/page: no answer (ECONNREFUSED)`);
});
