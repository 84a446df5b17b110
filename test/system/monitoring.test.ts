import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { colleagues, workOn } from "../../src/demo/colleagues.ts";
import { createCrowd } from "../../src/demo/people.ts";
import { habits } from "../../src/demo/person.ts";
import { openStage } from "../../src/demo/stage.ts";
import { temporaryFolder } from "../fixtures/folder.ts";
import { queriesOfDashboard } from "../monitoring-files.ts";
import { onSystem, programPath } from "./on-system.ts";
import { shopOf, startPrometheus } from "./real-prometheus.ts";

const run = promisify(execFile);
const soon = { timeout: 120_000, interval: 500 };

/** As Grafana fills a query in when everything is chosen. */
const fill = (expr: string): string =>
  expr
    .replaceAll("$__rate_interval", "4s")
    .replaceAll(/\$(?:environment|release|service)\b/g, ".*")
    .replaceAll("$arm", "version");

async function ask(
  url: string,
  words: Readonly<Record<string, string>>,
): Promise<{ readonly status: string; readonly error?: string; readonly series: number }> {
  const answer = await fetch(`${url}/api/v1/query_range`, { method: "POST", body: new URLSearchParams(words) });
  const { status, error, data } = (await answer.json()) as { status: string; error?: string; data?: { result: readonly unknown[] } };
  return { status, ...(error === undefined ? {} : { error }), series: data?.result.length ?? 0 };
}

onSystem({ name: "dashboard and alerts on a real Prometheus", needs: ["prometheus", "promtool"] }, () => {
  test(
    "every query of the dashboard has data in a release that goes wrong: countdown, rollback, both arms",
    { timeout: 400_000 },
    async () => {
      const keepDir = await temporaryFolder();
      const working = new AbortController();
      const stage = await openStage({ keepDir, target: "edge", edge: "fair", signal: working.signal });
      onTestFinished(() => stage.close());
      const crowd = createCrowd({ originOf: () => stage.url, seed: 1, habits });
      onTestFinished(() => crowd.leave());
      const { people } = JSON.parse(await readFile(join(keepDir, "data", "tokens.json"), "utf8")) as {
        people: readonly [{ readonly token: string }];
      };
      const server = await startPrometheus({
        jobs: [
          { job: "serin", addresses: [new URL(stage.server.url).host], token: people[0].token },
          { job: "shop", addresses: await shopOf(stage) },
        ],
        rules: [fileURLToPath(new URL("../../deploy/prometheus/serin-alerts.yaml", import.meta.url))],
      });
      const beganSeconds = Date.now() / 1_000;
      crowd.arrive(25);
      const api = stage.apiFor(colleagues[0]);
      const versions = Object.fromEntries(stage.services.map((service) => [service, "2-slow-tail"]));
      const { id } = await api.startRelease({ plan: { text: stage.planText(40), file: "plan.yaml" }, versions, reason: "a test" }, "once");
      const atWork = colleagues.map((colleague) =>
        workOn({ colleague, api: stage.apiFor(colleague), release: id, seed: 1, hurries: () => false, signal: working.signal }),
      );
      await vi.waitFor(async () => expect((await api.show(id)).traffic.seenPct).toBe(10), soon);
      await server.retarget("shop", await shopOf(stage));
      await vi.waitFor(async () => expect((await api.show(id)).status.kind).toBe("rolled-back"), soon);
      working.abort();
      await Promise.all(atWork);
      const during = (expr: string) =>
        ask(server.url, { query: fill(expr), start: String(beganSeconds), end: String(Date.now() / 1_000), step: "1" });
      const queries = queriesOfDashboard();
      expect(queries.length).toBeGreaterThan(35);
      await vi.waitFor(
        async () => {
          const answers = await Promise.all(queries.map(async ({ where, expr }) => ({ where, expr, ...(await during(expr)) })));
          expect(answers.filter(({ status, series }) => status !== "success" || series === 0)).toEqual([]);
        },
        { timeout: 60_000, interval: 1_000 },
      );
      expect((await during('count by (version) (rate(http_requests_total{service="backend"}[4s]))')).series).toBe(2);
      expect((await during('ALERTS{alertstate="firing",alertname=~"Serin(Down|Troubled|StoreRefuses|RouterUnseen)"}')).series).toBe(0);
    },
  );

  test("promtool finds no fault in the rules, and they ring when they should and at no other time", async () => {
    const folder = fileURLToPath(new URL("../../deploy/prometheus/", import.meta.url));
    const checked = await run(programPath("promtool"), ["check", "rules", join(folder, "serin-alerts.yaml")]);
    expect(checked.stdout).toContain("SUCCESS: 12 rules found");
    const tested = await run(programPath("promtool"), ["test", "rules", join(folder, "serin-alerts.test.yaml")]);
    expect(tested.stdout).toContain("SUCCESS");
  });
});
