import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { edge as edgeRouter } from "../../src/adapters/traffic/edge.ts";
import { createHousehold } from "../../src/demo/household.ts";
import { createClock } from "../../src/engine/clock.ts";
import type { TrafficRouter } from "../../src/ports.ts";
import { startHaproxy } from "./haproxy.ts";
import type { Haproxy } from "./haproxy.ts";
import { beside } from "./processes.ts";
import { createWords, shopOf } from "../../test/fixtures/wanted-traffic.ts";

/** One way to the shop. */
export interface Way {
  readonly name: "direct" | "HAProxy" | "bare undici" | "edge, no release" | "edge, people at 50 %";
  /** Where visitors go, evenly. */
  readonly urls: readonly string[];
  /** `null`: nothing stands between. */
  readonly pid: number | null;
}

/** The shop in two versions, and every way to it. Every way leads to both alike: one backend instead of two would make it look cheaper. */
export interface Scene {
  readonly ways: readonly Way[];
  /** `null`: it is not installed. */
  readonly haproxyVersion: string | null;
  /** The edge with a release, and who steers it. */
  readonly edge: Way & { readonly pid: number };
  readonly share: (sharePct: number) => Promise<void>;
  close(): Promise<void>;
}

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const never = new AbortController().signal;

/** Starts everything on loopback; a process of its own for each. */
export async function openScene(): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), "serin-bench-edge-"));
  const household = createHousehold(dir);
  const programs: Haproxy[] = [];
  const close = async (): Promise<void> => {
    for (const program of programs) await program.end();
    await household.stopAll();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    const start = async (name: string, args: readonly string[]) => {
      const { pid, ready } = await household.start({ name, args, readyWithinMs: 20_000 });
      return { pid, url: String(ready["listening"]), control: String(ready["control"]) };
    };
    const stable = await start("stable", [beside("backend.ts"), "stable"]);
    const canary = await start("canary", [beside("backend.ts"), "canary"]);
    const shops = [stable.url, canary.url];
    const bare = await start("bare", [beside("bare-proxy.ts"), ...shops]);
    const token = randomBytes(24).toString("base64url");
    await writeFile(join(dir, "token"), token);
    const haproxy = await startHaproxy(dir, shops);
    if (haproxy !== null) programs.push(haproxy);
    const quiet = await start("quiet-edge", edgeArgs(dir, { name: "quiet", stable: shops }));
    const edge = await start("edge", edgeArgs(dir, { name: "edge", stable: [stable.url] }));
    const steer = steering({ control: edge.control, token, canary: canary.url, stable: stable.url });
    await steer(50);
    const released: Scene["edge"] = { name: "edge, people at 50 %", urls: [edge.url], pid: edge.pid };
    return {
      ways: [
        { name: "direct", urls: shops, pid: null },
        ...(haproxy === null ? [] : [{ name: "HAProxy", urls: [haproxy.url], pid: haproxy.pid } as const]),
        { name: "bare undici", urls: [bare.url], pid: bare.pid },
        { name: "edge, no release", urls: [quiet.url], pid: quiet.pid },
        released,
      ],
      haproxyVersion: haproxy?.version ?? null,
      edge: released,
      share: steer,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function edgeArgs(dir: string, edge: { readonly name: string; readonly stable: readonly string[] }): readonly string[] {
  const places = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data", join(dir, edge.name)];
  return [main, "edge", ...places, "--token-file", join(dir, "token"), "--stable", ...edge.stable.map((url) => `shop=${url}`)];
}

/** Says a share to the edge as the controller does, by the same adapter. */
function steering(shop: {
  readonly control: string;
  readonly token: string;
  readonly canary: string;
  readonly stable: string;
}): (sharePct: number) => Promise<void> {
  const { control, token, canary, stable } = shop;
  const connection = edgeRouter.connection.parse({ control: [control], token, timeout: "10s" });
  const router: TrafficRouter = edgeRouter.create(connection, { clock: createClock(), dataDir: "unused" });
  const words = createWords({ ...shopOf({ url: canary }, { url: stable }), leaseMs: 600_000 });
  return (sharePct) => router.apply(words({ sharePct }), never);
}

/** Ends the children of whoever presses Ctrl-C too. */
export function endOnInterrupt(): void {
  process.once("SIGINT", () => process.exit(130));
}
