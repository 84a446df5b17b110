import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { openWire } from "./edge-wire.ts";
import { token } from "./edge-world.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const megabyte = 1024 * 1024;

/** `serin edge` with these words, in a folder of its own that `prepare` has had before. */
async function startProcess(words: readonly string[], prepare: (dir: string) => Promise<void> = async () => {}) {
  const dir = await mkdtemp(join(tmpdir(), "serin-edge-process-"));
  await prepare(dir);
  await writeFile(join(dir, "token"), `${token}\n`);
  const common = [
    "edge",
    "--listen",
    "127.0.0.1:0",
    "--control",
    "127.0.0.1:0",
    "--data",
    join(dir, "data"),
    "--token-file",
    join(dir, "token"),
  ];
  const child = spawn(process.execPath, [main, ...common, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(dir, { recursive: true, force: true });
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const firstLine = once(createInterface({ input: child.stdout }), "line") as Promise<[string]>;
  return { child, exited, errors: () => errors, firstLine };
}

/** `megabytes` of bytes, in small pieces. */
function* bytes(megabytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(megabyte / 16, 1);
  for (let count = 0; count < megabytes * 16; count += 1) yield piece;
}

test("serin edge says where it listens, streams in bounded memory, and ends cleanly on SIGTERM", async () => {
  const backend = createServer((request, response) => {
    if (request.method === "GET") return void pipeline(Readable.from(bytes(150)), response);
    request.resume().on("end", () => response.end("taken"));
  });
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  onTestFinished(() => void backend.close());
  const stable = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const edge = await startProcess(["--stable", `shop=${stable}`]);
  const [line] = await edge.firstLine;
  const { listening, control } = JSON.parse(line) as { readonly listening: string; readonly control: string };
  const memoryMb = async (): Promise<number> => {
    const page = await (await fetch(`${control}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(page)?.[1]) / megabyte;
  };
  const beforeMb = await memoryMb();
  const most: number[] = [];
  let gotMb = 0;
  let nextLook = 50;
  for await (const part of (await fetch(`${listening}/large`)).body ?? []) {
    gotMb += (part as Uint8Array).length / megabyte;
    if (gotMb < nextLook) continue;
    nextLook += 50;
    most.push(await memoryMb());
  }
  expect(gotMb).toBe(150);
  const upload = httpRequest(`${listening}/large`, { method: "POST" });
  const answered = once(upload, "response") as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(bytes(150)), upload);
  const [response] = await answered;
  response.resume();
  expect(response.statusCode).toBe(200);
  most.push(await memoryMb());
  expect(Math.max(...most) - beforeMb).toBeLessThan(130);
  edge.child.kill("SIGTERM");
  expect(await edge.exited).toEqual([0, null]);
  expect(edge.errors()).toBe("");
});

test("serin edge keeps the limits that it is given", async () => {
  const backend = createServer((_request, response) => void response.end("ok"));
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  onTestFinished(() => void backend.close());
  const stable = `shop=http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const edge = await startProcess(["--stable", stable, "--max-body", "1kB", "--max-head", "2kB", "--head-timeout", "1s"]);
  const { listening } = JSON.parse((await edge.firstLine)[0]) as { readonly listening: string };
  const status = async (init: RequestInit): Promise<number> => (await fetch(`${listening}/`, init)).status;
  expect(await status({ method: "POST", body: "b".repeat(1_024) })).toBe(200);
  expect(await status({ method: "POST", body: "b".repeat(1_025) })).toBe(413);
  expect(await status({ headers: { x: "y".repeat(2_048) } })).toBe(431);
  expect(await openWire(listening, "GET / HTTP/1.1\r\n").closed).toMatch(/^HTTP\/1\.1 408 /);
});

test.each([
  ["an address that is none", ["--listen", "8080"], "is not an address such as 127.0.0.1:8080"],
  ["an address of another machine", ["--listen", "192.0.2.1:0"], "serin: This address cannot be used: 192.0.2.1:0: "],
  ["two services without routes", ["--stable", "a=http://127.0.0.1:1", "b=http://127.0.0.1:2"], "need routes"],
  ["a stable address that is none", ["--stable", "shop"], "is not a pair"],
  ["a size without a unit", ["--max-body", "1000"], '"1000" is not a size such as 500B, 16kB or 10MB'],
  ["a time that no timer holds", ["--idle-timeout", "30d"], "of at most 24 days"],
  ["a head that takes longer than its request", ["--head-timeout", "11m"], "--head-timeout is at most --request-timeout"],
  ["no connections", ["--max-connections", "0"], '"0" is not a number such as 1024'],
  ["a stable address with a path", ["--stable", "shop=http://127.0.0.1:1/app"], 'Write "http://127.0.0.1:1"'],
  ["a proxy that is no address", ["--trust-proxy", "balancer"], '"balancer" is not an address or subnet'],
  ["a proxy with everybody behind it by mistake", ["--trust-proxy", "10.0.0.0/"], '"10.0.0.0/" is not an address or subnet'],
  ["a subnet that is too long", ["--trust-proxy", "10.0.0.0/33"], '"10.0.0.0/33" is not an address or subnet'],
])("serin edge refuses %s with exit code 2", async (_says, words, says) => {
  const edge = await startProcess(words);
  expect(await edge.exited).toEqual([2, null]);
  expect(edge.errors()).toContain(says);
  expect(edge.errors()).toMatch(/^serin: [^\n]*\n$/);
});

test("serin edge refuses a port that is taken, and a folder that is not its own, with exit code 2", async () => {
  const other = createServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  for (const option of ["--listen", "--control"]) {
    const edge = await startProcess([option, taken]);
    expect(await edge.exited).toEqual([2, null]);
    expect(edge.errors()).toMatch(/^serin: This address cannot be used: 127[^\n]*EADDRINUSE[^\n]*\n$/);
    expect(edge.errors()).toContain(taken);
  }
  const edge = await startProcess(["--key-file", "token"], (dir) => writeFile(join(dir, "data"), "a file"));
  expect(await edge.exited).toEqual([2, null]);
  expect(edge.errors()).toMatch(/^serin: The data folder cannot be used: [^\n]*EEXIST[^\n]*\n$/);
});

test("serin edge starts with a garbled last word of the controller, and says where it has put it", async () => {
  const edge = await startProcess([], async (dir) => {
    await mkdir(join(dir, "data"));
    await writeFile(join(dir, "data", "wanted.json"), "{");
  });
  await edge.firstLine;
  await expect.poll(edge.errors).toMatch(/^serin: [^\n]*wanted\.json is not JSON[^\n]*wanted\.json\.set-aside[^\n]*\n$/);
  edge.child.kill("SIGTERM");
  expect(await edge.exited).toEqual([0, null]);
});

test("on SIGTERM serin edge first says that it is not ready, and serves on until those in front have seen it", async () => {
  const backend = createServer((_request, response) => void response.end("ok"));
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  onTestFinished(() => void backend.close());
  const stable = `shop=http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  const edge = await startProcess(["--stable", stable, "--drain", "3s", "--finish", "1s", "--ready-after", "100ms"]);
  const { listening, control } = JSON.parse((await edge.firstLine)[0]) as { readonly listening: string; readonly control: string };
  const ready = async (): Promise<number> => (await fetch(`${control}/ready`)).status;
  await expect.poll(ready).toBe(200);
  edge.child.kill("SIGTERM");
  await expect.poll(ready).toBe(503);
  const answer = await fetch(`${listening}/`);
  expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
  expect(await edge.exited).toEqual([0, null]);
  expect(edge.errors()).toBe("");
});
