import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import { cp, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import type { HealthAnswer, ProblemAnswer } from "../../src/http/contract.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { serinGoing } from "../fixtures/serin.ts";
import { smallDisk } from "../fixtures/small-disk.ts";
import { auditAcknowledged, auditEvidence, auditJournal, auditNotices, openBeside } from "../kill/audit.ts";
import { openStage } from "../kill/stage.ts";
import type { Stage } from "../kill/stage.ts";
import { beginRelease } from "../kill/watched-release.ts";

/* The real server on a real disk that is full to the last byte. */

const minutes = 60_000;

interface LogLine {
  readonly event: string;
  readonly message?: string;
}

async function logOf(stage: Stage): Promise<readonly LogLine[]> {
  const lines = (await readFile(join(stage.dir, "server.log"), "utf8")).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as LogLine);
}

async function healthOf({ serverUrl }: Pick<Stage, "serverUrl">): Promise<HealthAnswer["status"]> {
  return ((await (await fetch(`${serverUrl}/api/v1/health`)).json()) as HealthAnswer).status;
}

function post(stage: Pick<Stage, "serverUrl" | "tokenOf">, path: string, body: unknown, key: string): Promise<Response> {
  return fetch(`${stage.serverUrl}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${stage.tokenOf("Camille")}`,
      "content-type": "application/json",
      "idempotency-key": key,
      "if-match": '"0"',
    },
    body: JSON.stringify(body),
  });
}

test(
  "a full disk: people go home, it is said why, a rollback is still taken, nothing is lost, and it goes on with the space",
  async (context) => {
    const disk = await smallDisk(16);
    if ("refused" in disk) return context.skip(disk.refused);
    await using closing = new AsyncDisposableStack();
    closing.defer(() => disk.close());
    const stage = await openStage(25, disk);
    closing.defer(() => stage.close("remove the folder"));
    const release = await beginRelease(stage, "2", { keepPrevious: "0", observe: "10m" });
    await release.until("observing", 120_000);
    const path = `/api/v1/releases/${release.id}/requests`;

    await disk.fill();
    const refused = await post(stage, path, { kind: "pause", reason: "let us look" }, "pause");
    expect({ status: refused.status, problem: (await refused.json()) as ProblemAnswer }).toMatchObject({
      status: 503,
      problem: {
        code: "store-unusable",
        why: "full",
        detail: expect.stringMatching(/^No space is left .*serin\.db.*\. Free space on that disk/),
      },
    });
    await vi.waitUntil(async () => (await healthOf(stage)) === "troubled");
    await vi.waitUntil(async () => (await stage.lease()) === "expired", { timeout: 120_000, interval: 200 });
    const troubles = (await logOf(stage)).filter(({ event }) => event === "trouble").map(({ message }) => message ?? "");
    expect(troubles.filter((message) => message.includes("no space is left"))).toHaveLength(1);
    expect(troubles[0]).toContain("Free space on that disk; serin goes on by itself.");

    await disk.free();
    await vi.waitUntil(async () => (await healthOf(stage)) === "ok" && (await stage.lease()) === "held", {
      timeout: 120_000,
      interval: 200,
    });
    await vi.waitUntil(async () => (await release.camille.show(release.id)).traffic.seenPct === 50, { interval: 200 });
    expect((await logOf(stage)).map(({ event }) => event)).toContain("recovered");
    await release.camille.read(release.id);

    await disk.fill();
    stage.server.kill();
    await stage.server.gone();
    expect(await stage.server.start(0)).toBe(true);
    const ordered = await post(stage, path, { kind: "rollback", reason: "enough" }, "rollback");
    expect({ status: ordered.status, body: await ordered.text() }).toMatchObject({ status: 200 });
    await release.until("rolled-back", 120_000);
    const start = {
      plan: { text: stage.planText({ keepPrevious: "0" }), file: "plan.yaml" },
      versions: { frontend: "3", backend: "3" },
      reason: "on",
    };
    expect((await post(stage, "/api/v1/releases", start, "next")).status).toBe(503);

    await disk.free();
    await vi.waitUntil(async () => (await post(stage, "/api/v1/releases", start, "next")).status === 201, {
      timeout: 120_000,
      interval: 500,
    });
    await release.camille.read(release.id);
    const arrived = stage.receiver.arrived();
    await vi.waitUntil(() => [...arrived.keys()].filter((key) => key.startsWith(release.id)).length >= release.acknowledged.entries.size, {
      timeout: 120_000,
    });
    expect(await stage.server.end("SIGTERM")).toBe(0);
    const copy = await temporaryFolder();
    await cp(stage.dataDir, copy, { recursive: true });
    const stored = (await openBeside(copy).load(release.id))!;
    const notices = auditNotices(stored, arrived);
    expect([
      ...auditJournal(stored),
      ...auditAcknowledged(stored, release.acknowledged),
      ...auditEvidence(stored, stage.tap.overheard().pages).wrong,
      ...notices.missing,
      ...notices.wrong,
      ...stage.server.unexpected,
    ]).toEqual([]);
    expect(stage.crowd.tally()).toMatchObject({ failedRequests: 0, failures: [] });
  },
  8 * minutes,
);

const command = fileURLToPath(new URL("../../bin/serin.js", import.meta.url));

test(
  "a log that lies on the same full disk is not what ends the server",
  async (context) => {
    const disk = await smallDisk(16);
    if ("refused" in disk) return context.skip(disk.refused);
    onTestFinished(() => disk.close());
    const words = [command, "server", `--data=${join(disk.path, "data")}`, "--listen=127.0.0.1:0"];
    const [program = "", ...before] = disk.enter;
    const script = 'log="$1"; shift; exec "$@" 2>>"$log"';
    const child = spawn(program, [...before, "sh", "-c", script, "sh", join(disk.path, "log"), process.execPath, ...words], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const gone = once(child, "exit");
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await gone;
    });
    const { listening: serverUrl } = JSON.parse(String(await once(child.stdout, "data"))) as { readonly listening: string };
    // Each from an address of its own: who fails too often from one is told to wait, and that is logged once.
    let strangers = 1;
    const stranger = async (): Promise<number> => {
      strangers += 1;
      const headers = { authorization: "Bearer nobody" };
      const call = get(`${serverUrl}/api/v1/freezes`, { headers, localAddress: `127.0.0.${strangers}` });
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      answer.resume();
      return answer.statusCode ?? 0;
    };
    const logged = async (): Promise<number> => (await stat(join(disk.seen, "log"))).size;
    expect(await stranger()).toBe(401);
    await disk.fill();
    const fullBytes = await logged();
    // More than what is left of the log's last block.
    for (let call = 0; call < 60; call += 1) expect(await stranger()).toBe(401);
    expect(await healthOf({ serverUrl })).toBe("ok");
    expect(await logged()).toBeLessThan(fullBytes + 8_192);
    await disk.free();
    expect(await stranger()).toBe(401);
    expect(await logged()).toBeGreaterThan(fullBytes);
    child.kill("SIGTERM");
    expect(await gone).toEqual([0, null]);
  },
  3 * minutes,
);

const waitingPlan = `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: waits, environment: production, timeZone: Europe/Paris, language: en }
services: [{ name: web, workload: { kind: process, command: [node, web.js], port: 4101 }, data: expand-only }]
traffic: { kind: edge, routes: { /: web } }
metrics: { error-rate: { kind: ratio, source: edge, bad: 5xx } }
phases: [{ name: 100 %, share: 100%, observe: 15m, gates: { error-rate: "< 0.5%" } }]
people: { start: { all: [release-manager] } }
`;

test(
  "a disk that refuses writes for another reason is named, and believed again as soon as it takes them",
  async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "token"), "a-token-of-sixteen-or-more", { mode: 0o600 });
    const edge = `{ kind: edge, control: ["http://127.0.0.1:1"], token: { file: token } }`;
    const connections = `connections: { routers: { edge: ${edge} }, sources: { edge: ${edge} } }`;
    await writeFile(join(folder, "serin.yaml"), `apiVersion: serin.dev/v1\nkind: Server\n${connections}\n`);
    const server = await serinGoing([
      "server",
      "--data",
      join(folder, "data"),
      "--config",
      join(folder, "serin.yaml"),
      "--listen",
      "127.0.0.1:0",
    ]);
    onTestFinished(async () => void (await server.end("SIGKILL")));
    const serverUrl = server.ready["listening"] ?? "";
    const { people } = JSON.parse(await readFile(join(folder, "data", "tokens.json"), "utf8")) as { people: { token: string }[] };
    const stage = { serverUrl, tokenOf: () => people[0]?.token ?? "" };
    const versions = { versions: { web: "2" }, stable: { web: "1" } };
    const start = (): Promise<Response> =>
      post(stage, "/api/v1/releases", { plan: { text: waitingPlan, file: "plan.yaml" }, ...versions, reason: "new" }, "start");
    // Nothing that is written may end behind the first page.
    const limit = (bytes: string): Buffer => execFileSync("prlimit", ["--pid", String(server.process.pid), `--fsize=${bytes}:unlimited`]);
    limit("4096");
    const refused = await start();
    expect({ status: refused.status, problem: (await refused.json()) as ProblemAnswer }).toMatchObject({
      status: 503,
      problem: { code: "store-unusable", why: "failing", detail: expect.stringContaining("a limit on the size of files") },
    });
    limit("unlimited");
    expect((await start()).status).toBe(201);
    expect(await healthOf({ serverUrl })).toBe("ok");
    expect(await server.end("SIGTERM")).toBe(0);
  },
  3 * minutes,
);
