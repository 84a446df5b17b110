import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectWorld } from "../../src/adapters/connect.ts";
import { adaptersOf, connectionsOf } from "../../src/adapters/known-connections.ts";
import { sqlite } from "../../src/adapters/stores/sqlite.ts";
import { readPlan } from "../../src/config/plan-file.ts";
import { sourcesAhead } from "../../src/config/rules/decidable.ts";
import { createClock } from "../../src/engine/clock.ts";
import { createEngine } from "../../src/engine/engine.ts";
import { Access } from "../../src/http/access/access.ts";
import { createApp } from "../../src/http/app.ts";
import { LastCalls } from "../../src/http/last-calls.ts";
import { listen } from "../../src/http/listen.ts";
import { measureWorld } from "../../src/http/measure-world.ts";
import { Meters } from "../../src/http/meters.ts";
import { smallAdapters } from "../../test/fixtures/small-adapters.ts";

/** What the server tells: where it listens, each commit, and each tick. Times are epoch ms of this machine, durations ms. */
export type Told =
  | { readonly kind: "listening"; readonly url: string; readonly people: readonly string[] }
  | { readonly kind: "committed"; readonly atMs: number; readonly revision: number }
  | { readonly kind: "ticked"; readonly tookMs: number; readonly lateMs: number };

const names = Array.from({ length: 12 }, (_, at) => `person-${at}`);
const metrics = Array.from({ length: 10 }, (_, at) => `rate-${at}`);

/** A plan of the size that teams have: ten gates and ten guards, looked at five times a second. */
const plan = `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: shop, title: A shop, environment: production, timeZone: Europe/Paris, language: en }
scrape: 200ms
services:
  - { name: web, workload: { kind: process }, data: expand-only }
traffic: { kind: small, login: "POST /login", routes: { /: web } }
metrics:
${metrics.map((name) => `  ${name}: { kind: ratio, unit: request, source: small, bad: ${name}, total: requests }`).join("\n")}
phases:
  - { name: 10 %, share: 10%, audience: everyone, observe: 2h, gates: { ${metrics.map((name) => `${name}: "< 0.5%"`).join(", ")} } }
  - { name: 100 %, share: 100%, audience: everyone, observe: 2h, gates: { rate-0: "< 0.5%" } }
guards:
${metrics.map((name) => `  - { when: "${name} > 5%", then: rollback }`).join("\n")}
people: { start: { all: [] } }
`;

/** Whoever asked may have gone. */
function tell(told: Told): void {
  if (process.connected) process.send?.(told, () => undefined);
}

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "serin-streams-"));
  const clock = createClock();
  const lists = smallAdapters();
  const none = { sources: {}, routers: {}, workloads: {}, notifiers: {} };
  const store = await sqlite.open({}, { clock, dataDir });
  const [meters, lastCalls, ending] = [new Meters("bench"), new LastCalls(), new AbortController()];
  const world = measureWorld({ ...connectWorld({ lists, connections: none, clock, dataDir }), store }, { meters, lastCalls });
  const engine = createEngine(world, { onTick: ({ tookMs, lateMs }) => tell({ kind: "ticked", tookMs, lateMs }) });
  engine.onCommit(
    (id) => void engine.view(id).then((view) => tell({ kind: "committed", atMs: Date.now(), revision: view?.entries.length ?? 0 })),
  );
  const people = names.map((name) => ({ name, roles: ["release-manager"] as const, environments: null }));
  const app = createApp({
    engine,
    store,
    world,
    clock,
    access: new Access({
      log: () => undefined,
      store: store.access,
      clock,
      people,
      tokens: new Map(people.map((person) => [person.name, person])),
      publicUrl: null,
    }),
    environments: ["production"],
    web: null,
    log: () => undefined,
    inboxes: [],
    version: "bench",
    meters,
    lastCalls,
    connections: connectionsOf(lists, none),
    adapters: adaptersOf(lists),
    sourceOf: sourcesAhead({ ...lists, server: null }),
    streamLimits: { all: 2_000, perPerson: 100 },
    closing: ending.signal,
    readPlan: (text, file) => readPlan(text, file, { ...lists, server: null }),
    examine: () => Promise.resolve(() => []),
  });
  await engine.start();
  const listening = await listen(app, { host: "127.0.0.1", port: 0 });
  process.once("disconnect", () => {
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
  tell({ kind: "listening", url: listening.url, people: names });
}

/** The body with which the release begins. */
export const startBody = { plan: { text: plan, file: "plan.yaml" }, versions: { web: "2" }, stable: { web: "1" }, reason: "a benchmark" };

if (process.send !== undefined) await serve();
