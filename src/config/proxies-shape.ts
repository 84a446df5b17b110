import { isIP } from "node:net";
import { doubtful } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { quoted } from "./parsed.ts";
import type { Parsed } from "./parsed.ts";
import { list, map } from "./shape.ts";
import { choice, word } from "./words.ts";

/** A network of which everybody is believed what they say of others: an address, and how many of its bits count. */
export interface TrustedNetwork {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** The proxies in front of a server, and the one header in which they say whom they speak for. */
export interface Proxies {
  readonly trusted: readonly TrustedNetwork[];
  readonly header: "x-forwarded-for" | "forwarded";
}

const remedy = 'Write an address or a network, such as "127.0.0.1", "10.0.0.0/8" or "fd00::/8".';

function parseNetwork(value: string): Parsed<TrustedNetwork> {
  const [, address = "", digits] = /^([0-9A-Fa-f:.]{2,45})(?:\/(\d{1,3}))?$/.exec(value) ?? [];
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  const bits = digits === undefined ? longest : Number(digits);
  if (version === 0 || bits > longest) return { ok: false, message: `${quoted(value)} is no address and no network.`, remedy };
  if (bits === 0) return { ok: false, message: `${quoted(value)} is everybody: whoever calls could choose their address.`, remedy };
  return { ok: true, value: { address, bits, family: version === 4 ? "ipv4" : "ipv6" } };
}

/** Who stands in front of the server. */
export const proxiesShape = map(
  { says: "The proxies in front of this server. Default: none is believed whom it speaks for.", example: "{ trusted: [127.0.0.1] }" },
  {
    trusted: list(
      { says: "Their addresses and networks.", example: "[127.0.0.1, 10.0.0.0/8]" },
      word({ says: "An address or a network.", example: "10.0.0.0/8" }, { pattern: String.raw`^[0-9A-Fa-f:.]+(/\d{1,3})?$` }, parseNetwork),
    ),
    header: choice(
      {
        says: "The header that every one of them writes. The other one is not read: whoever calls may write it.",
        example: "x-forwarded-for",
      },
      ["x-forwarded-for", "forwarded"],
    ).prefault("x-forwarded-for"),
  },
);

/** What is doubtful of them. */
export function proxiesFindings({
  proxies,
  publicUrl,
}: {
  readonly proxies?: unknown;
  readonly publicUrl?: string | undefined;
}): readonly Finding[] {
  if (proxies === undefined || publicUrl !== undefined) return [];
  return [
    {
      ...doubtful(
        ["proxies"],
        "People come in by a proxy, and nothing says at which address: cookies are not marked as those of https, links name the server itself.",
        "Write publicUrl: https://serin.example.org.",
      ),
      on: "key",
    },
  ];
}
