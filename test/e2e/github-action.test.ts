import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { serin, serinGoing } from "../fixtures/serin.ts";
import type { Going } from "../fixtures/serin.ts";
import { textOf, top } from "../tree.ts";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly uses?: string;
      readonly run?: string;
      readonly shell?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}

const action = parse(textOf("deploy/github-action/action.yml")) as Action;
const script = join(top, "deploy/github-action/release.sh");

describe("action.yml", () => {
  const release = action.runs.steps.find(({ id }) => id === "release");

  test("is a composite action that puts no input into a script", () => {
    expect(action.runs.using).toBe("composite");
    for (const { run, shell } of action.runs.steps.filter((step) => step.run !== undefined)) {
      expect(run).not.toContain("${{");
      expect(shell).toBe("bash");
    }
  });

  test("hands every input on, and nothing that is none", () => {
    const named = action.runs.steps.flatMap(({ env = {} }) =>
      Object.values(env).map((value) => /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1]),
    );
    expect(named.toSorted()).toEqual(Object.keys(action.inputs).toSorted());
    for (const { description } of Object.values(action.inputs)) expect(description).toMatch(/\.$/);
  });

  test("every variable that the script reads is given, and every output written", () => {
    const read = new Set(textOf("deploy/github-action/release.sh").match(/\bINPUT_[A-Z]+/g));
    expect([...read].toSorted()).toEqual(
      Object.keys(release?.env ?? {})
        .filter((name) => name.startsWith("INPUT_"))
        .toSorted(),
    );
    for (const [name, { value }] of Object.entries(action.outputs)) expect(value).toBe(`\${{ steps.release.outputs.${name} }}`);
  });

  test("installs the version of this project unless another is asked for", () => {
    expect(action.inputs["serin-version"]?.default).toBe((JSON.parse(textOf("package.json")) as { version: string }).version);
  });
});

describe("the step of the action", () => {
  let folder = "";
  let server: Going;
  let token = "";
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "serin-action-"));
    await writeFile(file("edge.token"), "a-token-of-sixteen-or-more\n", { mode: 0o600 });
    await writeFile(
      file("serin.yaml"),
      `apiVersion: serin.dev/v1
kind: Server
connections: { routers: { edge: { kind: edge, control: ["http://127.0.0.1:1"], token: { file: edge.token } } } }
people: [{ name: ada, roles: [release-manager] }]
`,
    );
    await writeFile(
      file("plan.yaml"),
      `apiVersion: serin.dev/v1
kind: ReleasePlan
metadata: { name: small, environment: production, timeZone: Europe/Paris, language: en }
services: [{ name: web, workload: { kind: process, command: [node, web.js], port: 4100 } }]
traffic: { kind: edge, routes: { /: web } }
metrics: { queue: { kind: level, source: scrape, value: queue } }
phases: [{ name: 100 %, share: 100%, audience: everyone, observe: 15m, gates: { queue: "< 5" } }]
people: { start: { all: [release-manager] } }
`,
    );
    // What \`npm install --global\` puts on the PATH.
    await writeFile(file("serin"), `#!/bin/sh\nexec "${process.execPath}" "${join(top, "bin/serin.js")}" "$@"\n`);
    await chmod(file("serin"), 0o755);
    server = await serinGoing(["server", "--data", file("data"), "--config", file("serin.yaml"), "--listen", "127.0.0.1:0"]);
    const tokens = JSON.parse(await readFile(file("data/tokens.json"), "utf8")) as { people: { name: string; token: string }[] };
    token = tokens.people[0]?.token ?? "";
  });

  afterAll(async () => {
    await server.end("SIGTERM");
    await rm(folder, { recursive: true, force: true });
  });

  async function step(inputs: Readonly<Record<string, string>>) {
    const [output, summary] = [file("output"), file("summary")];
    await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
    const given = {
      PLAN: file("plan.yaml"),
      VERSIONS: "web=2\n",
      STABLE: "web=1",
      REASON: "a test",
      KEY: "",
      UNTIL: "promoted",
      TIMEOUT: "5",
    };
    const { SERVER = server.ready["listening"], TOKEN = token, ...more } = inputs;
    const variables = Object.entries({ ...given, ...more }).map(([name, value]) => [`INPUT_${name}`, value]);
    const child = spawn("bash", [script], {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env["PATH"]}`,
        SERIN_SERVER: SERVER,
        SERIN_TOKEN: TOKEN,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
        ...Object.fromEntries(variables),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (part) => (out += String(part)));
    child.stderr.on("data", (part) => (err += String(part)));
    const [code] = (await once(child, "close")) as [number | null];
    const outputs = Object.fromEntries(
      (await readFile(output, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split("=", 2)),
    );
    return { code, out, err, outputs: outputs as Record<string, string>, summary: await readFile(summary, "utf8") };
  }

  const stop = (id: string) =>
    serin([
      "release",
      "stop",
      id,
      "--reason",
      "enough",
      "--server",
      server.ready["listening"] ?? "",
      "--token-file",
      file("data/tokens.json"),
      "--person",
      "ada",
    ]);

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["no token", { TOKEN: "" }, "The input token is empty"],
    ["no address", { SERVER: "serin.example" }, "The input server is no address: write https://HOST."],
    ["no plan", { PLAN: "nowhere.yaml" }, "There is no plan nowhere.yaml: check the repository out first"],
    ["no versions", { VERSIONS: "\n  \n" }, "The input versions is empty"],
    ["a version without its service", { VERSIONS: "web=2\n3.4\n" }, 'has the line "3.4": write SERVICE=VERSION.'],
    ["a command among the versions", { VERSIONS: "$(touch owned)=2" }, "write SERVICE=VERSION."],
    ["no time", { TIMEOUT: "soon" }, "The input timeout is no number of minutes: soon."],
    ["no reason", { REASON: "" }, "The input reason is empty"],
  ])("refuses %s before anything begins", async (_says, inputs, complaint) => {
    const { code, out, outputs } = await step(inputs);
    expect([code, outputs]).toEqual([2, {}]);
    expect(out).toMatch(/^::error title=serin::/);
    expect(out).toContain(complaint);
    expect(out).not.toContain(token);
  });

  test("what the server refuses keeps its exit code", async () => {
    const { code, err } = await step({ TOKEN: "nobody's" });
    expect(code).toBe(4);
    expect(err).not.toContain("nobody's");
  });

  test("begins a release and follows it until it has the status; the same key begins no other", async () => {
    const begun = await step({ UNTIL: "waiting", KEY: "run-1" });
    expect(begun).toMatchObject({ code: 0, outputs: { id: expect.stringMatching(/./), status: "waiting" } });
    expect(begun.out).toContain(`Release ${begun.outputs["id"]} has begun at ${server.ready["listening"]}.`);
    expect(begun.out).toContain("Waiting for the approval of the release manager");
    expect(begun.summary).toContain("### serin: waiting");
    const again = await step({ UNTIL: "begun", KEY: "run-1" });
    expect(again).toMatchObject({ code: 0, outputs: { id: begun.outputs["id"] } });
    expect(await stop(begun.outputs["id"] ?? "")).toMatchObject({ code: 0 });
  });

  test("fails when the release ends otherwise, and says how", async () => {
    const { outputs } = await step({ UNTIL: "begun", KEY: "run-2" });
    const following = step({ KEY: "run-2" });
    expect(await stop(outputs["id"] ?? "")).toMatchObject({ code: 0 });
    const ended = await following;
    expect(ended).toMatchObject({ code: 6, outputs: { status: "stopped" } });
    expect(ended.out).toContain("::error title=serin::Stopped");
    expect(ended.summary).toContain("### serin: stopped");
  });
});
