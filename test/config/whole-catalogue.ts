import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Adapters, Catalogue, SourceKind } from "../../src/config/catalogue.ts";
import { readServer } from "../../src/config/server-file.ts";
import { adapters } from "./sound-plan.ts";

const anyConnection = z.looseObject({});
const imageOptions = z.object({ namespace: z.string(), deployment: z.string(), container: z.string() });
const says = "Takes what examples/ecomsimply says.";

/** Kinds that examples/ecomsimply names, with the words that it uses. Those that this build has are its own. */
const sources: readonly SourceKind[] = [
  source("prometheus", { ratio: ["bad", "total"], latency: ["histogram"], level: ["value"] }, ["where", "per", "limit"]),
  source("sql", { ratio: ["query"] }, ["matures"]),
  source("sentry", { count: ["query"] }, []),
];

/** What examples/ecomsimply may name when every adapter that it needs is there, and its server's file is read. */
export function wholeCatalogue(): Catalogue {
  const missing = <T extends { readonly kind: string }>(known: readonly T[], more: readonly T[]): readonly T[] => [
    ...known,
    ...more.filter(({ kind }) => !known.some((one) => one.kind === kind)),
  ];
  const whole: Adapters = {
    sources: missing(adapters.sources, sources),
    routers: adapters.routers,
    workloads: missing(adapters.workloads, [{ kind: "kubernetes", says, connection: anyConnection, planOptions: imageOptions }]),
    notifiers: missing(adapters.notifiers, [notifier("slack"), notifier("email")]),
  };
  const { server, problems } = readServer(readFileSync("examples/ecomsimply/serin.yaml"), "serin.yaml", whole);
  if (server === null || problems.length > 0) throw new Error(`examples/ecomsimply/serin.yaml does not read: ${JSON.stringify(problems)}`);
  return { ...whole, server };
}

function source(kind: string, required: Readonly<Record<string, readonly string[]>>, optional: readonly string[]): SourceKind {
  const metrics = Object.fromEntries(Object.entries(required).map(([metric, words]) => [metric, { required: words, optional }]));
  return { kind, says, connection: anyConnection, isBuiltIn: false, metrics, countsPeople: kind === "sql", checkQuery: () => null };
}

function notifier(kind: string) {
  return { kind, says, connection: anyConnection };
}
