import type { z } from "zod";
import type { Audience, MetricKind, Plan } from "../core/plan.ts";
import type { Connection, Server } from "./server-file.ts";

/** The adapters of this build as the parser needs them: what `src/adapters/define.ts` defines, less the making. */
export interface Adapters {
  readonly sources: readonly SourceKind[];
  readonly routers: readonly RouterKind[];
  readonly workloads: readonly WorkloadsKind[];
  readonly notifiers: readonly NotifierKind[];
}

/** Everything that a plan may name: the adapters, and the server's own file; `server: null` when none was read. */
export interface Catalogue extends Adapters {
  readonly server: Server | null;
}

interface Kind {
  readonly kind: string;
  /** One sentence. */
  readonly says: string;
  readonly connection: z.ZodType;
}

export interface SourceKind extends Kind {
  readonly isBuiltIn: boolean;
  readonly metrics: Partial<Record<MetricKind, { readonly required: readonly string[]; readonly optional: readonly string[] }>>;
  readonly countsPeople: boolean;
  /** True when its scores only come near to what they say. Absent: they are what they say. */
  readonly isApproximate?: boolean;
  /** Whether each arm's requests come in parts that different people make up. Absent: they do not. */
  readonly countsInParts?: boolean;
  /** Between two runs of a score, ms. Absent: every scrape has one. */
  readonly runsEveryMs?: number;
  /** Whether a metric with these words has a stable arm to compare with. Absent: always. */
  hasStableArm?(words: Readonly<Record<string, string | number>>): boolean;
  /** Bounds at which a latency with these words is counted, ms, rising. Absent: nobody knows before it is read. */
  latencyBoundsMs?(words: Readonly<Record<string, string | number>>): readonly number[];
  /** What these words count, where the source knows: then a plan need not say it, and cannot say otherwise. Absent: the plan says. */
  unitOf?(words: Readonly<Record<string, string | number>>): "person" | "request";
  checkQuery(metric: MetricKind, words: Readonly<Record<string, string | number>>): string | null;
}

export interface RouterKind extends Kind {
  /** What the kind can; where connections differ, what the best of them can. */
  readonly capabilities: RouterAbility;
  /** What this connection can. Absent: connections do not differ. */
  capabilitiesOf?(connection: unknown): RouterAbility;
  /** What a server that is not serin's own must be configured with for this plan. Absent: nothing. */
  configure?(connection: unknown, plan: Plan): string;
}

/** What a router can do, as plans are checked against it. */
export interface RouterAbility {
  readonly sticky: boolean;
  readonly audiences: readonly Audience[];
  readonly readsBack: boolean;
  readonly stepPct: number;
  readonly lease: boolean;
  /** Whether it can send one request to a mix of versions. Absent: it can. */
  readonly attempts?: boolean;
}

export interface WorkloadsKind extends Kind {
  readonly planOptions: z.ZodObject;
}

export interface NotifierKind extends Kind {
  /** What is wrong with whom a plan wants to tell; `written` is the connection as the server's file has it. Absent: anybody can be told. */
  checkRecipient?(to: string, written: unknown): { readonly message: string; readonly remedy: string } | null;
}

/** The four ports whose adapters people name in files. */
export type Port = keyof Adapters;

/** What a connection of each port is called in a sentence. */
export const portNames: Readonly<Record<Port, string>> = {
  sources: "metric source",
  routers: "router",
  workloads: "workloads",
  notifiers: "notifier",
};

/** The kinds of DESIGN.md 8: a plan may name one before its adapter is in the build, and is told so. */
const designed: Readonly<Record<Port, readonly string[]>> = {
  sources: ["prometheus", "scrape", "edge", "sql", "http", "sentry", "lighthouse", "axe", "datadog", "cloudwatch"],
  routers: ["edge", "haproxy", "nginx", "nginx-reload", "gateway-api", "istio", "ingress-nginx", "command"],
  workloads: ["kubernetes", "process", "command"],
  notifiers: ["slack", "email", "webhook", "grafana", "sentry", "console"],
};

/** The kinds of a port that this build has. */
export function kindsOf(adapters: Adapters, port: Port): readonly string[] {
  return adapters[port].map((definition) => definition.kind);
}

/** True for a kind that serin knows of and this build does not have. */
export function isMissingKind(adapters: Adapters, port: Port, kind: string): boolean {
  return designed[port].includes(kind) && !kindsOf(adapters, port).includes(kind);
}

/** The kinds of a port that may be written: those of this build and those that it only knows of. */
export function writableKinds(adapters: Adapters, port: Port): readonly string[] {
  return [...new Set([...kindsOf(adapters, port), ...designed[port]])];
}

/** What a name in a plan stands for. */
export type Meaning<K> =
  | { readonly kind: "known"; readonly definition: K }
  /** Known to serin, but there is no such adapter in this build. */
  | { readonly kind: "missing"; readonly adapter: string }
  /** Perhaps a connection: there is no server file to look it up in. `guess`: the adapter of that name; `null`: there is none. */
  | { readonly kind: "unchecked"; readonly guess: K | null }
  | { readonly kind: "unknown"; readonly known: readonly string[] };

/** What a metric's `source` stands for: a connection of the server's file, or a built-in kind. */
export function meaningOfSource(catalogue: Catalogue, name: string): Meaning<SourceKind> {
  return meaningOf(
    catalogue,
    "sources",
    name,
    catalogue.sources.filter((definition) => definition.isBuiltIn),
  );
}

/** What a notice's notifier stands for: a connection of the server's file, or a kind that needs no connection. */
export function meaningOfNotifier(catalogue: Catalogue, name: string): Meaning<NotifierKind> {
  return meaningOf(
    catalogue,
    "notifiers",
    name,
    catalogue.notifiers.filter((definition) => definition.connection.safeParse({}).success),
  );
}

/** What a router's or a workload's `kind` stands for. */
export function meaningOfKind<P extends "routers" | "workloads">(
  catalogue: Catalogue,
  port: P,
  kind: string,
): Meaning<Adapters[P][number]> {
  const definition = (catalogue[port] as readonly Adapters[P][number][]).find((known) => known.kind === kind);
  if (definition !== undefined) return { kind: "known", definition };
  return isMissingKind(catalogue, port, kind) ? { kind: "missing", adapter: kind } : { kind: "unknown", known: kindsOf(catalogue, port) };
}

/** What the router of this kind can, by the connection that the server's file has; without one, what the kind can. */
export function abilityOf(catalogue: Catalogue, router: RouterKind): RouterAbility {
  const written = Object.values(catalogue.server?.connections.routers ?? {}).find((one) => one.kind === router.kind);
  const read = written === undefined ? null : router.connection.safeParse(written.options);
  return (read?.success === true ? router.capabilitiesOf?.(read.data) : undefined) ?? router.capabilities;
}

function meaningOf<P extends "sources" | "notifiers">(
  catalogue: Catalogue,
  port: P,
  name: string,
  builtIn: readonly Adapters[P][number][],
): Meaning<Adapters[P][number]> {
  const connections: Readonly<Record<string, Connection>> = catalogue.server?.connections[port] ?? {};
  const kind = Object.hasOwn(connections, name) ? (connections[name]?.kind ?? name) : null;
  const ofPort: readonly Adapters[P][number][] = catalogue[port];
  const definition = (kind === null ? builtIn : ofPort).find((known) => known.kind === (kind ?? name));
  if (definition !== undefined) return { kind: "known", definition };
  if (isMissingKind(catalogue, port, kind ?? name)) return { kind: "missing", adapter: kind ?? name };
  if (catalogue.server === null) return { kind: "unchecked", guess: ofPort.find((known) => known.kind === name) ?? null };
  return { kind: "unknown", known: [...Object.keys(connections), ...builtIn.map((known) => known.kind)] };
}

/** The adapter that a name most likely stands for; `null` when nothing can be said. */
export function adapterOf<K>(meaning: Meaning<K>): K | null {
  if (meaning.kind === "known") return meaning.definition;
  return meaning.kind === "unchecked" ? meaning.guess : null;
}
