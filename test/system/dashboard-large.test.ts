import { expect, test } from "vitest";
import { bigPlan } from "../fixtures/big-plan.ts";
import { dialogOf, labelOf, minuteMs, openDashboard, people, press, sharedBrowser, words } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

const gates = 200;
const entries = 10_000;

onSystem({ name: "a large release in the dashboard", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("200 gates and 10,000 journal entries: what matters is seen, and can be pressed", async () => {
    const dashboard = await openDashboard(browser());
    const { server } = dashboard;
    const id = await dashboard.begin({
      plan: { text: bigPlan(gates), file: "catalogue.json" },
      versions: { catalogue: "catalogue:2" },
      stable: { catalogue: "catalogue:1" },
    });
    const viewer = server.people.find(({ name }) => name === people.ines) ?? { name: people.ines, roles: [] };
    for (let at = 0; at < entries; at += 1) {
      const request = { release: id, by: viewer, expectRevision: null, kind: "stop", as: null } as const;
      await server.engine.ask({ ...request, id: `wish-${at}`, atMs: server.nowMs(), reason: `wish ${at}` });
      await server.playground.pass(30);
    }
    await dashboard.ask(people.rachel, id, "approve");
    await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
    await server.playground.pass(3 * minuteMs);
    expect((await dashboard.view(id)).revision).toBeGreaterThan(entries);

    const omar = await dashboard.open(people.omar, `/releases/${id}`);
    await omar
      .getByRole("status")
      .getByText(/Observing 20\s%/)
      .waitFor();
    expect(await omar.evaluate("document.querySelectorAll('*').length")).toBeLessThan(6_000);
    const items = omar.getByRole("listitem");
    const before = await items.count();
    await omar.getByRole("button", { name: words.release.older }).click();
    await expect.poll(() => items.count()).toBeGreaterThan(before + 20);
    await press(omar, await labelOf(dashboard, id, "pause"), "let us look at the list");
    await expect.poll(async () => (await dashboard.view(id)).status).toMatchObject({ kind: "holding", why: { kind: "paused" } });
    expect(await dialogOf(omar).count()).toBe(0);
  });
});
