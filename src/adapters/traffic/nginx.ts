import { z } from "zod";
import type { SeenTraffic } from "../../core/observation.ts";
import type { Attempt, TrafficRouter, WantedTraffic } from "../../ports.ts";
import type { RouterDefinition } from "../define.ts";
import { createExchange, parseTimeout, timeoutWords } from "../exchange.ts";
import { createAsk } from "./nginx/control.ts";
import { examineNginx } from "./nginx/examine.ts";
import { createResolver, sayAttempt, sayOrder } from "./nginx/order.ts";
import { agree, seenSchema, seenTrafficOf } from "./nginx/seen.ts";

const connection = z.strictObject({
  control: z
    .array(z.url({ protocol: /^https?$/ }).refine((url) => /^https?:\/\/[^/?#@]+\/?$/.test(url), { error: "An address without a path." }))
    .min(1)
    .describe("The control location of every nginx, for example http://127.0.0.1:8081."),
  token: z.string().min(16).describe("What stands in the token_file of serin.configure in nginx.conf."),
  timeout: timeoutWords.default("2s"),
});

const attemptAnswer = z.object({ status: z.number(), detail: z.string() });

/**
 * Steers one or several nginx that run `examples/nginx/serin.lua`: the order goes into a dictionary that all workers share, so that no change
 * needs a reload. Every nginx is told; what is read back is what all of them agree on, and one that does not answer makes the router unseen.
 */
export const nginx: RouterDefinition<z.infer<typeof connection>> = {
  kind: "nginx",
  says: "The nginx that a team has, by its Lua module: sticky people, shares in steps of 0.01 % without a reload, a dead-man lease.",
  connection,
  capabilities: { sticky: true, audiences: ["new-logins", "everyone"], readsBack: true, stepPct: 0.01, lease: true },
  examine: ({ control, token, timeout }, { plan }, { clock }, signal) => {
    const ask = createAsk(createExchange(clock), { token, withinMs: parseTimeout(timeout) });
    return examineNginx({ control, plan, ask, signal });
  },
  create: ({ control, token, timeout }, { clock }) => {
    const ask = createAsk(createExchange(clock), { token, withinMs: parseTimeout(timeout) });
    const resolve = createResolver(clock);
    return {
      async apply(wanted: WantedTraffic, signal: AbortSignal) {
        const body = await sayOrder(wanted, (host) => resolve(host, signal));
        signal.throwIfAborted();
        const told = await Promise.allSettled(
          control.map((one) => ask({ control: one, method: "PUT", path: "/wanted", body }, seenSchema, signal)),
        );
        signal.throwIfAborted();
        for (const one of told) if (one.status === "rejected") throw one.reason;
      },
      async observe(signal: AbortSignal): Promise<SeenTraffic> {
        const seen = await Promise.all(
          control.map((one) => ask({ control: one, method: "GET", path: "/seen", body: null }, seenSchema, signal)),
        );
        return agree(seen.map(seenTrafficOf));
      },
      async attempt(attempt: Attempt, signal: AbortSignal) {
        const [first = ""] = control;
        return ask({ control: first, method: "POST", path: "/attempt", body: sayAttempt(attempt) }, attemptAnswer, signal);
      },
    } satisfies TrafficRouter;
  },
};
