import { isMap, isScalar, parseDocument, visit } from "yaml";
import type { Scalar } from "yaml";
import { parseDuration, sayDuration } from "../core/duration.ts";

/** Keys of a plan whose durations are how long people want to look; deadlines that are measured, time-outs and latency lines keep their length. */
const scaledKeys: ReadonlySet<string> = new Set(["observe", "extend", "scrape", "within", "matures", "keepPrevious", "keepStopped"]);

/** Shorter than this a scrape is not made, however fast the demo runs: reading takes time itself. */
const shortestScrapeMs = 150;
/** What a plan means that does not say how often it scrapes. */
const usualScrapeMs = 15_000;

/**
 * The text of a plan with every duration that is waited for divided by `speed`: observation, extension, scrape interval, goals, and the
 * reactions' own durations ("rollback within 5m"). Comments and order stay. `speed` 1 changes nothing.
 */
export function scalePlan(text: string, speed: number): string {
  if (!(speed > 0)) throw new Error(`the speed must be above 0, not ${speed}`);
  if (speed === 1) return text;
  const document = parseDocument(text);
  visit(document, {
    Pair(_key, pair) {
      if (!isScalar(pair.key) || !isScalar(pair.value)) return;
      const key = String(pair.key.value);
      if (scaledKeys.has(key)) scaleScalar(pair.value, key === "scrape" ? { speed, leastMs: shortestScrapeMs } : { speed, leastMs: 1 });
      else if (key === "then" || key === "else") pair.value.value = scaleWords(String(pair.value.value), speed);
    },
  });
  if (!document.has("scrape")) document.set("scrape", sayDuration(Math.max(shortestScrapeMs, Math.round(usualScrapeMs / speed))));
  return document.toString({ lineWidth: 0 });
}

function scaleScalar(scalar: Scalar, { speed, leastMs }: { readonly speed: number; readonly leastMs: number }): void {
  const ms = parseDuration(String(scalar.value));
  if (ms !== null && ms > 0) scalar.value = sayDuration(Math.max(leastMs, Math.round(ms / speed)));
}

function scaleWords(words: string, speed: number): string {
  return words
    .split(/\b/)
    .map((word) => {
      const ms = /^\d/.test(word) ? parseDuration(word) : null;
      return ms === null || ms === 0 ? word : sayDuration(Math.max(1, Math.round(ms / speed)));
    })
    .join("");
}

/**
 * The plan of another proxy, for HAProxy. It has no windows: HAProxy ends a lease by its own clock, so that the server's has to go with it, and cannot
 * be set to a Tuesday afternoon.
 */
export function behindHaproxy(text: string): string {
  const document = parseDocument(text);
  document.setIn(["traffic", "kind"], "haproxy");
  document.setIn(["metadata", "name"], "haproxy");
  document.setIn(["metadata", "title"], String(document.getIn(["metadata", "title"])).replace("nginx", "HAProxy"));
  document.delete("windows");
  return document.toString({ lineWidth: 0 });
}

/** Where a service of the demo's plan runs. */
export interface Place {
  readonly command: readonly string[];
  readonly port: number;
  /** More environment variables; absent: none. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The text of a plan with the command, port and environment of each service replaced. Throws when the plan lacks one of the services. */
export function placeServices(text: string, places: Readonly<Record<string, Place>>): string {
  const document = parseDocument(text);
  const services = document.get("services");
  const items = typeof services === "object" && services !== null && "items" in services ? (services.items as unknown[]) : [];
  const left = new Set(Object.keys(places));
  for (const item of items) {
    if (!isMap(item)) continue;
    const name = String(item.get("name"));
    const place = places[name];
    if (place === undefined) continue;
    item.setIn(["workload", "command"], document.createNode(place.command));
    item.setIn(["workload", "port"], place.port);
    if (place.env !== undefined) item.setIn(["workload", "env"], document.createNode(place.env));
    left.delete(name);
  }
  if (left.size > 0) throw new Error(`the plan has no service ${[...left].join(", ")}`);
  return document.toString({ lineWidth: 0 });
}
