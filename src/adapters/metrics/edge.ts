import { z } from "zod";
import { PortError } from "../../ports.ts";
import type { Clock, MetricSource, Reading } from "../../ports.ts";
import type { SourceDefinition } from "../define.ts";
import type { Resolve } from "../edge-addresses.ts";
import { EdgeReplicas } from "../edge-replicas.ts";
import type { EdgeAnswer } from "../edge-replicas.ts";
import { createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import { answerQuery } from "./edge/answer-query.ts";
import type { EdgePage } from "./edge/answer-query.ts";
import { boundsMs, countsPeople, readWords } from "./edge/words.ts";
import type { Latency } from "./edge/words.ts";
import { parseExposition } from "./exposition/exposition.ts";

const connection = z.strictObject({
  control: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .describe("The control address of every edge, for example http://127.0.0.1:8081; a name stands for all of its addresses."),
  token: z.string().min(16).describe("The token that the edges were started with."),
  timeout: timeoutWords.default("2s"),
});

type EdgeConnection = z.infer<typeof connection>;

/**
 * Reads what serin's own reverse proxy has counted: requests, latency, distinct affected people, goals and what browsers report, per arm. Every
 * process of an edge is a series of its own, so that one that comes begins at zero, and one that goes takes nothing back. While one of several edges
 * does not answer the read throws: its people are missing, and nobody knows on which side.
 */
export const edge: SourceDefinition<EdgeConnection> = {
  kind: "edge",
  says: "Reads what serin's own reverse proxy counts: people, requests, latency, goals and what browsers report, per arm.",
  connection,
  isBuiltIn: false,
  metrics: {
    ratio: { required: [], optional: ["bad", "goal", "where"] },
    count: { required: ["bad"], optional: ["where"] },
    latency: { required: [], optional: ["of", "where"] },
  },
  countsPeople: true,
  countsInParts: true,
  unitOf: (words) => (countsPeople(words) ? "person" : "request"),
  latencyBoundsMs: ({ of = "requests" }) => boundsMs[of as Latency] ?? [],
  checkQuery: (metric, words) => {
    const read = readWords(metric, words);
    return read.kind === "problem" ? read.problem : null;
  },
  create: (to, { clock }) => createEdgeSource(to, { clock }),
};

/** The source of `edge`, and how it resolves names; `resolve` absent: as the machine does. */
export function createEdgeSource(
  { control, token, timeout }: EdgeConnection,
  means: { readonly clock: Clock; readonly resolve?: Resolve },
): MetricSource {
  const { clock } = means;
  const exchange = createExchange(clock);
  const replicas = new EdgeReplicas(control, { ...means, withinMs: parseTimeout(timeout), keptMs: 0 });
  const readPages = (signal: AbortSignal): Promise<readonly EdgeAnswer[]> =>
    replicas.askAll(async (origin, withinMs) => {
      const url = new URL("/metrics", origin).href;
      const shownAs = publicUrl(url);
      const headers = { authorization: `Bearer ${token}` };
      const got = await exchange({ method: "GET", url, shownAs, headers, body: null, withinMs }, signal);
      if (got.status === 401) throw new PortError(`GET ${shownAs}: the edge answered 401: it does not know this token`, { retry: "never" });
      if (got.status !== 200) throw new Error(`GET ${shownAs}: the edge answered ${got.status}`);
      return got;
    }, signal);
  return {
    async read(queries, _context, signal) {
      signal.throwIfAborted();
      const readings = new Map<string, Reading>();
      if (queries.length === 0) return readings;
      const pages = (await readPages(signal)).map(pageOf);
      const atMs = clock.nowMs();
      for (const query of queries) readings.set(query.quantity, answerQuery(query, pages, atMs));
      return readings;
    },
  };
}

function pageOf({ instance, answer }: EdgeAnswer): EdgePage {
  const samples = parseExposition(answer.text);
  const valueOf = (sample: string): number | undefined => samples.find(({ name }) => name === sample)?.value;
  // A reading may pass by an edge that has just started, since names take a while to spread: what it counts begins with its first request.
  const bornSeconds = valueOf("serin_edge_counting_since_seconds") ?? valueOf("process_start_time_seconds");
  return { edge: instance, samples, bornMs: bornSeconds === undefined ? null : Math.round(bornSeconds * 1000) };
}
