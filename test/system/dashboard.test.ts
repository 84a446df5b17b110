import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { routes } from "../../src/http/contract.ts";
import { beginObserving, dialogOf, labelOf, minuteMs, openDashboard, people, press, sharedBrowser, words } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

/** Where the release stands, as the screen says it. */
const standing = (page: Page) => page.getByRole("status").first();

onSystem({ name: "the dashboard in the machine's Chromium", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("the whole ECOMSIMPLY plan as four people: Go, sign-offs, a countdown, a way back", async () => {
    const dashboard = await openDashboard(browser());
    const { server, view } = dashboard;
    const id = await dashboard.begin();
    const [rachel, omar, claire, hugo] = await Promise.all(
      [people.rachel, people.omar, people.claire, people.hugo].map((who) => dashboard.open(who)),
    );
    if (!rachel || !omar || !claire || !hugo) throw new Error("somebody is missing");
    const all = [rachel, omar, claire, hugo];
    const allSee = (says: RegExp) => Promise.all(all.map((page) => page.getByText(says).first().waitFor()));
    for (const page of all) await page.getByRole("link", { name: "ecomsimply", exact: true }).click();
    await allSee(/Waiting for the approval of the release manager and the QA lead/);

    await press(rachel, words.release.go, "every light is green");
    await allSee(/Waiting for the approval of the QA lead/);
    await press(claire, words.release.go, "the thresholds are those we agreed");
    await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
    await allSee(/Observing 10\s%/);

    await server.playground.pass(14 * minuteMs);
    for (const page of [rachel, claire]) await press(page, await labelOf(dashboard, id, "approve"), "the gates have passed");
    await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 1, 20 * minuteMs);
    await allSee(/Observing 50\s%/);

    await server.playground.pass(28 * minuteMs);
    for (const page of [rachel, claire, hugo]) await press(page, await labelOf(dashboard, id, "approve"), "business is as usual");
    await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 2, 40 * minuteMs);
    await allSee(/Observing 100\s%/);

    server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
    await server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
    await Promise.all(
      all.map((page) =>
        page
          .getByRole("timer")
          .getByText(/[34]:\d\d/)
          .waitFor(),
      ),
    );

    await press(rachel, await labelOf(dashboard, id, "rollback"), "we do not wait for the countdown");
    await server.until(id, ({ release }) => release.status.kind === "rolled-back", minuteMs);
    await allSee(/Rolled back: requested by Rachel Martin/);
    expect((await view(id)).traffic.seenPct).toBe(0);
  });
});
