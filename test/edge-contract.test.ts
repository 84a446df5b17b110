import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { edge as edgeRouter } from "../src/adapters/traffic/edge.ts";
import { losableRouter } from "./contract/losable-router.ts";
import { trafficContract } from "./contract/traffic.ts";
import type { TrafficSubject } from "./contract/traffic.ts";
import { openEdge, routerAt, routerOf } from "./edge-world.ts";

/** The router's control address can be taken away by steering another one in its place. */
async function subjectOf(edges: number): Promise<TrafficSubject> {
  const folder = await mkdtemp(join(tmpdir(), "serin-edge-key-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const keyFile = join(folder, "key");
  await writeFile(keyFile, randomBytes(32).toString("base64url"));
  const opened = await Promise.all(Array.from({ length: edges }, () => openEdge({ keyFile })));
  const [first] = opened;
  if (first === undefined) throw new Error("no edge was opened");
  return {
    ...(await losableRouter(routerOf(...opened), routerAt)),
    capabilities: edgeRouter.capabilities,
    url: first.url,
    restart: () => Promise.resolve(routerOf(...opened)),
  };
}

trafficContract("edge", () => subjectOf(1));
trafficContract("edge with two replicas", () => subjectOf(2));
