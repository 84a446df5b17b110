import { test } from "vitest";

/** The ports of the peers' decision rules hold against the vectors of their own suites; each file asserts as it is imported. */
test.each(["argo", "flagger", "growthbook", "kayenta"])("the port of %s agrees with its own tests", async (name) => {
  await import(`../bench/peers/${name}.test.mjs`);
});
