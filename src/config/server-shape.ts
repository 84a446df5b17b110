import { z } from "zod";
import { roles } from "../core/plan.ts";
import { loginShape } from "./login-shape.ts";
import { proxiesShape } from "./proxies-shape.ts";
import { list, map, named } from "./shape.ts";
import { choice, name, text, word } from "./words.ts";

/*
 * The server's own file `serin.yaml` as people write it: what a plan must not say (addresses, secrets, who holds which role).
 */

/** Each port has a schema of its own: the JSON Schema fills in its own adapters (json-schema.ts). */
function connectionsOf(says: string, example: string) {
  const connection = z
    .record(z.string(), z.unknown(), { error: () => "{ kind: http, … }" })
    .describe("A connection: its kind, and that adapter's own words.");
  return named({ says, example }, connection).prefault({});
}

export const listenWord = word(
  { says: "Address and port of the API and the dashboard; loopback unless you say otherwise.", example: "127.0.0.1:7707" },
  { pattern: String.raw`^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$` },
  (value) => {
    const [, host = "", port = ""] = /^(\[[0-9a-f:]{2,39}\]|[a-z0-9.-]{1,253}):(\d{1,5})$/i.exec(value) ?? [];
    if (host !== "" && Number(port) <= 65_535) return { ok: true, value: { host: host.replaceAll(/[[\]]/g, ""), port: Number(port) } };
    return { ok: false, message: `${JSON.stringify(value.slice(0, 60))} is not an address and a port.`, remedy: 'Write "127.0.0.1:7707".' };
  },
);

const publicUrlWord = word(
  {
    says: "Where people reach this server, for the links in notices. Default: notices have no link.",
    example: "https://serin.example.org",
  },
  { format: "uri" },
  (value) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && !/[?#]/.test(value);
    if (isPlain) return { ok: true, value: url.href.replace(/\/+$/, "") };
    return {
      ok: false,
      message: `${JSON.stringify(value.slice(0, 60))} is not the address of a server.`,
      remedy: 'Write "https://serin.example.org": no user, no query, no fragment.',
    };
  },
);

const slackWord = word(
  { says: "The person's id on Slack, for the buttons of its messages. Default: nobody there speaks for the person.", example: "U0123ABC" },
  { pattern: "^[UW][A-Z0-9]{6,}$" },
  (value) => {
    if (/^[UW][A-Z0-9]{6,30}$/.test(value)) return { ok: true, value };
    return {
      ok: false,
      message: `${JSON.stringify(value.slice(0, 60))} is not the id of a person on Slack.`,
      remedy: 'Write the member id of the profile\'s menu "Copy member ID": U0123ABC.',
    };
  },
);

export const personShape = map(
  { says: "Somebody who may speak in releases.", example: "{ name: ada, roles: [release-manager] }" },
  {
    name: text({ says: "The person's name, as it stands in the journal.", example: "ada" }),
    roles: list(
      { says: "The roles that the person holds.", example: "[release-manager]" },
      choice({ says: "A role.", example: "qa-lead" }, roles),
    ),
    environments: list(
      { says: "Where the roles hold. Default: everywhere.", example: "[production]" },
      name({ says: "An environment.", example: "production" }),
    ).optional(),
    slack: slackWord.optional(),
    login: text({
      says: "How the identity provider calls the person: what the claim `login.name` holds. Default: by the name above.",
      example: "ada@example.org",
    }).optional(),
  },
);

export const connectionShapes = {
  sources: connectionsOf("Metric sources, by the name that plans use.", "{ pricetruth: { kind: http, url: … } }"),
  routers: connectionsOf("Routers, one of a kind.", "{ edge: { kind: edge, … } }"),
  workloads: connectionsOf("What runs services, one of a kind.", "{ process: { kind: process } }"),
  notifiers: connectionsOf("Notifiers, by the name that plans use.", "{ hook: { kind: webhook, url: … } }"),
};

export const serverShape = map(
  { says: "The server's own file.", example: "{ apiVersion: serin.dev/v1, kind: Server }" },
  {
    apiVersion: choice({ says: "The version of this file's language.", example: "serin.dev/v1" }, ["serin.dev/v1"]),
    kind: choice({ says: "What this file is.", example: "Server" }, ["Server"]),
    environments: list(
      { says: "The environments that this server releases to.", example: "[production]" },
      name({ says: "An environment.", example: "production" }),
    ).prefault(["production"]),
    listen: listenWord.prefault("127.0.0.1:7707"),
    publicUrl: publicUrlWord.optional(),
    proxies: proxiesShape.optional(),
    login: loginShape.optional(),
    connections: map({ says: "How the outside world is reached.", example: "{ sources: {}, routers: {} }" }, connectionShapes).prefault({}),
    people: list({ says: "Who holds which role.", example: "[{ name: ada, roles: [release-manager] }]" }, personShape).prefault([]),
  },
);
