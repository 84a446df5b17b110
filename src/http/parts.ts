import type { ChainCheck } from "../core/chain.ts";
import type { EvidenceBook } from "../core/evidence-book.ts";
import type { Observation } from "../core/observation.ts";
import type { Plan } from "../core/plan.ts";
import type { Release } from "../core/release.ts";
import type { ReleaseView } from "../core/release-view.ts";
import type { Person, Request } from "../core/requests.ts";
import type { Problem } from "../errors.ts";
import type { ChainedEntry, Clock, NewRelease, Store, World } from "../ports.ts";
import type { Log } from "./log.ts";

/** One release as the engine knows it now. `observation` is the last tick's; `null` while there was none since the server started. */
export interface ReleaseSeen {
  readonly release: Release;
  readonly book: EvidenceBook;
  readonly entries: readonly ChainedEntry[];
  readonly observation: Observation | null;
}

/** What the API needs of the engine. */
export interface EngineFace {
  /** Begins a release and answers its id, that of the earlier one when the start key is known. Throws `ServiceBusy`. */
  release(newRelease: NewRelease): Promise<string>;
  /** Resolves once the request is stored. */
  ask(request: Request): Promise<void>;
  /** `null`: there is no such release. */
  view(id: string): Promise<ReleaseSeen | null>;
  /** Calls `listener` with the release's id after each commit, until the answered function is called. */
  onCommit(listener: (release: string) => void): () => void;
  verify(id: string): Promise<ChainCheck>;
}

/** Everything that the API is made of. */
export interface AppParts {
  readonly engine: EngineFace;
  readonly store: Pick<Store, "list" | "active" | "freezes" | "lift">;
  readonly world: Pick<World, "router" | "workloads">;
  readonly clock: Clock;
  /** By token. */
  readonly tokens: ReadonlyMap<string, Person>;
  readonly log: Log;
  readonly version: string;
  /** Aborts when the server begins to close: streams end, and what waits answers. */
  readonly closing: AbortSignal;
  readPlan(text: string, file: string): { readonly plan: Plan | null; readonly problems: readonly Problem[] };
  show(seen: ReleaseSeen, nowMs: number): ReleaseView;
}
