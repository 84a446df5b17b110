import { z } from "zod";
import { isMissingKind, writableKinds } from "./catalogue.ts";
import type { Adapters, Port } from "./catalogue.ts";
import { planShape } from "./plan-shape.ts";
import { serverShape } from "./server-shape.ts";
import { inputSchemaOf } from "./words.ts";

/** A JSON Schema, draft 2020-12, as plain JSON. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The JSON Schema of plan files, for editors, with the workloads of these adapters. It accepts what `readPlan` accepts, and more: names are not looked up. */
export function planSchema(adapters: Adapters): JsonSchema {
  const variants = adapters.workloads.map(({ kind, says, planOptions }) => withKind(toSchema(planOptions), kind, says));
  return {
    ...headed(toSchema(planShape), "plan", "serin release plan"),
    $defs: { workload: { anyOf: [...variants, ...missing(adapters, "workloads")], description: "What runs this service." } },
  };
}

/** The JSON Schema of `serin.yaml`, with the connections of these adapters; every text of a connection may be the place of a secret. */
export function serverSchema(adapters: Adapters): JsonSchema {
  const ports: readonly Port[] = ["sources", "routers", "workloads", "notifiers"];
  const connections = ports.map((port) => {
    const variants = adapters[port].map(({ kind, says, connection }) => withKind(orSecret(toSchema(connection)) as JsonSchema, kind, says));
    return [`${port}-connection`, { anyOf: [...variants, ...missing(adapters, port)] }] as const;
  });
  return { ...headed(toSchema(serverShape), "server", "serin server file"), $defs: { ...Object.fromEntries(connections), secret } };
}

/** As it is written to a file: indented by two, with a line feed at the end. */
export function printSchema(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const secret: JsonSchema = {
  description: "Where a secret lies; it is never written into the file itself.",
  anyOf: [
    {
      type: "object",
      properties: { env: { type: "string", description: "An environment variable of the server." } },
      required: ["env"],
      additionalProperties: false,
    },
    {
      type: "object",
      properties: { file: { type: "string", description: "A file; relative paths start at this file." } },
      required: ["file"],
      additionalProperties: false,
    },
  ],
};

/** References that stand in the shapes for what the adapters fill in. */
const filled = new Map<string, string>([
  ["workload", "workload"],
  ["sources", "sources-connection"],
  ["routers", "routers-connection"],
  ["workloads", "workloads-connection"],
  ["notifiers", "notifiers-connection"],
]);

function toSchema(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema, path }) => {
      const input = inputSchemaOf(zodSchema);
      if (input !== null) replace(jsonSchema, input);
      const reference = referenceAt(path);
      if (reference !== null) replace(jsonSchema, { $ref: `#/$defs/${reference}` });
    },
  });
}

/** The adapters' part that belongs at this place of a shape; `null` almost everywhere. */
function referenceAt(path: readonly (string | number)[]): string | null {
  const at = path.join(".");
  const port = /^properties\.connections\.properties\.(\w+)\.additionalProperties$/.exec(at)?.[1];
  if (port !== undefined) return filled.get(port) ?? null;
  if (at === "properties.login.properties.secret") return "secret";
  return at === "properties.services.items.properties.workload" ? "workload" : null;
}

/** A schema's own default stays when what people write replaces the rest. */
function replace(target: object, by: JsonSchema): void {
  const kept = "default" in target ? { default: target.default } : {};
  for (const key of Object.keys(target)) Reflect.deleteProperty(target, key);
  Object.assign(target, by, kept);
}

function headed(schema: JsonSchema, name: string, title: string): JsonSchema {
  const { $schema, description, ...rest } = schema;
  return { $schema, $id: `https://serin.dev/schema/v1/${name}.schema.json`, title, description, ...rest };
}

function withKind(schema: JsonSchema, kind: string, says: string): JsonSchema {
  const { $schema: _draft, properties, required, description, ...rest } = schema;
  return {
    ...rest,
    description: description ?? says,
    properties: { kind: { const: kind }, ...(properties as JsonSchema | undefined) },
    required: ["kind", ...((required as readonly string[] | undefined) ?? [])],
  };
}

/** The kinds that this build does not have may be written; nothing is said about their words. */
function missing(adapters: Adapters, port: Port): readonly JsonSchema[] {
  const kinds = writableKinds(adapters, port).filter((kind) => isMissingKind(adapters, port, kind));
  return kinds.length === 0
    ? []
    : [
        {
          type: "object",
          description: "Not in this build.",
          properties: { kind: { enum: kinds, description: "Known to serin, not in this build." } },
          required: ["kind"],
        },
      ];
}

/** Every text in a connection, also in its lists and maps, may be the place of a secret instead. */
function orSecret(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return schema;
  const { properties, items, additionalProperties, anyOf, ...rest } = schema as JsonSchema;
  if (rest["type"] === "string") return { anyOf: [schema, { $ref: "#/$defs/secret" }] };
  const inner = Object.entries((properties ?? {}) as JsonSchema).map(([key, value]) => [key, orSecret(value)] as const);
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(inner) }),
    ...(items === undefined ? {} : { items: orSecret(items) }),
    ...(anyOf === undefined ? {} : { anyOf: (anyOf as readonly unknown[]).map(orSecret) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: orSecret(additionalProperties) }),
  };
}
