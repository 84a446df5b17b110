import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { openSimulatedServer } from "../src/sim/serve.ts";
import type { SimulatedServer } from "../src/sim/serve.ts";
import { buildWeb } from "./build-web.ts";
import { linkFor, newContext, openAs, openChromium } from "./chromium.ts";
import type { Look } from "./chromium.ts";
import { beginRelease, signAs } from "./people-at-work.ts";

const folder = join(import.meta.dirname, "../docs/screens");
const minuteMs = 60_000;
const looks: readonly Required<Pick<Look, "language" | "colours">>[] = [
  { language: "en", colours: "light" },
  { language: "fr", colours: "dark" },
];
const phone = { width: 375, height: 760 };

/** `npm run screens`: a picture of each screen, in both languages and colours, from a simulated world in which every run is the same. */
async function main(): Promise<void> {
  await buildWeb();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const browser = await openChromium();
  try {
    await drawStory(browser);
  } finally {
    await browser.close();
  }
}

/** One release as it goes on: each moment is drawn when it is there. */
async function drawStory(browser: Browser): Promise<void> {
  // Simulated time hardly moves while a picture is taken.
  const server = await openSimulatedServer({ speed: 0.1, hasHistory: true });
  try {
    const id = await beginRelease(server);
    const draw = (name: string, path: string, more: Partial<Picture> = {}): Promise<void> =>
      drawEach(browser, server, { name, path, ...more });
    await drawStranger(browser, server);
    // Everybody has called: they are on.
    for (const { name } of server.team) await linkFor(server, name);
    await draw("go", `/releases/${id}`, { awaits: ".readiness-parts" });
    await signAs(server, id, ["release-manager", "qa-lead"]);
    await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
    await server.playground.pass(14 * minuteMs);
    await signAs(server, id, ["release-manager", "qa-lead"]);
    await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 1, 20 * minuteMs);
    await server.playground.pass(11.5 * minuteMs);
    await draw("release", `/releases/${id}`);
    await draw("phone", `/releases/${id}`, { size: phone });
    await draw("gate", `/releases/${id}?check=2.trial-activation`, { awaits: ".check-panel canvas" });
    await draw("releases", "/");
    await draw("calendar", "/calendar");
    await draw("settings", "/settings");
    server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
    await server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
    await server.playground.pass(minuteMs);
    await draw("countdown", `/releases/${id}`);
    await server.until(id, ({ release }) => release.status.kind === "rolled-back", 10 * minuteMs);
    await draw("rolled-back", `/releases/${id}`, { awaits: ".outcome-says li:not(.bone)" });
  } finally {
    await server.close();
  }
}

interface Picture extends Look {
  readonly name: string;
  readonly path: string;
  /** What comes last, as a selector; absent: a heading. */
  readonly awaits?: string;
}

async function drawEach(
  browser: Browser,
  server: SimulatedServer,
  { name, path, awaits = "main :is(h1, h2)", ...look }: Picture,
): Promise<void> {
  for (const { language, colours } of looks) {
    const page = await openAs(browser, server, server.team[0].name, { ...look, language, colours });
    // The screen's own clock stands still, so that it shows what the server said.
    await page.clock.setFixedTime(server.nowMs());
    await page.getByRole("navigation").first().waitFor();
    await page.goto(server.url + path);
    await page.locator(awaits).first().waitFor();
    await save(page, `${name}.${language}.webp`);
  }
}

/** The page of somebody who is not signed in. */
async function drawStranger(browser: Browser, server: SimulatedServer): Promise<void> {
  for (const look of looks) {
    const page = await (await newContext(browser, look)).newPage();
    await page.goto(server.url);
    await page.getByRole("heading").first().waitFor();
    await save(page, `sign-in.${look.language}.webp`);
  }
}

/** Waits until the screen stands still, and keeps its picture. */
async function save(page: Page, name: string): Promise<void> {
  await page.waitForLoadState("load");
  let [before, now] = ["", await shot(page)];
  for (let tries = 0; before !== now && tries < 20; tries += 1) [before, now] = [now, await shot(page)];
  writeFileSync(join(folder, name), Buffer.from(now, "base64"));
  await page.context().close();
}

/** Source: https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-captureScreenshot */
async function shot(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 88 });
  await session.detach();
  return data;
}

await main();
