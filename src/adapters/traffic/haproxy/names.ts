import { isIP } from "node:net";
import { PortError } from "../../../ports.ts";
import type { Clock, WantedTraffic } from "../../../ports.ts";
import type { Addresses } from "./servers.ts";

/** HAProxy knows numbers; plans and workloads may name hosts. */
export interface Names {
  /** The numbers of every address. Throws when a name is unknown, not found out soon, or an address is none that HAProxy's rules can take. */
  resolve(targets: WantedTraffic["targets"]): Promise<Addresses>;
  /** The addresses as they were last given. */
  urlsOf(addresses: Addresses): WantedTraffic["targets"];
}

/** So long a name server may delay what is to be told; it is asked on, and the next word has the answer. */
const patienceMs = 500;

/** Names that nobody has said yet; `resolve` answers one number of a host. */
export function createNames({ clock, resolve }: { readonly clock: Clock; readonly resolve: (host: string) => Promise<string> }): Names {
  const urls = new Map<string, string>();
  // A rollback must not wait for a name server: what was looked up once is known.
  const addresses = new Map<string, string>();
  const asked = new Map<string, Promise<string>>();
  const find = async (host: string): Promise<string> => {
    const asking = asked.get(host) ?? resolve(host).finally(() => asked.delete(host));
    asked.set(host, asking);
    const found = new AbortController();
    const tooLate = clock.wait(patienceMs, found.signal).then((): never => {
      throw new Error(`${host}: its address is not known after ${patienceMs} ms`);
    });
    try {
      return await Promise.race([asking, tooLate]);
    } finally {
      found.abort();
      tooLate.catch(() => undefined);
    }
  };
  const numberOf = async (url: string): Promise<string> => {
    const known = addresses.get(url);
    if (known !== undefined) return known;
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== "http:") throw new PortError(`${url}: HAProxy is set up for backends that speak plain HTTP`, { retry: "never" });
    const bare = hostname.replace(/^\[(.*)\]$/, "$1");
    const host = isIP(bare) > 0 ? bare : await find(bare);
    const address = `${isIP(host) === 6 ? `[${host}]` : host}:${port === "" ? "80" : port}`;
    addresses.set(url, address);
    urls.set(address, url);
    return address;
  };
  const eachOf = (list: readonly string[]): Promise<readonly string[]> => Promise.all(list.map(numberOf));
  const given = (list: readonly string[]): readonly string[] => list.map((address) => urls.get(address) ?? `http://${address}`);
  return {
    async resolve(targets) {
      const pairs = Object.entries(targets).map(async ([service, arms]) => {
        const [canary, stable] = await Promise.all([eachOf(arms.canary), eachOf(arms.stable)]);
        return [service, { canary, stable }] as const;
      });
      return Object.fromEntries(await Promise.all(pairs));
    },
    urlsOf: (addresses) =>
      Object.fromEntries(
        Object.entries(addresses).map(([service, arms]) => [service, { canary: given(arms.canary), stable: given(arms.stable) }]),
      ),
  };
}
