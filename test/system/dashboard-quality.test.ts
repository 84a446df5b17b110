import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { lighthouse } from "../../src/adapters/metrics/lighthouse.ts";
import { createClock } from "../../src/engine/clock.ts";
import { linkFor, newContext } from "../../scripts/chromium.ts";
import { ask, folder, rulesOf, score, target } from "../lighthouse-world.ts";
import { beginObserving, minuteMs, openDashboard, people, sharedBrowser } from "./dashboard-world.ts";
import type { Dashboard } from "./dashboard-world.ts";
import { onSystem, programPath } from "./on-system.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every screen by its path; people are signed in but on the last one. */
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

  describe("serin passes the gates that it enforces", () => {
    test("performance >= 90 and accessibility >= 95 on every screen, by serin's own lighthouse source", async () => {
      const dashboard = await openDashboard(browser());
      const { server } = dashboard;
      const id = await openWithStory(dashboard);
      const closing = new AbortController();
      onTestFinished(() => closing.abort());
      const code = new URL(await linkFor(server, people.rachel)).hash.replace("#once=", "");
      const login = { service: "frontend", request: "POST /api/v1/session", json: { code }, headers: { origin: server.url } };
      const arms = { canary: {}, stable: {} };
      const options = lighthouse.connection.parse({ chromium: programPath("chromium"), base: server.url, arms, login, preset: "desktop" });
      const source = lighthouse.create(options, { clock: createClock(), dataDir: folder(), closing: closing.signal });
      for (const path of screens(id)) {
        const queries = [ask({ path }, "speed", 1), ask({ path, category: "accessibility" }, "access", 1)];
        const context = { release: "r", environment: "production", sinceMs: 0, targets: [target({ url: server.url })] };
        const readings = await vi.waitFor(() => source.read(queries, context, new AbortController().signal), {
          timeout: 50_000,
          interval: 500,
        });
        const [speed, access] = [readings.get("speed"), readings.get("access")];
        console.log(path, score(speed), score(access), rulesOf(access));
      }
    }, 200_000);
  });
});
