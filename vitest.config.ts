import { defineConfig } from "vitest/config";

/** What touches no world leaves nothing behind: these share a process, and load each part of serin once. */
const pure = [
  "src/{core,evidence,config,engine,sim}/**/*.test.ts",
  "test/config/**/*.test.ts",
  "test/{actions,decide,engine,evidence,history,messages,new-share,peers,release-report,sim,what-if,when}*.test.ts",
];
const seeds = "test/sim-seeds.test.ts";
const onServers = ["test/e2e/**/*.test.ts", "test/system/**/*.test.ts"];
/** Those of them that say how soon something happens, or ask a machine for all that it has. */
const byTheClock = [
  ...["burst", "demo-rollback", "kill", "shutdown"].map((name) => `test/e2e/${name}.test.ts`),
  ...["dashboard-quality", "demo", "edge", "haproxy", "lighthouse", "nginx", "nginx-reload", "rollback"].map(
    (name) => `test/system/${name}.test.ts`,
  ),
];

/** Groups follow one another. What takes every core, or measures by the clock, is alone; what mostly waits for servers does so two at a time. */
function group(name: string, groupOrder: number, files: Files, maxWorkers: number) {
  return { extends: true as const, test: { name, ...files, maxWorkers, sequence: { groupOrder } } };
}

interface Files {
  readonly include: string[];
  readonly exclude?: string[];
  /** False: they need no process each. */
  readonly isolate?: boolean;
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
      group("pure", 0, { include: pure, exclude: [seeds], isolate: false }, 2),
      group("unit", 0, { include: ["{src,test}/**/*.test.ts", "web/**/*.test.{ts,tsx}"], exclude: [...pure, seeds, ...onServers] }, 2),
      group("seeds", 1, { include: [seeds] }, 1),
      group("servers", 2, { include: onServers, exclude: byTheClock, globalSetup }, 2),
      group("clock", 3, { include: byTheClock, globalSetup }, 1),
    ],
  },
});
