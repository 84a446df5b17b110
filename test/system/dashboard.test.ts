import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { routes } from "../../src/http/contract.ts";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { beginObserving, dialogOf, labelOf, minuteMs, openDashboard, people, press, sharedBrowser, words } from "./dashboard-world.ts";
import type { Dashboard } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

/** Waits until every page says where the release stands, by itself. */
async function allSay(dashboard: Dashboard, release: string, pages: readonly Page[]): Promise<void> {
  const { sentence } = await dashboard.view(release);
  await allShow(pages, "status", sentence);
}

async function allShow(pages: readonly Page[], role: "status" | "timer", text: string | RegExp): Promise<void> {
  await Promise.all(pages.map((page) => page.getByRole(role).getByText(text).waitFor()));
}

onSystem({ name: "the dashboard in the machine's Chromium", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("the whole ECOMSIMPLY plan as four people: Go, sign-offs, a countdown, a way back and its validation", async () => {
    const dashboard = await openDashboard(browser());
    const { server } = dashboard;
    const id = await dashboard.begin();
    const pages = await Promise.all([people.rachel, people.omar, people.claire, people.hugo].map((who) => dashboard.open(who)));
    const [rachel, omar, claire, hugo] = pages as [Page, Page, Page, Page];
    for (const page of pages) await page.getByRole("link", { name: "ecomsimply", exact: true }).click();
    await allSay(dashboard, id, pages);

    await press(rachel, words.release.go, "every light is green");
    await allSay(dashboard, id, pages);
    expect((await dashboard.view(id)).sentence).toContain("QA lead");
    await press(claire, words.release.go, "the thresholds are those we agreed");
    await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
    await allShow(pages, "status", /Observing 10\s%/);

    await server.playground.pass(14 * minuteMs);
    for (const page of [rachel, claire]) await press(page, await labelOf(dashboard, id, "approve"), "the gates have passed");
    await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 1, 20 * minuteMs);

    await server.playground.pass(28 * minuteMs);
    for (const page of [rachel, claire, hugo]) await press(page, await labelOf(dashboard, id, "approve"), "business is as usual");
    await server.until(id, ({ release }) => release.status.kind === "observing" && release.status.phase === 2, 40 * minuteMs);
    await allShow(pages, "status", /Observing 100\s%/);

    server.playground.begin({ kind: "slow-answers", share: 0.2, ms: 3_000, metrics: ["latency"] });
    await server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
    await allShow(pages, "timer", /[34]:\d\d/);

    await press(hugo, await labelOf(dashboard, id, "report"), "customers say that the shop is slow");
    await press(rachel, await labelOf(dashboard, id, "rollback"), "we do not wait for the countdown");
    await server.until(id, ({ release }) => release.status.kind === "rolled-back", minuteMs);
    await allSay(dashboard, id, pages);
    await press(omar, await labelOf(dashboard, id, "acknowledge"), "both deployments are back");
    await press(claire, await labelOf(dashboard, id, "approve"), "the shop works as before");
    const { wayBack } = await dashboard.view(id);
    expect(server.playground.sharePct()).toBe(0);
    expect(wayBack?.steps.map(({ kind, by }) => [kind, by])).toEqual([
      ["reported", people.hugo],
      ["decided", people.rachel],
      ["executed", null],
      ["acknowledged", people.omar],
      ["validated", people.claire],
    ]);
    await Promise.all(pages.map((page) => page.getByRole("region", { name: words.release.wayBack }).getByText(people.claire).waitFor()));
  });

  test("a tab that is behind the release promotes nobody, and says what happened since", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    await dashboard.server.playground.pass(14 * minuteMs);
    await dashboard.ask(people.claire, id, "approve");
    const rachel = await dashboard.open(people.rachel, `/releases/${id}`);
    const label = await labelOf(dashboard, id, "approve");
    await rachel.getByRole("button", { name: label, exact: true }).click();
    await dashboard.ask(people.omar, id, "pause");
    await dialogOf(rachel).getByRole("textbox").fill("all is well");
    await dialogOf(rachel).getByRole("button", { name: label, exact: true }).click();
    await dialogOf(rachel).getByRole("alert").getByText(words.release.movedOn).waitFor();
    await dialogOf(rachel).getByText(words.release.sinceYouLooked).waitFor();
    await dashboard.server.playground.pass(10 * minuteMs);
    expect(await dashboard.view(id)).toMatchObject({ status: { kind: "holding", phase: 0 }, traffic: { seenPct: 10 } });
    const asked: string[] = [];
    rachel.on("request", (request) => void (request.method() === "POST" && asked.push(request.url())));
    await dialogOf(rachel).getByRole("button", { name: words.release.lookAgain }).click();
    const confirm = dialogOf(rachel).getByRole("button", { name: label, exact: true });
    await confirm.waitFor();
    // To look again is not to ask again.
    expect(asked).toEqual([]);
    await confirm.click();
    await dialogOf(rachel).waitFor({ state: "detached" });
  });

  test("who may not press sees why, and a call that is forged is refused", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    const ines = await dashboard.open(people.ines, `/releases/${id}`);
    const { actions, revision } = await dashboard.view(id);
    for (const { kind, label, why, whyNotYours, roles } of actions.filter((action) => !action.roles.includes("viewer"))) {
      expect([kind, roles.length > 0]).toEqual([kind, true]);
      const button = ines.getByRole("button", { name: label, exact: true });
      await expect.poll(() => button.getAttribute("aria-disabled")).toBe("true");
      // It is grey for assistive technology too, and can be pressed to hear why.
      await button.click({ force: true });
      await ines
        .getByRole("status")
        .getByText(`${label}: ${why ?? whyNotYours}`)
        .waitFor();
      expect(await dialogOf(ines).count()).toBe(0);
    }
    const forged = await ines.evaluate(
      async ({ path, kinds, revision: seen }) => {
        const ask = async (kind: string) => {
          const headers = { "content-type": "application/json", "if-match": `"${seen}"` };
          const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify({ kind, reason: "forged" }) });
          return (await answer.json()) as ProblemAnswer;
        };
        return Promise.all(kinds.map(ask));
      },
      { path: `/api/v1/releases/${id}/requests`, kinds: ["rollback", "stop", "promote", "pause"], revision },
    );
    expect(forged.map(({ code }) => code)).toEqual(Array.from(forged, () => "role-missing"));
    expect((await dashboard.view(id)).status.kind).toBe("observing");
  });

  test("a connection that is lost is said, and comes back without a reload", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    const claire = await dashboard.open(people.claire, `/releases/${id}`);
    await claire
      .getByRole("status")
      .getByText(/Observing 10\s%/)
      .waitFor();
    await claire.evaluate("globalThis.isSamePage = true");
    await claire.context().setOffline(true);
    await claire.getByRole("status").filter({ hasText: "The server cannot be reached" }).waitFor();
    await dashboard.ask(people.omar, id, "pause");
    await claire.context().setOffline(false);
    // It is shown and it is spoken, and both have to go.
    await claire.getByText("The server cannot be reached").first().waitFor({ state: "detached" });
    await allSay(dashboard, id, [claire]);
    expect(await claire.evaluate("globalThis.isSamePage")).toBe(true);
  });

  test("the keyboard alone takes everybody back", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    const rachel = await dashboard.open(people.rachel);
    const focused = () => rachel.evaluate("document.activeElement?.textContent ?? ''");
    const tabTo = async (label: string): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        if ((await focused()) === label) return;
        await rachel.keyboard.press("Tab");
        expect({ at: await focused(), isHidden: await isBehindButtons(rachel) }).toMatchObject({ isHidden: false });
      }
      throw new Error(`the keyboard never gets to ${label}`);
    };
    await rachel.getByRole("link", { name: "ecomsimply", exact: true }).waitFor();
    await tabTo("ecomsimply");
    await rachel.keyboard.press("Enter");
    await rachel
      .getByRole("status")
      .getByText(/Observing 10\s%/)
      .waitFor();
    const rollback = await labelOf(dashboard, id, "rollback");
    await tabTo(rollback);
    // Whoever thinks again is back at the button.
    await rachel.keyboard.press("Enter");
    await dialogOf(rachel).getByRole("button", { name: words.release.cancel }).press("Enter");
    await expect.poll(focused).toBe(rollback);
    await rachel.keyboard.press("Enter");
    await dialogOf(rachel).waitFor();
    await expect.poll(focused).toBe((await labelOf(dashboard, id, "rollback")).replace("…", ""));
    await rachel.keyboard.press("Enter");
    await dashboard.server.until(id, ({ release }) => release.status.kind === "rolled-back", minuteMs);
    await allSay(dashboard, id, [rachel]);
  });

  test("a phone shows everything in 375 px, and can press the way back", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    const size = { width: 375, height: 667 };
    const rachel = await dashboard.open(people.rachel, `/releases/${id}`, { size });
    // The longer language.
    for (const path of [`/releases/${id}`, "/", "/calendar", "/settings"]) {
      await rachel.goto(`${dashboard.server.url}${path}?lang=fr`);
      await rachel.getByRole("main").getByRole("heading").first().waitFor();
      for (const width of [size.width, 320]) {
        await rachel.setViewportSize({ ...size, width });
        expect(await rachel.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      }
    }
    await rachel.setViewportSize(size);
    await rachel.goto(`${dashboard.server.url}/releases/${id}?lang=en`);
    const rollback = rachel.getByRole("button", { name: await labelOf(dashboard, id, "rollback"), exact: true });
    await rollback.waitFor();
    const box = await rollback.boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(38);
    expect((box?.y ?? size.height) + (box?.height ?? 0)).toBeLessThanOrEqual(size.height);
    // From any other screen, wherever one has scrolled to, it is two taps.
    await rachel.goto(`${dashboard.server.url}/settings?lang=en`);
    await rachel.getByRole("heading", { name: "Connections" }).waitFor();
    await rachel.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
    const emergency = rachel.getByRole("button", { name: words.release.emergency.button });
    expect((await emergency.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await emergency.click();
    await dialogOf(rachel)
      .getByRole("button", { name: words.release.emergency.takeBack("ecomsimply") })
      .click();
    await dashboard.server.until(id, ({ release }) => release.status.kind === "rolled-back", minuteMs);
    await allSay(dashboard, id, [rachel]);
  });

  test("the address keeps the language and the gate that was opened", async () => {
    const dashboard = await openDashboard(browser());
    const id = await beginObserving(dashboard);
    const hugo = await dashboard.open(people.hugo, `/releases/${id}?lang=fr`);
    const gate = hugo.getByRole("button", { name: /^error-rate/ });
    await gate.click();
    await expect.poll(() => new URL(hugo.url()).searchParams.get("check")).toContain("error-rate");
    await hugo.reload();
    await hugo.getByRole("button", { name: /^error-rate/, expanded: true }).waitFor();
    expect(await hugo.evaluate("document.documentElement.lang")).toBe("fr");
    expect(new URL(hugo.url()).searchParams.get("lang")).toBe("fr");
    expect((await dashboard.call(people.hugo, routes.session)).body).toMatchObject({ person: { name: people.hugo } });
  });
});

/** True when what has the focus cannot be seen because it lies behind the buttons at the lower edge. */
function isBehindButtons(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(`(() => {
    const [focused, bar] = [document.activeElement, document.querySelector(".actions")];
    if (bar === null || focused === document.body || bar.contains(focused)) return false;
    return focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
  })()`);
}
