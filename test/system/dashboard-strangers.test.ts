import { expect, test } from "vitest";
import { routes } from "../../src/http/contract.ts";
import { beginObserving, minuteMs, openDashboard, people, sharedBrowser } from "./dashboard-world.ts";
import { onSystem } from "./on-system.ts";

/** What somebody who is not meant well by writes wherever text can be written; it says where it came from when it runs. */
const evil = (from: string): string => `<img src=x onerror="globalThis.struck='${from}'">`;
/** The same where no space may stand. */
const tight = (from: string): string => `<svg/onload=globalThis.struck='${from}'>`;

onSystem({ name: "texts of strangers in the dashboard", needs: ["chromium"] }, () => {
  const browser = sharedBrowser();

  test("nothing that a stranger wrote runs on any screen: it is shown as it was written", async () => {
    const dashboard = await openDashboard(browser(), {
      people: [{ name: evil("name"), roles: ["qa-lead"], environments: null }],
      texts: { issue: evil("issue"), frames: [evil("frame"), "pay (pay.ts:41)"], rules: [evil("rule")] },
    });
    const { server } = dashboard;
    const text = server.plan.text
      .replace('title: "Plan de déploiement canari - ECOMSIMPLY"', `title: '${evil("title").replaceAll("'", "''")}'`)
      .replace('version: "Awwwards UI Refonte"', `version: '${evil("version").replaceAll("'", "''")}'`)
      .replace('means: "Taux d\'erreur"', `means: '${evil("means").replaceAll("'", "''")}'`)
      .replace("because: faible trafic", `because: '${evil("because").replaceAll("'", "''")}'`);
    const versions = { frontend: tight("canary"), backend: "backend:3" };
    const id = await beginObserving(dashboard, { plan: { text, file: evil("file") }, versions, reason: evil("reason") });
    const rachel = await dashboard.open(people.rachel, `/releases/${id}`);
    const seen = async (...froms: readonly string[]): Promise<void> => {
      for (const from of froms) await rachel.getByText(`globalThis.struck='${from}'`).first().waitFor();
      expect(await rachel.evaluate("[globalThis.struck, document.querySelectorAll('main img[src=x], main svg[onload]').length]")).toEqual([
        undefined,
        0,
      ]);
    };
    await seen("version", "canary", "reason");
    const mend = server.playground.cut("prometheus", evil("outage"));
    await server.until(id, ({ release }) => release.status.kind === "holding", 5 * minuteMs);
    await rachel.goto(`${server.url}/settings`);
    await seen("outage", "name");
    mend();
    await server.until(id, ({ release }) => release.status.kind === "observing", 5 * minuteMs);
    await dashboard.ask(evil("name"), id, "pause");
    await rachel.goto(`${server.url}/releases/${id}`);
    await seen("name");
    await dashboard.ask(people.rachel, id, "resume");
    server.playground.begin({ kind: "fatal-event" });
    await server.until(id, ({ release }) => release.status.kind === "rolled-back", 5 * minuteMs);
    await seen("issue");
    await dashboard.call(people.rachel, routes.setFreeze, { body: { environment: "production", reason: evil("freeze") } });
    for (const path of ["/", "/calendar"]) {
      await rachel.goto(server.url + path);
      await seen("freeze");
    }
  });
});
