import type { Context } from "hono";
import { BlockList, isIP, SocketAddress } from "node:net";
import type { Proxies } from "../../config/proxies-shape.ts";

/** As many proxies stand one behind the other; what is said of more is not read. */
const mostHops = 16;

/**
 * Where calls come from: as their connection says, and where that is a proxy that the server's file trusts, as the proxy says. What is said is read
 * from the right, where the nearest proxy wrote it, for as long as who wrote it is trusted: whatever a caller sends stands to the left of that.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc7239#section-4, https://www.rfc-editor.org/rfc/rfc7239#section-8.1
 */
export class CallerAddresses {
  readonly #header: Proxies["header"];
  readonly #trusted = new BlockList();

  /** `null`: nobody is trusted. */
  constructor(proxies: Proxies | null) {
    this.#header = proxies?.header ?? "x-forwarded-for";
    for (const { address, bits, family } of proxies?.trusted ?? []) this.#trusted.addSubnet(address, bits, family);
  }

  /** The address of who calls, in one way of writing; "" where there is no connection. Of a call that says nothing that can be read, the last proxy's. */
  of(context: Context): string {
    const { incoming } = (context.env ?? {}) as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } };
    let caller = plainAddress(incoming?.socket?.remoteAddress ?? "") ?? "";
    let said = context.req.header(this.#header) ?? "";
    for (let hops = 0; hops < mostHops && said !== "" && this.#isTrusted(caller); hops += 1) {
      const at = lastComma(said);
      const before = addressIn(said.slice(at + 1), this.#header);
      if (before === null) break;
      caller = before;
      said = said.slice(0, Math.max(0, at));
    }
    return caller;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#trusted.check(address, version === 4 ? "ipv4" : "ipv6");
  }
}

/** What of an address limits count by: of IPv6 the first 64 bits, since whoever has one address there has all that begin so. */
export function placeOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [front = "", back = ""] = address.split("::");
  const [left, right] = [front, back].map((part) => (part === "" ? [] : part.split(":")));
  const gap = Array.from({ length: Math.max(0, 8 - (left?.length ?? 0) - (right?.length ?? 0)) }, () => "0");
  return `${[...(left ?? []), ...gap, ...(right ?? [])].slice(0, 4).join(":")}::/64`;
}

/** The last comma that stands in no quotes; -1: there is none. */
function lastComma(text: string): number {
  let isQuoted = false;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === '"' && !isEscaped(text, at)) isQuoted = !isQuoted;
    if (text[at] === "," && !isQuoted) return at;
  }
  return -1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}

/** The address that one hop names; `null`: none that can be read. */
function addressIn(element: string, header: Proxies["header"]): string | null {
  const node = header === "forwarded" ? forOf(element) : element.trim();
  if (node === null) return null;
  const [, bracketed, plain] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9.]{7,15}))(?::\d{1,5})?$/.exec(node) ?? [];
  return plainAddress(bracketed ?? plain ?? node);
}

/** `for` of one element of `Forwarded`, without its quotes; `null`: it says none, or is not written as it has to be. */
function forOf(element: string): string | null {
  const pairs = element.split(";").map((pair) => /^\s*([A-Za-z]{1,20})=(?:"([^"\\]{0,300})"|([^\s",;=]{1,300}))\s*$/.exec(pair));
  if (pairs.some((pair) => pair === null)) return null;
  const named = pairs.filter((pair) => pair?.[1]?.toLowerCase() === "for");
  return named.length === 1 ? (named[0]?.[2] ?? named[0]?.[3] ?? null) : null;
}

/** An address in the one way of writing in which addresses are compared; `null`: it is none. */
function plainAddress(text: string): string | null {
  const bare = text.replace(/%[^%]*$/, "");
  const version = isIP(bare);
  if (version === 0) return null;
  if (version === 4) return bare;
  const { address } = new SocketAddress({ address: bare, family: "ipv6" });
  return /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;
}
