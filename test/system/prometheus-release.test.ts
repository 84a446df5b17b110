import { expect, onTestFinished, test, vi } from "vitest";
import { colleagues, workOn } from "../../src/demo/colleagues.ts";
import { createCrowd } from "../../src/demo/people.ts";
import { habits } from "../../src/demo/person.ts";
import { openStage } from "../../src/demo/stage.ts";
import { onSystem } from "./on-system.ts";
import { shopOf, startPrometheus } from "./real-prometheus.ts";

const soon = { timeout: 150_000, interval: 500 };

onSystem({ name: "a release that is judged by a real Prometheus", needs: ["prometheus"] }, () => {
  test(
    "the laptop's plan with prometheus for scrape: one fatal error of the canary is found in Prometheus, and takes people back",
    { timeout: 400_000 },
    async () => {
      const working = new AbortController();
      const server = await startPrometheus({ jobs: [{ job: "shop", addresses: [] }] });
      const sources = { prometheus: { kind: "prometheus", url: server.url, lookback: "10s" } };
      const stage = await openStage({ keepDir: null, target: "edge", edge: "fair", sources, signal: working.signal });
      onTestFinished(() => stage.close());
      const crowd = createCrowd({ originOf: () => stage.url, seed: 1, habits });
      onTestFinished(() => crowd.leave());
      crowd.arrive(25);
      const text = stage.planText(20).replaceAll("source: scrape", "source: prometheus");
      expect(text.match(/source: prometheus/g)).toHaveLength(3);
      const api = stage.apiFor(colleagues[0]);
      const versions = Object.fromEntries(stage.services.map((service) => [service, "2-critical"]));
      const { id } = await api.startRelease({ plan: { text, file: "plan.yaml" }, versions, reason: "a test" }, "once");
      const atWork = colleagues.map((colleague) =>
        workOn({ colleague, api: stage.apiFor(colleague), release: id, seed: 1, hurries: () => false, signal: working.signal }),
      );
      await vi.waitFor(async () => {
        // What a service discovery does: whatever runs is scraped.
        await server.retarget("shop", await shopOf(stage));
        const { status } = await api.show(id);
        expect(status).toMatchObject({ kind: "rolled-back", cause: { kind: "breach", breach: { check: "3.critical-errors" } } });
      }, soon);
      working.abort();
      await Promise.all(atWork);
      expect(await api.verify(id)).toMatchObject({ ok: true });
    },
  );
});
