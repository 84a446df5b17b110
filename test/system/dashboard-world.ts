import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { newContext, linkFor, openChromium } from "../../scripts/chromium.ts";
import type { Look } from "../../scripts/chromium.ts";
import { pathOf, routes } from "../../src/http/contract.ts";
import type { AskBody, Route, StartReleaseAnswer, StartReleaseBody } from "../../src/http/contract.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { openSimulatedServer } from "../../src/sim/serve.ts";
import type { SimulatedServer, SimulatedServerOptions } from "../../src/sim/serve.ts";
import { frameWords } from "../../web/words/frame-words.ts";
import { releaseWords } from "../../web/words/release-words.ts";

export const minuteMs = 60_000;
/** The people of ECOMSIMPLY, and who may only look. */
export const people = { rachel: "Rachel Martin", omar: "Omar Benali", claire: "Claire Petit", hugo: "Hugo Laurent", ines: "Inès Moreau" };
/** What the screens say in English. */
export const words = { frame: frameWords.en, release: releaseWords.en };
export const versions = { frontend: "ecomsimply/frontend:3.0.0", backend: "ecomsimply/backend:3.0.0" };

/** A simulated shop, its server, and browsers that look at it. */
export interface Dashboard {
  readonly server: SimulatedServer;
  /** A page of a browser of its own at this path, signed in. Whatever goes wrong in it fails the test. */
  open(who: string, path?: string, look?: Look): Promise<Page>;
  /** A call of the API that no screen makes; answers its status and body. */
  call(who: string, route: Route, sent?: Sent): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Begins a release as the DevOps lead, and answers its id. */
  begin(body?: Partial<StartReleaseBody>): Promise<string>;
  view(release: string): Promise<ReleaseView>;
  /** What somebody asks of the release as it is now, without any screen. Throws when it is refused. */
  ask(who: string, release: string, kind: AskBody["kind"]): Promise<void>;
}

export interface Sent {
  readonly values?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One browser for all tests of a suite. */
export function sharedBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error("the browser is opened before the first test");
    return browser;
  };
}

/** A world of the test's own, which ends with it. Its time passes as real time does, and faster where the test says so. */
export async function openDashboard(browser: Browser, options: Partial<SimulatedServerOptions> = {}): Promise<Dashboard> {
  const server = await openSimulatedServer({ speed: 1, ...options });
  onTestFinished(() => server.close());
  const call: Dashboard["call"] = async (who, route, { values, query = "", body, headers } = {}) => {
    const answer = await fetch(server.url + pathOf(route, values) + query, {
      method: route.method,
      headers: { authorization: `Bearer ${server.tokenOf(who)}`, "content-type": "application/json", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? null : (JSON.parse(text) as unknown) };
  };
  const view: Dashboard["view"] = async (id) =>
    (await call(people.ines, routes.showRelease, { values: { id }, query: "?language=en" })).body as ReleaseView;
  return {
    server,
    call,
    view,
    open: async (who, path = "/", look = {}) => {
      const context = await newContext(browser, look);
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      watch(page);
      await page.goto(await linkFor(server, who));
      await page.getByRole("navigation", { name: frameWords[look.language ?? "en"].screens }).waitFor();
      if (path !== "/") await page.goto(server.url + path);
      return page;
    },
    begin: async (body = {}) => {
      const sent = { plan: server.plan, versions, reason: "the new design", ...body };
      const begun = await call(people.omar, routes.startRelease, { body: sent, headers: { "idempotency-key": "begin" } });
      expect(begun).toMatchObject({ status: 201 });
      return (begun.body as StartReleaseAnswer).id;
    },
    ask: async (who, id, kind) => {
      const headers = { "if-match": `"${(await view(id)).revision}"` };
      const answer = await call(who, routes.ask, { values: { id }, body: { kind, reason: "seen" }, headers });
      expect(answer).toMatchObject({ status: 200 });
    },
  };
}

/** What no page may do: throw, run what a stranger wrote, or break its own policy. */
function watch(page: Page): void {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`threw ${error.message}`));
  page.on("dialog", (dialog) => {
    wrong.push(`opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (/Content[- ]Security[- ]Policy|TrustedHTML|Minified React error|Each child in a list/i.test(message.text()))
      wrong.push(message.text());
  });
  onTestFinished(async () => {
    await page.context().close();
    expect(wrong).toEqual([]);
  });
}

/** The dialog in which a person says why. */
export const dialogOf = (page: Page) => page.getByRole("dialog");

/** Presses an action, gives a reason where none stands there, and confirms. */
export async function press(page: Page, label: string, reason: string): Promise<void> {
  await page.getByRole("button", { name: label, exact: true }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole("textbox").fill(reason);
  await dialog.getByRole("button", { name: label.replace(/…$/, ""), exact: true }).click();
  await dialog.waitFor({ state: "detached" });
}

/** What the release is called on its buttons now. */
export async function labelOf(dashboard: Dashboard, release: string, kind: AskBody["kind"]): Promise<string> {
  const found = (await dashboard.view(release)).actions.find((action) => action.kind === kind);
  if (found === undefined) throw new Error(`nobody can ${kind} here`);
  return found.label;
}

/** Everybody signs, without any screen, until the release is observed at its first share. */
export async function beginObserving(dashboard: Dashboard, body?: Partial<StartReleaseBody>): Promise<string> {
  const id = await dashboard.begin(body);
  await dashboard.ask(people.rachel, id, "approve");
  await dashboard.ask(people.claire, id, "approve");
  await dashboard.server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
  return id;
}
