import type { Attempt } from "../../../ports.ts";
import { sayBaggage } from "./baggage.ts";
import type { EdgeCore } from "./edge-core.ts";
import { serviceFor } from "./edge-state.ts";
import { parseRequestPattern, pathOf } from "./request-pattern.ts";

/**
 * Sends one request with every service on the arm that is named, straight to the backend, as nobody. The arms go along in the baggage, so that
 * the calls of the services among themselves keep to them. Answers status 0 when there was no answer.
 */
export async function tryRequest(
  core: EdgeCore,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly detail: string }> {
  const { state } = core;
  const { method, path } = parseRequestPattern(attempt.request);
  const service = serviceFor(state, pathOf(path));
  if (service === null) return { status: 0, detail: `no service has the path ${path}` };
  const arm = attempt.arms[service.name] ?? "stable";
  const upstream = service[arm][0];
  if (upstream === undefined) return { status: 0, detail: `${service.name} has no ${arm} address` };
  const arms = Object.entries(attempt.arms).map(([name, one]) => `${name}:${one}`);
  const release = state.release ?? "";
  const headers = {
    accept: "*/*",
    "serin-arm": arm,
    "serin-release": encodeURIComponent(release),
    baggage: sayBaggage({ release, arms: arms.join("|"), signer: core.means.baggageSigner }),
  };
  try {
    const answer = await upstream.pool.request({ path, method, headers, signal });
    await answer.body.dump();
    return { status: answer.statusCode, detail: `${service.name} on ${arm} answered ${answer.statusCode}` };
  } catch (error) {
    if (signal.aborted) throw error;
    return { status: 0, detail: `${service.name} on ${arm}: ${error instanceof Error ? error.message : String(error)}` };
  }
}
