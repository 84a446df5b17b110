// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { sampleNowMs, sampleView } from "../../test/sample-view.ts";
import { openDashboard } from "../test/dashboard-page.tsx";

describe("a release that holds", () => {
  test("without readings it says which connection fails, since when, why, and what to do", async () => {
    const status = { kind: "holding", phase: 0, sinceMs: sampleNowMs - 20 * 60_000, why: { kind: "no-data", checks: [] } } as const;
    const connection = {
      port: "source",
      name: "prometheus",
      kind: "prometheus",
      state: "fails",
      lastAnswerMs: sampleNowMs - 20 * 60_000,
      latencyMs: 1,
      says: "",
      why: "connect ECONNREFUSED",
      remedy: "See whether it runs.",
      plans: ["ecomsimply"],
    } as const;
    const connections = [
      connection,
      { ...connection, name: "of-another", plans: ["another"] },
      { ...connection, name: "well", state: "answers" as const },
    ];
    const page = await openDashboard("/releases/r-1?lang=en", {
      view: sampleView({ status }),
      connections: { nowMs: sampleNowMs, connections },
    });
    expect(page.find(".silent").textContent).toBe(
      "prometheus has not answered for 20\u00a0min. connect ECONNREFUSEDSee whether it runs. All connections",
    );
    expect(page.find(".standing-for").textContent).toBe("for 20\u00a0min");
  });
});
