import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import type { Stage } from "../../src/demo/stage.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { programPath } from "./on-system.ts";

/** What a Prometheus scrapes: a job, its addresses, and the labels that the scrape adds. */
export interface Scraped {
  readonly job: string;
  /** "127.0.0.1:4001". */
  readonly addresses: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly token?: string;
}

export interface PrometheusOptions {
  readonly jobs: readonly Scraped[];
  /** Files of rules. */
  readonly rules?: readonly string[];
  /** Text of `--web.config.file`. */
  readonly web?: string;
  /** Files that the configuration names, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A real Prometheus of this machine on a port of its own, gone when the test has finished. */
export interface RealPrometheus {
  readonly url: string;
  readonly folder: string;
  /** Other addresses of a job from now on; it notices by itself. */
  retarget(job: string, addresses: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one that scrapes every second; resolves when it is ready. */
export async function startPrometheus({ jobs, rules = [], web, files = {} }: PrometheusOptions): Promise<RealPrometheus> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const retarget = async (job: string, addresses: readonly string[]): Promise<void> => {
    const { labels = {} } = jobs.find((one) => one.job === job) ?? {};
    // In one step, so that no half of it is ever read.
    await writeFile(join(folder, `${job}.new`), JSON.stringify([{ targets: addresses, labels }]));
    await rename(join(folder, `${job}.new`), join(folder, `${job}.json`));
  };
  for (const { job, addresses } of jobs) await retarget(job, addresses);
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "900ms", evaluation_interval: "1s" },
    rule_files: rules,
    scrape_configs: jobs.map(({ job, token }) => ({
      job_name: job,
      file_sd_configs: [{ files: [join(folder, `${job}.json`)] }],
      ...(token === undefined ? {} : { authorization: { credentials: token } }),
    })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  for (const [name, text] of Object.entries({ ...files, ...(web === undefined ? {} : { "web.yml": web }) }))
    await writeFile(join(folder, name), text);
  const child = spawn(programPath("prometheus"), [
    `--config.file=${join(folder, "prometheus.yml")}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...(web === undefined ? [] : [`--web.config.file=${join(folder, "web.yml")}`]),
  ]);
  const said: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
  const stop = stopper(child);
  onTestFinished(stop);
  await vi.waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}: ${said.slice(-5).join("\n")}`);
      if (!said.some((line) => line.includes("Server is ready to receive web requests"))) throw new Error("prometheus is not ready");
    },
    { interval: 50 },
  );
  return { url: `${web === undefined ? "http" : "https"}://127.0.0.1:${port}`, folder, retarget, stop };
}

function stopper(child: ChildProcess): () => Promise<void> {
  const over = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return async () => {
    child.kill("SIGKILL");
    await over;
  };
}

/** A process that counts what it is told, on a port that it keeps. */
export interface Counting {
  readonly address: string;
  count(counted: { readonly ok?: number; readonly bad?: number; readonly slow?: number }): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  restart(): Promise<void>;
}

/** Starts one; it is gone when the test has finished. */
export async function startCounting(version: string): Promise<Counting> {
  const port = await freePort();
  let kill = await spawnCounting(port, version);
  onTestFinished(async () => kill());
  return {
    address: `127.0.0.1:${port}`,
    async count(counted) {
      const words = new URLSearchParams(Object.entries(counted).map(([kind, many]): [string, string] => [kind, String(many)])).toString();
      const answer = await fetch(`http://127.0.0.1:${port}/count?${words}`);
      await answer.text();
    },
    kill: async () => kill(),
    async restart() {
      await kill();
      kill = await spawnCounting(port, version);
    },
  };
}

async function spawnCounting(port: number, version: string): Promise<() => Promise<void>> {
  const file = new URL("../fixtures/counting-process.ts", import.meta.url);
  const child = spawn(process.execPath, [file.pathname], { env: { ...process.env, PORT: String(port), VERSION: version } });
  await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  return stopper(child);
}

/** Where the processes of the shop answer now, as the router knows them. */
export async function shopOf(stage: Stage): Promise<readonly string[]> {
  return [...new Set(JSON.stringify(await stage.routerSeen()).match(/127\.0\.0\.1:\d+/g))];
}
