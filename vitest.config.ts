import { defineConfig } from "vitest/config";

const e2e = "test/e2e/**/*.test.ts";
const seeds = "test/sim-seeds.test.ts";
const system = "test/system/**/*.test.ts";

/** Tests that take every core, or measure by the clock, run after the others and alone: groups follow one another. */
function group(name: string, groupOrder: number, files: Files, maxWorkers: number) {
  return { extends: true as const, test: { name, ...files, maxWorkers, sequence: { groupOrder } } };
}

interface Files {
  readonly include: string[];
  readonly exclude?: string[];
  /** What is done once, before the first of them. */
  readonly globalSetup?: string;
}

/** The dashboard is built where it is looked at. */
const globalSetup = "test/build-web.ts";

export default defineConfig({
  test: {
    // Generous, as all patience here (see test/patience.ts): a loaded machine is no reason to fail.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    setupFiles: ["test/patience.ts", "test/same-seed.ts"],
    reporters: ["./test/last-line.ts"],
    projects: [
      group("unit", 0, { include: ["src/**/*.test.ts", "test/**/*.test.ts", "web/**/*.test.{ts,tsx}"], exclude: [e2e, seeds, system] }, 2),
      group("seeds", 1, { include: [seeds] }, 1),
      group("e2e", 2, { include: [e2e], globalSetup }, 1),
      group("system", 3, { include: [system], globalSetup }, 1),
    ],
  },
});
