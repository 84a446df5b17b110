import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { CreateLinkAnswer } from "../src/http/contract/access.ts";
import { pathOf, routes } from "../src/http/contract.ts";
import { findProgram } from "../src/demo/find-program.ts";
import type { SimulatedServer } from "../src/sim/serve.ts";

/** How somebody looks. */
export interface Look {
  readonly language?: "fr" | "en";
  readonly colours?: "light" | "dark";
  /** CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Quiet, and without anything that asks the network. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the machine's Chromium. Throws `program-missing`. */
export function openChromium(): Promise<Browser> {
  const executablePath = findProgram("chromium", { packages: "chromium", files: [] });
  return chromium.launch({ executablePath, args: flags });
}

/** A one-time link to the dashboard, as this person. */
export async function linkFor(server: Pick<SimulatedServer, "url" | "tokenOf">, who: string): Promise<string> {
  const { method } = routes.createLink;
  const headers = { authorization: `Bearer ${server.tokenOf(who)}` };
  const answer = await fetch(server.url + pathOf(routes.createLink), { method, headers });
  if (!answer.ok) throw new Error(`no link for ${who}: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as CreateLinkAnswer).url;
}

/** A browser of one's own (cookies and storage), which belongs to nobody yet. */
export function newContext(browser: Browser, { language = "en", colours = "light", size }: Look = {}): Promise<BrowserContext> {
  return browser.newContext({
    locale: language === "fr" ? "fr-FR" : "en-GB",
    timezoneId: "Europe/Paris",
    colorScheme: colours,
    reducedMotion: "reduce",
    viewport: size ?? { width: 1280, height: 900 },
  });
}

/** Opens the dashboard in a browser of one's own, signed in by a one-time link. */
export async function openAs(browser: Browser, server: SimulatedServer, who: string, look: Look = {}): Promise<Page> {
  const context = await newContext(browser, look);
  const page = await context.newPage();
  await page.goto(await linkFor(server, who));
  return page;
}
