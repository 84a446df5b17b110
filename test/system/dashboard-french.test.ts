import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { routes } from "../../src/http/contract.ts";
import { calendarWords } from "../../web/words/calendar-words.ts";
import { frameWords } from "../../web/words/frame-words.ts";
import { releaseWords } from "../../web/words/release-words.ts";
import { releasesWords } from "../../web/words/releases-words.ts";
import { settingsWords } from "../../web/words/settings-words.ts";
import { englishIn, frenchFaults } from "../fixtures/french-faults.ts";
import { beginObserving, dialogOf, minuteMs, openDashboard, people, sharedBrowser } from "./dashboard-world.ts";
import type { Dashboard } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

const french = { language: "fr" } as const;
const words = {
  frame: frameWords.fr,
  release: releaseWords.fr,
  releases: releasesWords.fr,
  calendar: calendarWords.fr,
  settings: settingsWords.fr,
};

/** What a person or a plan wrote, and what the other language is called. */
const theirs = /the new design|seen|ecomsimply\S*|English|Awwwards UI Refonte/giu;

/** What the page says: to eyes, and to screen readers, with every part opened that can be. A screen reader hears no difference between spaces. */
async function said(page: Page): Promise<{ readonly written: readonly string[]; readonly spoken: readonly string[] }> {
  await page.locator("details").evaluateAll((parts) => parts.forEach((part) => Object.assign(part, { open: true })));
  const spoken = await page.locator("body").ariaSnapshot();
  const linesOf = (text: string): readonly string[] => text.split("\n").map((line) => line.replaceAll(theirs, "…").trim());
  return {
    written: linesOf(await page.locator("body").innerText()),
    spoken: linesOf(spoken.replaceAll(/^\s*- (?:\/url: .*|[a-z]+:?)/gmu, "")),
  };
}

async function expectFrench(page: Page, where: string): Promise<void> {
  const { written, spoken } = await said(page);
  // The plan calls its phases so.
  const faults = written.filter((line) => !/^\d+ %$/u.test(line)).flatMap(frenchFaults);
  expect({ where, english: [...written, ...spoken].flatMap(englishIn), faults }).toEqual({ where, english: [], faults: [] });
  expect(await page.title()).not.toMatch(/releases|settings|calendar/iu);
}

/** The label of the button in French. */
async function labelInFrench(dashboard: Dashboard, release: string, kind: string): Promise<string> {
  const { body } = await dashboard.call(people.ines, routes.showRelease, { values: { id: release }, query: "?language=fr" });
  const { actions } = body as Awaited<ReturnType<Dashboard["view"]>>;
  return actions.find((action) => action.kind === kind)?.label ?? "";
}

onSystem({ name: "the dashboard in French", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("a release that waits for Go, its dialogs, and every other screen say no English word", async () => {
    const dashboard = await openDashboard(browser());
    const id = await dashboard.begin();
    const page = await dashboard.open(people.rachel, "/", french);
    await page.getByRole("link", { name: "ecomsimply", exact: true }).waitFor();
    await expectFrench(page, "releases");
    await page.goto(`${dashboard.server.url}/releases/${id}`);
    await page
      .getByText(/^(?:Go|No-Go)\s?[:,]/u)
      .first()
      .waitFor();
    await expectFrench(page, "release that waits");
    await page.getByRole("button", { name: words.release.go, exact: true }).click();
    await dialogOf(page).getByRole("textbox").waitFor();
    await expectFrench(page, "dialog of Go");
    await page.keyboard.press("Escape");
    for (const [path, heading] of [
      ["/calendar", words.frame.calendar],
      ["/settings", words.settings.connections],
      ["/nowhere", words.frame.nothingHere],
    ] as const) {
      await page.goto(dashboard.server.url + path);
      await page.getByText(heading).last().waitFor();
      await expectFrench(page, path);
    }
  });

  test("a release under way, its evidence, a countdown, a refusal and what it came to say no English word", async () => {
    const dashboard = await openDashboard(browser());
    const { server } = dashboard;
    const id = await beginObserving(dashboard);
    await server.playground.pass(14 * minuteMs);
    const page = await dashboard.open(people.rachel, `/releases/${id}`, french);
    await page
      .getByRole("status")
      .getByText(/Observation/u)
      .first()
      .waitFor();
    await expectFrench(page, "observing");
    const stale = await dashboard.open(people.claire, `/releases/${id}`, french);
    const label = await labelInFrench(dashboard, id, "approve");
    await stale.getByRole("button", { name: label, exact: true }).click();
    await dashboard.ask(people.omar, id, "pause");
    await dialogOf(stale).getByRole("textbox").fill("tout va bien");
    await dialogOf(stale).getByRole("button", { name: label, exact: true }).click();
    await dialogOf(stale).getByRole("alert").getByText(words.release.movedOn).waitFor();
    await expectFrench(stale, "a tab that is behind");
    await dashboard.ask(people.rachel, id, "resume");
    server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
    await server.until(id, ({ release }) => release.status.kind === "holding", 10 * minuteMs);
    await page.getByRole("timer").first().waitFor();
    await expectFrench(page, "countdown");
    await dashboard.ask(people.rachel, id, "rollback");
    await server.until(id, ({ release }) => release.status.kind === "rolled-back", 10 * minuteMs);
    await page.getByText(words.release.outcome).first().waitFor();
    await expectFrench(page, "rolled back");
    await page.goto(`${server.url}/releases/none`);
    await page.getByText("Cette mise en production n’existe pas").waitFor();
    await expectFrench(page, "a release that is none");
  });
});
