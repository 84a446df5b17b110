import { z } from "zod";
import { wrong } from "./finding.ts";
import type { Finding, Path } from "./finding.ts";
import {
  gateShape,
  guardShape,
  metadataShape,
  metricShape,
  phaseKeys,
  planShape,
  serviceShape,
  settingShapes,
  trafficShape,
} from "./plan-shape.ts";
import { parseName } from "./words.ts";
import { list, map, named, readShape, valueAt } from "./shape.ts";

/** A value and where it stands in the file. */
export interface Placed<T> {
  readonly path: Path;
  readonly value: T;
}

/** The readable entries of a list or map. `names` are of all entries, also of unreadable ones, so that nobody is told twice. */
export interface Entries<T> {
  readonly isWhole: boolean;
  readonly items: readonly (Placed<T> & { readonly name: string })[];
  readonly names: readonly string[];
  readonly keys: readonly { readonly name: string; readonly path: Path }[];
}

/** A plan file part by part: what could not be read is `null` or not among the entries, and its findings are told. */
export interface Draft {
  readonly metadata: z.output<typeof metadataShape> | null;
  readonly services: Entries<z.output<typeof serviceShape>>;
  readonly traffic: z.output<typeof trafficShape> | null;
  readonly metrics: Entries<z.output<typeof metricShape>>;
  readonly phases: Entries<PhaseDraft>;
  readonly guards: Entries<z.output<typeof guardShape>>;
  readonly settings: { readonly [K in keyof typeof settingShapes]: z.output<(typeof settingShapes)[K]> | null };
}

const phaseOnly = map({ says: "A phase.", example: '{ name: "10 %", share: 10%, observe: 15m }' }, phaseKeys);

export type GateDraft = z.output<typeof gateShape>;
export type PhaseDraft = z.output<typeof phaseOnly> & { readonly gates: Entries<GateDraft> };

const anything = z.unknown().optional();
const { apiVersion, kind } = planShape.shape;
/** The root's own keys; what stands under them is read part by part. */
const rootShape = map(
  { says: "The file.", example: "{ apiVersion: serin.dev/v1, kind: ReleasePlan, metadata: … }" },
  {
    apiVersion,
    kind,
    ...Object.fromEntries(Object.keys(planShape.shape).flatMap((key) => (key === "apiVersion" || key === "kind" ? [] : [[key, anything]]))),
  },
);

const shells = {
  services: list({ says: "Services.", example: "[{ name: frontend, workload: { kind: process, … } }]" }, z.unknown()),
  phases: list({ says: "Phases.", example: '[{ name: "10 %", share: 10%, observe: 15m }]' }, z.unknown()),
  guards: list({ says: "Guards.", example: '[{ when: "5xx-rate > 1%", then: rollback }]' }, z.unknown()).prefault([]),
  metrics: named({ says: "Metrics.", example: "{ error-rate: { kind: ratio, source: edge, bad: 5xx } }" }, z.unknown()),
  gates: named({ says: "Gates.", example: '{ error-rate: "< 0.5%" }' }, z.unknown()).prefault({}),
};

type ReadPart = <T>(schema: z.ZodType<T>, raw: unknown, path: Path) => T | null;

/** Reads a plan's value part by part, so that one mistake does not hide another. */
export function readDraft(value: unknown): { readonly draft: Draft; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const part: ReadPart = (schema, raw, path) => {
    const read = readShape(schema, raw, path);
    findings.push(...read.findings);
    return read.value;
  };
  const root = part(rootShape, value, []);
  const known = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  // Nothing more can be said of a file that is no map at all.
  if (root === null && known === null) return { draft: readParts({}, () => null), findings };
  const draft = readParts(known ?? {}, part);
  for (const { path, name } of [...draft.metrics.keys, ...draft.phases.items.flatMap((phase) => phase.value.gates.keys)]) {
    const parsed = parseName(name);
    if (!parsed.ok) findings.push({ ...wrong(path, parsed.message, parsed.remedy), on: "key", code: "name" });
  }
  return { draft, findings };
}

function readParts(value: Readonly<Record<string, unknown>>, part: ReadPart): Draft {
  const listed = <T>(key: "services" | "phases" | "guards", read: (raw: unknown, path: Path) => T | null): Entries<T> => {
    const shell = part<readonly unknown[]>(shells[key], value[key], [key]);
    return gather(
      (shell ?? []).map((raw, index) => ({ name: nameOf(raw, index), path: [key, index], raw })),
      read,
      shell !== null,
    );
  };
  const keyed = <T>(shape: z.ZodType<Record<string, unknown>>, raw: unknown, path: Path, item: z.ZodType<T>): Entries<T> => {
    const shell = part(shape, raw, path);
    const entries = Object.entries(shell ?? {}).map(([name, inner]) => ({ name, path: [...path, name], raw: inner }));
    return gather(entries, (inner, at) => part(item, inner, at), shell !== null);
  };
  const phase = (raw: unknown, path: Path): PhaseDraft | null => {
    const { gates, rest } = withoutGates(raw);
    const read = part(phaseOnly, rest, path);
    const entries = keyed(shells.gates, gates, [...path, "gates"], gateShape);
    return read === null ? null : { ...read, gates: entries };
  };
  const settings = Object.entries(settingShapes).map(([key, schema]) => [key, part<unknown>(schema, value[key], [key])] as const);
  return {
    metadata: part(metadataShape, value["metadata"], ["metadata"]),
    services: listed("services", (raw, path) => part(serviceShape, raw, path)),
    traffic: part(trafficShape, value["traffic"], ["traffic"]),
    metrics: keyed(shells.metrics, value["metrics"], ["metrics"], metricShape),
    phases: listed("phases", phase),
    guards: listed("guards", (raw, path) => part(guardShape, raw, path)),
    settings: Object.fromEntries(settings) as unknown as Draft["settings"],
  };
}

function nameOf(item: unknown, index: number): string {
  const written = valueAt(item, ["name"]);
  return typeof written === "string" ? written.trim() : String(index);
}

function gather<T>(
  entries: readonly { readonly name: string; readonly path: Path; readonly raw: unknown }[],
  read: (raw: unknown, path: Path) => T | null,
  isRead: boolean,
): Entries<T> {
  const items = entries.flatMap(({ name, path, raw }) => {
    const value = read(raw, path);
    return value === null ? [] : [{ name, path, value }];
  });
  return { isWhole: isRead && items.length === entries.length, items, names: entries.map((entry) => entry.name), keys: entries };
}

function withoutGates(raw: unknown): { readonly gates: unknown; readonly rest: unknown } {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return { gates: undefined, rest: raw };
  const { gates, ...rest } = raw as Record<string, unknown>;
  return { gates, rest };
}
