import { createGenerator } from "ts-json-schema-generator";
import { z } from "zod";
import { errorKind } from "../src/errors.ts";
import type { ErrorCode } from "../src/errors.ts";
import { routes } from "../src/http/contract.ts";
import type { RouteName } from "../src/http/contract.ts";
import { descriptions, problemsOf } from "../src/http/contract/descriptions.ts";
import type { AnswerKind, HeaderName } from "../src/http/contract/descriptions.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The API as OpenAPI 3.1: what it takes from the contract's schemas, what it answers from the contract's interfaces.
 *
 * Source: https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = routes[name];
    const place = path.replaceAll(/:(\w+)/g, "{$1}");
    paths[place] = { ...paths[place], [method.toLowerCase()]: operationOf(name) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "serin",
      version,
      summary: "Progressive delivery with honest evidence.",
      description:
        "Times are milliseconds since 1970, shares are percent. Every error is a problem (RFC 9457) with a code of docs/errors.md.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      schemas: schemasOf(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A person's or a machine's token." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-serin-session",
          description: "The session of a browser; over plain HTTP the cookie is `serin-session-PORT`.",
        },
      },
    },
  };
}

function operationOf(name: RouteName): Json {
  const { path, access } = routes[name];
  const { says, query, body, headers = [], answers } = descriptions[name];
  const who = typeof access === "string" ? { anybody: "Anybody.", person: "Every person." }[access] : `Roles: ${access.join(", ")}.`;
  const parameters = [...pathParameters(path), ...(query === undefined ? [] : queryParameters(query)), ...headers.map(headerParameter)];
  return {
    operationId: name,
    summary: says,
    description: who,
    ...(access === "anybody" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { "application/json": { schema: inputOf(body, "input") } } } }),
    responses: { ...responsesOf(answers), ...problemResponses(problemsOf(name), Object.keys(answers)) },
  };
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function queryParameters(query: z.ZodObject): readonly Json[] {
  const { properties = {} } = inputOf(query, "output") as { readonly properties?: Readonly<Record<string, Json>> };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: !query.shape[name]?.safeParse(undefined).success,
    schema,
  }));
}

const headerSays: Readonly<Record<HeaderName, Json>> = {
  "If-Match": { required: true, schema: { type: "string", pattern: '^"\\d{1,9}"$' }, description: "The revision that the caller saw." },
  "Idempotency-Key": {
    required: false,
    schema: { type: "string", pattern: "^[\\x21-\\x7e]{1,200}$" },
    description: "The same for every try of the same call. Required where a release begins.",
  },
  "Last-Event-ID": {
    required: false,
    schema: { type: "string", pattern: "^\\d{1,9}$" },
    description: "The stream goes on behind this revision.",
  },
};

function headerParameter(name: HeaderName): Json {
  return { name, in: "header", ...headerSays[name] };
}

function inputOf(schema: z.ZodObject, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function responsesOf(answers: Readonly<Record<number, AnswerKind>>): Json {
  return Object.fromEntries(Object.entries(answers).map(([status, kind]) => [status, responseOf(kind)]));
}

function responseOf(kind: AnswerKind): Json {
  if (kind === "no body") return { description: "It is done." };
  if (kind === "redirect") return { description: "It goes on there.", headers: { Location: { schema: { type: "string" } } } };
  if ("type" in kind) return { description: kind.type, content: { "application/json": { schema: ref(kind.type) } } };
  if ("media" in kind) {
    const types = kind.media.split(/, | or /);
    return { description: kind.media, content: Object.fromEntries(types.map((type) => [type, {}])) };
  }
  const events = Object.fromEntries(Object.entries(kind.events).map(([event, type]) => [event, ref(type)]));
  return {
    description: `Server-sent events: ${Object.keys(events).join(", ")}. \`x-events\` has the schema of the data of each.`,
    content: { "text/event-stream": { schema: { type: "string" }, "x-events": events } },
  };
}

function problemResponses(codes: readonly ErrorCode[], taken: readonly string[]): Json {
  const byStatus = Map.groupBy(codes, (code) => String(errorKind(code).status ?? 500));
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !taken.includes(status))
      .map(([status, some]) => {
        const schema = { allOf: [ref("ProblemAnswer"), { properties: { code: { enum: some } } }] };
        const says = some.map((code) => `\`${code}\`: ${errorKind(code).title}.`).join(" ");
        return [status, { description: says, content: { "application/problem+json": { schema } } }];
      }),
  );
}

function ref(type: string): Json {
  return { $ref: `#/components/schemas/${type}` };
}

/** Every answer's type, with the types that it is made of. */
function schemasOf(): Json {
  const names = Object.values(descriptions).flatMap(({ answers }) =>
    Object.values(answers).flatMap((kind) =>
      typeof kind === "string" || "media" in kind ? [] : "type" in kind ? [kind.type] : Object.values(kind.events),
    ),
  );
  const generator = createGenerator({
    path: "src/http/{contract.ts,contract/*.ts}",
    tsconfig: "tsconfig.json",
    skipTypeCheck: true,
    expose: "export",
    jsDoc: "extended",
    additionalProperties: true,
    sortProps: false,
  });
  const schemas: Record<string, unknown> = {};
  for (const name of new Set([...names, "ProblemAnswer"])) Object.assign(schemas, generator.createSchema(name).definitions);
  const text = JSON.stringify(Object.fromEntries(Object.entries(schemas).toSorted(([one], [other]) => (one < other ? -1 : 1))));
  return JSON.parse(text.replaceAll("#/definitions/", "#/components/schemas/")) as Json;
}
