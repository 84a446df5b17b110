import { sayCheck, wrong } from "../adapters/check.ts";
import { ConnectionUnusable } from "../adapters/connect.ts";
import type { ConnectedWorld, ExaminedAdapter } from "../adapters/connect.ts";
import type { Check, Examination } from "../adapters/define.ts";
import type { Plan } from "../core/plan.ts";
import type { Clock } from "../ports.ts";
import { findings } from "./findings.ts";

/** What is examined, and with what. */
export interface Examining {
  readonly plan: Plan;
  /** By service: the version that shall be released; a service without one is absent. */
  readonly versions: Readonly<Record<string, string>>;
  /** When the release is meant to start, epoch ms. */
  readonly startsMs: number;
  /** How many places of the plan lint finds doubtful. */
  readonly doubts: number;
  /** Releases that still answer for what runs, by id: what nobody answers for is looked for. `null`: it is not. */
  readonly active: readonly string[] | null;
  readonly world: Pick<ConnectedWorld, "examine" | "orphans" | "router" | "workloads" | "source" | "notifier">;
  readonly clock: Clock;
}

/** What a call came to: its answer, or why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | NoOutcome;

/** `remedy` is `null` where whoever threw knows none. */
export interface NoOutcome {
  readonly ok: false;
  readonly why: string;
  readonly remedy: string | null;
}

/** How long one call of an adapter may take, ms. */
const callMs = 10_000;

/** Calls an adapter within ten seconds; an answer that comes later is not waited for. Throws the signal's reason, and nothing that the call throws. */
export async function within<T>(clock: Clock, signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  signal.throwIfAborted();
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  const late = clock.wait(callMs, ends).then((): Outcome<T> => ({ ok: false, why: `no answer within ${callMs / 1_000} s`, remedy: null }));
  // A call may throw before it answers a promise: adapters are made at their first use.
  const answer = (async () => call(ends))().then((value): Outcome<T> => ({ ok: true, value }), failed);
  const outcome = await Promise.race([answer, late]);
  over.abort();
  signal.throwIfAborted();
  return outcome;
}

function failed(thrown: unknown): NoOutcome {
  const remedy = thrown instanceof ConnectionUnusable ? thrown.remedy : null;
  return { ok: false, why: thrown instanceof Error ? thrown.message : String(thrown), remedy };
}

/** What an adapter finds when it looks at itself; that it cannot be asked is a check that is wrong. */
export async function examineItself(
  { plan, versions, world, clock }: Examining,
  asked: Pick<ExaminedAdapter, "port" | "word"> & Partial<Pick<Examination, "queries" | "targets" | "recipients">>,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { port, word, queries = [], targets = [], recipients = [] } = asked;
  const examination: Examination = { plan, versions, queries, targets, recipients };
  const outcome = await within(clock, signal, async (ends) => world.examine({ port, word, examination }, ends));
  return outcome.ok ? outcome.value : [silent(word, outcome)];
}

/** An adapter that cannot be asked. */
export function silent(word: Check["what"], { why, remedy }: NoOutcome): Check {
  return wrong(word, findings.silent(why, remedy));
}

/** What an adapter found when it looked at itself, and that it cannot be asked, which it may have said already. */
export function andSilent(own: readonly Check[], word: string, no: NoOutcome): readonly Check[] {
  const others = own.filter(({ what }) => what !== word);
  const trouble = no.why.replace(/[.]$/, "").replace(/^.*: /s, "");
  // Somebody else may be refused as well: what is named must be the same.
  const [address = ""] = /https?:\/\/[^/\s]+/.exec(no.why)?.map((found) => found.replace(/:$/, "")) ?? [];
  const isSaid = others.some((check) => {
    const { verdict, says } = sayCheck(check, "en");
    return verdict === "wrong" && says.includes(trouble) && says.includes(address);
  });
  return isSaid ? others : [...others, silent(word, no)];
}
