import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { newContext } from "../../scripts/chromium.ts";
import { judgeScreen, openScorer } from "../../scripts/score-screens.ts";
import { releaseWords } from "../../web/words/release-words.ts";
import { beginObserving, minuteMs, openDashboard, people, sharedBrowser } from "./dashboard-world.ts";
import type { Dashboard } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every screen that people see once they are signed in. */
const screens = (release: string) => ["/", `/releases/${release}`, "/calendar", "/settings"];

async function openWithStory(dashboard: Dashboard): Promise<string> {
  const id = await beginObserving(dashboard);
  await dashboard.server.playground.pass(10 * minuteMs);
  dashboard.server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
  await dashboard.server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
  return id;
}

onSystem({ name: "the dashboard's screens, measured", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("axe finds nothing on any screen and in no dialog: light and dark, English and French", async () => {
    const dashboard = await openDashboard(browser());
    const id = await openWithStory(dashboard);
    const found: string[] = [];
    const judge = async (page: Page, where: string): Promise<void> => {
      await page.evaluate(axe);
      for (const colours of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme: colours });
        const broken = await page.evaluate(
          "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))",
        );
        found.push(...(broken as readonly string[]).map((rule) => `${where} ${colours}: ${rule}`));
      }
    };
    for (const language of ["en", "fr"] as const) {
      const page = await dashboard.open(people.rachel, "/", { language });
      for (const path of screens(id)) {
        await page.goto(dashboard.server.url + path);
        await page.getByRole("main").getByRole("heading").first().waitFor();
        await judge(page, `${path} ${language}`);
      }
      await page.getByRole("button", { name: releaseWords[language].emergency.button }).click();
      await page.getByRole("dialog").locator(".emergency-list").waitFor();
      await judge(page, `the emergency ${language}`);
      await page.goto(`${dashboard.server.url}/releases/${id}?check=1.error-rate`);
      await page.locator(".actions button", { hasText: /…$/ }).last().click();
      await page.getByRole("dialog").waitFor();
      await judge(page, `a dialog ${language}`);
      const stranger = await (await newContext(browser(), { language })).newPage();
      onTestFinished(() => stranger.context().close());
      await stranger.goto(dashboard.server.url);
      await stranger.getByRole("heading").first().waitFor();
      await judge(stranger, `signing in ${language}`);
    }
    expect(found).toEqual([]);
  }, 120_000);

  test("serin passes the gates that it enforces, by its own lighthouse source: one run a screen, more where that is too low", async () => {
    const dashboard = await openDashboard(browser());
    const id = await openWithStory(dashboard);
    const low: string[] = [];
    for (const who of [people.rachel, null]) {
      const scorer = await openScorer(dashboard.server, who);
      onTestFinished(() => scorer.close());
      for (const path of who === null ? ["/"] : screens(id)) {
        const why = await judgeScreen(scorer, path);
        if (why !== null) low.push(`${path} of ${who ?? "nobody"}: ${why}`);
      }
    }
    expect(low).toEqual([]);
  }, 900_000);
});
