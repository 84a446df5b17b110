// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { sampleNowMs, sampleVerdicts, sampleView } from "../../test/sample-view.ts";
import type { Sample } from "../../test/sample-view.ts";
import { openDashboard, problem, releaseManager } from "../test/dashboard-page.tsx";
import type { DashboardPage } from "../test/dashboard-page.tsx";

const consequence = "4,116 people go back to v1 within a second.";
const mine: Readonly<Partial<Record<ActionView["kind"], ActionView["roles"]>>> = { pause: ["devops-lead"], rollback: ["release-manager"] };

function view(sample: Sample = {}, over: Partial<ReleaseView> = {}): ReleaseView {
  const made = sampleView(sample);
  const actions = made.actions.map((action) => ({
    ...action,
    roles: mine[action.kind] ?? (["release-manager", "qa-lead"] as const),
    whyNotYours: "only a DevOps lead",
    consequence: action.kind === "rollback" ? consequence : "",
  }));
  return { ...made, actions, ...over };
}

const breach = {
  check: "latency p95 > 2s",
  atMs: sampleNowMs - 108_000,
  reaction: { kind: "rollback-within", withinMs: 300_000 },
} as const;
const countdown: Sample = {
  status: {
    kind: "holding",
    phase: 0,
    sinceMs: breach.atMs,
    why: {
      kind: "countdown",
      breach: { ...breach, reaction: { kind: "rollback" } },
      commitByMs: sampleNowMs + 192_000,
      doneByMs: sampleNowMs + 195_000,
    },
  },
};

describe("one release", () => {
  test("says where it is, what comes next, who sees it, and every verdict in a word", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    for (const said of [
      "Observing 10",
      "9 min 40 s of 15 min",
      "412 people on the new version",
      "pass",
      "undecided",
      "rollback",
      "Europe/Paris",
    ]) {
      expect(page.text().replaceAll("\u00a0", " ")).toContain(said);
    }
    expect(document.documentElement.lang).toBe("en");
    expect(document.title).toContain("ecomsimply");
  });

  test("a grey button says why, can be reached, and asks nothing", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    const pause = page.button("Pause");
    expect(pause.getAttribute("aria-disabled")).toBe("true");
    expect(document.getElementById(pause.getAttribute("aria-describedby") ?? "")?.textContent).toBe("only a DevOps lead");
    await page.click(pause);
    expect(page.findAll("dialog")).toEqual([]);
    expect(page.find(".actions-says").textContent).toBe("Pause: only a DevOps lead");
  });

  test("the way back is two clicks: what it does is named, the reason is there and can be changed", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    await page.click(page.button("Roll back…"));
    expect(page.find("dialog").textContent).toContain(consequence);
    expect(page.server.asked).toEqual([]);
    await page.click(page.button("Roll back"));
    expect(page.server.asked).toEqual([{ body: { kind: "rollback", reason: "emergency: taken back by hand" }, revision: '"6"' }]);
    expect(page.findAll("dialog")).toEqual([]);
    expect(page.find(".actions-says").textContent).toBe("Accepted.");
  });

  test("the focus goes back to the button when its dialog is cancelled, and when it has done its work", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    const button = page.button("Roll back…");
    for (const last of ["Cancel", "Roll back"]) {
      await page.focus(button);
      await page.click(button);
      expect(document.activeElement?.closest("dialog")).not.toBeNull();
      await page.click(page.button(last));
      expect(page.findAll("dialog")).toEqual([]);
      expect(document.activeElement).toBe(button);
    }
  });

  test("an approval carries the reason, the role and the revision that was seen when the dialog opened", async () => {
    const asked = view();
    const people = asked.people.map((person) => (person.state === "later" ? { ...person, state: "asked" as const } : person));
    const approvable = asked.actions.map((action) => (action.kind === "approve" ? { ...action, why: null } : action));
    const page = await openDashboard("/releases/r-1?lang=en", {
      view: { ...asked, people, actions: approvable },
      person: { ...releaseManager, roles: ["qa-lead", "release-manager"] },
    });
    await page.click(page.button("Approve"));
    page.server.view = { ...asked, people, actions: approvable, revision: 7 };
    await page.push();
    const [, second] = page.findAll('dialog input[type="radio"]');
    if (second === undefined) throw new Error("there is no choice of roles");
    await page.click(second);
    await page.write("textarea", " the figures are good ");
    await page.click(page.find("dialog .primary"));
    expect(page.server.asked).toEqual([
      { body: { kind: "approve", reason: "the figures are good", as: "release-manager" }, revision: '"6"' },
    ]);
  });

  test("an approval stands out for whom it is asked of, and for nobody else who may give it", async () => {
    const asked = view();
    const actions = asked.actions.map((action) => (action.kind === "approve" ? { ...action, why: null } : action));
    const of = (state: "asked" | "later") =>
      asked.people.map((person) => (person.role === "release-manager" ? { ...person, state } : person));
    const page = await openDashboard("/releases/r-1?lang=en", { view: { ...asked, actions, people: of("later") } });
    expect([...page.button("Approve").classList]).toEqual(["button"]);
    page.server.view = { ...asked, actions, people: of("asked"), revision: 7 };
    await page.push();
    expect([...page.button("Approve").classList]).toEqual(["button", "primary"]);
  });

  test("of a release that is promoted it is no news that nothing is wanted of the canary any more", async () => {
    const promoted = view({ status: { kind: "promoted", sinceMs: sampleNowMs, previous: "gone" } });
    const traffic = { ...promoted.traffic, wantedPct: 0, seenPct: 0 };
    const page = await openDashboard("/releases/r-1?lang=en", { view: { ...promoted, traffic } });
    expect(page.find(".traffic").textContent).toBe("412 people saw the new version");
  });

  test("a stale click does nothing, says what is new, and is never sent again by itself", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", {
      view: view(),
      refusal: problem({ code: "revision-stale", status: 412, revision: 7 }),
    });
    await page.click(page.button("Roll back…"));
    const newer = view();
    page.server.view = {
      ...newer,
      revision: 7,
      story: [{ revision: 7, atMs: sampleNowMs, time: "14:32", says: ["A guard is breached"] }, ...newer.story],
    };
    await page.push();
    await page.click(page.button("Roll back"));
    expect(page.find("dialog").textContent).toContain("has moved on since you looked");
    expect(page.find("dialog").textContent).toContain("A guard is breached");
    await page.push();
    expect(page.server.asked.length).toBe(1);
    await page.click(page.button("Look again"));
    page.server.refusal = null;
    await page.click(page.button("Roll back"));
    expect(page.server.asked.map(({ revision }) => revision)).toEqual(['"6"', '"7"']);
  });

  test("who listens is told when it stands elsewhere, and not each time that a number changes", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    const said = (): string | null => page.find('.standing [role="status"]').textContent;
    const first = said();
    const later = view().sentence.replace("9\u00a0min\u00a040\u00a0s", "10\u00a0min");
    page.server.view = view({}, { sentence: later });
    await page.push();
    expect(page.find(".standing-sentence").textContent).toBe(later);
    expect(said()).toBe(first);
    expect(said()).not.toBe(later);
    page.server.view = view({ status: { kind: "holding", phase: 0, sinceMs: sampleNowMs, why: { kind: "paused", by: "Ada" } } });
    await page.push();
    expect(said()).toBe(page.server.view.sentence);
  });

  test("a countdown owns the top, with the breach and the way back without waiting", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view(countdown) });
    expect(page.find(".countdown-clock").textContent).toMatch(/^Rolling back in 3:1[12]$/);
    expect(page.find(".countdown").textContent).toContain("latency p95 > 2s");
    expect(document.title).toMatch(/^⚠ 3:1[12] ecomsimply/);
    await page.click(page.button("Roll back now…"));
    expect(page.find("dialog").textContent).toContain(consequence);
  });

  test("who may not take people back sees the countdown without that button", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view(countdown), person: { ...releaseManager, roles: ["viewer"] } });
    expect(page.find(".countdown").textContent).not.toContain("Roll back now");
  });

  test("what a source names stands with the failed gate; addresses that are no web pages lead nowhere", async () => {
    const issue = { issue: "<b>TypeError</b>", events: 412, isNew: true, frames: ["pay (checkout.ts:41)"] };
    const findings = [
      { ...issue, url: "javascript:alert(1)" },
      { ...issue, issue: "Other", url: "https://sentry.example/1" },
    ];
    const failed = { ...sampleVerdicts["1.error-rate"], kind: "fail", because: { kind: "proven-bad", findings } } as NonNullable<
      Sample["verdicts"]
    >[string];
    const page = await openDashboard("/releases/r-1?lang=en&check=1.error-rate", { view: view({ verdicts: { "1.error-rate": failed } }) });
    expect(page.find(".check-open .findings").textContent).toContain("<b>TypeError</b>");
    expect(page.find(".check-open .frames").textContent).toBe("pay (checkout.ts:41)");
    expect(page.findAll(".findings a").map((link) => link.getAttribute("href"))).toEqual(["https://sentry.example/1"]);
  });

  test("opening a band is in the address, and closing it takes it out", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    const [first] = page.findAll(".check-row");
    if (first === undefined) throw new Error("there is no gate");
    await page.click(first);
    expect(new URLSearchParams(location.search).get("check")).toBe("1.error-rate");
    expect(page.find(".check-panel").textContent).toContain("“error-rate < 0.5%” passes");
    await page.click(first);
    expect(location.search).toBe("?lang=en");
  });

  test("before the start it says what a Go rests on, and the buttons are Go and No-Go", async () => {
    const waiting = view({ status: { kind: "waiting", sinceMs: sampleNowMs, for: [{ kind: "sign-off", roles: ["qa-lead"] }] } });
    const item = { what: "trial-activation", verdict: "doubtful", says: "takes 50 min", remedy: "Let it observe longer." } as const;
    const page = await openDashboard("/releases/r-1?lang=en", {
      view: waiting,
      readiness: {
        revision: 6,
        nowMs: sampleNowMs,
        verdict: "doubtful",
        sentence: "Go, with open eyes: 1 thing is doubtful.",
        parts: [{ part: "power", title: "Power", verdict: "doubtful", items: [item] }],
      },
    });
    expect(page.find(".readiness").textContent).toContain("Go, with open eyes");
    expect(page.find(".readiness").textContent).toContain("Let it observe longer.");
    expect(page.findAll(".actions button").map((button) => button.textContent)).toEqual(expect.arrayContaining(["Go", "No-Go"]));
  });

  test("of two hundred gates those to look at come first, and the others are folded", async () => {
    const made = view();
    const [gate] = made.gates;
    if (gate === undefined) throw new Error("there is no gate");
    const gates = Array.from({ length: 200 }, (_, at) => ({
      ...gate,
      id: `g${at}`,
      label: `gate ${at}`,
      kind: at === 150 ? ("fail" as const) : gate.kind,
    }));
    const page = await openDashboard("/releases/r-1?lang=en", { view: { ...made, gates } });
    expect(page.find(".checks .check-label").textContent).toBe("gate 150");
    expect(page.find(".far summary").textContent).toBe("199 more, nothing to look at");
  });

  test("each band has its lines' numbers, the figure what it counts, and a legend how all of it is read", async () => {
    const page = await openDashboard("/releases/r-1?lang=en", { view: view() });
    expect(page.findAll(".band-scale").map((scale) => scale.textContent)).toEqual(
      expect.arrayContaining(["0.5\u00a0%", "2\u00a0%1.5\u00a0%", "95"]),
    );
    expect(page.findAll(".check-figure").map((figure) => figure.textContent)).toContain("3.1\u00a0% [2.2, 4.6] slower than 500\u00a0ms");
    expect(page.findAll(".band-legend").map((legend) => legend.textContent)).toEqual([expect.stringContaining("fail line")]);
  });

  test("what was said at one moment beyond the first sentences is folded", async () => {
    const says = ["the headline", ...Array.from({ length: 40 }, (_, at) => `gate ${at} passes`)];
    const made = view();
    const [entry] = made.story;
    if (entry === undefined) throw new Error("nothing happened");
    const page = await openDashboard("/releases/r-1?lang=en", { view: { ...made, story: [{ ...entry, says }] } });
    expect(page.findAll(".entry > div > p")).toHaveLength(5);
    expect(page.find(".entry-more summary").textContent).toBe("36 more at that moment");
  });

  test("why buttons are grey stands once for those that have it in common", async () => {
    const made = view();
    const actions = made.actions.map((action) =>
      ["promote", "resume"].includes(action.kind) ? { ...action, why: "it is waiting" } : action,
    );
    const page = await openDashboard("/releases/r-1?lang=en", { view: { ...made, actions } });
    expect(page.findAll(".actions-why > span").map((line) => line.textContent)).toContain("Promote, Resume it is waiting");
  });

  test("a yes does not stand out beside a running countdown, nor the way back where nobody is on the new version", async () => {
    const of = (made: ReleaseView): ReleaseView => ({
      ...made,
      people: made.people.map((person) => ({ ...person, state: "asked" as const })),
      actions: made.actions.map((action) => ({ ...action, why: null, roles: ["release-manager"] as const })),
    });
    const page = await openDashboard("/releases/r-1?lang=en", { view: of(view(countdown)) });
    expect(page.findAll(".actions .primary, .actions .grave").map((button) => button.textContent)).toEqual(["Roll back…"]);
    const waiting = view({ status: { kind: "waiting", sinceMs: sampleNowMs, for: [{ kind: "sign-off", roles: ["release-manager"] }] } });
    page.server.view = of({ ...waiting, revision: 9, traffic: { ...waiting.traffic, wantedPct: 0, seenPct: 0 } });
    await page.push();
    expect(page.findAll(".actions .primary, .actions .grave").map((button) => button.textContent)).toEqual(["Go"]);
  });

  test("speaks French, and asks the server for it", async () => {
    const page = await openDashboard("/releases/r-1?lang=fr", { view: view({ language: "fr" }) });
    expect(page.text()).toContain("Critères de cette phase");
    expect(page.server.called.every((address) => !address.includes("language=en"))).toBe(true);
  });
});

describe("when something is not as it should be", () => {
  const address = "/releases/r-1?lang=en";
  const streams = (page: DashboardPage): number => page.server.opened.length;

  test("a lost connection says so and how old the screen is, keeps what was seen, and recovers", async () => {
    const page = await openDashboard(address, { view: view() });
    page.server.isUp = false;
    await page.endStreams("broken");
    await page.pass(1_000);
    expect(page.findAll(".banner")).toEqual([]);
    await page.pass(59_000);
    expect(page.find(".banner").textContent).toContain("What you see is 1\u00a0min old");
    const heard = page.find(".banner-place [role=status]").textContent;
    expect(heard).toContain("The server cannot be reached.");
    await page.pass(60_000);
    expect(page.find(".banner").textContent).toContain("What you see is 2\u00a0min old");
    expect(page.find(".banner-place [role=status]").textContent).toBe(heard);
    expect(page.text()).toContain("412 people");
    page.server.isUp = true;
    await page.pass(20_000);
    expect(page.findAll(".banner")).toEqual([]);
  });

  test("where no stream comes through it asks every few seconds, and now and then tries the stream again", async () => {
    const page = await openDashboard(address, { view: view() });
    await page.endStreams("refused");
    const [asked, opened] = [page.server.called.length, streams(page)];
    await page.pass(13_000);
    expect(page.server.called.length - asked).toBeGreaterThanOrEqual(3);
    expect(streams(page)).toBe(opened);
    await page.pass(30_000);
    expect(streams(page)).toBe(opened + 1);
  });

  test("a stream that falls silent is doubted, and what was missed is shown", async () => {
    const page = await openDashboard(address, { view: view() });
    page.server.view = view({}, { revision: 9, sentence: "Something else" });
    await page.pass(20_000);
    expect(page.find(".standing-sentence").textContent).toBe("Something else");
    expect(page.findAll(".banner")).toEqual([]);
  });

  test("an answer that is older than what is seen changes nothing", async () => {
    const page = await openDashboard(address, { view: view({}, { revision: 9, sentence: "The newer" }) });
    page.server.view = view({}, { revision: 8, sentence: "The older" });
    await page.push();
    expect(page.find(".standing-sentence").textContent).toBe("The newer");
  });

  test("a page that nobody sees gives its stream to others, and takes it again", async () => {
    const page = await openDashboard(address, { view: view() });
    const opened = streams(page);
    await page.hide("hidden");
    await page.pass(40_000);
    expect(page.server.isStreaming()).toBe(false);
    await page.hide("visible");
    expect([page.server.isStreaming(), streams(page)]).toEqual([true, opened + 1]);
  });

  test("a release that is not there is a problem in the words of the catalogue", async () => {
    const page = await openDashboard("/releases/none?lang=en", { view: null });
    await page.endStreams("refused");
    expect(page.find('[role="alert"]').textContent).toContain("Look again.");
    expect(page.findAll(".skeleton")).toEqual([]);
    expect(page.find("h1").textContent).toBe("none");
    expect(page.findAll("main a").map((link) => [link.textContent, link.getAttribute("href")])).toEqual([["All releases", "/?lang=en"]]);
  });

  test("who is signed out while looking sees the ways in", async () => {
    const page = await openDashboard(address, { view: view(), refusal: problem({ code: "token-missing", status: 401 }) });
    await page.click(page.button("Roll back…"));
    page.server.person = null;
    await page.click(page.button("Roll back"));
    expect(page.find("h1").textContent).toBe("Sign in");
    expect(page.find('[role="alert"]').textContent).toContain("What you pressed last was not done");
  });

  test("who is not signed in sees the ways in, and no screen", async () => {
    const page = await openDashboard(address, { view: view(), person: null });
    expect(page.find("h1").textContent).toBe("Sign in");
    expect(page.server.called.filter((called) => called.includes("/releases/"))).toEqual([]);
    expect(page.findAll('[role="alert"]')).toEqual([]);
  });
});
