import type { Clock } from "../../../ports.ts";
import type { Check } from "../../define.ts";
import { EdgeAddresses, resolveBySystem } from "../../edge-addresses.ts";
import type { Resolve } from "../../edge-addresses.ts";
import type { SendToEdge } from "../../edge-replicas.ts";
import { seenSchema } from "./orders.ts";
import type { EdgeSeen } from "./orders.ts";

interface Edges {
  readonly control: readonly string[];
  readonly withinMs: number;
  readonly clock: Clock;
  readonly resolve?: Resolve;
}

/** What `serin doctor` looks at: that every name leads somewhere, that every edge answers to the token, and that all have one key. */
export async function examineEdges(edges: Edges, see: SendToEdge, signal: AbortSignal): Promise<readonly Check[]> {
  const found = await Promise.all(edges.control.map((control) => examineControl(edges, control, see, signal)));
  signal.throwIfAborted();
  const seen = found.flatMap((one) => one.seen);
  return [...found.flatMap((one) => one.checks), ...examineKeys(seen)];
}

interface Found {
  readonly checks: readonly Check[];
  readonly seen: readonly EdgeSeen[];
}

async function examineControl(edges: Edges, control: string, see: SendToEdge, signal: AbortSignal): Promise<Found> {
  const { clock, resolve = resolveBySystem, withinMs } = edges;
  const addresses = new EdgeAddresses(control, { clock, resolve, keptMs: 0 });
  try {
    const there = await addresses.now(signal);
    const each = await Promise.all(there.map(({ origin }) => examineEdge(origin, withinMs, see, signal)));
    const isName = there.some(({ name }) => name !== null);
    const leads: Check = { what: control, verdict: "ok", says: `The name leads to ${sayCount(there.length)}.`, remedy: null };
    return { checks: [...(isName ? [leads] : []), ...each.flatMap(({ checks }) => checks)], seen: each.flatMap(({ seen }) => seen) };
  } catch (error) {
    signal.throwIfAborted();
    const remedy = "Is there a headless Service of that name, with publishNotReadyAddresses, and does the server run in the same cluster?";
    return { checks: [{ what: control, verdict: "wrong", says: `${sayError(error)}.`, remedy }], seen: [] };
  }
}

async function examineEdge(origin: string, withinMs: number, see: SendToEdge, signal: AbortSignal): Promise<Found> {
  const what = `edge ${origin}`;
  try {
    const seen = seenSchema.parse(JSON.parse((await see(origin, withinMs, signal)).text));
    if (seen.isServing)
      return { checks: [{ what, verdict: "ok", says: "It answers, and has every stable address.", remedy: null }], seen: [seen] };
    const says = "It answers, and knows no stable address: before the first word of a release it serves nobody.";
    return { checks: [{ what, verdict: "doubtful", says, remedy: "Start it with --stable and --route." }], seen: [seen] };
  } catch (error) {
    signal.throwIfAborted();
    const remedy = "Is the edge up, is the way to its control port open, and do both sides have the same token?";
    return { checks: [{ what, verdict: "wrong", says: `${sayError(error)}.`, remedy }], seen: [] };
  }
}

function examineKeys(seen: readonly EdgeSeen[]): readonly Check[] {
  if (seen.length < 2) return [];
  const what = "the key of the edges";
  const isOne = new Set(seen.map(({ key }) => key)).size === 1;
  if (isOne) return [{ what, verdict: "ok", says: "All edges have the same key.", remedy: null }];
  const says = "The edges have different keys: each would draw the people of the others anew.";
  return [{ what, verdict: "wrong", says, remedy: "Start all of them with the same --key-file." }];
}

function sayCount(count: number): string {
  return count === 1 ? "one address" : `${count} addresses`;
}

function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
