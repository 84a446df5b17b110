import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, onTestFinished, test } from "vitest";
import { newContext } from "../../scripts/chromium.ts";
import { median, openScorer } from "../../scripts/score-screens.ts";
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

  test("axe finds nothing on any screen: light and dark, English and French, a dialog open", async () => {
    const dashboard = await openDashboard(browser());
    const id = await openWithStory(dashboard);
    const looks = [
      { language: "en", colours: "light" },
      { language: "fr", colours: "dark" },
    ] as const;
    const found: string[] = [];
    for (const look of looks) {
      const page = await dashboard.open(people.rachel, "/", look);
      const judge = async (where: string): Promise<void> => {
        await page.evaluate(axe);
        const broken = await page.evaluate(
          "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map((v) => v.id + ': ' + v.nodes.map((n) => n.target.join(' ')).join(', ')))",
        );
        found.push(...(broken as readonly string[]).map((rule) => `${where} ${look.language} ${look.colours}: ${rule}`));
      };
      for (const path of screens(id)) {
        await page.goto(dashboard.server.url + path);
        await page.getByRole("main").getByRole("heading").first().waitFor();
        await judge(path);
      }
      await page.goto(`${dashboard.server.url}/releases/${id}?check=1.error-rate`);
      await page.locator("button", { hasText: /…$/ }).last().click();
      await page.getByRole("dialog").waitFor();
      await judge("a dialog");
      const stranger = await (await newContext(browser(), look)).newPage();
      onTestFinished(() => stranger.context().close());
      await stranger.goto(dashboard.server.url);
      await stranger.getByRole("heading").first().waitFor();
      await stranger.evaluate(axe);
      const violations = await stranger.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))");
      expect(violations).toEqual([]);
    }
    expect(found).toEqual([]);
  });

  test("serin passes the gates that it enforces, by its own lighthouse source: one run a screen, three where that is too low", async () => {
    const dashboard = await openDashboard(browser());
    const id = await openWithStory(dashboard);
    const low: string[] = [];
    for (const who of [people.rachel, null]) {
      const scorer = await openScorer(dashboard.server, who);
      onTestFinished(() => scorer.close());
      for (const path of who === null ? ["/"] : screens(id)) {
        const once = await scorer.score(path, 1);
        const isEnough = median(once.performance) >= 90 && median(once.accessibility) >= 95;
        const { performance, accessibility, rules } = isEnough ? once : await scorer.score(path, 3);
        const [speed, access] = [median(performance), median(accessibility)];
        if (speed < 90 || access < 95) low.push(`${path} of ${who ?? "nobody"}: ${speed} / ${access}, ${rules.join(", ")}`);
      }
    }
    expect(low).toEqual([]);
  }, 600_000);
});
