import { isIP } from "node:net";
import { PortError } from "../../../ports.ts";
import type { Attempt, Clock, WantedTraffic } from "../../../ports.ts";
import { EdgeAddresses, resolveBySystem } from "../../edge-addresses.ts";

/** Answers the IP addresses of a host name; throws when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** It is told several times a second while something changes. */
const namesKeptMs = 1_000;

/**
 * Answers addresses by the resolver of this machine, or by `resolve`. While that is slow or fails, the addresses that it said last stay: no rollback
 * waits for a name server.
 */
export function createResolver(clock: Clock, resolve = resolveBySystem): (host: string, signal: AbortSignal) => Promise<readonly string[]> {
  const known = new Map<string, EdgeAddresses>();
  return async (host, signal) => {
    const addresses = known.get(host) ?? new EdgeAddresses(`http://${host}`, { clock, resolve, keptMs: namesKeptMs });
    known.set(host, addresses);
    return (await addresses.now(signal)).map(({ origin }) => bare(new URL(origin).hostname));
  };
}

/**
 * The text of `PUT /wanted` of `examples/nginx/serin.lua`: the lease, then an order of one fact a line. nginx connects to IP addresses only, so
 * names are resolved here. Throws a `PortError` for what can never be said there: an address that is not plain HTTP, or a word with
 * white space in it; any other Error when a name has no address now.
 */
export async function sayOrder(wanted: WantedTraffic, resolve: Resolve): Promise<string> {
  const lines = [
    `lease ${Math.ceil(wanted.leaseMs)}`,
    `release ${word(wanted.release)}`,
    `revision ${wanted.revision}`,
    `share ${wanted.sharePct}`,
    `audience ${wanted.audience}`,
    `slot ${wanted.stableSlot}`,
    ...(wanted.login === null ? [] : [`login ${wanted.login.split(" ").map(word).join(" ")}`]),
    ...wanted.routes.map(({ path, service }) => `route ${word(service)} ${word(path)}`),
  ];
  const targets = Object.entries(wanted.targets).map(async ([service, arms]) => {
    const of = (arm: "canary" | "stable") =>
      Promise.all(
        arms[arm].map(async (url) =>
          (await addressesOf(url, resolve)).map((address) => `target ${word(service)} ${arm} ${address} ${word(url)}`),
        ),
      );
    return [`service ${word(service)}`, ...(await of("canary")).flat(), ...(await of("stable")).flat()];
  });
  lines.push(...(await Promise.all(targets)).flat());
  return `${lines.join("\n")}\n`;
}

/** The text of `POST /attempt`. */
export function sayAttempt({ request, arms }: Attempt): string {
  const [method = "", path = ""] = request.split(" ");
  const lines = [`request ${word(method)} ${word(path)}`, ...Object.entries(arms).map(([service, arm]) => `arm ${word(service)} ${arm}`)];
  return `${lines.join("\n")}\n`;
}

/** A word of an order: white space would make two of it, or two lines. */
function word(text: string): string {
  if (/^\S+$/.test(text)) return text;
  throw new PortError(`nginx cannot be told ${JSON.stringify(text)}: a word there has no white space`, { retry: "never" });
}

async function addressesOf(url: string, resolve: Resolve): Promise<readonly string[]> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "http:") throw new PortError(`nginx sends to http addresses only, not to ${url}`, { retry: "never" });
  const host = bare(hostname);
  const found = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  return found.map((address) => `${isIP(address) === 6 ? `[${address}]` : address}:${port === "" ? "80" : port}`).sort();
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw new Error(`${host} has no address: nginx was not told anything`, { cause });
  }
}

/** An address without the brackets that IPv6 has in URLs. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
