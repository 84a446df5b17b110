import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { PortError } from "../ports.ts";
import type { Clock, World } from "../ports.ts";
import type {
  Check,
  Examination,
  KnownReleases,
  NotifierDefinition,
  RouterDefinition,
  SourceDefinition,
  Surroundings,
  WorkloadsDefinition,
} from "./define.ts";

/** The adapters of a build, by port. */
export interface AdapterLists {
  readonly sources: readonly SourceDefinition<unknown>[];
  readonly routers: readonly RouterDefinition<unknown>[];
  readonly workloads: readonly WorkloadsDefinition<unknown>[];
  readonly notifiers: readonly NotifierDefinition<unknown>[];
}

/** The connections of the server's file, by port and name, each as its adapter's schema has read it: secrets are in their places. */
export type Connections = Readonly<Record<keyof AdapterLists, Readonly<Record<string, OpenConnection>>>>;

export interface OpenConnection {
  readonly kind: string;
  readonly value: unknown;
  /** Why it cannot be used (`value` means nothing then), for a look from outside; a server does not begin with such a one. Absent: it can. */
  readonly unusable?: readonly { readonly message: string; readonly remedy: string }[];
}

/** A connection of the server's file cannot be used as it is. */
export class ConnectionUnusable extends PortError {
  override readonly name = "ConnectionUnusable";
  /** What a person can do. */
  readonly remedy: string;

  constructor(problems: NonNullable<OpenConnection["unusable"]>) {
    const each = (of: "message" | "remedy"): string => [...new Set(problems.map((problem) => problem[of]))].join(" ");
    super(each("message"), { retry: "never" });
    this.remedy = `${each("remedy")} Or let the server look, with its own secrets: --server URL.`;
  }
}

export interface WorldParts {
  readonly lists: AdapterLists;
  readonly connections: Connections;
  readonly clock: Clock;
  /** The server's data folder; each adapter has a folder of its own in it. */
  readonly dataDir: string;
  /** Aborts when the server closes: see `Surroundings`. Absent: it never does. */
  readonly closing?: AbortSignal;
}

/** The outside world without its store; its adapters can also be asked to look at themselves. */
export interface ConnectedWorld extends Omit<World, "store"> {
  /**
   * What the adapter behind a plan's word finds when it looks at itself (`Examination`); empty where it has nothing to look at beside its port.
   * Throws as the look-up of the adapter does.
   */
  examine(asked: ExaminedAdapter, signal: AbortSignal): Promise<readonly Check[]>;
  /** What workloads of this kind find that no release which is known answers for; empty where nothing can be left over. Throws as above. */
  orphans(kind: string, known: KnownReleases, signal: AbortSignal): Promise<readonly Check[]>;
}

/** One adapter by the word that a plan has for it. */
export interface ExaminedAdapter {
  readonly port: keyof AdapterLists;
  readonly word: string;
  readonly examination: Examination;
}

/**
 * The outside world as the engine asks for it. A source or notifier is looked up by its connection's name, then as a kind with its defaults; a
 * router or workloads by kind, of which there is at most one connection. Each adapter is made at its first use and kept; workloads that left
 * something in their folder are made at once, so that what still runs is looked after. A name that leads nowhere throws a `PortError` that is
 * never worth repeating.
 */
export function connectWorld(parts: WorldParts): ConnectedWorld {
  const { lists, connections } = parts;
  const made = {
    routers: makeEach(parts, { port: "routers", definitions: lists.routers, find: byKind(connections.routers) }),
    workloads: makeEach(parts, { port: "workloads", definitions: lists.workloads, find: byKind(connections.workloads) }),
    sources: makeEach(parts, { port: "sources", definitions: lists.sources, find: byName(connections.sources) }),
    notifiers: makeEach(parts, { port: "notifiers", definitions: lists.notifiers, find: byName(connections.notifiers) }),
  };
  for (const { kind } of lists.workloads) if (existsSync(join(parts.dataDir, kind))) made.workloads(kind);
  return {
    clock: parts.clock,
    router: (plan) => made.routers(plan.traffic.kind).adapter,
    workloads: (kind) => made.workloads(kind).adapter,
    source: (name) => made.sources(name).adapter,
    notifier: (name) => made.notifiers(name).adapter,
    examine: async ({ port, word, examination }, signal) => made[port](word).examine(examination, signal),
    orphans: async (kind, known, signal) => made.workloads(kind).orphans(known, signal),
  };
}

interface Definition<Adapter> {
  readonly kind: string;
  readonly connection: z.ZodType;
  create(connection: unknown, surroundings: Surroundings): Adapter;
  examine?(connection: unknown, examination: Examination, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
  orphans?(connection: unknown, known: KnownReleases, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Check[]>;
}

/** An adapter that was made, and how it looks at itself. */
interface Made<Adapter> {
  readonly adapter: Adapter;
  examine(examination: Examination, signal: AbortSignal): Promise<readonly Check[]>;
  orphans(known: KnownReleases, signal: AbortSignal): Promise<readonly Check[]>;
}

/** A connection by a plan's word; without one the word is a kind, with its defaults. */
type Find = (word: string) => { readonly name: string; readonly kind: string; readonly connection: OpenConnection | null };

interface Port<Adapter> {
  readonly port: keyof AdapterLists;
  readonly definitions: readonly Definition<Adapter>[];
  readonly find: Find;
}

function makeEach<Adapter>(
  { clock, dataDir, closing }: WorldParts,
  { port, definitions, find }: Port<Adapter>,
): (word: string) => Made<Adapter> {
  const made = new Map<string, Made<Adapter>>();
  return (word) => {
    const known = made.get(word);
    if (known !== undefined) return known;
    const { name, kind, connection } = find(word);
    const definition = definitions.find((candidate) => candidate.kind === kind);
    if (definition === undefined) {
      const kinds = definitions.map((each) => each.kind).join(", ");
      throw new PortError(`no ${port} here are called "${word}"; this build has the kinds ${kinds}`, { retry: "never" });
    }
    const folder = join(dataDir, port === "workloads" ? name : `${port}-${name}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const surroundings = { clock, dataDir: folder, ...(closing === undefined ? {} : { closing }) };
    if (connection?.unusable !== undefined) throw new ConnectionUnusable(connection.unusable);
    const value = connection ? connection.value : defaultsOf(definition, word);
    const adapter: Made<Adapter> = {
      adapter: definition.create(value, surroundings),
      examine: async (examination, signal) => (await definition.examine?.(value, examination, surroundings, signal)) ?? [],
      orphans: async (known, signal) => (await definition.orphans?.(value, known, surroundings, signal)) ?? [],
    };
    made.set(word, adapter);
    return adapter;
  };
}

function defaultsOf(definition: Definition<unknown>, word: string): unknown {
  const defaults = definition.connection.safeParse({});
  if (defaults.success) return defaults.data;
  throw new PortError(`"${word}" needs a connection in the server's file: the kind ${definition.kind} has no defaults`, { retry: "never" });
}

function byName(connections: Readonly<Record<string, OpenConnection>>): Find {
  return (word) => {
    const connection = Object.hasOwn(connections, word) ? (connections[word] ?? null) : null;
    return { name: word, kind: connection?.kind ?? word, connection };
  };
}

function byKind(connections: Readonly<Record<string, OpenConnection>>): Find {
  return (word) => {
    const connection = Object.values(connections).find(({ kind }) => kind === word) ?? null;
    return { name: word, kind: word, connection };
  };
}
