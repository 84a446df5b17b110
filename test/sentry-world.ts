import { onTestFinished } from "vitest";
import { sentry } from "../src/adapters/metrics/sentry.ts";
import type { Metric, MetricKind } from "../src/core/plan.ts";
import { createClock } from "../src/engine/clock.ts";
import type { Clock, Query, ReadContext, Reading } from "../src/ports.ts";
import { startSmallServer } from "./contract/small-server.ts";
import type { Behaviour } from "./contract/small-server.ts";
import { sampleContext, sampleQuery } from "./sample-query.ts";

/** What the small Sentry knows of one release. */
export interface KnownRelease {
  readonly sessions?: number;
  readonly crashed?: number;
  readonly users?: number;
  readonly crashedUsers?: number;
  readonly events?: number;
  readonly affected?: number;
}

/** Answers as Sentry documents them, by release. */
export interface SentryFacts {
  readonly releases: Readonly<Record<string, KnownRelease>>;
  readonly issues?: readonly unknown[];
  /** By issue. */
  readonly latest?: Readonly<Record<string, unknown>>;
  readonly environments?: readonly string[];
  /** Pages of issues are this long; absent: all on one. */
  readonly pageLength?: number;
}

const json = (value: unknown, headers: Readonly<Record<string, string>> = {}) => ({ status: 200, headers, body: JSON.stringify(value) });

/** A server that answers as Sentry's documentation says, for the organisation "shop" and its project "web". Source: https://docs.sentry.io/api/ */
export function smallSentry(facts: () => SentryFacts): Exclude<Behaviour, string> {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://sentry");
    const { status, headers, body } = answerOf(url, facts()) ?? {
      status: 404,
      headers: {},
      body: '{"detail":"The requested resource does not exist"}',
    };
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
  };
}

function answerOf(url: URL, facts: SentryFacts) {
  const path = url.pathname.replace("/api/0", "");
  const query = url.searchParams.get("query") ?? "";
  const asked = Object.entries(facts.releases).filter(([name]) => query.includes(`"${name}"`));
  const sum = (field: keyof KnownRelease): number => asked.reduce((total, [, known]) => total + (known[field] ?? 0), 0);
  const latest = /^\/organizations\/shop\/issues\/(\d+)\/events\/latest\/$/.exec(path)?.[1];
  if (latest !== undefined) return facts.latest?.[latest] === undefined ? null : json(facts.latest[latest]);
  switch (path) {
    case "/projects/shop/web/":
      return json({ id: "42", slug: "web", name: "web" });
    case "/projects/shop/web/environments/":
      return json((facts.environments ?? ["production"]).map((name, id) => ({ id: String(id), name, isHidden: false })));
    case "/organizations/shop/releases/":
      return json(Object.keys(facts.releases).map((version) => ({ version, shortVersion: version })));
    case "/organizations/shop/sessions/": {
      const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
      const totals = {
        "sum(session)": sum("sessions"),
        "crash_rate(session)": rate(sum("crashed"), sum("sessions")),
        "count_unique(user)": sum("users"),
        "crash_rate(user)": rate(sum("crashedUsers"), sum("users")),
      };
      const groups = sum("sessions") + sum("users") === 0 ? [] : [{ by: {}, totals, series: {} }];
      return json({ groups, start: "2026-01-01T00:00:00Z", end: "2026-01-01T01:00:00Z", intervals: ["2026-01-01T00:00:00Z"], query });
    }
    case "/organizations/shop/events/":
      return json({
        data: [{ "count()": sum("events"), "count_unique(user)": sum("affected") }],
        meta: { fields: { "count()": "integer" } },
      });
    case "/organizations/shop/issues/":
      return issuesPage(url, facts);
    default:
      return null;
  }
}

function issuesPage(url: URL, { issues = [], pageLength = issues.length }: SentryFacts) {
  const from = Number((url.searchParams.get("cursor") ?? "0:0:0").split(":")[1]);
  const page = issues.slice(from, from + pageLength);
  const link = (rel: string, at: number, results: boolean): string =>
    `<${url.origin}${url.pathname}?cursor=0:${at}:0>; rel="${rel}"; results="${results}"; cursor="0:${at}:0"`;
  const next = from + pageLength;
  return json(page, { link: `${link("previous", 0, from > 0)}, ${link("next", next, next < issues.length)}` });
}

export const ask = (query: Metric["query"], kind: MetricKind = "count", quantity = "critical-errors"): Query =>
  sampleQuery(quantity, { source: "sentry", kind, query });

export const never = new AbortController().signal;
export const sinceMs = Date.parse("2026-01-01T00:30:00Z");
export const context = sampleContext(sinceMs);
export const token = "sntrys-a-token-that-nobody-may-see";

/** A small Sentry, and a source before it. */
export async function world(
  facts: SentryFacts,
  more: { readonly words?: object; readonly clock?: Clock; readonly context?: ReadContext } = {},
) {
  let known = facts;
  const server = await startSmallServer(smallSentry(() => known));
  onTestFinished(() => server.close());
  const connection = sentry.connection.parse({ url: server.url, organization: "shop", project: "web", token, ...more.words });
  const surroundings = { clock: more.clock ?? createClock(), dataDir: "unused" };
  const source = sentry.create(connection, surroundings);
  return {
    server,
    source,
    connection,
    surroundings,
    show: (next: SentryFacts) => (known = next),
    read: async (...queries: Query[]): Promise<ReadonlyMap<string, Reading>> => source.read(queries, more.context ?? context, never),
    /** Queries of the calls that have arrived, by the last word of their path. */
    asked: (what: string): readonly URLSearchParams[] =>
      server.requests
        .map((line) => new URL(line.split(" ")[1] ?? "", server.url))
        .filter(({ pathname }) => pathname.endsWith(`/${what}/`))
        .map(({ searchParams }) => searchParams),
  };
}
