import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, expect, test } from "vitest";
import { addPlanLint } from "../../src/cli/plan-lint.ts";
import { addPlanSchema, addServerSchema } from "../../src/cli/schema.ts";
import type { Terminal } from "../../src/cli/terminal.ts";
import type { Exit } from "../../src/errors.ts";
import { adapters, soundPlan, soundServer } from "./sound-plan.ts";

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
  let out = "";
  let err = "";
  let exit: Exit | null = null;
  const terminal: Terminal = {
    env: {},
    isLive: false,
    isAsking: false,
    columns: 80,
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
  addPlanLint(plan, terminal, async () => adapters);
  addPlanSchema(plan, terminal, async () => adapters);
  addServerSchema(program.command("server"), terminal, async () => adapters);
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
      "    No server file was read, so nothing is known of the metric sources edge,",
      "    pricetruth.",
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
