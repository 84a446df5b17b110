import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createExchange, NoAnswer, publicUrl } from "../../exchange.ts";
import type { Check, Examination, Surroundings } from "../../define.ts";
import { findChromium } from "./browser.ts";
import type { Connection } from "./connection.ts";
import { timesOf } from "./connection.ts";
import { isOfCommit, Lhci, LhciTrouble } from "./lhci.ts";
import { readWords } from "./words.ts";

const run = promisify(execFile);

/** What a run takes, and a little more, bytes. */
const neededBytes = 1_000 * 1024 * 1024;

/** Looks at the browser, the memory and the page's address; or at the Lighthouse CI server. The rules are `Examination`'s. */
export async function examineLighthouse(
  options: Connection,
  examination: Examination,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  if (options.lhci !== null) return examineServer(options.lhci, examination, surroundings, signal);
  const checks = [await examineBrowser(options, signal), examineMemory(), ...examinePages(options, examination)];
  return options.base === null ? checks : [...checks, await examineBase(options.base, options, surroundings, signal)];
}

async function examineBrowser({ chromium }: Connection, signal: AbortSignal): Promise<Check> {
  const path = findChromium(chromium, process.env["PATH"] ?? "");
  const what = `Chromium${chromium === null ? "" : ` ${chromium}`}`;
  const remedy = "Install Chromium where the server runs, or write its path as chromium in the source's connection.";
  if (path === null) return { what, verdict: "wrong", says: "There is none that can be run.", remedy };
  try {
    const { stdout } = await run(path, ["--version"], { signal, env: { PATH: process.env["PATH"] ?? "" } });
    const version = /\d+(?:\.\d+)+/.exec(stdout);
    if (version === null) return { what, verdict: "doubtful", says: `${path} does not say its version.`, remedy };
    return { what, verdict: "ok", says: `${path} is version ${version[0]}.`, remedy: null };
  } catch (cause) {
    signal.throwIfAborted();
    const because = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "no reason given";
    return { what, verdict: "wrong", says: `${path} cannot be run: ${because}.`, remedy };
  }
}

function examineMemory(): Check {
  const what = "memory for a browser";
  const freeMib = Math.round(process.availableMemory() / 1024 / 1024);
  const says = `${freeMib} MiB are free; a run takes about 750 MiB.`;
  return freeMib * 1024 * 1024 < neededBytes
    ? { what, verdict: "doubtful", says, remedy: "Give the server more memory, or take the source axe, which needs no browser." }
    : { what, verdict: "ok", says, remedy: null };
}

/** A page must belong to a service of the plan: by its own word, by the routes, or because there is only one. */
function examinePages({ base }: Connection, { plan, queries }: Examination): readonly Check[] {
  if (base !== null) return [];
  const services = plan.services.map(({ name }) => name);
  return queries.flatMap(({ metric }): readonly Check[] => {
    const read = readWords(metric.kind, metric.query);
    if (read.kind === "problem") return [];
    const { service, path } = read.asked;
    const what = `page ${path} of metric ${metric.name}`;
    if (service !== null && !services.includes(service)) {
      return [{ what, verdict: "wrong", says: `The plan has no service ${service}.`, remedy: `Write one of ${services.join(", ")}.` }];
    }
    if (service !== null || plan.traffic.routes.length > 0 || services.length === 1) return [];
    return [
      {
        what,
        verdict: "wrong",
        says: "Nobody says which service has it.",
        remedy: `Write service: ${services[0] ?? "NAME"} in the metric.`,
      },
    ];
  });
}

async function examineBase(base: string, options: Connection, { clock }: Surroundings, signal: AbortSignal): Promise<Check> {
  const what = `page ${publicUrl(base)}`;
  const remedy = "Look at base in the source's connection, and whether the server reaches it.";
  try {
    const withinMs = Math.min(10_000, timesOf(options).withinMs);
    const call = { method: "GET", url: base, shownAs: publicUrl(base), headers: { accept: "text/html" }, body: null, withinMs } as const;
    const { status } = await createExchange(clock)(call, signal);
    return status >= 500
      ? { what, verdict: "wrong", says: `It answered ${status}.`, remedy }
      : { what, verdict: "ok", says: `It answered ${status}.`, remedy: null };
  } catch (cause) {
    if (cause instanceof NoAnswer) return { what, verdict: "wrong", says: `${cause.message}.`, remedy };
    throw cause;
  }
}

async function examineServer(
  server: NonNullable<Connection["lhci"]>,
  { versions }: Examination,
  { clock }: Surroundings,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const what = `Lighthouse CI ${publicUrl(server.url)}`;
  try {
    const lhci = new Lhci({ server, clock, exchange: createExchange(clock) });
    const builds = await lhci.builds(signal);
    const found: Check = { what, verdict: "ok", says: `It answers, and has ${builds.length} builds of the project.`, remedy: null };
    const missing = Object.entries(versions).filter(([, version]) => !builds.some(({ hash }) => isOfCommit(version, hash)));
    const isNoneThere = Object.keys(versions).length > 0 && missing.length === Object.keys(versions).length;
    if (!isNoneThere) return [found];
    const says = `No build is of the commit of ${missing.map(([service, version]) => `${service} ${version}`).join(", ")}.`;
    const remedy = "Run lhci autorun for that commit, and let the version's name have the commit's hash in it.";
    return [found, { what: "builds of the new version", verdict: "wrong", says, remedy }];
  } catch (cause) {
    if (!(cause instanceof LhciTrouble)) throw cause;
    const remedy = "Look at lhci in the source's connection: url, project or token, headers.";
    return [{ what, verdict: "wrong", says: `${cause.message}.`, remedy }];
  }
}
