import type { IncomingMessage, ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { axe } from "../src/adapters/metrics/axe.ts";
import type { Metric } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, MetricSource, Query, Reading, Target } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import type { Behaviour, SmallServer } from "./contract/small-server.ts";
import { textOf } from "./tree.ts";

/** A logged-in dashboard without a fault. */
export const good = textOf("test/fixtures/dashboard.html");
/** The same without the labels of two fields. */
export const worse = good.replaceAll(/<label for="\w+">(\w+)<\/label>/g, "$1");
/** The same without its language, too. */
export const worst = worse.replace(' lang="en"', "");

/** A server that sends this page. */
export const page = (html: string) => (_: IncomingMessage, response: ServerResponse) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(html);
};
/** Asks for the score of a page, of the frontend's `/dashboard` unless the words say otherwise. */
export const ask = (words: Metric["query"] = {}, quantity = "q"): Query => ({
  quantity,
  metric: {
    name: "m",
    kind: "score",
    unit: "request",
    source: "axe",
    query: { service: "frontend", path: "/dashboard", ...words },
    rate: 0.001,
    better: "higher",
    minRuns: 5,
  },
  slowerThanMs: null,
});
/** A canary of the frontend, unless it is told otherwise. */
export const target = (url: string, more: Partial<Target> = {}): Target => ({
  service: "frontend",
  arm: "canary",
  version: "2",
  url,
  ...more,
});

/** The machine's clock with time-outs so long that a busy machine does not meet them. */
export const patientClock = (): Clock => {
  const clock = createClock();
  return { ...clock, wait: (ms, signal) => clock.wait(ms * 20, signal) };
};

/** The connection's words and the clock, where they matter. */
export interface WorldOptions {
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly clock?: Clock;
}

/** Small targets by name, and a source before them. */
export async function world(
  services: Readonly<Record<string, Partial<Target>>>,
  { connection = {}, clock = patientClock() }: WorldOptions = {},
) {
  const servers = new Map<string, SmallServer>();
  const targets: Target[] = [];
  for (const [name, more] of Object.entries(services)) {
    const server = await startSmallServer(page(good));
    onTestFinished(() => server.close());
    servers.set(name, server);
    targets.push(target(server.url, more));
  }
  const source: MetricSource = axe.create(axe.connection.parse(connection), { clock, dataDir: "unused" });
  const server = (name: string): SmallServer => {
    const found = servers.get(name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  };
  const readAll = (queries: readonly Query[], signal = new AbortController().signal) =>
    source.read(queries, { release: "r", environment: "production", sinceMs: 0, targets }, signal);
  return {
    server,
    behave: (name: string, behaviour: Behaviour) => server(name).behave(behaviour),
    show: (name: string, html: string) => server(name).behave(page(html)),
    readAll,
    read: async (query = ask()): Promise<Reading> => (await readAll([query])).get(query.quantity) ?? { kind: "no-data" },
  };
}

/** Canary's and stable's score of a reading; the reading itself where it has none. */
export const score = (reading: Reading) => (reading.kind === "level" ? [reading.canary, reading.stable] : reading);
