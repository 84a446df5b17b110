// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { ReleaseSummary } from "../../src/http/contract.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { sampleNowMs, sampleView } from "../../test/sample-view.ts";
import { openDashboard, problem, releaseManager } from "../test/dashboard-page.tsx";
import type { DashboardPage } from "../test/dashboard-page.tsx";

function view(over: Partial<ReleaseView> = {}): ReleaseView {
  const made = sampleView();
  const actions = made.actions.map((action) => ({
    ...action,
    roles: ["release-manager"] as const,
    whyNotYours: "only a release manager may",
    consequence: action.kind === "rollback" ? "412 people go back to v1." : "",
  }));
  return { ...made, actions, ...over };
}

function summary(over: Partial<ReleaseSummary>): ReleaseSummary {
  return {
    id: "r-1",
    plan: "ecomsimply",
    title: "ECOMSIMPLY",
    environment: "production",
    versions: {},
    startedBy: "Ada",
    startedFor: null,
    createdMs: 1,
    status: "observing",
    tone: "calm",
    sentence: "Observing 10 %",
    sinceMs: sampleNowMs,
    timeZone: "Europe/Paris",
    phases: [],
    asks: [],
    ...over,
  };
}

const listed = (...releases: readonly ReleaseSummary[]) => ({ releases, next: null, freezes: [], nowMs: sampleNowMs });
const shown = (page: DashboardPage): readonly string[] =>
  page.server.called.filter((address) => /\/releases\/[^/?]+\?/.test(address)).map((address) => address.split(/[/?]/).at(-2) ?? "");

describe("the way back from every screen", () => {
  test.each(["/", "/?before=r-9", "/nowhere"])("is two clicks away from %s, and shows the release then", async (path) => {
    const page = await openDashboard(`${path}${path.includes("?") ? "&" : "?"}lang=en`, { view: view(), releases: listed(summary({})) });
    await page.click(page.button("Emergency…"));
    expect(page.find("dialog").textContent).toContain("412 people go back to v1.");
    expect(page.server.asked).toEqual([]);
    await page.click(page.button("Roll back ecomsimply"));
    expect(page.server.asked).toEqual([{ body: { kind: "rollback", reason: "emergency: taken back by hand" }, revision: '"6"' }]);
    expect(page.findAll("dialog")).toEqual([]);
    expect(location.pathname + location.search).toBe("/releases/r-1?lang=en");
  });

  test("looks at what people may be on: not at what waits, nor at what is over, but at what was promoted", async () => {
    const page = await openDashboard("/?lang=en", {
      view: view(),
      releases: listed(
        summary({ id: "waits", status: "waiting", tone: "waiting" }),
        summary({ id: "back", status: "rolled-back", tone: "over" }),
        summary({ id: "promoted", status: "promoted", tone: "good" }),
        summary({ id: "runs" }),
      ),
    });
    await page.click(page.button("Emergency…"));
    expect(shown(page)).toEqual(["runs", "promoted"]);
  });

  test("what was promoted a day ago is no emergency", async () => {
    const old = view({ status: { kind: "promoted", sinceMs: sampleNowMs - 25 * 3_600_000, previous: "gone" } });
    const page = await openDashboard("/?lang=en", { view: old, releases: listed(summary({ status: "promoted", tone: "good" })) });
    await page.click(page.button("Emergency…"));
    expect(page.find("dialog").textContent).toContain("there is nothing to take back");
  });

  test("says whose it is to who may not, and leads to where they can report it", async () => {
    const page = await openDashboard("/?lang=en", {
      view: view(),
      releases: listed(summary({})),
      person: { ...releaseManager, roles: ["product-owner"] },
    });
    await page.click(page.button("Emergency…"));
    expect(page.find("dialog").textContent).toContain("only a release manager may");
    expect(page.findAll("dialog .grave, dialog textarea")).toEqual([]);
    await page.click(page.find("dialog a"));
    expect([location.pathname, page.findAll("dialog").length]).toEqual(["/releases/r-1", 0]);
  });

  test("keeps the dialog and the reason when it is refused, and asks nothing without a reason", async () => {
    const page = await openDashboard("/?lang=en", {
      view: view(),
      releases: listed(summary({})),
      refusal: problem({ code: "request-refused", status: 409 }),
    });
    await page.click(page.button("Emergency…"));
    await page.write("dialog textarea", "");
    expect(page.find("dialog .grave").hasAttribute("disabled")).toBe(true);
    await page.write("dialog textarea", "the basket is empty");
    await page.click(page.find("dialog .grave"));
    expect(page.find("dialog").textContent).toContain("It is not so.");
    expect((page.find("dialog textarea") as HTMLTextAreaElement).value).toBe("the basket is empty");
  });

  test("a viewer has no such button", async () => {
    const page = await openDashboard("/?lang=en", {
      view: view(),
      releases: listed(summary({})),
      person: { ...releaseManager, roles: ["viewer"] },
    });
    expect(page.findAll(".emergency")).toEqual([]);
  });

  test("Cancel asks nothing, and gives the focus back", async () => {
    const page = await openDashboard("/?lang=en", { view: view(), releases: listed(summary({})) });
    const button = page.button("Emergency…");
    await page.focus(button);
    await page.click(button);
    await page.click(page.button("Cancel"));
    expect(page.server.asked).toEqual([]);
    expect(document.activeElement).toBe(button);
  });
});
