import { Hono } from "hono";
import { expect, test } from "vitest";
import { isLoopback, listen, parseAddress } from "./listen.ts";

test.each([
  ["127.0.0.1:7707", { host: "127.0.0.1", port: 7707 }, true],
  ["[::1]:0", { host: "::1", port: 0 }, true],
  ["localhost:80", { host: "localhost", port: 80 }, true],
  ["0.0.0.0:7707", { host: "0.0.0.0", port: 7707 }, false],
  ["release.example.org:443", { host: "release.example.org", port: 443 }, false],
])("%s is an address", (text, address, isLocal) => {
  expect(parseAddress(text)).toEqual(address);
  expect(isLoopback(address)).toBe(isLocal);
});

test.each(["7707", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "::1:80", "a b:80", "http://x:1"])("%s is none", (text) => {
  expect(() => parseAddress(text)).toThrow("is not an address");
});

test("says which address is taken, and closes with its calls", async () => {
  const app = new Hono();
  app.get("/", (context) => context.text("here"));
  const first = await listen(app, { host: "127.0.0.1", port: 0 });
  expect(await (await fetch(first.url)).text()).toBe("here");
  await expect(listen(app, { host: "127.0.0.1", port: Number(new URL(first.url).port) })).rejects.toMatchObject({
    code: "address-unusable",
  });
  await first.close(1_000);
  await expect(fetch(first.url)).rejects.toThrow("fetch failed");
});

test("is closed as soon as the last call is over, however long its client keeps the connection", async () => {
  const app = new Hono();
  const { promise: begun, resolve: begin } = Promise.withResolvers<() => void>();
  app.get("/", () => new Response(new ReadableStream({ start: (controller) => begin(() => controller.close()) })));
  const listening = await listen(app, { host: "127.0.0.1", port: 0 });
  const answered = fetch(listening.url).then((answer) => answer.text());
  const finish = await begun;
  const startedMs = performance.now();
  const closed = listening.close(20_000);
  finish();
  expect(await answered).toBe("");
  await closed;
  expect(performance.now() - startedMs).toBeLessThan(15_000);
});
