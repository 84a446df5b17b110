import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { startSmallServer } from "../../test/contract/small-server.ts";
import { temporaryFolder } from "../../test/fixtures/folder.ts";
import type { Exit } from "../errors.ts";
import { versionHeader } from "../http/contract.ts";
import { addFreezeLift } from "./freeze-lift.ts";
import { addReleaseAsk } from "./release-ask.ts";
import { addReleaseList } from "./release-list.ts";
import { addReleaseReport } from "./release-report.ts";
import { addReleaseStart } from "./release-start.ts";
import { addServer } from "./server.ts";
import { addTokenList } from "./token-list.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Outcome {
  readonly exit: Exit | null;
  readonly out: string;
  readonly err: string;
}

/** Types `words` where nobody can be asked and no server answers. */
async function type(
  words: readonly string[],
  env: Terminal["env"] = { SERIN_TOKEN: "token", SERIN_SERVER: "http://127.0.0.1:1" },
): Promise<Outcome> {
  let [out, err] = ["", ""];
  let exit: Exit | null = null;
  const terminal: Terminal = {
    ...processTerminal(),
    env,
    isLive: false,
    isAsking: false,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    exit: (code) => void (exit = code),
  };
  const program = new Command("serin");
  addReleaseStart(program, terminal);
  addReleaseList(program, terminal);
  addReleaseAsk(program, terminal);
  addFreezeLift(program.command("freeze"), terminal);
  addTokenList(program.command("token"), terminal);
  addReleaseReport(program, terminal, async ({ format, language }) => `${format} ${language}\n`);
  addServer(program, terminal, async () => {
    throw new Error("no server is started here");
  });
  await program.parseAsync(words, { from: "user" });
  return { exit, out, err };
}

test.each<[string, readonly string[], Exit, string]>([
  ["a version without its service", ["start", "PLAN", "--reason", "r", "--set", "=2"], "bad-input", 'not "=2"'],
  ["a service without its version", ["start", "PLAN", "--reason", "r", "--set", "web="], "bad-input", 'not "web="'],
  ["a service twice", ["start", "PLAN", "--reason", "r", "--set", "web=1", "web=2"], "bad-input", "names web twice"],
  ["a plan that is not there", ["start", "nothing.yaml", "--reason", "r", "--set", "web=1"], "bad-input", "nothing.yaml"],
  ["a plan that is not text", ["start", "LATIN", "--reason", "r", "--set", "web=1"], "bad-input", "is not UTF-8"],
  ["a revision that is no number", ["pause", "x", "--reason", "r", "--expect-revision", "v2"], "bad-input", 'not "v2"'],
  ["an approval of nothing that was seen", ["approve", "x", "--reason", "r"], "bad-input", "--expect-revision"],
  ["a server that is no address", ["list", "--server", "localhost:7707"], "bad-input", "is not the address"],
  ["a token file that is not there", ["list", "--token-file", "nothing.json"], "bad-input", "nothing.json"],
  ["a token file of several people", ["list", "--token-file", "PEOPLE"], "bad-input", "ada, ben"],
  ["a person who is not in the file", ["list", "--token-file", "PEOPLE", "--person", "eve"], "bad-input", "no token of eve"],
  ["a token file that is none", ["list", "--token-file", "PLAN"], "bad-input", "neither one token nor"],
  ["a person without a token file", ["list", "--person", "ada"], "bad-input", "among the people of --token-file"],
  ["a server without a folder", ["server"], "bad-input", "--data DIR"],
  ["a moment without its offset", ["server", "--data", "x", "--clock-starts", "2025-08-19T14:00:00"], "bad-input", "is not a moment"],
  ["a report in no format", ["report", "x", "--format", "pdf"], "bad-input", '"pdf" is not a format'],
  ["a report in no language", ["report", "x", "--language", "de"], "bad-input", '"de" is not a language'],
  ["a report where nothing can be written", ["report", "x", "--data", "d", "--out", "PLAN/x"], "bad-input", "ENO"],
  ["no server", ["list", "--token-file", "PEOPLE", "--person", "ada"], "unreachable", "http://127.0.0.1:1"],
  ["no server for a freeze", ["freeze", "lift", "production", "--reason", "r"], "unreachable", "http://127.0.0.1:1"],
])("%s", async (_, words, exit, says) => {
  const folder = await temporaryFolder();
  const files = {
    PLAN: "kind: ReleasePlan\n",
    LATIN: new Uint8Array([0xe9, 0x0a]),
    PEOPLE: JSON.stringify({ people: ["ada", "ben"].map((name) => ({ name, token: "A".repeat(43) })) }),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const outcome = await type(words.map((word) => (word in files ? join(folder, word) : word)));
  expect(outcome.exit).toBe(exit);
  expect(outcome.err).toContain(says);
  expect(outcome.err).toMatch(/^serin: .+\n$/);
  expect(outcome.out).toBe("");
});

test("a stored report is written as it is", async () => {
  expect(await type(["report", "x", "--data", "d", "--format", "html", "--language", "fr"])).toEqual({
    exit: "done",
    out: "html fr\n",
    err: "",
  });
  expect((await type(["report", "x", "--data", "d"])).out).toBe("md null\n");
});

test("without a token nothing is sent", async () => {
  expect(await type(["list"], {})).toMatchObject({ exit: "not-allowed" });
});

test("with --json an error is one object", async () => {
  const { exit, out } = await type(["list", "--json"]);
  expect(exit).toBe("unreachable");
  expect(JSON.parse(out)).toMatchObject({ error: "server-unreachable", detail: expect.stringContaining("127.0.0.1:1") as string });
});

/** What is typed where `answer` is all that anybody answers. */
async function typeTo(
  words: readonly string[],
  status: number,
  answer: object,
  headers: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const server = await startSmallServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(answer));
  });
  onTestFinished(() => server.close());
  return type(words, { SERIN_TOKEN: "token", SERIN_SERVER: server.url });
}

test("an answer of another program is not taken for one of serin's", async () => {
  const { exit, out, err } = await typeTo(["list"], 200, { releases: [] }, {});
  expect({ exit, out }).toEqual({ exit: "unreachable", out: "" });
  expect(err).toContain("does not say that it is serin");
});

test("an answer of a version that knows less ends as no answer, and not as a no", async () => {
  const { exit, out, err } = await typeTo(["list"], 200, { releases: [{ id: "shop-1" }], next: null }, { [versionHeader]: "0.0.1" });
  expect({ exit, out }).toEqual({ exit: "unreachable", out: "" });
  expect(err).toMatch(/^serin: The command made a mistake, or cannot read what was answered: TypeError: .*\n.*release-list\.ts/su);
});

test("what the server says of a body is said of the options that were typed", async () => {
  const errors = [
    { pointer: "/reason", detail: "must say why" },
    { pointer: "/as", detail: "Invalid option" },
    { pointer: "/versions/web", detail: "is no version" },
  ];
  const problem = { code: "body-invalid", title: "t", detail: "d", remedy: "r", status: 422, errors };
  const { exit, err } = await typeTo(["stop", "x", "--reason", "", "--expect-revision", "1"], 422, problem, {});
  expect(exit).toBe("bad-input");
  expect(err).toContain("--reason: must say why; --as: Invalid option; /versions/web: is no version. `--help`");
});

test("in whose name a pipeline starts is sent with the start, and a name that is nobody's is said of the option", async () => {
  const plan = join(await temporaryFolder(), "plan.yaml");
  writeFileSync(plan, "kind: ReleasePlan\n");
  const words = ["start", plan, "--reason", "r", "--set", "web=2", "--for", "Adda"];
  const errors = [{ pointer: "/startedFor", detail: "is nobody here" }];
  const problem = { code: "body-invalid", title: "t", detail: "d", remedy: "r", status: 422, errors };
  let body = "";
  const server = await startSmallServer((request, response) => {
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => response.writeHead(422, { "content-type": "application/json" }).end(JSON.stringify(problem)));
  });
  onTestFinished(() => server.close());
  const { exit, err } = await type(words, { SERIN_TOKEN: "token", SERIN_SERVER: server.url });
  expect(exit).toBe("bad-input");
  expect(err).toContain("--for: is nobody here");
  expect(JSON.parse(body)).toMatchObject({ startedFor: "Adda", versions: { web: "2" } });
});

test("standard output has one line for each release, and no other", async () => {
  const one = { id: "shop-1", environment: "production", sentence: "Promoted" };
  const { out, err } = await typeTo(["list", "--limit", "1"], 200, { releases: [one], next: "shop-1" }, { [versionHeader]: "0.1.0" });
  expect(out).toBe("shop-1  production  Promoted\n");
  expect(err).toBe("There are more: --before shop-1\n");
});

test("a token that has expired is told as one", async () => {
  const view = {
    id: "a",
    name: "ci",
    roles: ["viewer"],
    environments: null,
    createdBy: "ada",
    createdMs: 0,
    lastUsedMs: null,
    revokedMs: null,
  };
  const tokens = [0, Date.UTC(2999, 0, 1)].map((expiresMs) => ({ ...view, expiresMs }));
  const { out } = await typeTo(["token", "list"], 200, { tokens, next: null }, { [versionHeader]: "0.1.0" });
  expect(out).toMatch(/expired 1970-01-01 .*\n.*until 2999-01-01 /u);
});

test("a page behind the last one is not an empty server", async () => {
  const empty = [200, { releases: [], next: null }, { [versionHeader]: "0.1.0" }] as const;
  expect((await typeTo(["list", "--before", "shop-1"], ...empty)).out).toBe("There are no earlier ones.\n");
  expect((await typeTo(["list"], ...empty)).out).toContain("A first one:");
});
