// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { ReleasesEvent, ReleaseSummary } from "../../src/http/contract.ts";
import { sampleNowMs, sampleView } from "../../test/sample-view.ts";
import { openDashboard } from "../test/dashboard-page.tsx";
import type { DashboardPage } from "../test/dashboard-page.tsx";

const minuteMs = 60_000;

function summary(over: Partial<ReleaseSummary>): ReleaseSummary {
  const { versions, phases, timeZone, title } = sampleView();
  return {
    id: "r-1",
    plan: "shop",
    title,
    environment: "production",
    versions,
    startedBy: "Ada",
    startedFor: null,
    createdMs: sampleNowMs,
    status: "observing",
    tone: "calm",
    sentence: "Observing 10 %",
    sinceMs: sampleNowMs - 6 * minuteMs,
    timeZone,
    phases,
    asks: [],
    ...over,
  };
}

const list = (releases: readonly ReleaseSummary[], over: Partial<ReleasesEvent> = {}): ReleasesEvent => ({
  releases,
  freezes: [],
  next: null,
  nowMs: sampleNowMs,
  ...over,
});
const names = (page: DashboardPage): readonly (string | null)[] => page.findAll(".line-link").map((link) => link.textContent);

const calm = summary({ id: "a", plan: "calm" });
const trouble = summary({
  startedBy: "ci",
  startedFor: "Ada",
  id: "b",
  plan: "trouble",
  tone: "danger",
  sentence: "Rolling back",
  createdMs: sampleNowMs - minuteMs,
});
const held = summary({ id: "h", tone: "holding" });
const over = summary({ id: "c", plan: "over", tone: "good", status: "promoted", sentence: "Promoted", environment: "staging" });

describe("the list of releases", () => {
  test("is trouble first, then what goes by itself, then what is over; each line says where it stands and for how long", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([over, calm, trouble]) });
    expect(names(page)).toEqual(["trouble", "calm", "over"]);
    const [first] = page.findAll(".release-line");
    for (const said of ["going back", "Rolling back", "for 6", "by ci for Ada", "v1 → v2", "production"])
      expect(first?.textContent).toContain(said);
    expect(page.findAll("h2").map((title) => title.textContent)).toEqual(["Running", "Over"]);
  });

  test("of what is over it says how long ago it ended, and of a start that never was nothing of a way back", async () => {
    const stopped = summary({ id: "d", tone: "over", status: "stopped", sentence: "Stopped", phases: [] });
    const back = summary({ id: "e", tone: "over", status: "rolled-back", sentence: "Rolled back", phases: [] });
    const page = await openDashboard("/?lang=en", { releases: list([over, stopped, back]) });
    expect(page.findAll(".line-age").map((age) => age.textContent?.replaceAll("\u00a0", " "))).toEqual(
      Array.from({ length: 3 }, () => "6 min ago"),
    );
    expect(page.findAll(".dots").map((dots) => dots.getAttribute("aria-label"))).toEqual(["promoted", "ended", "taken back"]);
  });

  test("follows what happens, but moves no line while somebody is at the list", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([calm, summary({ id: "d", plan: "other" })]) });
    const before = names(page);
    await page.focus(page.find(".line-link"));
    page.server.releases = list([{ ...calm, sentence: "Observing 50 %" }, summary({ id: "d", plan: "other", tone: "danger" }), trouble]);
    await page.push();
    expect(names(page)).toEqual([...before, "trouble"]);
    expect(page.text()).toContain("Observing 50 %");
    await page.focus(null);
    expect(names(page)).toEqual(["other", "trouble", "calm"]);
  });

  test("the title of the tab says trouble from afar: the gravest of it", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([calm, over]) });
    const titles = [document.title];
    for (const releases of [
      [calm, held],
      [held, trouble],
    ]) {
      page.server.releases = list(releases);
      await page.push();
      titles.push(document.title);
    }
    expect(titles).toEqual(["Releases · serin", "‖ Releases · serin", "⚠ Releases · serin"]);
  });

  test("arrows go from line to line", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([calm, trouble]) });
    const [first, second] = page.findAll(".line-link");
    await page.focus(first ?? null);
    for (const [key, line] of [
      ["ArrowDown", second],
      ["ArrowDown", second],
      ["k", first],
    ] as const) {
      await page.press(key);
      expect(document.activeElement).toBe(line);
    }
  });

  test("says what is frozen, by whom, why and until when", async () => {
    const by = {
      environment: "production",
      release: null,
      sinceMs: sampleNowMs - 60 * minuteMs,
      by: "Ada",
      reason: "stock-taking",
      untilMs: null,
    };
    const halted = { ...by, environment: "staging", release: "r-9", by: null, reason: null, untilMs: sampleNowMs + 60 * minuteMs };
    const page = await openDashboard("/?lang=en", { releases: list([calm], { freezes: [by, halted] }) });
    const [first, second] = page.findAll(".freeze").map((freeze) => freeze.textContent);
    expect(first).toContain("production is frozen since 13:32 (Europe/Paris)");
    expect(first).toContain("Ada: “stock-taking”. It lasts until a release manager lifts it.");
    expect(second).toContain("Release r-9 was halted. It ends by itself 13:32 (UTC).");
  });

  test("is narrowed to an environment, which the address names", async () => {
    const page = await openDashboard("/?lang=en&environment=staging", { releases: list([calm, trouble, over]) });
    expect(names(page)).toEqual(["over"]);
    expect(page.text()).toContain("Nothing runs now.");
  });

  test("older releases are a page of their own, which the address names", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([calm], { next: "a" }) });
    page.server.releases = list([over]);
    await page.click(page.button("Older releases"));
    expect(new URLSearchParams(location.search).get("before")).toBe("a");
    expect(page.server.called.at(-1)).toContain("before=a");
    expect(names(page)).toEqual(["over"]);
    await page.click(page.button("Back to the newest"));
    expect(new URLSearchParams(location.search).get("before")).toBeNull();
  });

  test("says where something is asked of the person who looks, and nowhere else; of what is over that stands first", async () => {
    const over = { status: "rolled-back", tone: "over" } as const;
    const page = await openDashboard("/?lang=en", {
      releases: list([
        summary({ id: "r-1", plan: "theirs", asks: ["devops-lead"] }),
        summary({ id: "r-2", plan: "newer", ...over, createdMs: sampleNowMs + 1 }),
        summary({ id: "r-3", plan: "mine", ...over, asks: ["qa-lead", "release-manager"] }),
      ]),
    });
    expect(page.findAll(".line-link").map((link) => link.textContent)).toEqual(["theirs", "mine", "newer"]);
    expect(page.findAll(".line-asks").map((chip) => chip.closest("li")?.querySelector(".line-link")?.textContent)).toEqual(["mine"]);
  });

  test("the browser's way back undoes a page of older releases", async () => {
    const page = await openDashboard("/?lang=en", { releases: { ...list([summary({})]), next: "r-1" } });
    const before = history.length;
    await page.click(page.button("Older releases"));
    expect([location.search, history.length]).toEqual(["?lang=en&before=r-1", before + 1]);
  });

  test("an empty list shows the three commands that make a first release", async () => {
    const page = await openDashboard("/?lang=en", { releases: list([]) });
    expect(page.findAll(".empty code").map((code) => code.textContent?.split(" ").slice(0, 3).join(" "))).toEqual([
      "serin plan lint",
      "serin doctor plan.yaml",
      "serin release start",
    ]);
  });

  test("opening a line keeps the language in the address", async () => {
    const page = await openDashboard("/?lang=fr", { releases: list([calm]), view: sampleView({ language: "fr" }) });
    await page.click(page.find(".line-link"));
    expect(`${location.pathname}${location.search}`).toBe("/releases/a?lang=fr");
    expect(page.server.opened.at(-1)).toBe("/api/v1/releases/a/events?language=fr");
  });
});
