import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { filesBelow, textOf } from "./tree.ts";

const { version } = JSON.parse(textOf("package.json")) as { version: string };

describe("the Helm chart", () => {
  const folder = "deploy/helm/serin";
  const defaults = parse(textOf(`${folder}/values.yaml`)) as Readonly<Record<string, unknown>>;
  const schema = JSON.parse(textOf(`${folder}/values.schema.json`)) as Parameters<typeof z.fromJSONSchema>[0];
  const isSound = (values: unknown): boolean => z.fromJSONSchema(structuredClone(schema)).safeParse(values).success;

  test("has the version of this project", () => {
    expect(parse(textOf(`${folder}/Chart.yaml`))).toMatchObject({ apiVersion: "v2", name: "serin", version, appVersion: version });
  });

  test("its default values are sound, and all of them are used", () => {
    expect(isSound(defaults)).toBe(true);
    const templates = filesBelow(`${folder}/templates`).map(textOf).join("\n");
    const leaves = (value: unknown, path: string): readonly string[] =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.keys(value).length > 0 &&
      !/config|resources/.test(path)
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
        : [path];
    const unused = leaves(defaults, "").filter(
      (path) => !templates.includes(path.split(".").slice(-2).join(".")) && !templates.includes(`.${path.split(".").at(-1)} `),
    );
    expect(unused).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["an unknown key", { ...defaults, servr: {} }],
    ["an unknown key below another", { ...defaults, image: { repository: "serin", tagg: "1" } }],
    ["two servers", { ...defaults, server: { ...(defaults["server"] as object), replicas: 2 } }],
    ["a digest that is none", { ...defaults, image: { repository: "serin", digest: "sha256:abc" } }],
    ["a port that is none", { ...defaults, edge: { ...(defaults["edge"] as object), service: { type: "ClusterIP", port: 0 } } }],
    ["a path without its slash", { ...defaults, edge: { ...(defaults["edge"] as object), routes: { api: "backend" } } }],
    ["an address without http", { ...defaults, edge: { ...(defaults["edge"] as object), stable: { web: ["web:80"] } } }],
    ["no edge at all", { ...defaults, edge: { ...(defaults["edge"] as object), enabled: true, replicas: 0 } }],
    ["a namespace that is none", { ...defaults, rbac: { create: true, namespaces: ["Shop"] } }],
    [
      "a file of another kind",
      { ...defaults, server: { ...(defaults["server"] as object), config: { apiVersion: "v1", kind: "Server" } } },
    ],
  ])("its schema refuses %s", (_says, values) => expect(isSound(values)).toBe(false));

  test("asks for the rights of deploy/kubernetes/rbac.yaml, and no other", () => {
    interface Rule {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly verbs: readonly string[];
    }
    const [role] = parseAllDocuments(textOf("deploy/kubernetes/rbac.yaml"))
      .map((one) => one.toJS() as { readonly kind: string; readonly rules?: readonly Rule[] })
      .filter(({ kind }) => kind === "Role");
    const rules = (textOf(`${folder}/templates/rbac.yaml`).match(/^ {2}- (\{ apiGroups.*\})$/gm) ?? []).map(
      (line) => parse(line.slice(4)) as Rule,
    );
    const said = (all: readonly Rule[]) => all.map((rule) => JSON.stringify([rule.apiGroups, rule.resources, rule.verbs])).toSorted();
    expect(said(rules)).toEqual(said(role?.rules ?? []));
  });
});

describe("the systemd units", () => {
  const units = ["serin", "serin-edge"];
  const read = (name: string): readonly (readonly [string, string])[] =>
    textOf(`deploy/systemd/${name}.service`)
      .split("\n")
      .filter((line) => /^[A-Z][A-Za-z]+=/.test(line))
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]);

  test.each(units)("%s.service has only sections, comments and settings", (name) => {
    const lines = textOf(`deploy/systemd/${name}.service`).trimEnd().split("\n");
    expect(lines.filter((line) => !/^(?:|#.*|\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.*)$/.test(line))).toEqual([]);
  });

  test.each(units)("%s.service runs as nobody on a machine that it cannot change", (name) => {
    const settings = Object.fromEntries(read(name));
    expect(settings).toMatchObject({ DynamicUser: "yes", ProtectSystem: "strict", NoNewPrivileges: "yes", CapabilityBoundingSet: "" });
    expect(settings["StateDirectory"]).toBe(name);
    expect(settings["ExecStart"]).toContain(`--data %S/${name} `);
  });

  test.each([
    ["serin", "src/cli/server.ts"],
    ["serin-edge", "src/cli/edge.ts"],
  ])("%s.service says words that its command knows", (name, command) => {
    const words = read(name).flatMap(([, value]) => [...value.matchAll(/(?<= )--[a-z-]+/g)].map(([word]) => word));
    expect(words.length).toBeGreaterThan(1);
    expect(words.filter((word) => !textOf(command).includes(`"${word} <`))).toEqual([]);
  });
});
