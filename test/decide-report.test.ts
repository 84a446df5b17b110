import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { emptyBook } from "../src/core/evidence-book.ts";
import type { Role } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { wayBackView } from "../src/core/view/way-back-view.ts";
import {
  ask,
  bad,
  counts,
  countdown,
  decideOn,
  factOf,
  good,
  head,
  holding,
  investigation,
  kindsOf,
  minuteMs,
  observing,
  planWith,
  refusalOf,
  releaseIn,
  seen,
  signed,
  startMs,
  statusOf,
  step,
  toldAll,
} from "./decision-desk.ts";
import { buttonsOf } from "../src/core/view/notice-buttons.ts";
import { standsOf } from "../src/core/view/stands.ts";

/* While a problem is reported and nobody has decided about it, nobody is newly exposed. */

const report = { by: "Vera", reason: "the basket is empty", atMs: startMs };
const open = { reports: [report], told: toldAll(good) } as const;
const reportNow = (more: Partial<Request> = {}) => ask("report", "viewer", { reason: "the basket is empty", ...more });
const promoting = (at: "cloning" | "replacing" | "returning" | "clearing"): Status => ({ kind: "promoting", step: at, sinceMs: startMs });
const promoted: Status = { kind: "promoted", sinceMs: startMs, previous: "kept" };
const waiting: Status = { kind: "waiting", sinceMs: startMs, for: [] };
const free = planWith({ start: { all: [] } });
const whole = { ...good, observedMs: [0, 0, 4 * minuteMs] };

describe("while a report is open", () => {
  test.each<[string, Status, Partial<Release>, string, string]>([
    ["nobody is exposed for the first time", waiting, { plan: free }, "preparing", "waiting"],
    ["the share does not grow", observing(0), {}, "shifting 1", "holding reported"],
    ["nor where everybody has signed", observing(1), signed(2), "shifting 2", "holding reported"],
    ["no promotion begins", observing(2), {}, "promoting cloning", "holding reported"],
    ["one that has only made its copy waits", promoting("cloning"), {}, "promoting replacing", "stay"],
    ["one that has begun to replace the old version is finished", promoting("replacing"), {}, "promoting returning", "promoting returning"],
    ["a hold that is over ends in this one", holding({ kind: "undecided", checks: ["1.errors"] }), {}, "shifting 1", "holding reported"],
    ["a share that was asked for is shown", { kind: "shifting", phase: 1, sinceMs: startMs }, {}, "observing 1", "observing 1"],
    ["a pause stays a pause", holding({ kind: "paused", by: "Aline" }), {}, "stay", "stay"],
  ])("%s", (_, status, more, without, expected) => {
    const book = status.kind === "observing" && status.phase === 2 ? whole : good;
    const release = { ...open, ...more };
    expect(statusOf(decideOn(status, book, {}, { ...release, reports: [] }))).toBe(without);
    expect(statusOf(decideOn(status, book, {}, release))).toBe(expected);
  });

  test("the report of the very tick counts", () => {
    expect(statusOf(decideOn(observing(0), good, { requests: [reportNow()] }, { told: toldAll(good) }))).toBe("holding reported");
  });

  test("the phase is observed on, and its time counts", () => {
    const early = { ...good, observedMs: [minuteMs, 0, 0] };
    expect(decideOn(observing(0), early, {}, open)).toBeNull();
  });

  test("it says who has reported, who decides, and nothing twice", () => {
    const decision = decideOn(observing(0), good, {}, open);
    expect(decision?.status).toMatchObject({ why: { kind: "reported", by: "Vera", roles: ["release-manager", "devops-lead"] } });
    const held = releaseIn(decision?.status ?? waiting, open);
    expect(standsOf(held, { plan: head.plan }, "en")).toEqual({
      tone: "holding",
      sentence: expect.stringMatching(
        /^Holding at 10\s%: waiting for the decision of the release manager or the DevOps lead about the problem that Vera reported; until then it goes no further$/u,
      ),
    });
  });

  test("the guards stay armed", () => {
    const broken = bad("errors", counts(300, 2_000, 10, 20_000));
    const why = { kind: "reported", by: "Vera", roles: ["release-manager"] } as const;
    expect(statusOf(decideOn(holding(why), broken, {}, open))).toBe("rolling-back traffic");
  });

  test("nothing is checked before traffic, and no time to get ready runs out, until somebody has decided", () => {
    const preparing = releaseIn({ kind: "preparing", sinceMs: startMs }, open);
    const [answered, late] = [{ ...emptyBook(head.plan), answeredMs: good.answeredMs }, startMs + 60 * minuteMs];
    const book = { ...answered, answeredMs: Object.fromEntries(answered.quantities.map((quantity) => [quantity, late])) };
    const checks = [{ name: "rollback", ok: true, detail: "", tookMs: 12 }];
    expect(decide(preparing, book, seen(preparing, { nowMs: late }))).toBeNull();
    expect(statusOf(decide(preparing, book, seen(preparing, { nowMs: late, checks })))).toBe("preparing");
    const on = decide(preparing, book, seen(preparing, { nowMs: late, requests: [ask("resume", "release-manager")] }));
    expect([on?.status, kindsOf(on)]).toEqual([{ kind: "preparing", sinceMs: late }, expect.arrayContaining(["report-answered"])]);
    const ready = releaseIn({ kind: "preparing", sinceMs: late }, { told: toldAll(good) });
    expect(statusOf(decide(ready, book, seen(ready, { nowMs: late + 1, checks })))).toBe("shifting 0");
    // What is not ready at all is stopped in time, report or no report.
    const gone = seen(preparing, { nowMs: late, workloads: { kind: "unseen", why: "time-out" } });
    expect(statusOf(decide(preparing, book, gone))).toBe("rolling-back traffic");
  });

  test("the copy of the old version is kept beyond its time, unless another release needs its place", () => {
    const at = { nowMs: startMs + 60 * minuteMs };
    const kept = { ...open, wasExposed: true, isReportLate: true };
    expect(decideOn(promoted, good, at, kept)).toBeNull();
    expect(decideOn(promoted, good, { ...at, superseded: true }, kept)?.status).toMatchObject({ previous: "going" });
    const stays = decideOn(promoted, good, { ...at, requests: [ask("resume", "release-manager")] }, kept);
    expect([kindsOf(stays).includes("report-answered"), stays?.status]).toMatchObject([true, { previous: "going" }]);
  });
});

describe("a decision about a report", () => {
  const held = holding({ kind: "reported", by: "Vera", roles: ["release-manager", "devops-lead"] });
  const decided = (kind: Request["kind"], role: Role, status: Status = held, more: Partial<Release> = {}) =>
    step(releaseIn(status, { ...open, ...more }), [ask(kind, role)]);

  test.each<[string, Request["kind"], Role, Status, Partial<Release>, string]>([
    ["to go on", "resume", "release-manager", held, {}, "shifting 1"],
    ["to go on, by whom the plan names", "resume", "devops-lead", held, {}, "shifting 1"],
    ["to go on before the hold began", "resume", "release-manager", observing(0), {}, "shifting 1"],
    ["to go on at once", "promote", "release-manager", held, {}, "shifting 1"],
    ["to let it start", "resume", "release-manager", waiting, { plan: free }, "preparing"],
    ["to finish the promotion", "resume", "release-manager", promoting("cloning"), {}, "promoting replacing"],
    ["to sign for the next step", "approve", "release-manager", observing(1), {}, "holding sign-off"],
    ["to take everybody back", "rollback", "release-manager", held, {}, "rolling-back traffic"],
    ["to go on after a pause", "resume", "release-manager", holding({ kind: "paused", by: "Vera" }), {}, "shifting 1"],
  ])("%s ends the hold", (_, kind, role, status, more, expected) => {
    const { release, decision } = decided(kind, role, status, more);
    expect([statusOf(decision), release.reports.length]).toEqual([expected, kind === "rollback" ? 1 : 0]);
  });

  test("that lets a share on its way arrive does not say that it has", () => {
    const shifting: Status = { kind: "shifting", phase: 1, sinceMs: startMs };
    const release = releaseIn(shifting, open);
    const unseen = { kind: "unseen", why: "time-out" } as const;
    const decision = decide(release, good, seen(release, { traffic: unseen, requests: [ask("resume", "release-manager")] }));
    expect([decision?.status, kindsOf(decision).includes("report-answered")]).toEqual([shifting, true]);
  });

  test("leaves a countdown running", () => {
    const why = countdown(startMs + minuteMs);
    const { release, decision } = decided("resume", "release-manager", holding(why));
    expect([release.status, kindsOf(decision).includes("report-answered")]).toEqual([holding(why), true]);
  });

  test("is none by whoever may not take people back", () => {
    const plan = planWith({ rollback: { any: ["release-manager"] } });
    expect(refusalOf(decided("resume", "devops-lead", held, { plan }).decision)).toEqual({ kind: "role", needs: ["release-manager"] });
    expect(refusalOf(decided("promote", "devops-lead").decision)).toEqual({ kind: "role", needs: ["release-manager"] });
    const { release } = decided("resume", "devops-lead", holding({ kind: "paused", by: "Vera" }), { plan });
    expect([release.status.kind, release.reports.length]).toEqual(["holding", 1]);
    expect(release.status).toMatchObject({ why: { kind: "reported" } });
  });

  test("is none by a program, and none by a role that signs for something else", () => {
    const machine = ask("resume", "release-manager", { by: { name: "ci", roles: ["release-manager"], isMachine: true } });
    expect(refusalOf(step(releaseIn(held, open), [machine]).decision)?.kind).toBe("machine");
    const both = { by: { name: "Emil", roles: ["product-owner", "release-manager"] as const } };
    const signing = (as: Role) => step(releaseIn(observing(1), open), [ask("approve", as, { ...both, as })]).release.reports.length;
    expect([signing("product-owner"), signing("release-manager")]).toEqual([1, 0]);
  });

  test("looks away from an investigation too, where both are asked", () => {
    const { release, decision } = decided("resume", "release-manager", holding(investigation(startMs + minuteMs)));
    expect(kindsOf(decision)).toEqual(expect.arrayContaining(["dismissed", "report-answered"]));
    expect(release.reports).toEqual([]);
  });

  test("is about what was read: another report of the same moment stays open", () => {
    const again = reportNow({ atMs: startMs - 1, reason: "prices are wrong" });
    const { release } = step(releaseIn(held, open), [again, ask("resume", "release-manager")]);
    expect([release.reports.map(({ reason }) => reason), release.status]).toMatchObject([
      ["prices are wrong"],
      { kind: "holding", why: { kind: "reported" } },
    ]);
    const early = step(releaseIn(held, open), [again, ask("promote", "release-manager")]);
    expect(refusalOf(early.decision)).toEqual({ kind: "just-reported" });
  });

  test("that nobody takes keeps it holding, and those who have to are asked again, once", () => {
    // The report came in at 12:00, and was read later.
    const exposed = { ...open, wasExposed: true, reports: [{ ...report, atMs: startMs - 5 * minuteMs }] };
    const late = step(releaseIn(held, exposed), []);
    expect(kindsOf(late.decision)).toEqual(["report-late", "asks"]);
    expect(factOf(late.decision, "asks")).toEqual({ kind: "asks", for: "decision", roles: ["release-manager", "devops-lead"] });
    expect(late.release.status).toEqual(held);
    expect(step(late.release, [], startMs + 2_000).decision).toBeNull();
    expect(wayBackView(late.release, startMs + 6 * minuteMs, "en")?.steps.map(({ kind, atMs }) => [kind, atMs !== null])).toEqual([
      ["reported", true],
      ["decided", false],
      ["executed", false],
      ["acknowledged", false],
      ["validated", false],
    ]);
  });

  test("can be taken where it is told: below the message", () => {
    const kinds = (release: Release) => buttonsOf(release, 10, startMs).map(({ kind, label }) => [kind, label]);
    expect(kinds(releaseIn(held, open))).toEqual([
      ["resume", "Go on"],
      ["pause", "Pause"],
      ["rollback", "Roll back"],
    ]);
    expect(kinds(releaseIn(held))).not.toContainEqual(["resume", "Go on"]);
    expect(kinds(releaseIn(holding(investigation(startMs + minuteMs)), open)).map(([kind]) => kind)).not.toContain("resume");
  });
});
