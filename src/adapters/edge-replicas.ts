import type { Clock } from "../ports.ts";
import { EdgeAddresses, resolveBySystem } from "./edge-addresses.ts";
import type { EdgeAddress, Resolve } from "./edge-addresses.ts";
import { NoAnswer } from "./exchange.ts";
import type { Answer } from "./exchange.ts";

/** Which process answered, on every answer of an edge's control address; another start is another instance. */
export const instanceHeader = "serin-edge-instance";
/** On every answer of an edge that is about to end: who stops answering after that has gone. */
export const leavingHeader = "serin-edge-leaving";

/** One edge that answered. */
export interface EdgeAnswer {
  /** Names the process: its own word, or its address where it says none. */
  readonly instance: string;
  readonly origin: string;
  readonly answer: Answer;
}

/** Sends one call to one edge. Throws `NoAnswer` when none came in time. */
export type SendToEdge = (origin: string, withinMs: number, signal: AbortSignal) => Promise<Answer>;

/** What `EdgeReplicas` needs beside the addresses; `resolve` absent: names are resolved as the machine does. */
export interface EdgeReplicasMeans {
  readonly clock: Clock;
  /** The time that one edge has for its answer, ms. */
  readonly withinMs: number;
  /** How long the addresses of a name are kept, ms: what comes and goes within it is found late. */
  readonly keptMs: number;
  readonly resolve?: Resolve;
}

type Outcome = { readonly at: EdgeAddress } & (
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly error: unknown }
);

/** So long an edge that has said that it leaves may keep the others waiting. */
const leavingMs = 500;
/** After so long nobody can say any more whether there are edges that were never told. */
const longestUnresolvedMs = 60_000;

/**
 * The edges behind the control addresses of a connection: fixed ones, and as many as a name has addresses at the moment. All are asked, whatever
 * becomes of one; an edge that is there and does not answer is an error. Left out is
 *
 * - what the name does not lead to any more, asked anew;
 * - what had said that it leaves, under a name;
 * - a family of addresses (IPv6, say) of which none answers, while all of the other do, and they are as many: the same edges do not listen there.
 *
 * One edge under two addresses answers once.
 */
export class EdgeReplicas {
  readonly #controls: readonly EdgeAddresses[];
  readonly #withinMs: number;
  /** Origins that have said that they leave. */
  #leaving = new Set<string>();

  constructor(controls: readonly string[], means: EdgeReplicasMeans) {
    const { clock, keptMs, resolve = resolveBySystem } = means;
    this.#controls = controls.map((control) => new EdgeAddresses(control, { clock, resolve, keptMs }));
    this.#withinMs = means.withinMs;
  }

  /** Asks every edge and answers them all, in the order of their addresses. Throws what the first that failed threw, when all are through. */
  async askAll(send: SendToEdge, signal: AbortSignal): Promise<readonly EdgeAnswer[]> {
    const found = await this.#addresses((control) => control.now(signal));
    signal.throwIfAborted();
    const outcomes = await this.#send(found.all, send, signal);
    const silent = outcomes.filter(
      ({ at, ...outcome }) => at.name !== null && outcome.kind === "failed" && outcome.error instanceof NoAnswer,
    );
    if (silent.length > 0) await this.#askAnew(outcomes, send, signal);
    signal.throwIfAborted();
    this.#throwFirst([...found.errors, ...this.#failures(outcomes)]);
    const answers = new Map<string, EdgeAnswer>();
    for (const outcome of outcomes) {
      if (outcome.kind === "failed") continue;
      const instance = outcome.answer.headers[instanceHeader] ?? outcome.at.origin;
      if (!answers.has(instance)) answers.set(instance, { instance, origin: outcome.at.origin, answer: outcome.answer });
    }
    if (answers.size === 0) throw new Error("no edge answers");
    return [...answers.values()];
  }

  /** Asks one edge after the other until one answers. Throws what the last one threw. */
  async askOne(send: SendToEdge, signal: AbortSignal): Promise<Answer> {
    const { all, errors } = await this.#addresses((control) => control.now(signal));
    let last: unknown = errors[0] ?? new Error("there is no edge");
    for (const { origin } of all.toSorted((a, b) => Number(this.#leaving.has(a.origin)) - Number(this.#leaving.has(b.origin)))) {
      try {
        return await send(origin, this.#withinMs, signal);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        last = error;
      }
    }
    throw last;
  }

  async #addresses(
    of: (control: EdgeAddresses) => Promise<readonly EdgeAddress[]>,
  ): Promise<{ readonly all: readonly EdgeAddress[]; readonly errors: readonly unknown[] }> {
    const settled = await Promise.allSettled(this.#controls.map(of));
    const all = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
    return {
      all: [...new Map(all.map((address) => [address.origin, address])).values()],
      errors: settled.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : [])),
    };
  }

  /** Sends to all at once; what an edge says of its leaving is kept. */
  async #send(addresses: readonly EdgeAddress[], send: SendToEdge, signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(
      addresses.map(async (at): Promise<Outcome> => {
        const withinMs = this.#isForgiven(at) ? Math.min(leavingMs, this.#withinMs) : this.#withinMs;
        try {
          const answer = await send(at.origin, withinMs, signal);
          if (answer.headers[leavingHeader] === undefined) this.#leaving.delete(at.origin);
          else this.#leaving.add(at.origin);
          return { at, kind: "answered", answer };
        } catch (error) {
          return { at, kind: "failed", error };
        }
      }),
    );
  }

  /** Looks the names up again: takes away from `outcomes` what is not there any more, and adds what has come. */
  async #askAnew(outcomes: Outcome[], send: SendToEdge, signal: AbortSignal): Promise<void> {
    const { all } = await this.#addresses((control) => control.afresh(signal));
    const there = new Set(all.map(({ origin }) => origin));
    this.#leaving = new Set([...this.#leaving].filter((origin) => there.has(origin)));
    const asked = new Set(outcomes.map(({ at }) => at.origin));
    const kept = outcomes.filter((outcome) => outcome.kind === "answered" || there.has(outcome.at.origin));
    const come = await this.#send(
      all.filter(({ origin }) => !asked.has(origin)),
      send,
      signal,
    );
    outcomes.splice(0, outcomes.length, ...kept, ...come);
  }

  /** What counts against the edges. */
  #failures(outcomes: readonly Outcome[]): readonly unknown[] {
    return outcomes.flatMap((outcome) => {
      if (outcome.kind === "answered") return [];
      const isSilent = outcome.error instanceof NoAnswer;
      return isSilent && (this.#isForgiven(outcome.at) || isUnspoken(outcome.at, outcomes)) ? [] : [outcome.error];
    });
  }

  #isForgiven(at: EdgeAddress): boolean {
    return at.name !== null && this.#leaving.has(at.origin);
  }

  #throwFirst(failures: readonly unknown[]): void {
    const [trouble] = this.#controls.flatMap((control) => control.trouble ?? []);
    const [first] = failures;
    if (trouble !== undefined && (first instanceof NoAnswer || (failures.length === 0 && trouble.forMs > longestUnresolvedMs))) {
      const since = `${trouble.why} for ${Math.round(trouble.forMs / 1000)} s: the edges that were known are asked, others may have come`;
      throw new Error(first instanceof Error ? `${first.message}; ${since}` : since, { cause: first });
    }
    if (failures.length > 0) throw first;
  }
}

function isUnspoken(at: EdgeAddress, outcomes: readonly Outcome[]): boolean {
  if (at.name === null) return false;
  const own = outcomes.filter((one) => one.at.name === at.name && one.at.family === at.family);
  const other = outcomes.filter((one) => one.at.name === at.name && one.at.family !== at.family);
  const isSilent = own.every((one) => one.kind === "failed" && one.error instanceof NoAnswer);
  return isSilent && other.length >= own.length && other.every((one) => one.kind === "answered");
}
