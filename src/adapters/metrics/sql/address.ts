import type { ConnectionOptions } from "node:tls";
import type { Tls } from "../../tls.ts";

/** Where a database is and who asks, as the client takes it: whole, so that it looks for nothing in the environment or in files. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Empty: none was given. */
  readonly password: string;
  /** `verified`: encrypted, and the server's certificate is checked. */
  readonly encryption: "none" | "verified";
}

const sslModes: Readonly<Record<string, Address["encryption"]>> = {
  disable: "none",
  require: "verified",
  "verify-ca": "verified",
  "verify-full": "verified",
};

/**
 * Reads an address such as "postgresql://reader:secret@db.shop:5432/shop?sslmode=verify-full", or "postgresql:///shop?host=/run/postgresql" for a
 * socket; `null` when it is none, names no user or database, or has words that are not understood. Every `sslmode` that encrypts also verifies
 * here; those that let the other side choose ("prefer", "allow") are not understood.
 *
 * Source: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function readAddress(text: string): Address | null {
  if (!/^postgres(?:ql)?:\/\//.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (![url.hostname, url.pathname, url.username, url.password].every(isDecodable)) return null;
  const asked = Object.fromEntries(url.searchParams);
  const {
    host = decodeURIComponent(url.hostname),
    port = url.port === "" ? "5432" : url.port,
    user,
    password,
    sslmode = "disable",
    ...others
  } = asked;
  const address: Address = {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port),
    database: decodeURIComponent(url.pathname.slice(1)),
    user: user ?? decodeURIComponent(url.username),
    password: password ?? decodeURIComponent(url.password),
    encryption: sslModes[sslmode] ?? "none",
  };
  const isKnown = Object.keys(others).length === 0 && Object.hasOwn(sslModes, sslmode);
  const isWhole = address.host !== "" && address.database !== "" && address.user !== "" && address.port > 0 && address.port < 65_536;
  return isKnown && isWhole ? address : null;
}

/** The TLS options of a connection; `null`: it is not encrypted. Certificates that are given mean that it is. */
export function tlsOf({ encryption }: Address, tls: Tls | null): ConnectionOptions | null {
  if (encryption === "none" && tls === null) return null;
  const given = Object.entries(tls ?? {}).filter(([, pem]) => pem !== null);
  return { rejectUnauthorized: true, ...Object.fromEntries(given) };
}

/** True where nobody on the way can listen: a socket file, or this machine. */
export function isOnThisMachine({ host }: Address): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** False: a % stands for itself, and was not written %25. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
