import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
const folder = fileURLToPath(new URL("../fixtures/left-out", import.meta.url));

interface Ran {
  readonly code: number | string | null;
  readonly lines: readonly string[];
}

/** Runs the suites of the folder, of which one needs a server that no machine has; answers the last two lines. */
function runSuites(env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const words = [vitest, "run", "--root", folder];
    const child = execFile(process.execPath, words, { env: { ...process.env, SERIN_REQUIRE_SYSTEM: "0", ...env } }, (error, stdout) =>
      resolve({ code: error === null ? 0 : (error.code ?? null), lines: stdout.trimEnd().split("\n").slice(-2) }),
    );
    child.stdin?.end();
  });
}

const missing = "not run: a suite of another machine > no-such-server is not installed (run scripts/setup-system.sh)";

test("a suite whose server is missing is told with what enables it, and fails only where nothing may be left out", async () => {
  expect(await runSuites({})).toEqual({ code: 0, lines: [missing, "1 passed, 0 failed"] });
  expect(await runSuites({ SERIN_REQUIRE_SYSTEM: "1" })).toEqual({ code: 1, lines: [missing, "1 passed, 1 failed"] });
});
