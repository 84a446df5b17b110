import type { History } from "../core/history/history.ts";
import type { Readings, Tape } from "../core/history/tape.ts";
import type { Language, Plan } from "../core/plan.ts";
import type { PowerAsk } from "../core/power.ts";
import type { Request } from "../core/requests.ts";
import type { Seen } from "../core/view/build-release-view.ts";
import type { Problem } from "../errors.ts";
import type { Clock, Inbox, NewRelease, Store, World } from "../ports.ts";
import type { Access } from "./access/access.ts";
import type { Tries } from "./access/tries.ts";
import type { ExaminedPart } from "./contract.ts";
import type { KnownConnection } from "./connections.ts";
import type { Denials } from "./denials.ts";
import type { DeniedAsks } from "./denied-asks.ts";
import type { EachInTurn } from "./each-in-turn.ts";
import type { LastCalls } from "./last-calls.ts";
import type { Log } from "./log.ts";
import type { Meters } from "./meters.ts";
import type { Streams } from "./streams.ts";
import type { Turn } from "./turns.ts";
import type { WebFiles } from "./web/web-files.ts";

/** One release as the engine knows it now, and as it began. */
export interface ReleaseSeen extends Seen {
  readonly head: NewRelease;
  /** Rows of its story so far. */
  readonly rows: number;
}

/** What the API needs of the engine. */
export interface EngineFace {
  /** Begins a release and answers its id, that of the earlier one when the start key is known. Throws `ServiceBusy` or `EnvironmentFrozen`. */
  release(newRelease: NewRelease, begin?: { readonly inFreeze?: "refuse" | "wait" }): Promise<string>;
  /** Resolves once the request is stored. */
  ask(request: Request): Promise<void>;
  /** `null`: there is no such release. */
  view(id: string): Promise<ReleaseSeen | null>;
  /** Calls `listener` with the release's id after each decision, until the answered function is called. */
  onCommit(listener: (release: string) => void): () => void;
  /** How the evidence of a check (its id) grew, a second old at most; `null`: there is no such release. Throws when its plan has no such check. */
  history(id: string, check: string): Promise<History | null>;
  /** What was read of a quantity, a second old at most; `null`: there is no such release. */
  tape(id: string, quantity: string): Promise<Tape | null>;
  /** What was read of quantities up to row `rows`; nothing when there is no such release. */
  readings(id: string, asked: { readonly quantities: readonly string[]; readonly rows: number }): Promise<Readings>;
  verify(id: string): Promise<Verified>;
  /** Ids of the releases that run in this process. */
  active(): readonly string[];
  /** True while some release cannot go on. */
  isTroubled(): boolean;
  /** How many receivers of releases cannot be told just now, and how many notices were given up since the engine began. */
  notices(): { readonly failing: number; readonly lost: number };
  /** Epoch ms that never runs back. */
  nowMs(): number;
}

export type Verified =
  | { readonly ok: true; readonly entries: number; readonly rows: number; readonly notices: number | null; readonly hash: string }
  /** `atMs`: when, as the journal says; `null`: it does not. */
  | { readonly ok: false; readonly revision: number; readonly atMs: number | null; readonly why: string };

/** Of which release everything is to be looked at. */
export interface AskedExamination {
  readonly plan: Plan;
  /** By service: the version that shall be released, where it is known. */
  readonly versions: Readonly<Record<string, string>>;
  /** When it is meant to start, epoch ms. */
  readonly startsMs: number;
  /** How many places of the plan lint finds doubtful. */
  readonly doubts: number;
  /** Releases that still answer for what runs, by id, when what nobody answers for is to be looked for; `null`: it is not. */
  readonly active: readonly string[] | null;
}

/** Everything that the API is made of. */
export interface AppParts {
  readonly engine: EngineFace;
  readonly store: Pick<Store, "load" | "told" | "list" | "active" | "freeze" | "freezes" | "lift" | "owed">;
  readonly world: Pick<World, "router" | "workloads" | "source" | "notifier">;
  readonly clock: Clock;
  /** Who may call, and how they show it. */
  readonly access: Access;
  /** The dashboard's files; `null`: this server shows none. */
  readonly web: WebFiles | null;
  /** The environments that this server releases to. */
  readonly environments: readonly string[];
  readonly log: Log;
  readonly denied: Denials;
  /** By which notifiers hear people. */
  readonly inboxes: readonly Inbox[];
  readonly version: string;
  readonly meters: Meters;
  readonly lastCalls: LastCalls;
  /** What is known of the source of a metric, to foresee what it decides. */
  readonly sourceOf: PowerAsk["sourceOf"];
  /** The connections of the server's file. */
  readonly connections: readonly KnownConnection[];
  /** The adapters of this build. */
  readonly adapters: readonly Pick<KnownConnection, "port" | "kind" | "says">[];
  /** The event streams that are open. */
  readonly streams: Streams;
  /** Requests to releases that lead to nothing, and reports, by sender: each is an entry of a journal. */
  readonly idleAsks: Pick<Tries, "count">;
  readonly deniedAsks: Pick<DeniedAsks, "isFirst">;
  /** Aborts when the server begins to close: streams end, and what waits answers. */
  readonly closing: AbortSignal;
  /** Stands before whatever takes the processor for a while: calls, and what wakes many of them at once. */
  readonly turn: Turn;
  /** Stands before what takes a whole stored release in hand: once at a time for each caller. */
  readonly inTurn: EachInTurn;
  /** Looks at everything that a release of the plan would rest on; changes nothing. Answers who says it in the language given. */
  examine(asked: AskedExamination, signal: AbortSignal): Promise<(language: Language) => readonly ExaminedPart[]>;
  /** `startsMs` is the moment at which it is meant to start, epoch ms in the zone given; `null`: nobody said. */
  readPlan(
    text: string,
    file: string,
    startsMs: ((timeZone: string) => number) | null,
  ): { readonly plan: Plan | null; readonly problems: readonly Problem[] };
}
