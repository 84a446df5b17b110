import { z } from "zod";
import type { SeenTraffic } from "../../core/observation.ts";
import { PortError } from "../../ports.ts";
import type { Attempt, TrafficRouter, WantedTraffic } from "../../ports.ts";
import type { RouterDefinition } from "../define.ts";
import { createExchange, parseTimeout, publicUrl, timeoutWords } from "../exchange.ts";
import type { Answer } from "../exchange.ts";
import { originSchema, seenSchema } from "./edge/orders.ts";
import type { EdgeSeen } from "./edge/orders.ts";

const connection = z.strictObject({
  control: z.array(originSchema).min(1).describe("The control address of every edge, for example http://127.0.0.1:8081."),
  token: z.string().min(16).describe("The token that the edges were started with."),
  timeout: timeoutWords.default("2s"),
});

const attemptAnswer = z.object({ status: z.number(), detail: z.string() });

/**
 * Steers serin's own reverse proxy, one or several (`serin edge`). Every edge is told; what is read back is what all of them agree on, and an
 * edge that does not answer, or has another state, makes the whole router unseen.
 */
export const edge: RouterDefinition<z.infer<typeof connection>> = {
  kind: "edge",
  says: "serin's own reverse proxy: sticky people, shares in steps of 0.01 %, a dead-man lease.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: true },
  create: ({ control, token, timeout }, { clock }) => {
    const exchange = createExchange(clock);
    const withinMs = parseTimeout(timeout);
    const ask = async (call: Asked, signal: AbortSignal): Promise<unknown> => {
      const url = new URL(call.path, call.control).href;
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const shownAs = publicUrl(url);
      const body = call.body === undefined ? null : JSON.stringify(call.body);
      const answer = await exchange({ method: call.method, url, shownAs, headers, body, withinMs }, signal);
      return readAnswer(answer, `${call.method} ${shownAs}`);
    };
    return {
      async apply(wanted: WantedTraffic, signal: AbortSignal) {
        const told = await Promise.allSettled(
          control.map((one) => ask({ control: one, method: "PUT", path: "/wanted", body: wanted }, signal)),
        );
        signal.throwIfAborted();
        throwFirst(told);
      },
      async observe(signal: AbortSignal) {
        const seen = await Promise.all(control.map((one) => ask({ control: one, method: "GET", path: "/seen" }, signal)));
        return agree(seen.map((one) => seenSchema.parse(one)));
      },
      async attempt(attempt: Attempt, signal: AbortSignal) {
        const [first = ""] = control;
        return attemptAnswer.parse(await ask({ control: first, method: "POST", path: "/attempt", body: attempt }, signal));
      },
    } satisfies TrafficRouter;
  },
};

interface Asked {
  readonly control: string;
  readonly method: "GET" | "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
}

function readAnswer(answer: Answer, asked: string): unknown {
  if (answer.status === 200) return JSON.parse(answer.text);
  const message = `${asked}: the edge answered ${answer.status} ${answer.text.slice(0, 300)}`;
  throw answer.status >= 400 && answer.status < 500 ? new PortError(message, { retry: "never" }) : new Error(message);
}

function throwFirst(told: readonly PromiseSettledResult<unknown>[]): void {
  for (const one of told) if (one.status === "rejected") throw one.reason;
}

/** What all edges do, their counts added up. Throws when they do not agree. */
export function agree(all: readonly EdgeSeen[]): SeenTraffic {
  const [first] = all;
  if (first === undefined) throw new Error("there is no edge to read back");
  for (const one of all) {
    const differs = (["release", "sharePct", "audience", "stableSlot", "targets"] as const).find((key) => one[key] !== first[key]);
    if (differs !== undefined)
      throw new Error(`the edges do not agree: ${differs} is ${String(first[differs])} and ${String(one[differs])}`);
  }
  const sum = (of: (seen: EdgeSeen) => number): number => all.reduce((total, one) => total + of(one), 0);
  const last = Math.max(...all.map((one) => one.lastCanaryMs ?? -Infinity));
  return {
    release: first.release,
    sharePct: first.sharePct,
    audience: first.audience,
    stableSlot: first.stableSlot,
    targets: first.targets,
    isServing: all.every((one) => one.isServing),
    drawn: { canary: sum((one) => one.drawn.canary), stable: sum((one) => one.drawn.stable) },
    forwarded: { canary: sum((one) => one.forwarded.canary), stable: sum((one) => one.forwarded.stable) },
    lastCanaryMs: Number.isFinite(last) ? last : null,
  };
}
