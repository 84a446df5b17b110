import type { Context } from "hono";
import { sayAdapter } from "../core/messages/adapters.ts";
import { sayWhy } from "../core/messages/whys.ts";
import { sayConnectionRemedy } from "../core/messages/connections.ts";
import type { Language, Plan } from "../core/plan.ts";
import type { Env } from "./auth.ts";
import { connectionsQuery } from "./contract/insight.ts";
import type { ConnectionsAnswer, ConnectionView } from "./contract/insight.ts";
import { readQuery } from "./input.ts";
import type { Asked } from "./meters.ts";
import type { AppParts } from "./parts.ts";

type Port = ConnectionView["port"];

/** Something that serin may ask: a connection of the server's file, or an adapter that needs none. */
export interface KnownConnection {
  readonly port: Port;
  /** As plans name it. */
  readonly name: string;
  readonly kind: string;
  /** What it does, in a sentence. */
  readonly says: string;
}

/** Releases whose plans are looked at for what they use: the newest ones. */
const looksBack = 200;

/** Every connection: what it does, whether it answers, and which plans use it. The order is that of the ports, and of names. */
export async function connections(context: Context<Env>, parts: AppParts): Promise<Response> {
  const { language = "en" } = readQuery(context, connectionsQuery);
  const heads = await parts.store.list({ limit: looksBack, before: null });
  const plans = new Map(heads.map(({ plan }) => [plan.name, plan] as const).reverse());
  const used = usedBy([...plans.values()]);
  const known = new Map(parts.connections.map((each) => [keyOf(each), each]));
  const extra = [...used.keys(), ...parts.lastCalls.asked().flatMap((asked) => (asked.port === "store" ? [] : [keyOf(asked)]))];
  for (const key of extra) if (!known.has(key)) known.set(key, builtIn(parts, key));
  const answer: ConnectionsAnswer = {
    nowMs: parts.engine.nowMs(),
    connections: [...known.values()]
      .map((each) => viewOf(parts, { each, plans: used.get(keyOf(each)) ?? [] }, language))
      .toSorted((one, other) => ports.indexOf(one.port) - ports.indexOf(other.port) || one.name.localeCompare(other.name, "en")),
  };
  return context.json(answer);
}

const ports: readonly Port[] = ["router", "source", "workloads", "notifier"];

interface Used {
  readonly each: KnownConnection;
  readonly plans: readonly string[];
}

function viewOf(parts: AppParts, { each, plans }: Used, language: Language): ConnectionView {
  const last = parts.lastCalls.of(each);
  const why = last?.why ?? null;
  return {
    port: each.port,
    name: each.name,
    kind: each.kind,
    state: last === null ? "not-asked" : why === null ? "answers" : "fails",
    lastAnswerMs: last?.answer?.atMs ?? null,
    latencyMs: last?.answer === undefined || last.answer === null ? null : Math.round(last.answer.tookMs * 10) / 10,
    says: sayAdapter(each, language),
    why: why === null ? null : sayWhy(why, language),
    remedy: why === null ? null : sayConnectionRemedy(why, each.name, language),
    plans: [...plans].toSorted(),
  };
}

/** By key: the names of the plans. */
function usedBy(plans: readonly Plan[]): ReadonlyMap<string, readonly string[]> {
  const pairs = plans.flatMap((plan) => wordsOf(plan).map((asked) => [keyOf(asked), plan.name] as const));
  const used = Map.groupBy(pairs, ([key]) => key);
  return new Map([...used].map(([key, names]) => [key, [...new Set(names.map(([, name]) => name))]]));
}

function wordsOf(plan: Plan): readonly Asked[] {
  return [
    { port: "router", name: plan.traffic.kind },
    ...plan.services.map(({ workload }) => ({ port: "workloads" as const, name: workload.kind })),
    ...Object.values(plan.metrics).map(({ source }) => ({ port: "source" as const, name: source })),
    ...plan.notify.map(({ notifier }) => ({ port: "notifier" as const, name: notifier })),
  ];
}

/** What is used without a connection of the server's file: its name is its kind. */
function builtIn(parts: AppParts, key: string): KnownConnection {
  const [port = "", name = ""] = key.split("\n");
  const says = parts.adapters.find((each) => each.port === port && each.kind === name)?.says ?? "";
  return { port: port as Port, name, kind: name, says };
}

function keyOf({ port, name }: Asked): string {
  return `${port}\n${name}`;
}
