import { Command } from "commander";
import { expect, onTestFinished, test } from "vitest";
import { smallPlan } from "../../test/fixtures/small-adapters.ts";
import { smallApi } from "../../test/fixtures/small-api.ts";
import { listen } from "../http/listen.ts";
import { addReleaseReadiness } from "./release-readiness.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

test("Go or No-Go, part by part, with what to do; 1 is No-Go", async () => {
  const api = await smallApi();
  const listening = await listen(api.app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => listening.close(0));
  const plan = { text: smallPlan, file: "plan.yaml" };
  await api.call("POST", "/api/v1/stable", { body: { plan, versions: { web: "1" }, reason: "a test" } });
  const id = await api.begin();
  const type = async (...words: readonly string[]): Promise<{ readonly out: string; readonly exit: string }> => {
    let [out, exit] = ["", "done"];
    const terminal: Terminal = {
      ...processTerminal(),
      env: { SERIN_TOKEN: "vera", SERIN_SERVER: listening.url },
      columns: 100,
      out: (text) => void (out += text),
      exit: (code) => void (exit = code),
    };
    const program = new Command("serin");
    addReleaseReadiness(program, terminal);
    await program.parseAsync(["readiness", id, ...words], { from: "user" });
    return { out, exit };
  };
  const go = await type("--rps", "300");
  expect(go.exit).toBe("done");
  expect(go.out).toMatch(/^The plan\n/);
  expect(go.out).toContain("  ok     error-rate < 0.5%: It is decided in");
  expect(go.out).toMatch(/Go, with open eyes: \d+ things are doubtful\.\n$/);
  const french = await type("--language", "fr");
  expect(french.out).toContain("→ Dites le trafic attendu");
  await api.store.freeze({ environment: "production", release: null, sinceMs: 1, by: "ada", reason: "a sale", untilMs: null });
  const noGo = await type();
  expect(noGo.exit).toBe("no");
  expect(noGo.out).toContain("NO-GO  production: It is frozen by ada: a sale.");
  expect((JSON.parse((await type("--json")).out) as { readonly verdict: string }).verdict).toBe("wrong");
});
