import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createExchange, NoAnswer, publicUrl } from "../../exchange.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination, Surroundings } from "../../define.ts";
import { findChromium } from "./browser.ts";
import type { Connection } from "./connection.ts";
import { timesOf } from "./connection.ts";
import { findings, subjects } from "./findings.ts";
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
  if (path === null) return wrong(what, findings.noBrowser());
  try {
    const { stdout } = await run(path, ["--version"], { signal, env: { PATH: process.env["PATH"] ?? "" } });
    const version = /\d+(?:\.\d+)+/.exec(stdout);
    return version === null ? doubtful(what, findings.browserNameless(path)) : fine(what, findings.browser(path, version[0]));
  } catch (cause) {
    signal.throwIfAborted();
    const because = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "no reason given";
    return wrong(what, findings.browserFails(path, because));
  }
}

function examineMemory(): Check {
  const what = subjects.memory();
  const freeMib = Math.round(process.availableMemory() / 1024 / 1024);
  return freeMib * 1024 * 1024 < neededBytes ? doubtful(what, findings.littleMemory(freeMib)) : fine(what, findings.memory(freeMib));
}

/** A page must belong to a service of the plan: by its own word, by the routes, or because there is only one. */
function examinePages({ base }: Connection, { plan, queries }: Examination): readonly Check[] {
  if (base !== null) return [];
  const services = plan.services.map(({ name }) => name);
  return queries.flatMap(({ metric }): readonly Check[] => {
    const read = readWords(metric.kind, metric.query);
    if (read.kind === "problem") return [];
    const { service, path } = read.asked;
    const what = subjects.pageOf(path, metric.name);
    if (service !== null && !services.includes(service)) return [wrong(what, findings.serviceUnknown(service, services))];
    const isSaid = service !== null || plan.traffic.routes.length > 0 || services.length === 1;
    return isSaid ? [] : [wrong(what, findings.serviceUnsaid(services[0] ?? "NAME"))];
  });
}

async function examineBase(base: string, options: Connection, { clock }: Surroundings, signal: AbortSignal): Promise<Check> {
  const what = subjects.page(publicUrl(base));
  try {
    const withinMs = Math.min(10_000, timesOf(options).withinMs);
    const call = { method: "GET", url: base, shownAs: publicUrl(base), headers: { accept: "text/html" }, body: null, withinMs } as const;
    const { status } = await createExchange(clock)(call, signal);
    return status >= 500 ? wrong(what, findings.baseAnswersError(status)) : fine(what, findings.baseAnswers(status));
  } catch (cause) {
    if (cause instanceof NoAnswer) return wrong(what, findings.baseSilent(cause.message));
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
    const found = fine(what, findings.hasBuilds(builds.length));
    const missing = Object.entries(versions).filter(([, version]) => !builds.some(({ hash }) => isOfCommit(version, hash)));
    const isNoneThere = Object.keys(versions).length > 0 && missing.length === Object.keys(versions).length;
    if (!isNoneThere) return [found];
    const commits = missing.map(([service, version]) => `${service} ${version}`);
    return [found, wrong(subjects.newBuilds(), findings.noBuild(commits))];
  } catch (cause) {
    if (!(cause instanceof LhciTrouble)) throw cause;
    return [wrong(what, findings.serverFails(cause.message))];
  }
}
