import { PortError } from "../../../ports.ts";
import type { Attempt } from "../../../ports.ts";
import { parseTimeout } from "../../exchange.ts";
import type { Exchange } from "../../exchange.ts";
import { proofOfArms } from "./proof.ts";

/** Where a pair of versions is tried. */
export interface Trial {
  readonly options: { readonly url: string; readonly token: string; readonly timeout: string };
  readonly exchange: Exchange;
  /** Of the release that HAProxy knows; empty: none. */
  readonly tag: string;
}

/**
 * Sends one request with every service on the arm that is named, by a proof in baggage, as nobody. Status 0: the arm refused the connection. Throws when
 * what answers is not HAProxy with serin's rules and this token.
 */
export async function tryPair({ options, exchange, tag }: Trial, { request, arms }: Attempt, signal: AbortSignal) {
  const [method = "GET", path = "/"] = request.split(" ", 2);
  const said = Object.entries(arms)
    .map(([service, arm]) => `${service}:${arm}`)
    .join("|");
  const baggage = `serin.arm=${said},serin.proof=${proofOfArms({ token: options.token, tag, arms: said })}`;
  const url = `${new URL(options.url).origin}${path}`;
  const call = { method, url, shownAs: url, headers: { baggage }, body: null, withinMs: parseTimeout(options.timeout) };
  const { status, headers } = await exchange(call, signal);
  if (headers["serin-attempt"] === undefined) {
    throw new PortError(`${url} is not HAProxy with serin's rules and this token: ${status}`, { retry: "never" });
  }
  const answeredBy = headers["serin-answered-by"];
  if (answeredBy === undefined) return { status: 0, detail: `HAProxy had nobody to ask and answered ${status}` };
  const isStandIn = /_canary\/stable\d+$/.test(answeredBy);
  return isStandIn
    ? { status: 0, detail: "the canary refused the connection, stable stood in" }
    : { status, detail: `${answeredBy} answered ${status}` };
}
