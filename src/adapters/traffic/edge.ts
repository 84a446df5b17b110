import { z } from "zod";
import { PortError } from "../../ports.ts";
import type { Attempt, Clock, TrafficRouter, WantedTraffic } from "../../ports.ts";
import type { Check, RouterDefinition } from "../define.ts";
import type { Resolve } from "../edge-addresses.ts";
import { EdgeReplicas } from "../edge-replicas.ts";
import type { SendToEdge } from "../edge-replicas.ts";
import { createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import type { Answer, Exchange } from "../exchange.ts";
import { Agreement } from "./edge/agree.ts";
import { examineEdges } from "./edge/examine.ts";
import { originSchema, seenSchema } from "./edge/orders.ts";

const connection = z.strictObject({
  control: z
    .array(originSchema)
    .min(1)
    .describe("The control address of every edge, for example http://127.0.0.1:8081; a name stands for all of its addresses."),
  token: z.string().min(16).describe("The token that the edges were started with."),
  timeout: timeoutWords.default("2s"),
});

type EdgeConnection = z.infer<typeof connection>;

/** It is told and read back several times a second while something changes. */
const namesKeptMs = 1_000;

const attemptAnswer = z.object({ status: z.number(), detail: z.string() });

/**
 * Steers serin's own reverse proxy, one or several (`serin edge`). Every edge is told; what is read back is what all of them agree on, and an
 * edge that does not answer, or has another state, makes the whole router unseen.
 */
export const edge: RouterDefinition<EdgeConnection> = {
  kind: "edge",
  says: "serin's own reverse proxy: sticky people, shares in steps of 0.01 %, a dead-man lease.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: true },
  examine: (to, _examination, { clock }, signal) => examineEdgesAt(to, { clock }, signal),
  create: (to, { clock }) => createEdgeRouter(to, { clock }),
};

/** What the router needs beside its connection; `resolve` absent: the machine's own way to resolve names. */
export interface EdgeRouterMeans {
  readonly clock: Clock;
  readonly resolve?: Resolve;
}

/** The router of `edge`, and how it resolves names. */
export function createEdgeRouter({ control, token, timeout }: EdgeConnection, means: EdgeRouterMeans): TrafficRouter {
  const exchange = createExchange(means.clock);
  const replicas = new EdgeReplicas(control, { ...means, withinMs: parseTimeout(timeout), keptMs: namesKeptMs });
  const agreement = new Agreement();
  const send = (call: Asked): SendToEdge => sendToEdge(exchange, token, call);
  return {
    async apply(wanted: WantedTraffic, signal: AbortSignal) {
      const answers = await replicas.askAll(send({ method: "PUT", path: "/wanted", body: wanted }), signal);
      // Whoever else stands at the address may answer 200 too.
      for (const { answer } of answers) seenSchema.parse(JSON.parse(answer.text));
    },
    async observe(signal: AbortSignal) {
      const answers = await replicas.askAll(send({ method: "GET", path: "/seen" }), signal);
      return agreement.of(answers.map(({ instance, answer }) => ({ instance, seen: seenSchema.parse(JSON.parse(answer.text)) })));
    },
    async attempt(attempt: Attempt, signal: AbortSignal) {
      const answer = await replicas.askOne(send({ method: "POST", path: "/attempt", body: attempt }), signal);
      return attemptAnswer.parse(JSON.parse(answer.text));
    },
  };
}

/** The checks of `edge`, and how it resolves names. */
export async function examineEdgesAt(
  { control, token, timeout }: EdgeConnection,
  means: EdgeRouterMeans,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const exchange = createExchange(means.clock);
  return examineEdges(
    { control, withinMs: parseTimeout(timeout), ...means },
    sendToEdge(exchange, token, { method: "GET", path: "/seen" }),
    signal,
  );
}

interface Asked {
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
}

function sendToEdge(exchange: Exchange, token: string, asked: Asked): SendToEdge {
  const body = asked.body === undefined ? null : JSON.stringify(asked.body);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return async (origin, withinMs, signal) => {
    const url = new URL(asked.path, origin).href;
    const shownAs = publicUrl(url);
    return good(await exchange({ method: asked.method, url, shownAs, headers, body, withinMs }, signal), `${asked.method} ${shownAs}`);
  };
}

function good(answer: Answer, asked: string): Answer {
  if (answer.status === 200) return answer;
  const message = `${asked}: the edge answered ${answer.status} ${answer.text.slice(0, 300)}`;
  const isRefused = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  throw isRefused ? new PortError(message, { retry: "never" }) : new Error(message);
}
