import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signatureOf } from "../../src/adapters/notices/slack/signature.ts";
import { processWorkloads } from "../../src/adapters/workloads/process.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { processPlan } from "../fixtures/process-plan.ts";
import { serin, serinGoing } from "../fixtures/serin.ts";
import type { Finished, Going } from "../fixtures/serin.ts";

/*
 * The real binary, as people type it: an edge, a server, and one service as a process of this machine. The tests go on from each other, as a
 * day with serin does.
 */

let folder = "";
let edge: Going;
let server: Going;
let release = "";

const file = (name: string): string => join(folder, name);

function startServer(): Promise<Going> {
  return serinGoing(["server", "--data", file("data"), "--config", file("serin.yaml"), "--listen", "127.0.0.1:0"]);
}

/** Runs a command about the server as this person. */
function as(person: string, words: readonly string[]): Promise<Finished> {
  const where = ["--server", server.ready["listening"] ?? "", "--token-file", join(file("data"), "tokens.json"), "--person", person];
  return serin([...words, ...where], { env: { SERIN_TOKEN: undefined, SERIN_SERVER: undefined } });
}

async function view(): Promise<ReleaseView> {
  const { out } = await as("vera", ["release", "show", release, "--json"]);
  return JSON.parse(out) as ReleaseView;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-server-"));
  await writeFile(file("edge.token"), "a-token-of-sixteen-or-more\n", { mode: 0o600 });
  const edgeWords = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data", file("edge"), "--token-file", file("edge.token")];
  edge = await serinGoing(["edge", ...edgeWords]);
  const control = JSON.stringify(edge.ready["control"]);
  await writeFile(
    file("serin.yaml"),
    `apiVersion: serin.dev/v1
kind: Server
connections:
  routers: { edge: { kind: edge, control: [${control}], token: { file: edge.token } } }
  sources: { edge: { kind: edge, control: [${control}], token: { file: edge.token } } }
  notifiers: { slack: { kind: slack, token: { file: edge.token }, signingSecret: { file: edge.token }, url: "http://127.0.0.1:1/api/" } }
people:
  - { name: ada, roles: [release-manager], slack: U0ADA1234 }
  - { name: olga, roles: [devops-lead] }
  - { name: vera, roles: [viewer] }
`,
  );
  await writeFile(file("plan.yaml"), processPlan({ port: await freePort(), start: "release-manager" }));
  server = await startServer();
});

afterAll(async () => {
  await server?.end("SIGTERM");
  await edge?.end("SIGTERM");
  const left = processWorkloads.create({}, { clock: createClock(), dataDir: join(file("data"), "process") });
  await left.stopAll();
  await rm(folder, { recursive: true, force: true });
});

test("the stable version is started and served through the edge (0)", async () => {
  const started = await as("ada", ["stable", "start", file("plan.yaml"), "--set", "web=1", "--reason", "first start"]);
  expect(started).toMatchObject({ code: 0, err: "" });
  expect(started.out).toContain("web 1 serves at http://127.0.0.1:");
  const page = await fetch(edge.ready["listening"] ?? "");
  expect(((await page.json()) as { env: Record<string, string> }).env["SERIN_VERSION"]).toBe("1");
});

test("what is typed wrong, and what is not there, is 2", async () => {
  await writeFile(file("broken.yaml"), "kind: ReleasePlan\n");
  const broken = await as("ada", ["release", "start", file("broken.yaml"), "--reason", "new", "--set", "web=2"]);
  expect(broken.code).toBe(2);
  expect(broken.err).toContain("broken.yaml:1:1 error: ");
  expect((await as("vera", ["release", "show", "nobody"])).code).toBe(2);
  expect((await serin(["release", "frob"])).code).toBe(2);
});

test("who may not is 4, and no server is 3", async () => {
  const start = ["release", "start", file("plan.yaml"), "--set", "web=2", "--reason", "new"];
  expect((await as("vera", start)).code).toBe(4);
  const stranger = { env: { SERIN_TOKEN: "nobody's", SERIN_SERVER: server.ready["listening"] } };
  expect((await serin(["release", "list"], stranger)).code).toBe(4);
  const nowhere = await serin(["release", "list", "--json"], { env: { SERIN_TOKEN: "any", SERIN_SERVER: "http://127.0.0.1:1" } });
  expect(nowhere.code).toBe(3);
  expect(JSON.parse(nowhere.out)).toMatchObject({ error: "server-unreachable" });
});

test("a release begins, waits, and answers what is asked of it (0, 1, 4, 5)", async () => {
  const begun = await as("olga", ["release", "start", file("plan.yaml"), "--set", "web=2", "--reason", "new", "--json"]);
  expect(begun).toMatchObject({ code: 0, err: "" });
  ({ id: release } = JSON.parse(begun.out) as { id: string });
  expect((await as("vera", ["release", "watch", release, "--until", "waiting"])).code).toBe(0);
  const list = await as("vera", ["release", "list"]);
  expect(list.out).toContain(release);
  const { revision } = await view();
  const ask = (person: string, kind: string, more: readonly string[] = []): Promise<Finished> =>
    as(person, ["release", kind, release, "--reason", "a test", ...more]);
  expect((await ask("ada", "pause")).code).toBe(1);
  expect((await ask("vera", "stop")).code).toBe(4);
  expect((await ask("ada", "approve")).code).toBe(2);
  expect((await ask("ada", "approve", ["--expect-revision", "999"])).code).toBe(5);
  expect((await ask("ada", "approve", ["--expect-revision", String(revision + 2), "--as", "release-manager"])).code).toBe(0);
  const observing = await as("vera", ["release", "watch", release, "--until", "observing"]);
  expect(observing).toMatchObject({ code: 0, err: "" });
  expect((await as("vera", ["release", "why", release, "error-rate > 5%"])).out).toContain("error-rate > 5%");
  expect((await ask("vera", "problem")).code).toBe(0);
});

test("a second server on the same folder is refused, and says by whom it is held", async () => {
  const second = await serin(["server", "--data", file("data"), "--listen", "127.0.0.1:0"]);
  expect(second.code).toBe(2);
  expect(second.out).toBe("");
  expect(second.err).toContain(String(server.process.pid));
});

test("after kill -9 the release goes on where it was", async () => {
  const before = await view();
  expect(await server.end("SIGKILL")).toBeNull();
  server = await startServer();
  const after = await view();
  expect(after.status).toEqual(before.status);
  expect(after.revision).toBeGreaterThanOrEqual(before.revision);
  expect((await fetch(edge.ready["listening"] ?? "")).status).toBe(200);
});

test("a watch that waits for another end is 6, a journal is verified (0), with and without a server, and a changed one is not (1)", async () => {
  expect((await as("ada", ["release", "stop", release, "--reason", "enough"])).code).toBe(0);
  const watched = await as("vera", ["release", "watch", release]);
  expect(watched.code).toBe(6);
  expect(watched.err).toContain("ended otherwise");
  expect((await as("vera", ["release", "watch", release, "--until", "stopped"])).code).toBe(0);
  expect((await as("vera", ["release", "verify", release])).code).toBe(0);
  const report = await as("vera", ["release", "report", release, "--language", "fr"]);
  expect([report.code, report.out]).toEqual([0, expect.stringMatching(/^# .+\u202f: Arrêtée\n/u)]);
  expect(await server.end("SIGTERM")).toBe(0);
  const offline = (): Promise<Finished> => serin(["release", "verify", release, "--data", file("data"), "--json"]);
  expect(await offline()).toMatchObject({ code: 0 });
  const toFile = ["release", "report", release, "--data", file("data"), "--format", "html", "--out", file("report.html")];
  expect(await serin(toFile)).toMatchObject({ code: 0, out: "" });
  expect(await readFile(file("report.html"), "utf8")).toMatch(/^<!DOCTYPE html>[\s\S]*Stopped[\s\S]*<\/html>\n$/u);
  const database = new DatabaseSync(join(file("data"), "serin.db"));
  // The store forbids this to itself; somebody who has the file can take the ban away.
  const bans = database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'").all();
  for (const { name } of bans) database.exec(`DROP TRIGGER "${String(name)}"`);
  const changed = database.prepare("UPDATE entries SET body = replace(body, 'enough', 'because') WHERE body LIKE '%enough%'").run();
  database.close();
  expect(changed.changes).toBeGreaterThan(0);
  const { code, out } = await offline();
  expect([code, (JSON.parse(out) as { ok: boolean }).ok]).toEqual([1, false]);
  server = await startServer();
});

test("Slack's calls are taken when they are signed, without a token", async () => {
  const body = Buffer.from("payload=%7B%7D");
  const post = (secret: string): Promise<Response> => {
    const at = String(Math.floor(Date.now() / 1_000));
    const headers = { "x-slack-request-timestamp": at, "x-slack-signature": signatureOf(secret, at, body) };
    return fetch(`${server.ready["listening"]}/slack/interactions`, { method: "POST", headers, body });
  };
  expect((await post("a-token-of-sixteen-or-more")).status).toBe(200);
  expect((await post("another secret")).status).toBe(401);
});

test("no token is in the log, the journal or what the server says", async () => {
  const tokens = JSON.parse(await readFile(join(file("data"), "tokens.json"), "utf8")) as { people: { token: string }[] };
  const journal = await as("vera", ["release", "watch", release, "--until", "stopped", "--json"]);
  expect(tokens.people).toHaveLength(3);
  for (const { token } of tokens.people) expect([...server.log, journal.out].join("\n")).not.toContain(token);
  expect([...server.log, journal.out].join("\n")).not.toContain("a-token-of-sixteen");
});
