import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { apiOf } from "./api.ts";
import type { Api } from "./api.ts";
import { colleagues } from "./colleagues.ts";
import type { Colleague } from "./colleagues.ts";
import { placeServices, scalePlan } from "./demo-plan.ts";
import { createHousehold } from "./household.ts";
import type { Household } from "./household.ts";
import { firstVersion } from "./scenarios.ts";
import { stopWorkloads } from "./stop-workloads.ts";

/** A Tuesday afternoon in Paris, inside the plan's preferred window. */
const clockStarts = "2025-08-19T14:00:00+02:00";
const readyWithinMs = 30_000;
/** The edge watches a person for so long; nobody in the demo stays longer. */
const longestVisit = "1s";
/** Where the examples and the command stand, in the checkout as in the package. */
const house = new URL("../../", import.meta.url);

/** Everything that the demo runs on: the edge with version 1 behind it, PriceTruth, and the server. All of it is on loopback. */
export interface Stage {
  readonly edgeUrl: string;
  readonly serverUrl: string;
  /** The plan with the places of this stage, everything that is waited for divided by `speed`. */
  planText(speed: number): string;
  readonly services: readonly string[];
  apiFor(colleague: Colleague): Api;
  /** Epoch ms of the last request that the edge forwarded to a canary; `null`: none of the present release. */
  lastCanaryMs(): Promise<number | null>;
  onLoss(gone: (says: string) => void): void;
  /** Stops every process that the demo brought up, its workloads included, and removes the folder unless it is kept. May be called twice. */
  close(): Promise<void>;
}

/**
 * Builds the stage in `keepDir`, or in a temporary folder when that is `null`; on any error, and when `signal` aborts, everything that was started is stopped again
 * before this rejects.
 */
export async function openStage(keepDir: string | null, signal: AbortSignal): Promise<Stage> {
  const dir = await openFolder(keepDir);
  const household = createHousehold(dir);
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= takeDown(dir, household, keepDir));
  try {
    return await build({ dir, household, signal, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function takeDown(dir: string, household: Household, keepDir: string | null): Promise<void> {
  // The server first, since it would start its workloads again.
  await household.stopAll();
  await stopWorkloads(join(dir, "data", "process"));
  if (keepDir === null) await rm(dir, { recursive: true, force: true });
}

interface Building {
  readonly dir: string;
  readonly household: Household;
  readonly signal: AbortSignal;
  readonly close: () => Promise<void>;
}

async function build({ dir, household, signal, close }: Building): Promise<Stage> {
  const priceTruth = await household.start({ name: "pricetruth", args: [shopFile("price-truth")], env: { PORT: "0" }, readyWithinMs });
  signal.throwIfAborted();
  const edge = await startEdge(dir, household);
  signal.throwIfAborted();
  await writeFile(join(dir, "serin.yaml"), serverFile({ ...edge, priceTruthUrl: word(priceTruth.ready, "listening") }));
  const server = await household.start({
    name: "server",
    args: [
      command,
      "server",
      `--data=${join(dir, "data")}`,
      `--config=${join(dir, "serin.yaml")}`,
      "--listen=127.0.0.1:0",
      `--clock-starts=${clockStarts}`,
    ],
    readyWithinMs,
  });
  const serverUrl = word(server.ready, "listening");
  const tokens = await readTokens(join(dir, "data", "tokens.json"));
  const apiFor = ({ name }: Colleague): Api => apiOf(serverUrl, tokens.get(name) ?? "");
  signal.throwIfAborted();
  const plan = placeServices(await readFile(new URL("examples/laptop/plan.yaml", house), "utf8"), {
    frontend: { command: [process.execPath, shopFile("frontend")], port: await freePort() },
    backend: { command: [process.execPath, shopFile("backend")], port: await freePort() },
  });
  const services = ["frontend", "backend"];
  await apiFor(colleagues[0]).startStable({
    plan: { text: plan, file: "plan.yaml" },
    versions: Object.fromEntries(services.map((service) => [service, firstVersion])),
    reason: "the shop opens",
  });
  return {
    edgeUrl: edge.url,
    serverUrl,
    planText: (speed) => scalePlan(plan, speed),
    services,
    apiFor,
    lastCanaryMs: () => lastCanaryMs(edge.control, edge.token),
    onLoss: (gone) => household.onLoss(gone),
    close,
  };
}

interface EdgeHere {
  readonly url: string;
  readonly control: string;
  readonly token: string;
  readonly tokenFile: string;
}

async function startEdge(dir: string, household: Household): Promise<EdgeHere> {
  const tokenFile = join(dir, "edge-token");
  const token = randomBytes(32).toString("base64url");
  await writeFile(tokenFile, token, { mode: 0o600 });
  const edge = await household.start({
    name: "edge",
    args: [
      command,
      "edge",
      "--listen=127.0.0.1:0",
      "--control=127.0.0.1:0",
      `--data=${join(dir, "edge")}`,
      `--token-file=${tokenFile}`,
      `--turn=${longestVisit}`,
    ],
    readyWithinMs,
  });
  return { url: word(edge.ready, "listening"), control: word(edge.ready, "control"), token, tokenFile };
}

const command = fileURLToPath(new URL("bin/serin.js", house));

/** The sources in a checkout, the compiled files in the package. */
function shopFile(name: string): string {
  return fileURLToPath(new URL(`./shop/${name}${extname(import.meta.url)}`, import.meta.url));
}

/** The demo's own server file: who works here, where the edge and PriceTruth are. */
function serverFile(where: { readonly control: string; readonly tokenFile: string; readonly priceTruthUrl: string }): string {
  return stringify({
    apiVersion: "serin.dev/v1",
    kind: "Server",
    people: colleagues.map(({ name, role }) => ({ name, roles: [role] })),
    connections: {
      routers: { edge: { kind: "edge", control: [where.control], token: { file: where.tokenFile } } },
      sources: {
        edge: { kind: "edge", control: [where.control], token: { file: where.tokenFile } },
        pricetruth: { kind: "http", url: where.priceTruthUrl, control: `${where.control}/metrics` },
      },
    },
  });
}

async function openFolder(keepDir: string | null): Promise<string> {
  if (keepDir === null) return mkdtemp(join(tmpdir(), "serin-demo-"));
  await mkdir(keepDir, { recursive: true });
  const found = await readdir(keepDir);
  if (found.length > 0) throw new Error(`the folder to keep the data in is not empty: ${keepDir}`);
  return keepDir;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}

async function readTokens(path: string): Promise<ReadonlyMap<string, string>> {
  const { people } = JSON.parse(await readFile(path, "utf8")) as {
    readonly people: readonly { readonly name: string; readonly token: string }[];
  };
  return new Map(people.map(({ name, token }) => [name, token]));
}

async function lastCanaryMs(control: string, token: string): Promise<number | null> {
  const answer = await fetch(`${control}/seen`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`the edge answered ${answer.status} for what it sees`);
  return ((await answer.json()) as { readonly lastCanaryMs: number | null }).lastCanaryMs;
}

function word(ready: Readonly<Record<string, unknown>>, key: string): string {
  const value = ready[key];
  if (typeof value !== "string") throw new Error(`a process did not say its ${key}: ${JSON.stringify(ready)}`);
  return value;
}
