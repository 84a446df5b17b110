import type { AdapterLists } from "./connect.ts";

type Port = "source" | "router" | "workloads" | "notifier";

/** An adapter of this build, and what it does, in a sentence. */
export interface KnownAdapter {
  readonly port: Port;
  readonly kind: string;
  readonly says: string;
}

const ports: Readonly<Record<keyof AdapterLists, Port>> = {
  sources: "source",
  routers: "router",
  workloads: "workloads",
  notifiers: "notifier",
};
const lists = Object.keys(ports) as (keyof AdapterLists)[];

/** Every adapter of this build. */
export function adaptersOf(adapters: AdapterLists): readonly KnownAdapter[] {
  return lists.flatMap((list) => adapters[list].map(({ kind, says }) => ({ port: ports[list], kind, says })));
}

/** The connections of a server's file, each by the word that plans have for it: a router and workloads by their kind. */
export function connectionsOf(
  adapters: AdapterLists,
  connections: Readonly<Record<keyof AdapterLists, Readonly<Record<string, { readonly kind: string }>>>>,
): readonly (KnownAdapter & { readonly name: string })[] {
  const known = adaptersOf(adapters);
  return lists.flatMap((list) =>
    Object.entries(connections[list]).map(([given, { kind }]) => {
      const port = ports[list];
      const name = list === "routers" || list === "workloads" ? kind : given;
      return { port, name, kind, says: known.find((each) => each.port === port && each.kind === kind)?.says ?? "" };
    }),
  );
}
