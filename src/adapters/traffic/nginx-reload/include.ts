import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import { PortError } from "../../../ports.ts";
import type { WantedTraffic } from "../../../ports.ts";

const arms = ["canary", "stable"] as const;
const origins = z.array(z.string());

/**
 * The order as the running nginx says it at its control location: it stands in the include, so that it is true of whoever answers, and the include is
 * made of nothing else. `release` is `null` before the first.
 */
export const orderSchema = z.object({
  release: z.string().nullable(),
  sharePct: z.number(),
  audience: z.enum(["new-logins", "everyone"]),
  stableSlot: z.enum(["stable", "previous"]),
  login: z.string().nullable(),
  routes: z.array(z.object({ path: z.string(), service: z.string() })),
  targets: z.record(z.string(), z.object({ canary: origins, stable: origins })),
});

/** What is no matter of the configuration is left out: who asks for the same with another revision changes nothing. */
export type Order = z.infer<typeof orderSchema>;

/** The order in what a release wants. */
export function orderOf(wanted: WantedTraffic): Order {
  return orderSchema.parse(wanted);
}

/** The order before the first release: routes without addresses. */
export function firstOrder({ routes, login }: Pick<WantedTraffic, "routes" | "login">): Order {
  const targets = Object.fromEntries(routes.map(({ service }) => [service, { canary: [], stable: [] }]));
  return { release: null, sharePct: 0, audience: "everyone", stableSlot: "stable", routes: [...routes], targets, login };
}

/**
 * The include, for the `http` block of nginx 1.11 or later without any module that is not nginx's own. Throws a `PortError` for words and addresses that
 * nginx's configuration cannot hold. Pure.
 *
 * - A person is a random number in the cookie `serin`, drawn once a release by the page load or login that brings none; `split_clients` hashes it, so
 *   that a growing share only adds people. Nobody signs it: whoever writes a cookie by hand has another draw, no more.
 * - The parts of `split_clients` begin with the canary's, so that the same people are below a larger share.
 *
 * Source: https://nginx.org/en/docs/http/ngx_http_split_clients_module.html, https://nginx.org/en/docs/http/ngx_http_map_module.html
 */
export function renderInclude(order: Order): string {
  const { release, sharePct, targets } = order;
  const tag = createHash("sha256")
    .update(release ?? "")
    .digest("hex")
    .slice(0, 11);
  const name = encodeURIComponent(release ?? "");
  const share = sharePct > 0 && sharePct < 100 ? `\n  ${sharePct.toFixed(2)}% canary;` : "";
  const lines = [
    constant("$serin_seen", sayState(order)),
    constant("$serin_release", name),
    map("$cookie_serin", "$serin_person", [`"~^${tag}\\.(?<serin_id>[0-9a-f]{32})$" $serin_id`]),
    `split_clients "$serin_person" $serin_drawn {${share}\n  * stable;\n}`,
    sharePct >= 100
      ? constant("$serin_arm", "canary")
      : map('"$serin_person/$serin_drawn"', "$serin_arm", ['"~^[0-9a-f]+/canary$" canary'], "stable"),
    map("$uri", "$serin_service", routesOf(order)),
    ...Object.entries(targets).flatMap(([service, { canary, stable }]) => [
      ...upstream(service, "canary", canary),
      ...upstream(service, "stable", stable),
    ]),
    map(
      '"$serin_service/$serin_arm"',
      "$serin_upstream",
      Object.entries(targets).flatMap(([service, own]) => waysOf(service, own)),
    ),
    map('"$request_method:$http_sec_fetch_mode:$http_accept"', "$serin_page", ['"~^GET:navigate:" 1', '"~^GET::.*text/html" 1'], "0"),
    map('"$request_method $uri"', "$serin_login", order.login === null ? [] : [`"${order.login.split(" ").map(word).join(" ")}" 1`], "0"),
    map('"$serin_person/$serin_login$serin_page"', "$serin_cookie", draws(order, tag)),
    map('"$serin_release"', "$serin_baggage", [`"~." "serin.release=${name},serin.arm=$serin_arm"`]),
  ];
  return `${lines.join("\n")}\n`;
}

function map(from: string, to: string, cases: readonly string[], fallback = '""'): string {
  return `map ${from} ${to} {\n${[`default ${fallback}`, ...cases].map((one) => `  ${one};\n`).join("")}}`;
}

function constant(name: string, value: string): string {
  return map('""', name, [], `"${value}"`);
}

/** base64url: whatever is in it, nginx's configuration takes it as it is. */
function sayState(order: Order): string {
  return Buffer.from(JSON.stringify(order)).toString("base64url");
}

/** Longest path first: the first expression that matches decides. */
function routesOf({ routes }: Order): readonly string[] {
  return routes
    .toSorted((a, b) => b.path.length - a.path.length)
    .map(({ path, service }) => {
      const plain = word(path.replace(/\/$/, "")).replaceAll(/[^\w/-]/g, String.raw`\$&`);
      return `"~^${plain}(/|$)" ${word(service)}`;
    });
}

function upstream(service: string, arm: (typeof arms)[number], urls: readonly string[]): readonly string[] {
  if (urls.length === 0) return [];
  const servers = urls.map((url) => `  server ${hostOf(url)} max_fails=0;\n`).join("");
  return [`upstream ${upstreamOf(service, arm)} {\n${servers}  keepalive 64;\n  keepalive_timeout 4s;\n}`];
}

function upstreamOf(service: string, arm: (typeof arms)[number]): string {
  return `serin_${word(service)}_${arm}`;
}

/** Where a service's requests go: a canary without an address has stable's. */
function waysOf(service: string, own: Order["targets"][string]): readonly string[] {
  return arms.flatMap((arm) => {
    const used = own[arm].length > 0 ? arm : "stable";
    return own[used].length === 0 ? [] : [`"${word(service)}/${arm}" ${upstreamOf(service, used)}`];
  });
}

function draws({ audience, sharePct, release }: Order, tag: string): readonly string[] {
  if (release === null || sharePct <= 0) return [];
  const cookie = `"serin=${tag}.$request_id; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"`;
  return [`"~^/1" ${cookie}`, ...(audience === "everyone" ? [`"/01" ${cookie}`] : [])];
}

function hostOf(url: string): string {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "http:") throw new PortError(`nginx sends to http addresses only, not to ${url}`, { retry: "never" });
  const isNumber = isIP(hostname.replace(/^\[(.*)\]$/, "$1")) > 0;
  return `${isNumber ? hostname : word(hostname)}:${port === "" ? "80" : port}`;
}

/** A word as it may stand in a configuration: nothing in it ends it, begins a variable or a comment. */
function word(text: string): string {
  if (/^[^\s"'`;{}$#\\]*$/u.test(text)) return text;
  throw new PortError(`nginx's configuration cannot hold ${JSON.stringify(text)}`, { retry: "never" });
}
