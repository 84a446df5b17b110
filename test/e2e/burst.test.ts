import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AskAnswer, AskBody, ProblemAnswer, StartReleaseAnswer } from "../../src/http/contract.ts";
import type { StoredRelease } from "../../src/ports.ts";
import { auditJournal, openBeside } from "../kill/audit.ts";
import { openStage } from "../kill/stage.ts";
import type { Stage, TeamMember } from "../kill/stage.ts";
import { beginRelease } from "../kill/watched-release.ts";

/* A thousand calls at once, from people and programs that know nothing of each other, against the real server in the middle of a release. */

let stage: Stage;
beforeEach(async () => {
  stage = await openStage(20);
});
afterEach(() => stage.close("remove the folder"), 60_000);

interface Said {
  readonly status: number;
  readonly body: Partial<AskAnswer & StartReleaseAnswer & ProblemAnswer>;
}

async function post(
  path: string,
  { who, body, headers }: { who: TeamMember; body: unknown; headers: Record<string, string> },
): Promise<Said> {
  const answer = await fetch(`${stage.serverUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.tokenOf(who)}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Said["body"] };
}

/** The most memory that the server ever had, MB. */
async function mostMemoryMb(): Promise<number> {
  const status = await readFile(`/proc/${stage.server.pid}/status`, "utf8");
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024);
}

const reason = "in the burst";

/** Ten kinds of calls: right ones, stale ones, forbidden ones, some under a key that others use too. */
function callsOf(release: { readonly id: string; readonly revision: number }): readonly ((index: number) => Promise<Said>)[] {
  const path = `/api/v1/releases/${release.id}/requests`;
  const seen = { "if-match": `"${release.revision}"` };
  const ask = (who: TeamMember, body: AskBody, headers: Record<string, string>): Promise<Said> => post(path, { who, body, headers });
  const start = (key: string, version: string): Promise<Said> => {
    const plan = { text: stage.planText({ keepPrevious: "0", observe: "10m" }), file: "plan.yaml" };
    const body = { plan, versions: { frontend: version, backend: version }, stable: { frontend: "1", backend: "1" }, reason };
    return post("/api/v1/releases", { who: "Noor", body, headers: { "idempotency-key": key } });
  };
  return [
    (index) => ask("Camille", { kind: "pause", reason }, { ...seen, "idempotency-key": `pause-${index}` }),
    (index) => ask("Noor", { kind: "pause", reason }, { ...seen, "idempotency-key": `pause-${index % 40}` }),
    () => ask("Camille", { kind: "resume", reason }, seen),
    () => ask("Camille", { kind: "approve", reason, as: "release-manager" }, { "if-match": '"1"' }),
    () => ask("Noor", { kind: "approve", reason, as: "qa-lead" }, seen),
    () => ask("Noor", { kind: "rollback", reason }, seen),
    () => ask("Camille", { kind: "approve", reason }, {}),
    (index) => start(`other-${index}`, "3"),
    () => start("start-2", "2"),
    () => start("start-2", "4"),
  ];
}

interface Burst {
  readonly said: readonly Said[];
  readonly tookMs: number;
  readonly mostMb: number;
  /** Longest time between two rows of the release while it lasted, ms. */
  readonly gapMs: number;
}

async function burst(release: { readonly id: string; readonly revision: number }): Promise<Burst> {
  const calls = callsOf(release);
  const startedMs = Date.now();
  const said = await Promise.all(Array.from({ length: 1_000 }, (_, index) => calls[index % calls.length]!(index)));
  const endedMs = Date.now();
  const mostMb = await mostMemoryMb();
  await vi.waitUntil(async () => ((await storedOf(release.id)).rows.at(-1)?.observation.nowMs ?? 0) > endedMs);
  const times = (await storedOf(release.id)).rows.map(({ observation }) => observation.nowMs);
  const gaps = times.flatMap((atMs, index) => (atMs < startedMs ? [] : [atMs - (times[index - 1] ?? atMs)]));
  return { said, tookMs: endedMs - startedMs, mostMb, gapMs: Math.max(...gaps) };
}

async function storedOf(id: string): Promise<StoredRelease> {
  const store = openBeside(stage.dataDir);
  try {
    return (await store.load(id))!;
  } finally {
    await store.close();
  }
}

test("a thousand calls at once: each that was stored is answered once, ticks go on, memory stays bounded", async () => {
  const watched = await beginRelease(stage, "2", { keepPrevious: "0", observe: "10m" });
  const { revision } = await watched.until("observing", 120_000);
  const release = { id: watched.id, revision };
  const bursts = [await burst(release), await burst(release)];
  for (const [index, { tookMs, gapMs, mostMb }] of bursts.entries())
    process.stdout.write(`burst ${index + 1}: 1,000 calls in ${tookMs} ms; a release waited ${gapMs} ms at most; ${mostMb} MB at most\n`);

  const stored = await storedOf(release.id);
  expect(auditJournal(stored)).toEqual([]);
  const facts = stored.entries.flatMap(({ entry }) => entry.decision.facts);
  const answers = facts.flatMap((fact) => (fact.kind === "accepted" || fact.kind === "refused" ? [fact] : []));
  const ids = answers.map(({ request }) => request);
  expect(new Set(ids).size, "each request is answered once").toBe(ids.length);
  // Without a key every call is one of its own; with one it is the same, in the second burst too. Who leads the release signs beside, under keys.
  const isOwn = (id: string): boolean => /^[\da-f]{8}-/.test(id);
  const keyed = answers.filter(({ request, asked }) => asked === "pause" && !isOwn(request));
  // Of what Noor may never ask one of a kind is stored in a minute, and the others are counted; of what is asked when nobody needs it, thirty.
  const denied = answers.filter(({ request, by, asked }) => isOwn(request) && by === "Noor" && asked !== "pause");
  expect(new Set(denied.map(({ asked, kind }) => `${asked} ${kind}`))).toEqual(new Set(["approve refused", "rollback refused"]));
  expect(denied.length).toBeLessThan(20);
  const told = bursts.flatMap(({ said }) => said.flatMap(({ status }, index) => (status === 429 ? [index % 10] : [])));
  expect(told.filter((kind) => kind !== 3)).toEqual([]);
  expect({ own: ids.filter(isOwn).length - denied.length, keyed: keyed.length }).toEqual({ own: 2 * 200 - told.length, keyed: 104 });
  const kinds = new Map(answers.map(({ request, kind }) => [request, kind]));
  for (const { said } of bursts) {
    const acknowledged = said.filter(({ body }) => body.request !== undefined);
    const lost = acknowledged.filter(({ status, body }) => {
      const answer = kinds.get(body.request ?? "");
      return status === 200 ? answer !== "accepted" : answer === undefined;
    });
    expect(lost).toEqual([]);
    const by = (at: number): ReadonlySet<string> =>
      new Set(said.filter((_, index) => index % 10 === at).map(({ status, body }) => `${status} ${body.code ?? body.id ?? ""}`));
    expect([5, 6, 7, 8, 9].map(by)).toEqual([
      new Set(["403 role-missing"]),
      new Set(["428 revision-missing"]),
      new Set(["409 service-busy"]),
      new Set([`200 ${release.id}`]),
      new Set(["422 key-reused"]),
    ]);
  }
  for (const { tookMs, gapMs } of bursts) expect(gapMs).toBeLessThan(Math.max(5_000, tookMs / 2));
  expect(bursts[1]!.mostMb).toBeLessThan(1.5 * bursts[0]!.mostMb);
  expect(bursts[1]!.mostMb).toBeLessThan(1_024);
  expect(stage.server.unexpected).toEqual([]);
});
