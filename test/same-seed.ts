import { readFileSync } from "node:fs";
import { expect } from "vitest";

/**
 * Properties are tried on the same cases at each run, so that a change is tested and not somebody's luck. `SERIN_TEST_SEED=NUMBER` tries others; what they
 * find becomes a row of the test.
 */
const seed = Number(process.env["SERIN_TEST_SEED"] ?? 20_250_816);
if (!Number.isSafeInteger(seed)) throw new Error(`SERIN_TEST_SEED is ${process.env["SERIN_TEST_SEED"]}: write a whole number`);

// Loaded only where it is used: most test files have no properties.
const { testPath } = expect.getState();
if (testPath !== undefined && /from "fast-check"/.test(readFileSync(testPath, "utf8"))) {
  const { configureGlobal } = await import("fast-check");
  configureGlobal({ seed });
}
