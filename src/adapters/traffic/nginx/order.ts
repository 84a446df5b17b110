import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { PortError } from "../../../ports.ts";
import type { Attempt, WantedTraffic } from "../../../ports.ts";

/** Answers the IP addresses of a host name; throws when there are none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** By the resolver of this machine. */
export const resolveHere: Resolve = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The text of `PUT /wanted` of `examples/nginx/serin.lua`: the lease, then an order of one fact a line. nginx connects to IP addresses only, so
 * names are resolved here, at each call. Throws a `PortError` for what can never be said there: an address that is not plain HTTP, or a word with
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
  for (const [service, arms] of Object.entries(wanted.targets)) {
    lines.push(`service ${word(service)}`);
    for (const arm of ["canary", "stable"] as const) {
      for (const url of arms[arm]) {
        for (const address of await addressesOf(url, resolve)) lines.push(`target ${word(service)} ${arm} ${address} ${word(url)}`);
      }
    }
  }
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
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
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
