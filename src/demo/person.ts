import { setTimeout as wait } from "node:timers/promises";
import type { Dispatcher } from "undici";
import { chanceOf } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { beaconOf } from "./browser.ts";
import { createCookieJar } from "./cookie-jar.ts";
import type { CookieJar } from "./cookie-jar.ts";
import { faultHeader, firstFaultHeader, versionHeader } from "./shop/serve.ts";
import { sayWeather, weatherHeader } from "./weather.ts";
import type { Weather } from "./weather.ts";

/** How likely it is that a person does a thing, 0-1, and how long one looks at the screen between two clicks, ms. */
export interface Habits {
  readonly trialRatio: number;
  readonly orderRatio: number;
  readonly browseRatio: number;
  readonly dashboardRatio: number;
  /** People whose browser does not have the script yet. */
  readonly emptyCacheRatio: number;
  readonly thinkMs: number;
}

/**
 * 30 % of people start a trial and 30 % order, whatever version they meet; in all about 3 requests a visit, beside what their browser reports to
 * the edge.
 */
export const habits: Habits = {
  trialRatio: 0.3,
  orderRatio: 0.3,
  browseRatio: 0.3,
  dashboardRatio: 0.05,
  emptyCacheRatio: 0.1,
  thinkMs: 60,
};

/** What a person reports of each request as soon as it is over. */
export interface Answer {
  /** 0: there was no answer at all. */
  readonly status: number;
  readonly version: string | null;
  /** The deliberate fault that the answer carries; `null`: none. */
  readonly fault: string | null;
  readonly firstFaultMs: number | null;
  /** The edge says that the page which asks is of the other version, and has to be loaded again. */
  readonly isOutdated: boolean;
  /** The request and what became of it, for reports: "GET / 502". */
  readonly says: string;
}

/** One visit to the shop. */
export interface Visit {
  readonly shop: Dispatcher;
  /** The origin that answers a path: "http://127.0.0.1:8080". */
  readonly originOf: (path: string) => string;
  readonly seed: string;
  readonly habits: Habits;
  /** What the person brings along, for faults that begin and end with it. */
  weather(): Weather;
  tell(answer: Answer): void;
}

/**
 * Visits the shop once as a new person with an empty cookie jar: log in, look at the page, perhaps browse, start a trial, order. What the
 * person wants depends on the seed alone, never on the version met. A page that fails is tried once more; then the person leaves.
 */
export async function visitShop(visit: Visit): Promise<void> {
  const chance = chanceOf(visit.seed);
  const wants = {
    trial: chance() < visit.habits.trialRatio,
    order: chance() < visit.habits.orderRatio,
    browse: chance() < visit.habits.browseRatio,
    script: chance() < visit.habits.emptyCacheRatio,
    dashboard: chance() < visit.habits.dashboardRatio,
  };
  const ask = asker(visit);
  if ((await twice(() => ask("POST", "/api/login"))) === null) return;
  await think(visit, chance);
  const page = await load(ask, wants.script);
  if (page === null) return;
  if (wants.browse) {
    await think(visit, chance);
    await ask("GET", "/api/products");
  }
  if (wants.dashboard) await ask("GET", "/dashboard");
  for (const [wanted, action] of [
    [wants.trial, "/api/trial"],
    [wants.order, "/api/orders"],
  ] as const) {
    if (!wanted || !page.includes(`action="${action}"`)) continue;
    await think(visit, chance);
    await ask("POST", action);
  }
}

type Ask = (method: "GET" | "POST", path: string) => Promise<string | null>;

/** Loads the page, with its script where the browser does not have it; one whose version has gone meanwhile is loaded again. */
async function load(ask: Ask, wantsScript: boolean): Promise<string | null> {
  const page = await twice(() => ask("GET", "/"));
  const script = /<script src="(\/assets\/[^"]+)"/.exec(page ?? "")?.[1];
  if (!wantsScript || script === undefined || (await ask("GET", script)) !== null) return page;
  return twice(() => ask("GET", "/"));
}

const pages: ReadonlySet<string> = new Set(["/", "/dashboard"]);

/**
 * Sends one request with the person's cookies; answers the body, or `null` when there was none or its status is 400 or more. Of a page, what the
 * browser reports goes to the edge first.
 */
function asker(visit: Visit): Ask {
  const jar = createCookieJar();
  return async (method, path) => {
    const answer = await send({ visit, jar, method, path, body: method === "POST" ? "{}" : null });
    if (answer === null || answer.status >= 400) return null;
    const report = pages.has(path) ? beaconOf(answer.body, answer.serverTiming) : null;
    if (report !== null) await send({ visit, jar, method: "POST", path: "/.serin/beacon", body: report });
    return answer.body;
  };
}

interface Sent {
  readonly visit: Visit;
  readonly jar: CookieJar;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: string | null;
}

interface Received {
  readonly status: number;
  readonly body: string;
  readonly serverTiming: string | null;
}

/** `null`: there was no answer. */
async function send({ visit, jar, method, path, body }: Sent): Promise<Received | null> {
  const headers: Record<string, string> = { [weatherHeader]: sayWeather(visit.weather()), accept: pages.has(path) ? "text/html" : "*/*" };
  const cookie = jar.header();
  if (cookie !== "") headers["cookie"] = cookie;
  if (body !== null) headers["content-type"] = "application/json";
  try {
    const answer = await visit.shop.request({ origin: visit.originOf(path), path, method, headers, body });
    const text = await answer.body.text();
    jar.take(answer.headers["set-cookie"]);
    visit.tell({
      status: answer.statusCode,
      version: one(answer.headers[versionHeader]),
      fault: one(answer.headers[faultHeader]),
      firstFaultMs: Number(one(answer.headers[firstFaultHeader])) || null,
      isOutdated: one(answer.headers["serin-arm-changed"]) === "1",
      says: `${method} ${path} ${answer.statusCode}`,
    });
    return { status: answer.statusCode, body: text, serverTiming: one(answer.headers["server-timing"]) };
  } catch (error) {
    visit.tell({
      status: 0,
      version: null,
      fault: null,
      firstFaultMs: null,
      isOutdated: false,
      says: `${method} ${path} ${String(error)}`,
    });
    return null;
  }
}

async function twice(ask: () => Promise<string | null>): Promise<string | null> {
  return (await ask()) ?? (await ask());
}

async function think(visit: Visit, chance: Chance): Promise<void> {
  const ms = visit.habits.thinkMs * (0.5 + chance());
  if (ms > 0) await wait(ms);
}

function one(header: string | string[] | undefined): string | null {
  return (typeof header === "string" ? header : header?.[0]) ?? null;
}
