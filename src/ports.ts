import type { Plan, Metric, Audience, Route, Goal, AdapterUse, NoticeTarget } from "./core/plan.ts";
import type { Finding, SeenTraffic, SeenWorkloads, Slot } from "./core/observation.ts";
import type { ChainedEntry } from "./core/chain.ts";
import type { LostNotice, ToldNotice } from "./core/notices.ts";
import type { Request } from "./core/requests.ts";
import type { Row } from "./core/row.ts";
import type { AccessStore } from "./ports/access-store.ts";
import type { Notifier } from "./ports/notifier.ts";

export type { ChainedEntry, LostNotice, ToldNotice };
export type { AccessStore, Grant, StoredSession, StoredToken } from "./ports/access-store.ts";
export type { Desk, Inbox, InboxCall, Notice, Notifier, PressAnswer, Pressed } from "./ports/notifier.ts";

/** Time as the engine knows it. Nothing in the project reads the wall clock or sets a timer in another way. */
export interface Clock {
  /** Epoch ms; may step. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never steps back. */
  monotonicMs(): number;
  /** Resolves after `ms` by the monotonic clock, or at once when `signal` aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * What an adapter throws when it knows that asking again is useless (`never`), or for how long it is (`afterMs`, as the other side asked for with
 * Retry-After); everything else that it throws is asked again.
 */
export class PortError extends Error {
  readonly retry: "never" | "later";
  /** With `later`: the other side wants to be left alone for so long; `null`: it does not say. */
  readonly afterMs: number | null;
  constructor(message: string, options: { readonly retry: "never" | "later"; readonly afterMs?: number | null; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "PortError";
    this.retry = options.retry;
    this.afterMs = options.afterMs ?? null;
  }
}

/** Where a version of a service answers, for sources that read targets themselves. */
export interface Target {
  readonly service: string;
  readonly arm: "canary" | "stable";
  readonly version: string;
  readonly url: string;
}

/** What is asked of a source: a metric, and for latencies the bound whose crossings are counted. */
export interface Query {
  /** Key of the quantity in readings: the metric's name, or "name>500ms". */
  readonly quantity: string;
  readonly metric: Metric;
  /** `latency` only: count answers slower than this. */
  readonly slowerThanMs: number | null;
}

export interface ReadContext {
  readonly release: string;
  /** The plan's environment, for example "production". */
  readonly environment: string;
  readonly targets: readonly Target[];
  /** Which service has which paths, as the plan's traffic says. Absent: it says nothing. */
  readonly routes?: readonly Route[];
  /** When the release was created, epoch ms. */
  readonly sinceMs: number;
}

/** One cumulative counter pair. `series` names it for good: the same series must keep its name, and a restarted process may reuse it (a reset). */
export interface SeriesSample {
  readonly series: string;
  readonly arm: "canary" | "stable";
  readonly bad: number;
  /** Latency with a bucket bound beside the line: at most this many were slow. Absent: `bad` is exact. */
  readonly badAtMost?: number;
  readonly total: number;
  /** Hash slice 0-9 of the people behind it, where the source knows; `null` otherwise. */
  readonly slice: number | null;
  /** Epoch ms at which the counter began at zero; `null` when the source does not say. */
  readonly bornMs: number | null;
  /**
   * True when a lower count is a correction of what was counted, as where somebody counts rows anew each time: it adds nothing until it is passed
   * again. Absent: a lower count is a restart, and counts from zero.
   */
  readonly neverRestarts?: true;
}

/** What a source answers for one query. An empty series is `no-data`; `unavailable` is an outage of this quantity alone. */
export type Reading =
  | {
      readonly kind: "counters";
      readonly atMs: number;
      readonly series: readonly SeriesSample[];
      /** What was counted of the canary, the gravest first, at most ten: people are told. Absent: the source names nothing. */
      readonly findings?: readonly Finding[];
    }
  | {
      readonly kind: "level";
      readonly atMs: number;
      readonly canary: number;
      readonly stable: number | null;
      /** What the canary loses points for, the gravest first, at most ten: people are told. Absent: the source names nothing. */
      readonly findings?: readonly Finding[];
    }
  | { readonly kind: "probe"; readonly atMs: number; readonly down: boolean }
  | { readonly kind: "no-data" }
  /** `soon`: nothing is wrong, it is only being measured for the first time. */
  | { readonly kind: "unavailable"; readonly why: string; readonly soon?: true };

export interface MetricSource {
  /** Answers every query at one instant; the result has one reading per query, by quantity. Throws when the whole source cannot be asked. */
  read(queries: readonly Query[], context: ReadContext, signal: AbortSignal): Promise<ReadonlyMap<string, Reading>>;
}

/** What the router shall do: a pure function of the release, applied until it is seen. */
export interface WantedTraffic {
  readonly release: string;
  /** Journal length that this follows from: of one release, a router leaves a lower one than it has unheard. */
  readonly revision: number;
  readonly sharePct: number;
  readonly audience: Audience;
  /** Distinguishes phases: with `new-logins`, who logged in before it began is not drawn. */
  readonly phase: number;
  readonly login: string | null;
  readonly routes: readonly Route[];
  readonly goals: readonly Goal[];
  readonly stableSlot: "stable" | "previous";
  /** By service: the base URLs of each arm. An empty canary list means that the arm does not exist yet. */
  readonly targets: Readonly<Record<string, { readonly canary: readonly string[]; readonly stable: readonly string[] }>>;
  /** Without a word for this long the router takes everybody to stable by itself. */
  readonly leaseMs: number;
}

export interface RouterCapabilities {
  readonly sticky: boolean;
  readonly audiences: readonly Audience[];
  readonly readsBack: boolean;
  /** Finest step of the share, percent. */
  readonly stepPct: number;
  readonly lease: boolean;
  /** Whether it can send one request to a mix of versions. Absent: it can. */
  readonly attempts?: boolean;
}

export interface TrafficRouter {
  /** Asks for `wanted`; idempotent; also renews the lease. Resolving does not mean that it is seen. */
  apply(wanted: WantedTraffic, signal: AbortSignal): Promise<void>;
  /** Reads back what is in force. */
  observe(signal: AbortSignal): Promise<SeenTraffic>;
  /**
   * Sends one request ("GET /api/products") with every service on the arm that is named, as nobody: it is not counted. So mixed pairs of
   * versions are tried before anybody is exposed. Answers the status, 0 when the connection failed.
   */
  attempt(attempt: Attempt, signal: AbortSignal): Promise<{ readonly status: number; readonly detail: string }>;
}

export interface Attempt {
  readonly request: string;
  readonly arms: Readonly<Record<string, "canary" | "stable">>;
}

/** Which versions shall run, by service and slot. An absent slot shall not run. */
export type WantedWorkloads = Readonly<Record<string, WantedService>>;

export interface WantedService {
  readonly use: AdapterUse;
  /** The release that asks, so that what is started can be told from another one's. Absent: none does. */
  readonly release?: string;
  readonly slots: Partial<Record<Slot, WantedSlot>>;
}

export interface WantedSlot {
  readonly version: string;
  /** Percent of the people that it must be able to serve: of those who are there, and of those who come next. Absent: all of them. */
  readonly sharePct?: number;
}

export interface Workloads {
  /**
   * Starts, replaces and stops until `wanted` is under way; idempotent; does not wait for readiness. Services that it does not name are left
   * alone. What was applied stays in force until the next call that names the service: what crashes is started again without being asked.
   */
  apply(wanted: WantedWorkloads, signal: AbortSignal): Promise<void>;
  /** What runs of the services named, their options and slots aside. What is still being stopped is there, and not ready. */
  observe(services: WantedWorkloads, signal: AbortSignal): Promise<SeenWorkloads>;
}

/** A place of a plan that is legal and doubtful. */
export interface PlanWarning {
  readonly line: number;
  /** Which kind of problem it is; docs/lint.md lists all. */
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** A release as it is stored when it begins. */
export interface NewRelease {
  readonly id: string;
  readonly plan: Plan;
  readonly planHash: string;
  readonly environment: string;
  readonly services: readonly string[];
  readonly createdMs: number;
  readonly startedBy: string;
  /** In whose name, as who started it says: this person counts as its starter too. Absent and `null`: nobody was named. */
  readonly startedFor?: string | null;
  /** Why it was started, in that person's words. */
  readonly reason: string;
  readonly versions: Readonly<Record<string, { readonly canary: string; readonly stable: string }>>;
  /** What was legal and doubtful in the plan, in the plan's language, by line. Absent: nothing was, or nobody looked. */
  readonly warnings?: readonly PlanWarning[];
  /** It does not start before this moment, epoch ms; absent and `null`: as soon as it may. */
  readonly notBeforeMs?: number | null;
  /** Idempotency key of the start call; the same key twice answers the first release. `null`: none was given. */
  readonly startKey: string | null;
}

/** Somebody else committed this revision first; the tick ends and the next one reads afresh. */
export class StaleRevision extends Error {
  override readonly name = "StaleRevision";
}

/** The store cannot be used as it is. `why` is for programs, the message says what is wrong and `remedy` what a person can do. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";
  readonly why: StoreTrouble;
  readonly remedy: string;
  constructor(trouble: { readonly why: StoreTrouble; readonly message: string; readonly remedy: string; readonly cause?: unknown }) {
    super(trouble.message, { cause: trouble.cause });
    this.why = trouble.why;
    this.remedy = trouble.remedy;
  }
}

/**
 * Another process holds it; no space left; the disk refuses reads or writes; it may not be written; damaged; written by a later serin; it does not
 * keep what it acknowledges.
 */
export type StoreTrouble = "held" | "full" | "failing" | "not-writable" | "damaged" | "newer" | "not-durable";

/** A service of the new release is in another active release, or the router that it needs is: a router serves one release at a time. */
export class ServiceBusy extends Error {
  override readonly name = "ServiceBusy";
  readonly services: readonly { readonly service: string; readonly release: string }[];
  constructor(services: readonly { readonly service: string; readonly release: string }[], what = "busy") {
    super(`${what}: ${services.map((busy) => `${busy.service} (${busy.release})`).join(", ")}`);
    this.services = services;
  }
}

/** Something broke there: nothing starts in this environment until a release manager lifts the freeze. */
export class EnvironmentFrozen extends Error {
  override readonly name = "EnvironmentFrozen";
  readonly freeze: Freeze;
  constructor(freeze: Freeze) {
    const why =
      freeze.release === null ? `by ${freeze.by ?? "somebody"}: ${freeze.reason ?? ""}` : `since release ${freeze.release} was halted`;
    super(`${freeze.environment} is frozen ${why}`);
    this.freeze = freeze;
  }
}

/** What one tick commits, all or nothing. */
export interface Commit {
  readonly release: string;
  /** The journal's length before this commit; another one there throws `StaleRevision`. */
  readonly expectRevision: number;
  /** The number of rows before this commit; the same check. */
  readonly expectRows: number;
  readonly row: Row;
  readonly entry: ChainedEntry | null;
  /** Ids of the requests that `row` has seen: they are not pending any more. */
  readonly seen: readonly string[];
  /** True when the release neither occupies its services nor keeps anything running. */
  readonly isOver: boolean;
  /** The environment that this decision freezes; `null`: none. */
  readonly freeze: string | null;
  /** Notices that this entry owes: the outbox. */
  readonly owes: readonly NoticeTarget[];
}

export interface Freeze {
  readonly environment: string;
  /** The release that was halted; `null`: a person froze it by hand. */
  readonly release: string | null;
  readonly sinceMs: number;
  /** Who froze it by hand, and why; `null` when a release was halted. */
  readonly by: string | null;
  readonly reason: string | null;
  /** It ends by itself then, epoch ms; `null`: somebody has to lift it. */
  readonly untilMs: number | null;
}

export interface OwedNotice {
  /** From 1. */
  readonly number: number;
  readonly release: string;
  readonly revision: number;
  readonly target: NoticeTarget;
}

type Owed = Pick<OwedNotice, "release" | "revision" | "target">;

/** The store of record. A resolved promise of a writing call means: it survives `kill -9` and power loss. */
export interface Store {
  /** Throws `ServiceBusy`; with a known `startKey` it answers the id of the release that this key began, otherwise `release.id`. */
  create(release: NewRelease): Promise<string>;
  /** Everything about one release, oldest first; `null` when there is none of this id. */
  load(id: string): Promise<StoredRelease | null>;
  /** A release as it began; `null` when there is none of this id. */
  head(id: string): Promise<NewRelease | null>;
  /** How far a release is, without reading it; `null` when there is none of this id. */
  standing(id: string): Promise<Place | null>;
  /** What follows in a release's story; empty at its end, and when there is none of this id. */
  since(id: string, page: { readonly after: Place; readonly limit: number }): Promise<StoryPage>;
  /** Newest first, in the order of creation; `before` is the last id of the page before, and an unknown one has nothing behind it. */
  list(options: { readonly limit: number; readonly before: string | null }): Promise<readonly NewRelease[]>;
  /** Ids of the releases that still occupy their services, keep something running or owe somebody an answer, oldest first. */
  active(): Promise<readonly string[]>;
  /**
   * Throws `StaleRevision` when either expectation fails, and `ServiceBusy` when a release that was over wants services back that are taken;
   * then nothing of it is stored.
   */
  commit(commit: Commit): Promise<void>;
  /** Throws when the release is unknown; the same request id twice for one release is stored once, and not pending again once it was seen. */
  ask(request: Request): Promise<void>;
  /** In the order in which they were asked. */
  pending(release: string): Promise<readonly Request[]>;
  /** Notices that are owed behind number `after` (0: all), oldest first, at most `limit`. What is owed later has a higher number, also after a restart. */
  owed(page: { readonly after: number; readonly limit: number }): Promise<readonly OwedNotice[]>;
  /** It is not owed any more; harmless when repeated. */
  delivered(notice: Owed, atMs: number): Promise<void>;
  /** The notice is not owed any more, and was not delivered: it is one of the release's lost ones from now on. */
  giveUp(notice: Owed, given: { readonly atMs: number; readonly why: string }): Promise<void>;
  /** Notices of the release that were given up, by revision. */
  lost(release: string): Promise<readonly LostNotice[]>;
  /** What became of every notice of the release, by revision. */
  told(release: string): Promise<readonly ToldNotice[]>;
  /** Freezes an environment by hand; the same freeze again is another one, and one lift lifts both. */
  freeze(freeze: Freeze): Promise<void>;
  /** Those that nobody has lifted and that do not end before `nowMs` (epoch ms), oldest first: the ones that hold then. */
  freezes(nowMs: number): Promise<readonly Freeze[]>;
  /** Lifts every freeze of the environment; true when one held at `atMs`. */
  lift(lift: { readonly environment: string; readonly by: string; readonly reason: string; readonly atMs: number }): Promise<boolean>;
  /** Who is signed in, and which machines may call. */
  readonly access: AccessStore;
  close(): Promise<void>;
}

export interface StoredRelease extends StoryPage {
  readonly head: NewRelease;
}

/** How far a release's story was read: its journal's length and its number of rows. */
export interface Place {
  readonly revision: number;
  readonly rows: number;
}

/** A part of a release's story. */
export interface StoryPage {
  /** Oldest first; of a page at most as many as were asked for. */
  readonly rows: readonly Row[];
  /** What these rows led to, oldest first; where there are fewer rows than were asked for, every entry that is left. */
  readonly entries: readonly ChainedEntry[];
}

/** Everything outside that the engine may use. Adapters are looked up by the plan's own words; an unknown name throws (lint has refused it before). */
export interface World {
  readonly clock: Clock;
  readonly store: Store;
  router(plan: Plan): TrafficRouter;
  workloads(kind: string): Workloads;
  source(name: string): MetricSource;
  notifier(name: string): Notifier;
}
