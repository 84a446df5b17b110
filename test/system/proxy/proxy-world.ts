import { onTestFinished } from "vitest";
import type { LoadOrder, LoadResult } from "../../../bench/edge/load.ts";
import type { Load, Steered } from "../../../bench/edge/measures.ts";
import { openShop, shopRules, shopWords } from "../../../bench/rollback/shop.ts";
import type { SeenTraffic } from "../../../src/core/observation.ts";
import type { TrafficRouter, WantedTraffic } from "../../../src/ports.ts";
import type { TrafficSubject } from "../../contract/traffic.ts";

/**
 * A real proxy in front of nothing yet. Its rules are those of the routes `/` → `frontend` and `/api` → `backend` with the login `POST /login`, and
 * for the contract suite of `/` → `shop`: see `rulesOf`.
 */
export interface ProxySubject extends TrafficSubject {
  /** The proxy reads its configuration again, as an operator makes it do; resolves when the new one serves. The controller says nothing. */
  reload(): Promise<void>;
  /** The proxy is killed and started again; resolves when it serves. The controller says nothing. */
  startAgain(): Promise<void>;
}

/** What a proxy's configuration is made from. */
export type ProxyRules = Pick<WantedTraffic, "routes" | "login"> & { readonly services: readonly string[] };

/** The rules of the port's contract suite. */
export const contractRules: ProxyRules = { routes: [{ path: "/", service: "shop" }], login: "POST /login", services: ["shop"] };

/** Starts a proxy with these rules; nothing of it is left when the test has closed it. */
export type MakeProxy = (rules: ProxyRules) => Promise<ProxySubject>;

/** A real proxy between a crowd with cookies, in a process of its own, and two versions of a shop that stamp what they are sent. */
export interface ProxyWorld {
  readonly subject: ProxySubject;
  /** The router that steers it now: another one after a restart of the controller. */
  readonly router: TrafficRouter;
  readonly wanted: (changes?: Partial<WantedTraffic>) => WantedTraffic;
  /** Applies, and resolves with what is read back. */
  readonly put: (changes?: Partial<WantedTraffic>) => Promise<SeenTraffic>;
  /** Sends the crowd; the same people, connections and cookies each time. */
  readonly crowd: (order?: Partial<LoadOrder>) => Promise<LoadResult>;
  readonly load: Load;
  /** For measures that change the share again and again. */
  readonly steered: Steered;
}

const never = new AbortController().signal;
/** A page load, with which a share reaches whoever has a cookie, and a request after it, however slow the machine is. */
const requestsOfEverybody = 12;

/** Opens such a world, and closes it when the test is over. */
export async function openProxyWorld(make: MakeProxy): Promise<ProxyWorld> {
  const { load, targets, close } = await openShop();
  onTestFinished(close);
  const subject = await make(shopRules);
  onTestFinished(() => subject.close());
  const { router } = subject;
  const wanted = shopWords(targets);
  const put = async (changes: Partial<WantedTraffic> = {}): Promise<SeenTraffic> => {
    await router.apply(wanted(changes), never);
    return router.observe(never);
  };
  return {
    subject,
    router,
    wanted,
    put,
    crowd: (order = {}) =>
      load.order({ urls: [subject.url], connections: 40, everyMs: 10, forMs: 500, atLeast: requestsOfEverybody, ...order }),
    load,
    steered: { urls: [subject.url], share: (sharePct) => router.apply(wanted({ sharePct }), never) },
  };
}
