import type { TestCase } from "vitest/node";
import { DefaultReporter } from "vitest/node";
import { setUp } from "./system/set-up.ts";

/** With this in the environment a suite on real servers that was left out counts as failed. */
const requiresSystem = process.env["SERIN_REQUIRE_SYSTEM"] === "1";

/**
 * Vitest's usual report with more lines at its very end: one for each test that could not run here, with why and what enables it, and
 * `N passed, N failed`, as the project's CI reads it.
 */
export default class LastLine extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter["onTestRunEnd"]>): void {
    super.onTestRunEnd(...args);
    const [modules, unhandled] = args;
    let passed = 0;
    let failed = unhandled.length;
    const leftOut: string[] = [];
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        if (state === "failed") failedHere += 1;
        if (state === "skipped") leftOut.push(sayLeftOut(test));
      }
      failed += Math.max(failedHere, module.ok() ? 0 : 1);
    }
    for (const line of leftOut) process.stdout.write(`not run: ${line}\n`);
    const missing = requiresSystem ? leftOut.filter((line) => line.includes(setUp)).length : 0;
    if (missing > 0) process.exitCode = 1;
    failed += missing;
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
}

function sayLeftOut(test: TestCase): string {
  const result = test.result();
  const why = result.state === "skipped" ? result.note : undefined;
  return why === undefined ? test.fullName : `${test.fullName} (${why})`;
}
