import type { Clock } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check } from "../../define.ts";
import { EdgeAddresses, resolveBySystem } from "../../edge-addresses.ts";
import type { Resolve } from "../../edge-addresses.ts";
import type { SendToEdge } from "../../edge-replicas.ts";
import { findings, subjects } from "./findings.ts";
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
    const leads = fine(control, findings.leadsTo(there.length));
    return { checks: [...(isName ? [leads] : []), ...each.flatMap(({ checks }) => checks)], seen: each.flatMap(({ seen }) => seen) };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: [wrong(control, findings.leadsNowhere(sayError(error)))], seen: [] };
  }
}

async function examineEdge(origin: string, withinMs: number, see: SendToEdge, signal: AbortSignal): Promise<Found> {
  const what = subjects.edge(origin);
  try {
    const seen = seenSchema.parse(JSON.parse((await see(origin, withinMs, signal)).text));
    return { checks: [seen.isServing ? fine(what, findings.serves()) : doubtful(what, findings.servesNobody())], seen: [seen] };
  } catch (error) {
    signal.throwIfAborted();
    return { checks: [wrong(what, findings.silent(sayError(error)))], seen: [] };
  }
}

function examineKeys(seen: readonly EdgeSeen[]): readonly Check[] {
  if (seen.length < 2) return [];
  const isOne = new Set(seen.map(({ key }) => key)).size === 1;
  return [isOne ? fine(subjects.key(), findings.oneKey()) : wrong(subjects.key(), findings.severalKeys())];
}

function sayError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
