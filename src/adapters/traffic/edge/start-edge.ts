import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../../ports.ts";
import { clientLimits } from "./client-limits.ts";
import type { ClientLimits } from "./client-limits.ts";
import { createControlPlane } from "./control-plane.ts";
import { createDataPlane, trustedPeers } from "./data-plane.ts";
import { drawFairly } from "./draw.ts";
import type { Draw } from "./draw.ts";
import { EdgeCore } from "./edge-core.ts";
import type { StableTraffic } from "./edge-state.ts";
import { EdgeUnusable } from "./edge-unusable.ts";
import { openKeptFiles } from "./kept-files.ts";
import type { SetAside } from "./kept-files.ts";
import { Tunnels } from "./tunnels.ts";
import { upstreamLimits } from "./upstreams.ts";
import type { UpstreamLimits } from "./upstreams.ts";

/** Where one edge listens and what it begins with. */
export interface EdgeOptions {
  readonly clock: Clock;
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly control: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly dataDir: string;
  /** A key that several edges share; `null`: one of its own in `dataDir`. */
  readonly keyFile: string | null;
  /** What is served before the controller has spoken for the first time. */
  readonly stable: StableTraffic;
  readonly trustedProxies: readonly string[];
  readonly limits?: Partial<EdgeLimits>;
  /** Absent: a fair draw. Another one is for showing what a biased draw does to a release. */
  readonly draw?: Draw;
}

/** Every number of an edge that has a default. */
export interface EdgeLimits {
  readonly client: ClientLimits;
  readonly upstream: UpstreamLimits;
  /** How long a WebSocket of a drained arm may stay open, ms. */
  readonly tunnelDrainMs: number;
  /** How long the edge still serves whoever comes after it was told to close, ms, so that those who send people here have seen that it is not ready. */
  readonly drainMs: number;
  /** How long requests in flight may take after that, ms. */
  readonly closeMs: number;
  /** How long a start waits at most for the controller's first word before it calls itself ready, ms. */
  readonly readyAfterMs: number;
  readonly peopleLimit: number;
  readonly turnMs: number;
}

export const edgeLimits: EdgeLimits = {
  client: clientLimits,
  upstream: upstreamLimits,
  tunnelDrainMs: 5_000,
  drainMs: 0,
  closeMs: 10_000,
  readyAfterMs: 10_000,
  peopleLimit: 2_000_000,
  turnMs: 10_000,
};

/** A running edge. */
export interface Edge {
  /** "http://127.0.0.1:8080". */
  readonly url: string;
  readonly controlUrl: string;
  /** The last word of the controller when it could not be read; `null`: it was read, or there was none. */
  readonly setAside: SetAside | null;
  /**
   * Is not ready from now on, serves on for `drainMs`, then takes no new connection and lets requests in flight finish; resolves when all is closed, at
   * the latest after `drainMs` and `closeMs`.
   */
  close(): Promise<void>;
}

/**
 * Starts an edge; resolves when both its servers listen. A restarted one comes back with its addresses and share 0 until told. Throws `EdgeUnusable`
 * when it cannot start as it is told.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const limits: EdgeLimits = { ...edgeLimits, ...options.limits };
  const kept = await openKeptFiles(options.dataDir, options.keyFile);
  const { clock, stable } = options;
  const core = new EdgeCore(
    {
      clock,
      key: kept.key,
      limits: limits.upstream,
      peopleLimit: limits.peopleLimit,
      turnMs: limits.turnMs,
      readyAfterMs: limits.readyAfterMs,
      draw: options.draw ?? drawFairly,
    },
    stable,
  );
  if (kept.wanted !== null) core.recall(kept.wanted);
  const tunnels = new Tunnels(core, { ...limits.upstream, drainMs: limits.tunnelDrainMs });
  const data = createDataPlane({ core, tunnels, limits: limits.client, trusted: trustedPeers(options.trustedProxies) });
  const control = createControlPlane({ core, kept, instance: randomUUID() }, options.token);
  core.start();
  try {
    return {
      url: await listen(data, options.listen),
      controlUrl: await listen(control, options.control),
      setAside: kept.setAside,
      close: () => close({ core, tunnels, data, control, drainMs: limits.drainMs, closeMs: limits.closeMs }),
    };
  } catch (error) {
    core.stop();
    await core.upstreams.destroy();
    data.close();
    throw error;
  }
}

async function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<string> {
  server.listen(at.port, at.host);
  await once(server, "listening").catch((cause: unknown) => {
    throw new EdgeUnusable("address", `${at.host}:${at.port}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  const { port } = server.address() as AddressInfo;
  return `http://${at.host.includes(":") ? `[${at.host}]` : at.host}:${port}`;
}

async function close(edge: {
  readonly core: EdgeCore;
  readonly tunnels: Tunnels;
  readonly data: Server;
  readonly control: Server;
  readonly drainMs: number;
  readonly closeMs: number;
}): Promise<void> {
  edge.core.leave();
  if (edge.drainMs > 0) await new Promise((resolve) => setTimeout(resolve, edge.drainMs));
  const closed = once(edge.data, "close");
  edge.data.close();
  edge.data.closeIdleConnections();
  edge.tunnels.closeAll();
  const late = setTimeout(() => {
    edge.data.closeAllConnections();
    edge.tunnels.destroyAll();
  }, edge.closeMs);
  await closed;
  clearTimeout(late);
  const controlClosed = once(edge.control, "close");
  edge.control.close();
  edge.control.closeAllConnections();
  await controlClosed;
  edge.core.stop();
  await edge.core.upstreams.destroy();
}
