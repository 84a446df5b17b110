import type { z } from "zod";
import type { Phrase, Said } from "../core/messages/phrases.ts";
import type { MetricKind, Plan } from "../core/plan.ts";
import type { Clock, MetricSource, Notifier, Query, RouterCapabilities, Store, Target, TrafficRouter, Workloads } from "../ports.ts";

/** What every adapter is given beside its own options. Secrets arrive resolved; an adapter never reads the environment. */
export interface Surroundings {
  readonly clock: Clock;
  /** A folder of the adapter's own, for what must survive a restart; it exists. */
  readonly dataDir: string;
  /** Aborts when the server closes: nothing is begun from then on, and what runs is left as it is. Absent: it never does. */
  readonly closing?: AbortSignal;
}

/** One thing that `serin doctor` looked at before the day; made by `fine`, `doubtful` and `wrong`. */
export interface Check {
  /** What was looked at, in the system's own words where it has some: "Deployment shop/ecomsimply-frontend", "map /etc/haproxy/serin.map". */
  readonly what: string | Phrase;
  /** `wrong`: the release could not do what its plan says. `doubtful`: it could, and something is not as it should be. */
  readonly verdict: "ok" | "doubtful" | "wrong";
  /** What was found, one sentence, and with what is not `ok` what a person can do, one sentence. No secret. */
  readonly found: Phrase<Said>;
}

/**
 * What `serin doctor` asks of one adapter's `examine`, which looks at what only the adapter can see: permissions, versions of the other side, names
 * that the plan gives and the system does not know. What the port shows anyway (a read, an observation) need not be looked at again: `serin doctor`
 * does that for every adapter. Nothing is changed: calls that write are dry runs, or asked as questions ("may I?"). It never throws, except with
 * the signal's reason: what cannot be asked is a check that is `wrong`.
 */
export interface Examination {
  readonly plan: Plan;
  /** By service: the version that shall be released; a service whose new version is not known yet is absent. */
  readonly versions: Readonly<Record<string, string>>;
  /** Sources: what the plan would ask of this one. Empty for the other ports. */
  readonly queries: readonly Query[];
  /** Sources: where the services answer now, as their workloads say; the canary's once it is there. Empty for the other ports. */
  readonly targets: readonly Target[];
  /** Notifiers: to whom the plan would send through this one. Empty for the other ports. */
  readonly recipients: readonly string[];
}

/** Which words a metric of one kind takes in the plan for this source. */
export interface QueryWords {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** One kind of metric source: its words in the plan, its connection in the server's file, how to make one. */
export interface SourceDefinition<Connection> {
  readonly kind: string;
  /** One sentence for the docs and for problems. */
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /** True when a plan may name the kind itself as a source, with the connection's defaults. */
  readonly isBuiltIn: boolean;
  readonly metrics: Partial<Record<MetricKind, QueryWords>>;
  /** True when it can count distinct people. */
  readonly countsPeople: boolean;
  /** True when its scores only come near to what they say, so that every verdict on one says it. Absent: they are what they say. */
  readonly isApproximate?: boolean;
  /** True when each arm's requests come in hash slices, no person in two of them: a rate is proven sooner then. Absent: they do not. */
  readonly countsInParts?: boolean;
  /** Between two runs of a score, ms. Absent: every scrape has one. */
  readonly runsEveryMs?: number;
  /** Whether a metric with these words has a stable arm to compare with. Absent: always. Pure. */
  hasStableArm?(words: Readonly<Record<string, string | number>>): boolean;
  /** Bounds at which a latency with these words is counted, ms, rising. Absent: nobody knows before it is read. Pure. */
  latencyBoundsMs?(words: Readonly<Record<string, string | number>>): readonly number[];
  /** What these words count, where the source knows: then a plan need not say it, and cannot say otherwise. Absent: the plan says. Pure. */
  unitOf?(words: Readonly<Record<string, string | number>>): "person" | "request";
  /** A sentence about what is wrong with a metric's words, or `null`. Pure. */
  checkQuery(metric: MetricKind, words: Readonly<Record<string, string | number>>): string | null;
  /** Looks at what only the adapter can see; the rules are `Examination`'s. Absent: there is nothing beside what the port shows. */
  examine?(connection: Connection, examination: Examination, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  create(connection: Connection, surroundings: Surroundings): MetricSource;
}

export interface RouterDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /** What the kind can; where connections differ, what the best of them can. */
  readonly capabilities: RouterCapabilities;
  /** What this connection can. Absent: connections do not differ. Pure. */
  capabilitiesOf?(connection: Connection): RouterCapabilities;
  /** What a server that is not serin's own must be configured with for this plan; `serin router config` writes it. Absent: nothing. Pure. */
  configure?(connection: Connection, plan: Plan): string;
  /** Looks at what only the adapter can see; the rules are `Examination`'s. Absent: there is nothing beside what the port shows. */
  examine?(connection: Connection, examination: Examination, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  create(connection: Connection, surroundings: Surroundings): TrafficRouter;
}

/** Releases that still answer for what runs: those that are under way or keep something, by id. */
export interface KnownReleases {
  readonly active: readonly string[];
}

export interface WorkloadsDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /** What a plan says of one service's workload, `kind` left out. */
  readonly planOptions: z.ZodObject;
  /** Looks at what only the adapter can see; the rules are `Examination`'s. Absent: there is nothing beside what the port shows. */
  examine?(connection: Connection, examination: Examination, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  /**
   * Looks for what serin started and no release that is under way answers for, for `serin doctor --orphans`: one check for each, or a single one
   * that is `ok`. Nothing is changed; it never throws, except with the signal's reason. Absent: nothing can be left over.
   */
  orphans?(connection: Connection, known: KnownReleases, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  create(connection: Connection, surroundings: Surroundings): Workloads;
}

export interface NotifierDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /**
   * What is wrong with whom a plan wants to tell, and what to write instead; `null`: nothing. `written` is the connection as it stands in the server's
   * file, with stand-ins for secrets; `null`: there is none, or no file was read. Absent: anybody can be told. Pure.
   */
  checkRecipient?(to: string, written: unknown): { readonly message: string; readonly remedy: string } | null;
  /** Looks at what only the adapter can see; the rules are `Examination`'s. Absent: there is nothing beside what the port shows. */
  examine?(connection: Connection, examination: Examination, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  create(connection: Connection, surroundings: Surroundings): Notifier;
}

export interface StoreDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /** True when the folder holds such a store; looking makes nothing. */
  isThere(dataDir: string): boolean;
  /** Opens the store in the folder given, which it makes when there is none, ready for use; throws `StoreUnusable` when it cannot be relied on. */
  open(connection: Connection, surroundings: Surroundings): Promise<Store>;
}
