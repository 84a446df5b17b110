import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { command } from "../src/adapters/traffic/command.ts";
import { commandSchema } from "../src/adapters/traffic/command/words.ts";
import { createClock } from "../src/engine/clock.ts";
import { PortError } from "../src/ports.ts";
import type { TrafficRouter } from "../src/ports.ts";
import { changingRouter } from "./contract/losable-router.ts";
import { trafficContract } from "./contract/traffic.ts";
import type { TrafficSubject } from "./contract/traffic.ts";
import { wantedTraffic } from "./fixtures/wanted-traffic.ts";
import { textOf } from "./tree.ts";
import { inEnglish } from "./fixtures/said-checks.ts";

const never = new AbortController().signal;
const example = (name: string): string => fileURLToPath(new URL(`../examples/command/${name}`, import.meta.url));
const weighs = { sticky: false, audiences: ["everyone"], stepPct: 1, lease: false };

const wanted = wantedTraffic({ sharePct: 10, login: null });

const seen = { release: null, sharePct: 10, audience: "everyone", stableSlot: "stable", targets: {}, isServing: false };

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "serin-command-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

function routerOf(words: Readonly<Record<string, unknown>>): TrafficRouter {
  const whole = { set: ["true"], get: ["true"], capabilities: weighs, timeout: "20s", ...words };
  return command.create(command.connection.parse(whole), { clock: createClock(), dataDir: "unused" });
}

/** A program of one line of JavaScript. */
const script = (text: string): readonly string[] => [process.execPath, "--input-type=module", "--eval", text];

async function startExample(): Promise<TrafficSubject> {
  const dir = await folder();
  const state = join(dir, "state.json");
  const child = spawn(process.execPath, [example("balancer.ts"), state, "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [url] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const steer = (what: string): readonly string[] => [process.execPath, example("steer.ts"), what, state];
  const words = { set: steer("set"), get: steer("get"), attempt: steer("attempt") };
  const { router, become } = changingRouter(routerOf(words));
  const connection = command.connection.parse({ ...words, capabilities: weighs });
  return {
    router,
    capabilities: command.capabilitiesOf?.(connection) ?? command.capabilities,
    url,
    changesUnderLoad: 8,
    restart: () => Promise.resolve(routerOf(words)),
    fail: async () => become(routerOf({ set: ["false"], get: ["false"] })),
    hang: async () => {
      const hangs = script("process.stdin.resume(); setInterval(() => {}, 1000)");
      become(routerOf({ set: hangs, get: hangs }));
    },
    close: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

trafficContract("command, with the programs of the example", startExample);

describe("a program", () => {
  test("reads one JSON object that its schema describes, and its own environment alone", async () => {
    const dir = await folder();
    const file = join(dir, "heard.json");
    const tells = script(
      `import { readFileSync, writeFileSync } from "node:fs"; writeFileSync("heard.json", JSON.stringify([readFileSync(0, "utf8"), process.env.TOKEN, Object.keys(process.env)]))`,
    );
    process.env["SERIN_COMMAND_SECRET"] = "not for programs";
    onTestFinished(() => void delete process.env["SERIN_COMMAND_SECRET"]);
    const router = routerOf({ set: tells, environment: { TOKEN: "from the server's file" }, cwd: dir });
    await router.apply(wanted, never);
    const [input, token, names] = JSON.parse(await readFile(file, "utf8")) as [string, string, string[]];
    expect(JSON.parse(input)).toEqual({ apiVersion: "serin.dev/command-router/v1", do: "set", wanted });
    expect([token, names.includes("SERIN_COMMAND_SECRET")]).toEqual(["from the server's file", false]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["that is not there", { get: ["serin-no-such-program"] }, /serin-no-such-program: there is no such program/],
    ["whose folder is not there", { get: ["true"], cwd: "no/such/folder" }, /true: there is no such program, or no such folder/],
    ["that fails", { get: script("console.error('the pool\\nis gone'); process.exitCode = 3") }, /exit code 3, last words: is gone$/],
    ["that is killed", { get: script("process.kill(process.pid, 'SIGTERM')") }, /signal SIGTERM$/],
    ["that says nothing", { get: ["true"] }, /true: its output is empty$/],
    ["that says no JSON", { get: script("console.log('<html>')") }, /its output is no JSON$/],
    ["that says half of it", { get: script("process.stdout.write('{\"release\":')") }, /its output is no JSON$/],
    ["that says something else", { get: script("console.log('{\"release\":7}')") }, /its output is wrong at release/],
    [
      "whose share is none",
      { get: script(`console.log(${JSON.stringify(JSON.stringify(seen)).replace("10", "1e999")})`) },
      /wrong at sharePct/,
    ],
    [
      "that says too much",
      { get: script("for (;;) if (!process.stdout.write('x'.repeat(65536))) await new Promise((go) => process.stdout.once('drain', go))") },
      /larger than 1048576 bytes/,
    ],
  ])("%s is an error that says so", async (_what, words, says) => {
    const error: unknown = await routerOf(words)
      .observe(never)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(says);
    expect(error instanceof PortError && error.retry === "never").toBe(false);
  });

  test.each([64, 78])("exit code %i says that asking again is useless", async (code) => {
    const error: unknown = await routerOf({ set: script(`process.exitCode = ${code}`) })
      .apply(wanted, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "PortError", retry: "never" });
  });

  test("keeps its secrets to itself: their values are not in a message", async () => {
    const token = "s3cr3t-of-the-balancer";
    const router = routerOf({
      get: script("console.error('denied for ' + process.env.TOKEN); process.exitCode = 1"),
      environment: { TOKEN: token },
    });
    await expect(router.observe(never)).rejects.toThrow("denied for ***");
  });

  test("does not have to read its input, however long that is", async () => {
    const routes = Array.from({ length: 20_000 }, (_, index) => ({ path: `/${index}`, service: "shop" }));
    await routerOf({}).apply({ ...wanted, routes }, never);
  });

  test("that takes too long is killed with everything that it has started, and so it is at an abort", async () => {
    const dir = await folder();
    const pids = join(dir, "pids");
    const file = join(dir, "program.sh");
    await writeFile(file, `#!/bin/sh\nsleep 60 &\necho $$ $! >> ${pids}\nwait\n`);
    await chmod(file, 0o755);
    // One that was killed before it could say a word has started nothing.
    const started = async (): Promise<readonly string[]> =>
      (await readFile(pids, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
    const areGone = async (): Promise<boolean> => {
      const all = (await started()).flatMap((line) => line.split(" ").map(Number));
      // Where nobody reaps orphans a killed one stays in the table, and runs no more.
      const states = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => `${pid} () Z`)));
      return states.every((stat) => /^\d+ \(.*\) Z/s.test(stat));
    };
    await expect(routerOf({ get: [file], timeout: "1500ms" }).observe(never)).rejects.toThrow("no end within 1500 ms");
    await expect.poll(areGone).toBe(true);
    const before = (await started()).length;
    const abort = new AbortController();
    const observed = routerOf({ get: [file] }).observe(abort.signal);
    await expect.poll(async () => (await started()).length).toBe(before + 1);
    abort.abort(new Error("the tick is over"));
    await expect(observed).rejects.toThrow("the tick is over");
    await expect.poll(areGone).toBe(true);
  });

  test("without one for attempts says that it cannot", async () => {
    await expect(routerOf({}).attempt({ request: "GET /", arms: {} }, never)).rejects.toMatchObject({ retry: "never" });
  });
});

describe("doctor", () => {
  const examine = async (words: Readonly<Record<string, unknown>>, smoke: readonly string[]) =>
    inEnglish(
      (await command.examine?.(
        command.connection.parse({ set: ["true"], get: ["false"], capabilities: weighs, ...words }),
        { plan: { smoke } as never, queries: [], recipients: [], versions: {}, targets: [] },
        { clock: createClock(), dataDir: "unused" },
        never,
      )) ?? [],
    );

  test("runs get, and says when smoke cannot be sent", async () => {
    const good = script(`console.log(${JSON.stringify(JSON.stringify(seen))})`);
    expect((await examine({ get: good, attempt: ["true"] }, ["GET /"])).map(({ verdict }) => verdict)).toEqual(["ok"]);
    expect((await examine({}, ["GET /"])).map(({ verdict }) => verdict)).toEqual(["wrong", "wrong"]);
  });
});

test("schema/command-router.schema.json is what the code says", () => {
  expect(textOf("schema/command-router.schema.json")).toBe(`${JSON.stringify(commandSchema(), null, 2)}\n`);
});
