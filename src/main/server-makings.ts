import { readFileSync } from "node:fs";
import type { AdapterLists } from "../adapters/connect.ts";
import type { Server } from "../config/server-file.ts";
import { UserError } from "../errors.ts";
import type { Problem } from "../errors.ts";
import { StoreUnusable } from "../ports.ts";
import type { Clock, Store } from "../ports.ts";

/** A server's file as it was read. */
export interface ServerReading {
  readonly server: Server;
  readonly warnings: readonly Problem[];
}

/** This build's adapters, by port. */
export async function adapterLists(): Promise<AdapterLists> {
  const [metrics, traffic, workloads, notices] = await Promise.all([
    import("../adapters/metrics/list.ts"),
    import("../adapters/traffic/list.ts"),
    import("../adapters/workloads/list.ts"),
    import("../adapters/notices/list.ts"),
  ]);
  return { sources: metrics.metricSources, routers: traffic.routers, workloads: workloads.workloads, notifiers: notices.notifiers };
}

/** The server's file and what is doubtful in it; without one what an empty file says. Throws `file-unreadable` or `server-file-invalid`. */
export async function readServerFile(file: string | null, lists: AdapterLists): Promise<ServerReading> {
  const { readServer } = await import("../config/server-file.ts");
  const text = file === null ? "apiVersion: serin.dev/v1\nkind: Server\n" : readBytes(file);
  const { server, problems } = readServer(text, file ?? "serin.yaml", lists);
  if (server !== null) return { server, warnings: problems };
  throw new UserError("server-file-invalid", `${problems.length} ${problems.length === 1 ? "place is" : "places are"} wrong in ${file}.`, {
    problems,
  });
}

/** The store of a data folder. Throws `data-unusable` when another process holds it, or it cannot be relied on. */
export async function openStore(dataDir: string, clock: Clock): Promise<Store> {
  const { stores } = await import("../adapters/stores/list.ts");
  try {
    return await stores[0].open({}, { clock, dataDir });
  } catch (error) {
    throw await refusalOf(error);
  }
}

/** A store that cannot be used as `data-unusable`; any other error as it is. */
export async function refusalOf(error: unknown): Promise<unknown> {
  if (!(error instanceof StoreUnusable)) return error;
  const { capital } = await import("../core/messages/context.ts");
  return new UserError("data-unusable", `${capital(error.message)}. ${error.remedy}`, { why: error.why });
}

/** The bytes of a file that a person named. Throws `file-unreadable`. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError("file-unreadable", `${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The version of this build. */
export function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string };
  return version;
}
