import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { workloadsContract } from "../../../test/contract/workloads.ts";
import type { Behaviour } from "../../../test/contract/workloads.ts";
import type { SeenWorkload, Slot } from "../../core/observation.ts";
import { createClock } from "../../engine/clock.ts";
import type { PortError, WantedWorkloads } from "../../ports.ts";
import { processWorkloads } from "./process.ts";
import type { ProcessWorkloads } from "./process.ts";
import { findFreePort } from "./process/free-port.ts";
import { findByLaunch, identify } from "./process/identity.ts";
import { outputPath } from "./process/output.ts";

const script = join(import.meta.dirname, "../../../test/fixtures/workload.ts");
const patience = { timeout: 30_000, interval: 50 };

function create(dataDir: string): ProcessWorkloads {
  return processWorkloads.create({}, { clock: createClock(), dataDir });
}

interface Service {
  readonly behaviour?: Behaviour | "parent";
  readonly port: number;
  readonly options?: Readonly<Record<string, unknown>>;
}

function useOf({ behaviour = "good", port, options = {} }: Service) {
  const program = behaviour === "missing" ? "no-such-program" : process.execPath;
  return {
    kind: "process",
    options: { command: [program, script], port, stopWithin: "300ms", env: { BEHAVIOUR: behaviour }, ...options },
  };
}

workloadsContract("process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "serin-process-"));
  const taken = new Set<number>();
  const ports = new Map<string, number>();
  for (const service of ["backend", "frontend"]) ports.set(service, await findFreePort(taken));
  let workloads = create(folder);
  return {
    workloads,
    runsStable: true,
    place: async (service, behaviour) => useOf({ behaviour, port: ports.get(service)! }),
    version: (name) => name,
    answers: async ({ urls }) => (await fetch(`${urls[0]}/health`)).status === 200,
    async reopen() {
      workloads.close();
      workloads = create(folder);
      return workloads;
    },
    running: async () => (await recorded(folder)).flatMap(({ launch }) => findByLaunch(launch).map(String)),
    async destroy() {
      await workloads.stopAll();
      workloads.close();
      await rm(folder, { recursive: true });
    },
  };
});

interface Recorded {
  readonly launch: string;
  readonly pid: number | null;
}

async function recorded(folder: string): Promise<readonly Recorded[]> {
  const text = await readFile(join(folder, "processes.json"), "utf8").catch(() => '{"processes":[]}');
  return (JSON.parse(text) as { processes: readonly Recorded[] }).processes;
}

let folder: string;
let workloads: ProcessWorkloads;
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "serin-process-"));
  workloads = create(folder);
  port = await findFreePort(new Set());
});
afterEach(async () => {
  const last = create(folder);
  workloads.close();
  await last.stopAll();
  last.close();
  await rm(folder, { recursive: true });
});

function backend(slots: Partial<Record<Slot, string>>, service: Omit<Service, "port"> = {}): WantedWorkloads {
  const wanted = Object.fromEntries(Object.entries(slots).map(([slot, version]) => [slot, { version }]));
  return { backend: { use: useOf({ port, ...service }), slots: wanted } };
}

async function see(wanted: WantedWorkloads, slot: Slot, of = workloads): Promise<SeenWorkload | undefined> {
  return (await of.observe(wanted, AbortSignal.timeout(30_000)))["backend"]?.[slot];
}

async function untilReady(wanted: WantedWorkloads, slot: Slot): Promise<SeenWorkload> {
  await workloads.apply(wanted, AbortSignal.timeout(30_000));
  return vi.waitFor(async () => {
    const seen = await see(wanted, slot);
    expect(seen).toMatchObject({ isReady: true });
    return seen!;
  }, patience);
}

interface Told {
  readonly pid: number;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function ask(seen: SeenWorkload): Promise<Told> {
  return (await (await fetch(seen.urls[0]!)).json()) as Told;
}

test("a process is told its port, version, service and slot, and sees nothing else of the server", async () => {
  process.env["SERIN_TEST_SECRET"] = "hush";
  onTestFinished(() => void delete process.env["SERIN_TEST_SECRET"]);
  const options = { command: [process.execPath, script, "--say={version}:{port}"], env: { COLOUR: "blue" } };
  const canary = await untilReady(backend({ canary: "2" }, { options }), "canary");
  const { words, env } = await ask(canary);
  const own = new URL(canary.urls[0]!).port;
  expect(words).toEqual([`--say=2:${own}`]);
  expect(env).toMatchObject({ PORT: own, SERIN_VERSION: "2", SERIN_SERVICE: "backend", SERIN_SLOT: "canary", COLOUR: "blue" });
  expect(env).not.toHaveProperty("SERIN_TEST_SECRET");
});

test("stable is on the plan's port", async () => {
  expect((await untilReady(backend({ stable: "1" }), "stable")).urls).toEqual([`http://127.0.0.1:${port}`]);
});

test("a port that is in use is told, and taken as soon as it is free", async () => {
  const squatter = createServer().listen(port, "127.0.0.1");
  await once(squatter, "listening");
  onTestFinished(() => void squatter.close());
  const wanted = backend({ stable: "1" });
  await workloads.apply(wanted, AbortSignal.timeout(30_000));
  await vi.waitFor(async () => expect((await see(wanted, "stable"))?.detail).toContain(`port ${port} is in use`), patience);
  expect(await recorded(folder)).toEqual([]);
  squatter.close();
  expect(await untilReady(wanted, "stable")).toMatchObject({ restarts: 0, detail: "" });
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ["a program that is not there", { command: ["no-such-program"] }, 'there is no program "no-such-program"'],
  ["a folder that is not there", { cwd: "/no/such/folder" }, 'or no folder "/no/such/folder"'],
])("%s is told", async (_, options, says) => {
  const wanted = backend({ stable: "1" }, { options });
  await workloads.apply(wanted, AbortSignal.timeout(30_000));
  await vi.waitFor(async () => expect((await see(wanted, "stable"))?.detail).toContain(says), patience);
});

test("words that are not those of the plan are refused for good", async () => {
  const refused = workloads.apply(backend({ stable: "1" }, { options: { port: 0 } }), AbortSignal.timeout(30_000));
  await expect(refused).rejects.toMatchObject({ retry: "never", message: expect.stringContaining("port") } satisfies Partial<PortError>);
});

test("one that fell is started again under its address, and says how it ended", async () => {
  const wanted = backend({ canary: "2" });
  const before = await untilReady(wanted, "canary");
  const { pid } = await ask(before);
  await fetch(`${before.urls[0]}/fall`).catch(() => undefined);
  await vi.waitFor(async () => expect(await see(wanted, "canary")).toMatchObject({ isReady: true, restarts: 1 }), patience);
  const after = (await see(wanted, "canary"))!;
  expect(after.urls).toEqual(before.urls);
  expect(after.detail).toContain("exit code 4");
  expect((await ask(after)).pid).not.toBe(pid);
});

test("one that is killed from outside says so", async () => {
  const wanted = backend({ canary: "2" });
  const { pid } = await ask(await untilReady(wanted, "canary"));
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect((await see(wanted, "canary"))?.detail).toContain("signal SIGKILL"), patience);
});

test("what a process started itself ends with it, also when it does not want to", async () => {
  const wanted = backend({ canary: "2" }, { behaviour: "parent" });
  await untilReady(wanted, "canary");
  const [record] = await recorded(folder);
  await vi.waitFor(() => expect(findByLaunch(record!.launch)).toHaveLength(2), patience);
  await workloads.stopAll();
  expect(findByLaunch(record!.launch)).toEqual([]);
});

test("what a fallen process left behind is ended before it is started again", async () => {
  const wanted = backend({ canary: "2" }, { behaviour: "parent" });
  const { pid } = await ask(await untilReady(wanted, "canary"));
  const [record] = await recorded(folder);
  await vi.waitFor(() => expect(findByLaunch(record!.launch)).toHaveLength(2), patience);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect(await see(wanted, "canary")).toMatchObject({ isReady: true, restarts: 1 }), patience);
  expect(findByLaunch(record!.launch)).toEqual([]);
});

test("a process outlives the server that is killed, is found by the next one, and started again by it when it falls", async () => {
  const server = spawn(
    process.execPath,
    [join(import.meta.dirname, "../../../test/fixtures/run-workload.ts"), folder, script, String(port)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void server.kill("SIGKILL"));
  expect(String(await once(server.stdout, "data"))).toBe("ready\n");
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
  workloads = create(folder);
  const wanted = backend({ stable: "1" });
  const adopted = await untilReady(wanted, "stable");
  expect(adopted).toMatchObject({ version: "1", restarts: 0 });
  const { pid } = await ask(adopted);
  expect((await recorded(folder)).map((record) => record.pid)).toEqual([pid]);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => {
    expect(await see(wanted, "stable")).toMatchObject({ isReady: true, restarts: 1 });
  }, patience);
  await workloads.stopAll();
  expect(identify(pid)).toBeNull();
});

test("a server that was killed between writing down a start and the pid finds the process by its mark", async () => {
  const { pid } = await ask(await untilReady(backend({ stable: "1" }), "stable"));
  const path = join(folder, "processes.json");
  const state = JSON.parse(await readFile(path, "utf8")) as { processes: [Record<string, unknown>] };
  Object.assign(state.processes[0], { pid: null, identity: null });
  await writeFile(path, JSON.stringify(state));
  workloads.close();
  workloads = create(folder);
  expect(await see(backend({ stable: "1" }), "stable")).toMatchObject({ isReady: true });
  expect((await recorded(folder)).map((record) => record.pid)).toEqual([pid]);
});

test("a process that was given the pid of ours is neither adopted nor ended", async () => {
  await untilReady(backend({ stable: "1" }), "stable");
  const path = join(folder, "processes.json");
  const text = await readFile(path, "utf8");
  await workloads.stopAll();
  workloads.close();
  const stranger = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore", detached: true });
  onTestFinished(() => void stranger.kill("SIGKILL"));
  const state = JSON.parse(text) as { processes: [Record<string, unknown>] };
  Object.assign(state.processes[0], { pid: stranger.pid });
  await writeFile(path, JSON.stringify(state));
  workloads = create(folder);
  expect(await workloads.observe(backend({}), AbortSignal.timeout(30_000))).toEqual({ backend: {} });
  await workloads.stopAll();
  expect(identify(stranger.pid!)).not.toBeNull();
});

test("before the first word about a service nothing of it is stopped", async () => {
  const { pid } = await ask(await untilReady(backend({ stable: "1" }), "stable"));
  workloads.close();
  workloads = create(folder);
  await workloads.apply(
    { frontend: { use: useOf({ port: await findFreePort(new Set([port])) }), slots: {} } },
    AbortSignal.timeout(30_000),
  );
  expect(identify(pid)).not.toBeNull();
  expect(await see(backend({ stable: "1" }), "stable")).toMatchObject({ isReady: true });
});

test("a found process that falls is started again though nobody asks", async () => {
  const { pid } = await ask(await untilReady(backend({ stable: "1" }), "stable"));
  workloads.close();
  workloads = create(folder);
  expect(await see(backend({ stable: "1" }), "stable")).toMatchObject({ isReady: true });
  process.kill(pid, "SIGKILL");
  await vi.waitFor(async () => expect((await recorded(folder)).map((record) => record.pid)).not.toContain(pid), patience);
  await vi.waitFor(async () => expect((await recorded(folder)).map((record) => record.pid)).toEqual([expect.any(Number)]), patience);
});

test("another version begins without the failures of the last one", async () => {
  await workloads.apply(backend({ canary: "2" }, { behaviour: "crashing" }), AbortSignal.timeout(30_000));
  await vi.waitFor(async () => {
    const seen = await see(backend({}), "canary");
    expect(seen?.restarts).toBeGreaterThanOrEqual(2);
  }, patience);
  expect(await untilReady(backend({ canary: "3" }), "canary")).toMatchObject({ version: "3", restarts: 0, detail: "" });
});

test("a closed adapter starts nothing any more, and leaves what runs", async () => {
  const { pid } = await ask(await untilReady(backend({ stable: "1" }), "stable"));
  workloads.close();
  await expect(workloads.apply(backend({}), AbortSignal.timeout(30_000))).rejects.toThrow("closed");
  expect(identify(pid)).not.toBeNull();
});

test("a damaged state file is refused: nobody knows what runs", async () => {
  await writeFile(join(folder, "processes.json"), "{");
  expect(() => create(folder)).toThrow("is damaged");
  await rm(join(folder, "processes.json"));
});

test("a long output is cut back to its last lines", async () => {
  const wanted = backend({ stable: "1" });
  await untilReady(wanted, "stable");
  const path = outputPath(folder, { service: "backend", slot: "stable" });
  await writeFile(path, Array.from({ length: 30_000 }, (_, line) => `line ${line}\n`).join(""), { flag: "a" });
  await see(wanted, "stable");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(lines).toHaveLength(100);
  expect(lines.at(-1)).toBe("line 29999");
});
