import { backendOf, filesBackendOf, serverName } from "./rules.ts";

/** One server of a backend as HAProxy has it. */
export interface Server {
  readonly backend: string;
  readonly name: string;
  /** "127.0.0.1:3000", "[::1]:3000". */
  readonly address: string;
  /** True when it is neither in maintenance nor drained. */
  readonly isReady: boolean;
  /** False when its checks say that it does not answer. */
  readonly isUp: boolean;
}

/** Administrative states beside the configuration's own `disabled`, which a runtime command has overcome: maintenance and drain. */
const heldBack = 0x01 | 0x02 | 0x08 | 0x10;

/**
 * The servers of an answer to `show servers state`; empty when it has none.
 *
 * Source: https://docs.haproxy.org/2.4/management.html, "show servers state"
 */
export function readServers(text: string): readonly Server[] {
  const header = /^# (be_id be_name .*)$/m.exec(text);
  if (header === null) return [];
  const columns = (header[1] ?? "").split(" ");
  const rows = text.slice(header.index + header[0].length + 1).split("\n");
  const end = rows.findIndex((row) => row.trim() === "");
  return rows.slice(0, end === -1 ? undefined : end).map((row) => {
    const cells = row.split(" ");
    const cell = (column: string): string => cells[columns.indexOf(column)] ?? "";
    const host = cell("srv_addr");
    return {
      backend: cell("be_name"),
      name: cell("srv_name"),
      address: `${host.includes(":") ? `[${host}]` : host}:${cell("srv_port")}`,
      isReady: (Number(cell("srv_admin_state")) & heldBack) === 0,
      isUp: cell("srv_op_state") !== "0",
    };
  });
}

/** By service: the addresses of each arm, each "host:port". */
export type Addresses = Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>>;

/** What the servers of every service's own backends lead to. */
export function addressesOf(servers: readonly Server[]): Addresses {
  const found: Record<string, { readonly canary: string[]; readonly stable: string[] }> = {};
  for (const { backend, name, address, isReady } of servers) {
    const [, service = "", arm] = /^serin_(.+)_(canary|stable)$/.exec(backend) ?? [];
    if (arm === undefined) continue;
    const arms = (found[service] ??= { canary: [], stable: [] });
    const own = arm === "canary" ? arms.canary : arms.stable;
    if (isReady && name.startsWith(arm)) own.push(address);
  }
  return found;
}

/**
 * True when everything that is ready answers, every service has a stable address, and each copy of a server, where one arm stands in for the other,
 * has the same address.
 */
export function isServing(servers: readonly Server[]): boolean {
  const addresses = addressesOf(servers);
  const isDead = servers.some(({ backend, isReady, isUp }) => backend.startsWith("serin_") && isReady && !isUp);
  const hasStable = Object.values(addresses).every(({ stable }) => stable.length > 0);
  if (isDead || !hasStable || Object.keys(addresses).length === 0) return false;
  const moves = planMoves(servers, addresses);
  return !("places" in moves) && moves.before.length === 0 && moves.after.length === 0;
}

function ofArm(
  servers: readonly Server[],
  { backend, arm }: { readonly backend: string; readonly arm: "canary" | "stable" },
): readonly Server[] {
  return servers.filter((server) => server.backend === backend && server.name.startsWith(arm));
}

/** Commands that bring the servers where they are wanted: `before` people are moved, and `after`. */
export interface Moves {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** No room: more addresses than the configuration has servers for. */
export interface NoRoom {
  readonly backend: string;
  readonly wanted: number;
  readonly places: number;
}

/**
 * Compares, and answers only what differs. A server that has its address already keeps it; a new address takes one in maintenance first, and one
 * that is not wanted any more only when there is no other, so that what people still use stays until they are moved.
 */
export function planMoves(servers: readonly Server[], wanted: Addresses): Moves | NoRoom {
  const before: string[] = [];
  const after: string[] = [];
  for (const [service, { canary, stable }] of Object.entries(wanted)) {
    const backends = [backendOf(service, "canary"), filesBackendOf(service, "canary"), filesBackendOf(service, "stable")];
    const parts = [
      { backend: backendOf(service, "stable"), arm: "stable", addresses: stable } as const,
      ...backends.flatMap((backend) => [
        { backend, arm: "stable", addresses: stable } as const,
        { backend, arm: "canary", addresses: canary } as const,
      ]),
    ];
    for (const { backend, arm, addresses } of parts) {
      const own = ofArm(servers, { backend, arm });
      const distinct = [...new Set(addresses)];
      if (distinct.length > own.length) return { backend, wanted: distinct.length, places: own.length };
      const moves = planArm(own, distinct);
      before.push(...moves.before);
      after.push(...moves.after);
    }
  }
  return { before, after };
}

function planArm(own: readonly Server[], addresses: readonly string[]): Moves {
  const keeps = new Set<Server>();
  const missing = addresses.filter((address) => {
    const holder = own.find((server) => server.isReady && server.address === address && !keeps.has(server));
    if (holder !== undefined) keeps.add(holder);
    return holder === undefined;
  });
  const free = own.filter((server) => !keeps.has(server)).toSorted((a, b) => Number(a.isReady) - Number(b.isReady));
  const before = missing.flatMap((address, index) => {
    const server = free[index];
    if (server === undefined) return [];
    const name = `${server.backend}/${server.name}`;
    const colon = address.lastIndexOf(":");
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
    return [`set server ${name} addr ${host} port ${address.slice(colon + 1)}`, `set server ${name} state ready`];
  });
  const after = free
    .slice(missing.length)
    .filter(({ isReady }) => isReady)
    .map(({ backend, name }) => `set server ${backend}/${name} state maint`);
  return { before, after };
}

/** The most addresses that one arm of `service` has room for. */
export function placesOf(servers: readonly Server[], service: string): number {
  let places = 0;
  const names = new Set(servers.filter(({ backend }) => backend === backendOf(service, "canary")).map(({ name }) => name));
  while (names.has(serverName("canary", places))) places += 1;
  return places;
}
