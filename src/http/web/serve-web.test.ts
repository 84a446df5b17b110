import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/fixtures/folder.ts";
import { smallApi } from "../../../test/fixtures/small-api.ts";
import type { ProblemAnswer } from "../contract.ts";
import { listen } from "../listen.ts";

const script = `console.log(${JSON.stringify("serin ".repeat(500))})`;

/** A built dashboard, beside a secret that does not belong to it. */
async function built(): Promise<{ readonly outside: string; readonly webFolder: string }> {
  const outside = await temporaryFolder();
  const webFolder = join(outside, "web");
  await mkdir(join(webFolder, "assets"), { recursive: true });
  await writeFile(join(outside, "tokens.json"), "secret");
  await writeFile(join(webFolder, "index.html"), "<!doctype html><title>serin</title>");
  await writeFile(join(webFolder, "serin.svg"), "<svg/>");
  await writeFile(join(webFolder, "assets", "main-Bq3x_1Yz.js"), script);
  await symlink(join(outside, "tokens.json"), join(webFolder, "link.txt"));
  return { outside, webFolder };
}

const problem = async (answer: Response): Promise<string> => ((await answer.json()) as ProblemAnswer).code;

test.each(["/", "/releases/shop-20250819-k7mq2", "/releases/v1.2", "/calendar?from=2025-08-18", "/settings", "/login-failed"])(
  "%s is the dashboard's page, without a token",
  async (path) => {
    const api = await smallApi(await built());
    const answer = await api.call("GET", path, { as: null });
    expect([answer.status, await answer.text()]).toEqual([200, "<!doctype html><title>serin</title>"]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
  },
);

test.each([
  ["GET", "/api/v1/nothing"],
  ["GET", "/api"],
  ["GET", "/metrics/more"],
  ["GET", "/login/elsewhere"],
  ["GET", "/assets/main-00000000.js"],
  ["GET", "/robots.txt"],
  ["POST", "/"],
  ["PUT", "/releases/x"],
])("%s %s is no page", async (method, path) => {
  const api = await smallApi(await built());
  const answer = await api.call(method, path);
  expect([answer.status, await problem(answer)]).toEqual([404, "route-unknown"]);
});

test("what holds its digest in its name is kept for good; the rest is asked for again, by its tag", async () => {
  const api = await smallApi(await built());
  const asset = await api.call("GET", "/assets/main-Bq3x_1Yz.js", { as: null });
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  const page = await api.call("GET", "/", { as: null });
  const etag = page.headers.get("etag") ?? "";
  const again = await api.call("GET", "/calendar", { as: null, headers: { "if-none-match": `"x", W/${etag}` } });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  expect((await api.call("GET", "/", { as: null, headers: { "if-none-match": '"x"' } })).status).toBe(200);
  const head = await api.call("HEAD", "/", { as: null });
  expect([head.status, await head.text(), head.headers.get("content-length")]).toEqual([200, "", "35"]);
});

test("it is compressed for who takes that, each encoding under a tag of its own", async () => {
  const api = await smallApi(await built());
  const ask = (accept: string): Promise<Response> =>
    api.call("GET", "/assets/main-Bq3x_1Yz.js", { as: null, headers: { "accept-encoding": accept } });
  const bytes = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());
  const [brotli, zipped, plain] = [await ask("gzip, deflate, br"), await ask("gzip, br;q=0"), await ask("br;q=0")];
  expect([brotli, zipped, plain].map(({ headers }) => headers.get("content-encoding"))).toEqual(["br", "gzip", null]);
  expect(new Set([brotli, zipped, plain].map(({ headers }) => headers.get("etag"))).size).toBe(3);
  expect([brotli, zipped, plain].map(({ headers }) => headers.get("vary"))).toEqual([
    "Accept-Encoding",
    "Accept-Encoding",
    "Accept-Encoding",
  ]);
  const packed = await bytes(brotli);
  expect(packed.length).toBeLessThan(script.length / 5);
  expect(brotliDecompressSync(packed).toString()).toBe(script);
  expect(gunzipSync(await bytes(zipped)).toString()).toBe(script);
  expect((await bytes(plain)).toString()).toBe(script);
});

test("clickjacking, injected scripts, sniffing: what a browser may do with the page is said with it", async () => {
  const { webFolder } = await built();
  const api = await smallApi({ webFolder });
  const { headers } = await api.call("GET", "/", { as: null });
  const policy = new Map((headers.get("content-security-policy") ?? "").split("; ").map((one) => [one.split(" ")[0], one]));
  expect(policy.get("frame-ancestors")).toBe("frame-ancestors 'none'");
  expect(policy.get("default-src")).toBe("default-src 'none'");
  expect(policy.get("script-src")).toBe("script-src 'self'");
  expect(policy.get("base-uri")).toBe("base-uri 'none'");
  expect(headers.get("content-security-policy")).not.toMatch(/unsafe|\*/);
  expect(Object.fromEntries(headers)).toMatchObject({
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": expect.stringContaining("camera=()") as string,
  });
  expect(headers.get("strict-transport-security")).toBeNull();
  const secure = await smallApi({ webFolder, publicUrl: "https://serin.example" });
  expect((await secure.call("GET", "/", { as: null })).headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
});

test("path traversal: nothing beside the dashboard's own files is ever answered, however it is written", async () => {
  const api = await smallApi(await built());
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  const { port } = new URL(listening.url);
  const { connect } = await import("node:net");
  const raw = (path: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(Number(port), "127.0.0.1", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
      socket.on("data", (chunk) => (text += chunk.toString())).on("end", () => resolve(text));
      socket.on("error", reject);
    });
  const ways = [
    "/../tokens.json",
    "/assets/../../tokens.json",
    "/%2e%2e/tokens.json",
    "/..%2ftokens.json",
    "/assets/..%5c..%5ctokens.json",
    "/%252e%252e/tokens.json",
    "//tokens.json",
    "/tokens.json%00.js",
    "/./../tokens.json",
    "/link.txt",
    "/__proto__",
  ];
  for (const way of ways) expect(await raw(way)).not.toMatch(/secret/);
  await listening.close(100);
});

test("a dashboard that is built while the server runs is there at once; before, the page says how to build it", async () => {
  const { webFolder } = await built();
  await rm(join(webFolder, "index.html"));
  const api = await smallApi({ webFolder });
  const before = await api.call("GET", "/", { as: null });
  expect([before.status, await before.text()]).toEqual([503, expect.stringContaining("npm run build:web")]);
  await writeFile(join(webFolder, "index.html"), "built");
  expect(await (await api.call("GET", "/", { as: null })).text()).toBe("built");
  await writeFile(join(webFolder, "index.html"), "built again");
  expect(await (await api.call("GET", "/", { as: null })).text()).toBe("built again");
});
