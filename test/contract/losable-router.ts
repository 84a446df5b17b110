import type { TrafficRouter } from "../../src/ports.ts";
import { startSmallServer } from "./small-server.ts";
import type { TrafficSubject } from "./traffic.ts";

/** A router that is another one from `become` on, for whoever holds it. */
export function changingRouter(first: TrafficRouter): { readonly router: TrafficRouter; readonly become: (next: TrafficRouter) => void } {
  let now = first;
  const router: TrafficRouter = {
    apply: (wanted, signal) => now.apply(wanted, signal),
    observe: (signal) => now.observe(signal),
    attempt: (attempt, signal) => now.attempt(attempt, signal),
  };
  return { router, become: (next) => void (now = next) };
}

/** A router that a contract suite can take the control away from: it is `at` a server then that refuses, or is silent. */
export async function losableRouter(
  first: TrafficRouter,
  at: (url: string) => TrafficRouter | Promise<TrafficRouter>,
): Promise<Pick<TrafficSubject, "router" | "fail" | "hang" | "close">> {
  const elsewhere = await startSmallServer();
  const { router, become } = changingRouter(first);
  const lost = await at(elsewhere.url);
  return {
    router,
    fail: async () => {
      await elsewhere.behave("refuses");
      become(lost);
    },
    hang: async () => {
      await elsewhere.behave("hangs");
      become(lost);
    },
    close: () => elsewhere.close(),
  };
}
