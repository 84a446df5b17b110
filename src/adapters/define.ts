import type { z } from "zod";
import type { MetricKind } from "../core/plan.ts";
import type { Clock, MetricSource, Notifier, RouterCapabilities, Store, TrafficRouter, Workloads } from "../ports.ts";

/** What every adapter is given beside its own options. Secrets arrive resolved; an adapter never reads the environment. */
export interface Surroundings {
  readonly clock: Clock;
  /** A folder of the adapter's own, for what must survive a restart; it exists. */
  readonly dataDir: string;
  /** Aborts when the server closes: nothing is begun from then on, and what runs is left as it is. Absent: it never does. */
  readonly closing?: AbortSignal;
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
  create(connection: Connection, surroundings: Surroundings): MetricSource;
}

export interface RouterDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  readonly capabilities: RouterCapabilities;
  create(connection: Connection, surroundings: Surroundings): TrafficRouter;
}

export interface WorkloadsDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
  /** What a plan says of one service's workload, `kind` left out. */
  readonly planOptions: z.ZodObject;
  create(connection: Connection, surroundings: Surroundings): Workloads;
}

export interface NotifierDefinition<Connection> {
  readonly kind: string;
  readonly says: string;
  readonly connection: z.ZodType<Connection>;
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
