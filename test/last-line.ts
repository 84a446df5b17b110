import { DefaultReporter } from "vitest/node";

/** Vitest's usual report with one more line at its very end: `N passed, N failed`, as the project's CI reads it. */
export default class LastLine extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter["onTestRunEnd"]>): void {
    super.onTestRunEnd(...args);
    const [modules, unhandled] = args;
    let passed = 0;
    let failed = unhandled.length;
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === "passed") passed += 1;
        if (state === "failed") failedHere += 1;
      }
      failed += Math.max(failedHere, module.ok() ? 0 : 1);
    }
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
}
