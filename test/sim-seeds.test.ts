import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const command = fileURLToPath(new URL("../src/sim/command.ts", import.meta.url));

test("2000 seeds: no story breaks a promise", { timeout: 900_000 }, async () => {
  // A run with a broken promise exits with 1; what it printed says which seeds to look at.
  const { stdout } = await run(process.execPath, [command, "--seeds", "2000"], { maxBuffer: 1 << 20 }).catch((error: unknown) => {
    if (error instanceof Error && "stdout" in error) return { stdout: String(error.stdout) };
    throw error;
  });
  expect(stdout).toMatch(/\n\d+ seeds, \d+ crashes, 0 with a broken promise\n$/);
  // Every way to end is among them.
  for (const end of ["promoted", "rolled-back", "stopped", "halted", "holding"]) expect(stdout).toContain(end);
});
