import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { makeFolder } from "../adapters/make-folder.ts";
import { UserError } from "../errors.ts";
import type { Api } from "./api.ts";
import { colleagues } from "./colleagues.ts";
import type { Colleague } from "./colleagues.ts";
import { placeServices, scalePlan } from "./demo-plan.ts";
import type { EdgeKind } from "./edge-part.ts";
import { freePort } from "./free-port.ts";
import { demoFile, readExamplePlan } from "./house.ts";
import { createHousehold, wordOf } from "./household.ts";
import type { Household } from "./household.ts";
import { openRelay } from "./relay.ts";
import type { Relay } from "./relay.ts";
import { startRouter } from "./router-part.ts";
import type { RouterPart, RouterSeen } from "./router-part.ts";
import { firstVersion } from "./scenarios.ts";
import { startServer } from "./server-part.ts";
import type { ServerPart } from "./server-part.ts";
import type { Target } from "./targets.ts";
import { stopWorkloads } from "./stop-workloads.ts";

const readyWithinMs = 30_000;
/** A shop this small needs no more; with the usual heap Node lets it grow for minutes after the start, and that looks like a leak. */
const smallHeap = ["--max-old-space-size=64", "--max-semi-space-size=4"];

/** Everything that the demo runs on: a router with version 1 behind it, PriceTruth, and the server. All of it is on loopback. */
export interface Stage {
  /** Where people come in. */
  readonly url: string;
  /** The plan with the places of this stage, everything that is waited for divided by `speed`. */
  planText(speed: number): string;
  readonly services: readonly string[];
  apiFor(colleague: Colleague): Api;
  /** What the router says of itself, whatever way is cut. */
  routerSeen(): Promise<RouterSeen>;
  /** The ways of the server to the router: to steer it, and to read what it has counted. */
  readonly ways: { readonly router: Relay; readonly source: Relay };
  readonly server: Pick<ServerPart, "url" | "kill" | "start" | "said">;
  readonly priceTruth: { stop(): Promise<void>; start(): Promise<void> };
  onLoss(gone: (says: string) => void): void;
  /** Stops every process that the demo brought up, its workloads included, and removes the folder unless it is kept. May be called twice. */
  close(): Promise<void>;
}

export interface StageOptions {
  /** An empty folder to keep; `null`: a temporary one, which is removed. */
  readonly keepDir: string | null;
  readonly target: Target;
  /** Which edge, where that is the target. */
  readonly edge: EdgeKind;
  /** Connections to more metric sources, by name, as they stand in a server's file. Absent: none. */
  readonly sources?: Readonly<Record<string, object>>;
  readonly signal: AbortSignal;
}

/**
 * Builds the stage in `keepDir`, or in a temporary folder when that is `null`; on any error, and when `signal` aborts, everything that was started is stopped again
 * before this rejects.
 */
export async function openStage({ keepDir, target, edge, sources = {}, signal }: StageOptions): Promise<Stage> {
  const dir = await openFolder(keepDir);
  const household = createHousehold(dir);
  const relays: Relay[] = [];
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= takeDown({ dir, household, keepDir, relays }));
  try {
    return await build({ dir, household, relays, target, edgeKind: edge, sources, signal, close });
  } catch (error) {
    await close();
    throw error;
  }
}

interface Standing {
  readonly dir: string;
  readonly household: Household;
  readonly relays: Relay[];
}

async function takeDown({ dir, household, relays, keepDir }: Standing & { readonly keepDir: string | null }): Promise<void> {
  // The server first, since it would start its workloads again.
  await household.stopAll();
  await Promise.all(relays.map((relay) => relay.close()));
  await stopWorkloads(join(dir, "data", "process"));
  if (keepDir === null) await rm(dir, { recursive: true, force: true });
}

interface Building extends Standing {
  readonly target: Target;
  readonly edgeKind: EdgeKind;
  readonly sources: Readonly<Record<string, object>>;
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

async function build({ dir, household, relays, target, edgeKind, sources, signal, close }: Building): Promise<Stage> {
  const priceTruth = await startPriceTruth(household);
  signal.throwIfAborted();
  const router = await startRouter(target, { dir, household, edgeKind });
  signal.throwIfAborted();
  const ways = { router: await openRelay(router.control), source: await openRelay(router.health) };
  relays.push(ways.router, ways.source);
  const places = { router, steeredAt: ways.router.url, readAt: ways.source.url, priceTruth: priceTruth.url };
  await writeFile(join(dir, "serin.yaml"), serverFile(places, sources));
  const server = await startServer({ dir, household, port: await freePort(), clock: target === "haproxy" ? "real" : "in the window" });
  signal.throwIfAborted();
  const env = { SHOP_URL: router.url, PRICETRUTH_URL: priceTruth.url };
  const plan = placeServices(await readExamplePlan(target), {
    frontend: { command: [process.execPath, ...smallHeap, demoFile("shop/frontend")], port: await freePort(), env },
    backend: { command: [process.execPath, ...smallHeap, demoFile("shop/backend")], port: await freePort(), env },
  });
  const services = ["frontend", "backend"];
  await server.apiFor(colleagues[0]).startStable({
    plan: { text: plan, file: "plan.yaml" },
    versions: Object.fromEntries(services.map((service) => [service, firstVersion])),
    reason: "the shop opens",
  });
  return {
    url: router.url,
    planText: (speed) => scalePlan(plan, speed),
    services,
    apiFor: (colleague) => server.apiFor(colleague),
    routerSeen: () => router.seen(),
    ways,
    server,
    priceTruth,
    onLoss: (gone) => household.onLoss(gone),
    close,
  };
}

/** PriceTruth on a port that it keeps when it is stopped and started again. */
async function startPriceTruth(household: Household): Promise<Stage["priceTruth"] & { readonly url: string }> {
  const run = (port: string) =>
    household.start({ name: "pricetruth", args: [demoFile("shop/price-truth")], env: { PORT: port }, readyWithinMs });
  let member = await run("0");
  const url = wordOf(member.ready, "listening");
  return {
    url,
    stop: () => member.end("SIGTERM"),
    async start() {
      member = await run(new URL(url).port);
    },
  };
}

interface Places {
  readonly router: RouterPart;
  /** The ways to the router, which can be cut. */
  readonly steeredAt: string;
  readonly readAt: string;
  readonly priceTruth: string;
}

/** The demo's own server file: who works here, where the router and PriceTruth are. PriceTruth is down only while the router's health answers. */
function serverFile({ router, steeredAt, readAt, priceTruth }: Places, sources: Building["sources"]): string {
  return stringify({
    apiVersion: "serin.dev/v1",
    kind: "Server",
    people: colleagues.map(({ name, role }) => ({ name, roles: [role] })),
    connections: {
      routers: { [router.target]: router.connection(steeredAt) },
      sources: {
        ...(router.isSource ? { [router.target]: router.connection(readAt) } : {}),
        "signed-in": { kind: "axe", login: { service: "backend", request: "POST /api/login", json: { email: "canary@shop.example" } } },
        pricetruth: { kind: "http", url: priceTruth, control: new URL(new URL(router.health).pathname, readAt).href },
        ...sources,
      },
    },
  });
}

async function openFolder(keepDir: string | null): Promise<string> {
  if (keepDir === null) return mkdtemp(join(tmpdir(), "serin-demo-"));
  makeFolder(keepDir);
  const found = await readdir(keepDir);
  if (found.length > 0) throw new UserError("input-invalid", `The folder of --keep is not empty: ${keepDir}.`);
  return keepDir;
}
