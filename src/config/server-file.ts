import type { z } from "zod";
import type { Role } from "../core/plan.ts";
import type { Problem } from "../errors.ts";
import type { Adapters, Port } from "./catalogue.ts";
import { isMissingKind, kindsOf, portNames, writableKinds } from "./catalogue.ts";
import type { Finding, Path } from "./finding.ts";
import { doubtful, wrong } from "./finding.ts";
import { loginFindings } from "./login-shape.ts";
import { insteadOf } from "./near.ts";
import { proxiesFindings } from "./proxies-shape.ts";
import type { Proxies } from "./proxies-shape.ts";
import { extractSecrets, putSecrets } from "./secrets.ts";
import type { SecretReaders, SecretUse } from "./secrets.ts";
import { serverShape } from "./server-shape.ts";
import { readShape, valueAt } from "./shape.ts";
import { parseName } from "./words.ts";
import { readYaml } from "./yaml-document.ts";

/** The server's file, read and checked; secrets are still in their places (`openConnection` fetches them). */
export interface Server {
  readonly file: string;
  readonly environments: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  /** Where people reach the server, without a slash at its end; `null`: the file does not say. */
  readonly publicUrl: string | null;
  /** Who stands in front of the server; `null`: nobody whom it believes whom they speak for. */
  readonly proxies: Proxies | null;
  readonly connections: Readonly<Record<Port, Readonly<Record<string, Connection>>>>;
  readonly people: readonly ServerPerson[];
  /** How people sign in with their identity provider, read by `loginShape` once its secret is fetched; `null`: they do not. */
  readonly login: Connection | null;
}

/** One connection by its name: the adapter's kind, and its words with stand-ins for secrets. */
export interface Connection {
  readonly kind: string;
  readonly options: unknown;
  readonly secrets: readonly SecretUse[];
  readonly line: number;
  readonly column: number;
}

export interface ServerPerson {
  readonly name: string;
  readonly roles: readonly Role[];
  /** `null`: everywhere. */
  readonly environments: readonly string[] | null;
  /** The person's id on Slack; `null`: nobody there speaks for the person. */
  readonly slack: string | null;
  /** What the identity provider calls the person; absent: their name. */
  readonly login?: string;
}

const ports: readonly Port[] = ["sources", "routers", "workloads", "notifiers"];

/** Reads `serin.yaml`. `server` is `null` when there is an error among the problems, which are in the file's order. Never throws. */
export function readServer(
  text: string | Uint8Array,
  file: string,
  adapters: Adapters,
): { readonly server: Server | null; readonly problems: readonly Problem[] } {
  const document = readYaml(text, file);
  const isRead = document.problems.length === 0;
  const signIn = isRead ? readLogin(document.value, document.place) : null;
  const shaped = isRead ? readShape(serverShape, signIn?.rest ?? document.value, []) : { value: null, findings: [] };
  const findings: Finding[] = [...shaped.findings, ...(signIn?.findings ?? [])];
  const connections = ports.map(
    (port) => [port, readConnections(port, valueAt(document.value, ["connections", port]), adapters, document.place, findings)] as const,
  );
  if (shaped.value !== null)
    findings.push(
      ...peopleTwice(shaped.value),
      ...oneOfAKind(shaped.value),
      ...buttonsForNobody(shaped.value),
      ...loginFindings(shaped.value),
      ...proxiesFindings(shaped.value),
    );
  const problems = [...document.problems, ...(isRead ? findings.map((finding) => document.place(finding)) : [])]
    .toSorted(inOrder)
    .slice(0, 100);
  if (shaped.value === null || problems.some((problem) => problem.severity === "error")) return { server: null, problems };
  const { environments, listen, publicUrl = null, proxies = null, people } = shaped.value;
  return {
    server: {
      file,
      environments,
      listen,
      publicUrl,
      proxies,
      connections: Object.fromEntries(connections) as unknown as Server["connections"],
      people: people.map(({ name, roles, environments = null, slack = null, login }) => ({
        name,
        roles,
        environments,
        slack,
        ...(login === undefined ? {} : { login }),
      })),
      login: signIn?.login ?? null,
    },
    problems,
  };
}

/** The words of `login` with a stand-in for its secret, and the file's other words with these in their place; `null`: there are none. */
function readLogin(
  value: unknown,
  place: Place,
): { readonly login: Connection; readonly rest: unknown; readonly findings: readonly Finding[] } | null {
  const raw = valueAt(value, ["login"]);
  if (typeof raw !== "object" || raw === null) return null;
  const { options, secrets, findings } = extractSecrets(raw, ["login"]);
  const { line, column } = place(wrong(["login"], "", ""));
  const login = { kind: "login", options, secrets: placed(secrets, ["login"], place), line, column };
  return { login, rest: { ...(value as object), login: options }, findings };
}

/** The connection's words, secrets fetched, as its adapter's schema reads them; or what is wrong with them. Throws nothing. */
export function openConnection<C>(
  connection: Connection,
  schema: z.ZodType<C>,
  readers: SecretReaders,
  file: string,
): { readonly ok: true; readonly value: C } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const filled = putSecrets(connection.options, connection.secrets, readers, file);
  if (filled.problems.length > 0) return { ok: false, problems: filled.problems };
  const result = schema.safeParse(filled.options);
  if (result.success) return { ok: true, value: result.data };
  // The issue's own text could repeat a secret; its place cannot, nor what the connection's author wrote for it.
  const problems = result.error.issues.map((issue): Problem => {
    const where = issue.path.map(String).join(".");
    return {
      file,
      line: connection.line,
      column: connection.column,
      severity: "error",
      code: "secret",
      message: `The ${connection.kind} connection refuses what it was given for ${where === "" ? "it" : where}.`,
      remedy: issue.code === "custom" ? issue.message : "Look at the secret that it names.",
    };
  });
  return { ok: false, problems };
}

type Place = (finding: Finding) => Problem;

function readConnections(
  port: Port,
  raw: unknown,
  adapters: Adapters,
  place: Place,
  findings: Finding[],
): Readonly<Record<string, Connection>> {
  const read: Record<string, Connection> = {};
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return read;
  for (const [name, inner] of Object.entries(raw as Readonly<Record<string, unknown>>)) {
    const path = ["connections", port, name];
    const parsed = parseName(name);
    if (!parsed.ok) findings.push({ ...wrong(path, parsed.message, parsed.remedy), on: "key", code: "name" });
    const connection = readConnection({ port, raw: inner, path, adapters, place, findings });
    if (connection !== null) read[name] = connection;
  }
  return read;
}

interface ConnectionAsk {
  readonly port: Port;
  readonly raw: unknown;
  readonly path: Path;
  readonly adapters: Adapters;
  readonly place: Place;
  readonly findings: Finding[];
}

function readConnection({ port, raw, path, adapters, place, findings }: ConnectionAsk): Connection | null {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return null;
  const { kind, ...words } = raw as Readonly<Record<string, unknown>>;
  if (typeof kind !== "string") {
    findings.push({
      ...wrong([...path, "kind"], "kind is missing.", `Write the kind of ${portNames[port]}: ${kindsOf(adapters, port).join(", ")}.`),
      on: "key",
    });
    return null;
  }
  const extracted = extractSecrets(words, path);
  findings.push(...extracted.findings);
  const definition = adapters[port].find((known) => known.kind === kind);
  if (definition === undefined) findings.push(unknownKind(port, kind, [...path, "kind"], adapters));
  else {
    // What is said of a stand-in's value is not said of the secret; a key is the person's own word.
    const standIns = new Set(extracted.secrets.map((secret) => JSON.stringify([...path, ...secret.path])));
    const { findings: all } = readShape(definition.connection, extracted.options, path);
    findings.push(...all.filter((finding) => finding.on === "key" || !standIns.has(JSON.stringify(finding.path))));
  }
  const { line, column } = place(wrong(path, "", ""));
  return { kind, options: extracted.options, secrets: placed(extracted.secrets, path, place), line, column };
}

/** The secrets with the lines that they are written on. */
function placed(secrets: ReturnType<typeof extractSecrets>["secrets"], path: Path, place: Place): readonly SecretUse[] {
  return secrets.map((secret) => {
    const { line, column } = place(wrong([...path, ...secret.path], "", ""));
    return { ...secret, line, column };
  });
}

function unknownKind(port: Port, kind: string, path: Path, adapters: Adapters): Finding {
  if (isMissingKind(adapters, port, kind)) {
    return doubtful(
      path,
      `This build has no ${portNames[port]} adapter of kind "${kind}".`,
      `It has ${kindsOf(adapters, port).join(", ")}; the connection is left unused.`,
    );
  }
  return wrong(
    path,
    `There is no ${portNames[port]} of kind "${kind.slice(0, 60)}".`,
    insteadOf(kind, writableKinds(adapters, port), "Remove it."),
  );
}

type Shaped = z.output<typeof serverShape>;

function peopleTwice(server: Shaped): readonly Finding[] {
  const isFirst = (index: number, key: "name" | "slack" | "login"): boolean =>
    server.people.findIndex((other) => other[key] === server.people[index]?.[key]) === index;
  return server.people.flatMap(({ name, slack, login }, index) => [
    ...(isFirst(index, "name")
      ? []
      : [wrong(["people", index, "name"], `${JSON.stringify(name)} stands in the list twice.`, "Give one entry all the roles.")]),
    ...(slack === undefined || isFirst(index, "slack")
      ? []
      : [wrong(["people", index, "slack"], `${slack} speaks for two people.`, "Leave it with the one whose id it is.")]),
    ...(login === undefined || isFirst(index, "login")
      ? []
      : [wrong(["people", index, "login"], `${JSON.stringify(login)} signs in as two people.`, "Leave it with the one whose it is.")]),
  ]);
}

/** A plan names a router and its workloads by kind, so two of a kind could not be told apart. */
function oneOfAKind(server: Shaped): readonly Finding[] {
  return (["routers", "workloads"] as const).flatMap((port) => {
    const entries = Object.entries(server.connections[port]);
    return entries.flatMap(([name, { kind }], index) => {
      const isSecond = entries.slice(0, index).some(([, other]) => other["kind"] === kind);
      return isSecond
        ? [
            wrong(
              ["connections", port, name],
              `This is a second connection of kind "${String(kind)}".`,
              "Keep one: a plan names it by its kind.",
            ),
          ]
        : [];
    });
  });
}

/** Buttons in messages are for people whom the file knows by their id there. */
function buttonsForNobody(server: Shaped): readonly Finding[] {
  if (server.people.some(({ slack }) => slack !== undefined)) return [];
  const hearing = Object.entries(server.connections.notifiers).filter(
    ([, { kind, appToken, signingSecret }]) => kind === "slack" && (appToken !== undefined || signingSecret !== undefined),
  );
  return hearing.map(([name]) =>
    doubtful(
      ["connections", "notifiers", name],
      "Its messages have buttons, and nobody may press them: no person of this file has an id there.",
      "Write it with each person: { name: ada, roles: [release-manager], slack: U0123ABC }.",
    ),
  );
}

/** By line, then column. */
export function inOrder(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}
