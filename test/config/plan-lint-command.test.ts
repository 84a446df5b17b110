import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, test } from "vitest";
import { addPlanLint } from "../../src/cli/plan-lint.ts";
import { widthOf } from "../../src/cli/view/span.ts";
import { addPlanSchema, addServerSchema } from "../../src/cli/schema.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { Adapters } from "../../src/config/catalogue.ts";
import type { Exit } from "../../src/errors.ts";
import { adapters, soundPlan, soundServer } from "./sound-plan.ts";
import { wholeCatalogue } from "./whole-catalogue.ts";

const folder = mkdtempSync(join(tmpdir(), "serin-lint-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Said {
  readonly out: string;
  readonly err: string;
  readonly exit: Exit | null;
}

async function serin(...words: readonly string[]): Promise<Said> {
  return serinWith(adapters, ...words);
}

async function serinWith(build: Adapters, ...words: readonly string[]): Promise<Said> {
  let out = "";
  let err = "";
  let exit: Exit | null = null;
  const terminal: Terminal = {
    env: {},
    isLive: false,
    isAsking: false,
    columns: 100,
    screen: process.stdout,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    ask: async () => "",
    exit: (code) => {
      exit = code;
    },
  };
  const program = new Command();
  const plan = program.command("plan");
  addPlanLint(plan, terminal, async () => build);
  addPlanSchema(plan, terminal, async () => build);
  addServerSchema(program.command("server"), terminal, async () => build);
  await program.parseAsync(words, { from: "user" });
  return { out, err, exit };
}

test("a plan that its server takes", async () => {
  const path = file("plan.yaml", soundPlan);
  expect(await serin("plan", "lint", path, "--config", file("serin.yaml", soundServer))).toEqual({
    out: `${path}: no errors, no warnings\n`,
    err: "",
    exit: "done",
  });
});

test("warnings alone are no failure: without a server file nothing is known of its names", async () => {
  const path = file("plan.yaml", soundPlan);
  const said = await serin("plan", "lint", path);
  expect(said.exit).toBe("done");
  expect(said.out).toBe(
    [
      `${path}:19:34: warning: connection-unchecked`,
      "    No server file was read, so nothing is known of the metric sources edge, pricetruth.",
      "  → Lint with --config serin.yaml.",
      "",
      `${path}:54:7: warning: connection-unchecked`,
      "    No server file was read, so nothing is known of the notifier hook.",
      "  → Lint with --config serin.yaml.",
      "",
      `${path}: no errors, 2 warnings`,
      "",
    ].join("\n"),
  );
});

test("errors of the plan and of the server's file, as JSON", async () => {
  const path = file("broken.yaml", soundPlan.replace("15m", "15"));
  const said = await serin("plan", "lint", path, "--json", "--config", file("broken-server.yaml", soundServer.replace("listen", "listn")));
  expect(said.exit).toBe("bad-input");
  const answer = JSON.parse(said.out) as {
    readonly ok: boolean;
    readonly problems: readonly { readonly remedy: string; readonly severity: string }[];
  };
  expect(answer.ok).toBe(false);
  const errors = answer.problems.filter((problem) => problem.severity === "error");
  expect(errors.map((problem) => problem.remedy)).toEqual(['Write "listen".', 'Write "15m" or "15s".']);
});

const original = "examples/ecomsimply/plan.yaml";
const asked = ["--config", "examples/ecomsimply/serin.yaml", "--at", "2025-08-16T14:00", "--logins-per-minute", "500", "--rps", "50"];

test.each(["en", "fr"])("golden: the doubts about the original plan, in %s", async (language) => {
  const said = await serinWith(wholeCatalogue(), "plan", "lint", original, ...asked, "--language", language);
  expect([said.err, said.exit]).toEqual(["", "done"]);
  await expect(said.out).toMatchFileSnapshot(`../golden/lint.ecomsimply.${language}.txt`);
  expect(said.out.split("\n").filter((line) => widthOf(line) > 100)).toEqual([]);
});

test("without a language the doubts are told in the plan's own", async () => {
  expect((await serinWith(wholeCatalogue(), "plan", "lint", original, ...asked)).out).toContain("est un samedi");
});

test("what may be written into the file can be copied: one line, plain spaces", async () => {
  const { out } = await serinWith(wholeCatalogue(), "plan", "lint", original, ...asked, "--language", "en");
  expect(out).toContain('{ pass: no regression, fail: "< 50% of stable", else: hold }');
});

test("each problem is a program's too: code, place, sentence and remedy", async () => {
  const { out } = await serinWith(wholeCatalogue(), "plan", "lint", original, ...asked, "--json", "--language", "en");
  const answer = JSON.parse(out) as { readonly ok: boolean; readonly problems: readonly unknown[] };
  expect(answer.ok).toBe(true);
  expect(answer.problems[0]).toEqual({
    file: original,
    line: 14,
    column: 15,
    severity: "warning",
    code: "planned-day",
    message: "2025-08-16 is a Saturday, and no release may start on that day (avoided: sat).",
    remedy: "Write plannedFor: 2025-08-19; it may start there from 14:00.",
  });
});

test("the repaired plan has nothing left to be said of it", async () => {
  const words = ["plan", "lint", "examples/ecomsimply/repaired.yaml", ...asked.map((word) => word.replace("08-16", "08-19"))];
  expect(await serinWith(wholeCatalogue(), ...words, "--language", "en")).toEqual({
    out: "examples/ecomsimply/repaired.yaml: no errors, no warnings\n",
    err: "",
    exit: "done",
  });
});

test.each<[string, readonly string[], string]>([
  ["a moment that is none", ["--at", "saturday"], "--at is a day and a time"],
  ["a day that does not exist", ["--at", "2025-02-30T10:00"], "--at is a day and a time"],
  ["traffic that is no number", ["--rps", "1e3"], "--rps is a number above 0"],
  ["a language that it does not speak", ["--language", "de"], "write fr or en"],
])("refuses %s", async (_, words, message) => {
  expect(await serin("plan", "lint", original, ...words)).toMatchObject({
    exit: "bad-input",
    out: "",
    err: expect.stringContaining(message),
  });
});

test.each(["2025-08-16T14:00", "2025-08-16 14:00", "2025-08-16T12:00Z", "2025-08-16T14:00+02:00"])("takes the moment %s", async (at) => {
  const said = await serin("plan", "lint", file("moment.yaml", soundPlan), "--at", at);
  expect(said.out.replaceAll("\u00a0", " ")).toContain("On Sat 16 Aug 2025 14:00 (Europe/Paris) no release may start (avoided: sat).");
});

test("a file that cannot be read", async () => {
  const said = await serin("plan", "lint", join(folder, "nowhere.yaml"));
  expect(said.exit).toBe("bad-input");
  expect(said.err).toContain("nowhere.yaml");
});

test("control characters of a plan are not written to the terminal", async () => {
  const said = await serin("plan", "lint", file("escape.yaml", soundPlan.replace("kind: edge", 'kind: "ed\\u001b[2Jge"')));
  expect(said.exit).toBe("bad-input");
  expect(said.out).not.toContain("\u001b");
});

test.each([["plan"], ["server"]])("%s schema is printed, or written to a file", async (which) => {
  const printed = await serin(which, "schema");
  expect(JSON.parse(printed.out)).toHaveProperty("$schema");
  const path = join(folder, `${which}.schema.json`);
  expect(await serin(which, "schema", "--write", path)).toEqual({ out: "", err: "", exit: "done" });
  expect(readFileSync(path, "utf8")).toBe(printed.out);
});
