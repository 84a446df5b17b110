import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, ReadContext, Target } from "../../../ports.ts";
import { makeFolder } from "../../make-folder.ts";
import { NotLoggedIn, Sessions } from "../login/session.ts";
import type { SessionsOptions } from "../login/session.ts";
import type { Job } from "./job.ts";
import { KeptReports } from "./kept-reports.ts";
import { readReport } from "./read-report.ts";
import type { CategoryRead } from "./read-report.ts";
import type { Round, Scored } from "./rounds.ts";
import type { RunPage } from "./run-page.ts";
import type { Asked } from "./words.ts";

type Arm = Target["arm"];

/** A page, whatever is asked of it. */
export type Page = Omit<Asked, "category">;

/** Everything that a run needs beside the page. */
export interface Measuring {
  readonly clock: Clock;
  readonly run: RunPage;
  readonly reports: KeptReports;
  /** Address under which people see the folder of reports; `null`: they look at the file. */
  readonly reportsUrl: string | null;
  readonly dataDir: string;
  readonly browser: Pick<Job, "sandbox" | "preset"> & { readonly chromium: string | null };
  /** Sent with every request to the version. */
  readonly headers: Readonly<Record<string, string>>;
  /** `null`: nobody is logged in. */
  readonly login: SessionsOptions | null;
  /** Pages are asked there, through the router, each version with its headers; `null`: each version is asked itself. */
  readonly base: { readonly url: string; readonly headers: Readonly<Record<Arm, Readonly<Record<string, string>>>> } | null;
  readonly closing: AbortSignal;
}

/** What is measured in one round. */
export interface Ask {
  readonly page: Page;
  readonly categories: readonly string[];
  readonly context: ReadContext;
  /** Counts the rounds of this page: each begins with the version that ended the one before, and asks the next of several targets. */
  readonly number: number;
}

/** Measures both versions of a page, one after the other. Never rejects: what goes wrong is `failed`, or leaves stable out. */
export async function measureRound(measuring: Measuring, ask: Ask): Promise<Round> {
  const order: readonly Arm[] = ask.number % 2 === 0 ? ["canary", "stable"] : ["stable", "canary"];
  let canary: Measured = { kind: "problem", why: "no target of the service runs the canary" };
  let stable: Measured = canary;
  for (const arm of order) {
    // Nothing is compared with a version that has no page.
    if (arm === "stable" && order[0] === "canary" && canary.kind === "problem") break;
    const measured = await measureArm(measuring, ask, arm);
    if (arm === "canary") canary = measured;
    else stable = measured;
  }
  if (canary.kind === "problem") return { kind: "failed", why: canary.why };
  return { kind: "measured", canary: canary.scored, stable: stable.kind === "problem" ? null : stable.scored, atMs: canary.atMs };
}

type Measured =
  | { readonly kind: "measured"; readonly scored: Scored; readonly atMs: number }
  | { readonly kind: "problem"; readonly why: string };

async function measureArm(measuring: Measuring, ask: Ask, arm: Arm): Promise<Measured> {
  const where = `${ask.page.path} of ${arm}`;
  const problem = (why: string): Measured => ({ kind: "problem", why: `${where}: ${why}` });
  const { clock, closing, dataDir, browser } = measuring;
  if (browser.chromium === null) {
    return problem("there is no Chromium on this machine: install it, or write its path as chromium in the source's connection");
  }
  const way = wayTo(measuring, ask, arm);
  if (typeof way === "string") return problem(way);
  let folder: string | null = null;
  try {
    const cookie = await logIn(measuring, { ask, arm, targets: way.targets });
    const runs = join(dataDir, "runs");
    makeFolder(runs);
    folder = await mkdtemp(join(runs, "run-"));
    const { cookie: given, ...headers } = lowerCase({ ...measuring.headers, ...way.headers });
    const cookies = [given, cookie].filter((one) => one !== undefined && one !== "").join("; ");
    const door: Job["door"] = { routes: [...way.routes], headers, cookie: cookies, isOwnHost: way.isOwnHost };
    const { path } = ask.page;
    const ran = await measuring.run(
      { ...browser, chromium: browser.chromium, path, categories: [...ask.categories], door, folder },
      closing,
    );
    if (ran.kind === "failed") return problem(ran.why);
    const atMs = clock.nowMs();
    const html = await measuring.reports.keep({ folder, atMs, arm, path });
    const read = readReport(ran.report);
    const because = ran.trouble === null ? "" : `; ${ran.trouble}`;
    if (read.kind === "problem") return problem(`${read.why}${because}`);
    const wrong = whyNotThePage(read.addresses, ran.text, ask.page);
    if (wrong !== null) return problem(wrong);
    const at = measuring.reportsUrl === null ? html : `${measuring.reportsUrl.replace(/\/+$/, "")}/${KeptReports.nameOf(html)}`;
    return { kind: "measured", atMs, scored: scoresOf(ask.categories, (name) => read.category(name), { at, where }) };
  } catch (cause) {
    if (cause instanceof NotLoggedIn) return problem(cause.message);
    return problem(closing.aborted ? "the server is closing" : cause instanceof Error ? cause.message : "no reason given");
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function scoresOf(
  names: readonly string[],
  read: (name: string) => CategoryRead,
  { at, where }: { readonly at: string; readonly where: string },
): Scored {
  const scored = new Map<string, CategoryRead>();
  for (const name of names) {
    const category = read(name);
    const told =
      category.kind === "scored"
        ? { ...category, findings: category.findings.map((finding) => ({ ...finding, at })) }
        : { ...category, why: `${where}: ${category.why}` };
    scored.set(name, told);
  }
  return scored;
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> & { readonly cookie?: string } {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

interface Way extends Omit<Job["door"], "cookie"> {
  /** One target for each service, so that a login and its page meet the same process. */
  readonly targets: readonly Target[];
}

/** How the version is reached; or a sentence about why it is not. */
function wayTo({ base }: Measuring, { page, context, number }: Ask, arm: Arm): Way | string {
  const services = [...new Set(context.targets.filter((target) => target.arm === arm).map(({ service }) => service))];
  const targets = services.flatMap((service) => {
    const all = context.targets.filter((target) => target.arm === arm && target.service === service);
    return all[number % all.length] ?? [];
  });
  if (targets.length === 0) return `no target runs the ${arm} version`;
  if (base !== null) {
    const { url } = base;
    const throughRouter = targets.map((target) => ({ ...target, url }));
    return { routes: [{ path: "/", url }], headers: base.headers[arm], isOwnHost: true, targets: throughRouter };
  }
  const urlOf = (service: string): string | null => targets.find((target) => target.service === service)?.url ?? null;
  if (page.service !== null) {
    const url = urlOf(page.service);
    if (url === null) return `no target of the service ${page.service} runs the ${arm} version`;
    // What the page itself calls goes where the plan sends it.
    return { routes: [...beside(context, page.path, urlOf), { path: "/", url }], headers: {}, isOwnHost: false, targets };
  }
  const routes = (context.routes ?? []).flatMap(({ path, service }) => {
    const url = urlOf(service);
    return url === null ? [] : [{ path, url }];
  });
  const [only, ...more] = targets;
  if (routes.length > 0)
    return { routes: routes.toSorted((a, b) => b.path.length - a.path.length), headers: {}, isOwnHost: false, targets };
  if (only === undefined || more.length > 0) return "nobody says which service has the page; write service in the metric";
  return { routes: [{ path: "/", url: only.url }], headers: {}, isOwnHost: false, targets };
}

/** The plan's routes that do not hold the page, the longest first. */
function beside(context: ReadContext, page: string, urlOf: (service: string) => string | null): Way["routes"] {
  return (context.routes ?? [])
    .filter(({ path }) => path !== "/" && !page.startsWith(path))
    .flatMap(({ path, service }) => {
      const url = urlOf(service);
      return url === null ? [] : [{ path, url }];
    })
    .toSorted((a, b) => b.path.length - a.path.length);
}

/** The cookies of somebody who was just logged in; empty when nobody is to be. Throws `NotLoggedIn`. */
async function logIn(
  { login, base, closing }: Measuring,
  { ask, arm, targets }: { readonly ask: Ask; readonly arm: Arm; readonly targets: readonly Target[] },
): Promise<string> {
  if (login === null) return "";
  const headers = { ...login.login.headers, ...base?.headers[arm] };
  const target = targets.find(({ service }) => service === login.login.service) ?? targets[0];
  if (target === undefined) return "";
  const sessions = new Sessions({ ...login, login: { ...login.login, headers } });
  return (await sessions.cookieFor({ release: ask.context.release, target, targets }, closing)).cookie;
}

/** An address elsewhere, or a page without its text, is not the page: a login, say, or an apology. */
function whyNotThePage(addresses: readonly string[], text: string, { path, contains }: Page): string | null {
  const wanted = placeOf(`http://page.invalid${path}`);
  const elsewhere = addresses.find((address) => placeOf(address) !== wanted);
  if (elsewhere !== undefined) {
    return `it ended at ${placeOf(elsewhere)}, which is not the page: a login may be missing, or write the path where it ends`;
  }
  if (contains !== null && !text.includes(contains)) return `it does not show ${JSON.stringify(contains)}, so it is another page`;
  return null;
}

function placeOf(address: string): string {
  return URL.canParse(address) ? new URL(address).pathname.replace(/(?<=.)\/$/, "") : "an address that is not a URL";
}
