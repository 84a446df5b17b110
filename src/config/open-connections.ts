import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Problem } from "../errors.ts";
import type { Adapters, Port } from "./catalogue.ts";
import type { SecretReaders } from "./secrets.ts";
import { openConnection } from "./server-file.ts";
import type { Server } from "./server-file.ts";

/** A connection of the server's file as its adapter's schema has read it. */
export interface OpenedConnection {
  readonly kind: string;
  readonly value: unknown;
  /** Why it cannot be used (`value` means nothing then). Absent: it can. */
  readonly unusable?: readonly Problem[];
}

export type OpenedConnections = Readonly<Record<Port, Readonly<Record<string, OpenedConnection>>>>;

/** Every connection whose adapter this build has, with its secrets. One whose secret is missing is unusable, and a problem. */
export function openConnections(
  server: Server,
  adapters: Adapters,
  readers: SecretReaders,
): { readonly connections: OpenedConnections; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const opened = (port: Port): Readonly<Record<string, OpenedConnection>> =>
    Object.fromEntries(
      Object.entries(server.connections[port]).flatMap(([name, connection]) => {
        const { kind } = connection;
        const definition = adapters[port].find((one) => one.kind === kind);
        if (definition === undefined) return [];
        const result = openConnection(connection, definition.connection, readers, server.file);
        if (result.ok) return [[name, { kind, value: result.value }]];
        problems.push(...result.problems);
        return [[name, { kind, value: null, unusable: result.problems }]];
      }),
    );
  const connections = {
    sources: opened("sources"),
    routers: opened("routers"),
    workloads: opened("workloads"),
    notifiers: opened("notifiers"),
  };
  return { connections, problems };
}

/** Secrets from this process's environment, and from files beside the server's file. */
export function secretReaders(configFile: string | null): SecretReaders {
  const folder = dirname(resolve(configFile ?? "serin.yaml"));
  return {
    env: (name) => process.env[name] ?? null,
    file: (path) => {
      try {
        return readFileSync(resolve(folder, path), "utf8");
      } catch {
        return null; // The caller says which file, where it is named.
      }
    },
  };
}
