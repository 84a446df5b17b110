import { describe, expect, test } from "vitest";
import { apply, newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Decision, Fact } from "../src/core/decision.ts";
import type { Needs, Plan } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Refusal, Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import {
  ask,
  bad,
  counts,
  decideOn,
  good,
  goingBack,
  head,
  holding,
  minuteMs,
  observing,
  releaseIn,
  seen,
  signed,
  startMs,
  statusOf,
  toldAll,
} from "./decision-desk.ts";

const kindsOf = (decision: Decision | null): readonly string[] => (decision?.facts ?? []).map((fact) => fact.kind);
const refusalOf = (decision: Decision | null): Refusal | undefined =>
  decision?.facts.flatMap((fact) => (fact.kind === "refused" ? [fact.refusal] : []))[0];
const factOf = <Kind extends Fact["kind"]>(decision: Decision | null, kind: Kind): Extract<Fact, { kind: Kind }> | undefined =>
  decision?.facts.find((fact): fact is Extract<Fact, { kind: Kind }> => fact.kind === kind);
const by = (name: string, ...roles: Request["by"]["roles"]): Partial<Request> => ({ by: { name, roles } });
const planWith = (people: Partial<Plan["people"]>, more: Partial<Plan> = {}): Plan => ({
  ...smallPlan,
  people: { ...smallPlan.people, ...people },
  ...more,
});

/** A book in which every phase was observed to its end. */
const whole = { ...good, observedMs: smallPlan.phases.map(() => 9 * minuteMs) };

/** The release after one more decision on what is seen. */
function step(release: Release, requests: readonly Request[], atMs = startMs + 1_000): { release: Release; decision: Decision | null } {
  const decision = decide(release, whole, { ...seen(release, { requests }), nowMs: atMs });
  if (decision === null) return { release, decision };
  return { release: apply(release, { release: release.id, revision: release.revision + 1, atMs, decision, row: 1 }), decision };
}

describe("whoever started a release", () => {
  const waiting: Status = { kind: "waiting", sinceMs: startMs, for: [] };
  const asked = (start: Needs, requests: readonly Request[]): readonly (string | undefined)[] => {
    const plan = planWith({ start });
    const decision = decideOn(waiting, good, { requests }, { plan, startedBy: "Emil" });
    return (decision?.facts ?? []).flatMap((fact) =>
      fact.kind === "refused" ? [fact.refusal.kind] : fact.kind === "signed" ? [`${fact.signOff.by} as ${fact.signOff.role}`] : [],
    );
  };
  const emil = by("Emil", "release-manager", "qa-lead");
  const manager = ask("approve", "release-manager", emil);
  const claire = ask("approve", "qa-lead", by("Claire", "qa-lead"));

  test.each<[string, Needs, readonly Request[], readonly string[]]>([
    ["is not alone where one role is asked", { all: ["release-manager"] }, [manager], ["starter-alone"]],
    ["nor where any one of several is enough", { any: ["release-manager", "qa-lead"] }, [manager], ["starter-alone"]],
    ["may be one of several", { all: ["release-manager", "qa-lead"] }, [manager, claire], ["Emil as release-manager", "Claire as qa-lead"]],
    [
      "counts for one role only",
      { all: ["release-manager", "qa-lead"] },
      [manager, manager],
      ["Emil as release-manager", "already-signed"],
    ],
    ["leaves it to somebody else with the role", { all: ["qa-lead"] }, [claire], ["Claire as qa-lead"]],
  ])("%s", (_, start, requests, expected) => expect(asked(start, requests)).toEqual(expected));

  test("is not alone before a phase and before the promotion either, and may validate a rollback", () => {
    const rules = planWith({ advance: { 1: { all: ["release-manager"] } }, promote: { any: ["release-manager"] } });
    const on = (status: Status) =>
      refusalOf(decideOn(status, good, { requests: [manager] }, { plan: rules, startedBy: "Emil", told: toldAll(good) }))?.kind;
    expect(on(observing(0))).toBe("starter-alone");
    expect(on(observing(2))).toBe("starter-alone");
    const over: Status = { kind: "rolled-back", sinceMs: startMs, cause: { kind: "person", by: "x", reason: "" } };
    const validated = decideOn(over, good, { requests: [ask("approve", "qa-lead", emil)] }, { plan: rules, startedBy: "Emil" });
    expect(kindsOf(validated)).toContain("signed");
  });
});

describe("a sign-off", () => {
  const asked = (told: Release["told"], expectRevision: number, book = good) => {
    const release = releaseIn(observing(1), {
      told,
      shown: [
        { revision: 4, told: {} },
        { revision: 5, told },
      ],
    });
    return decide(release, book, seen(release, { requests: [ask("approve", "product-owner", { expectRevision })] }));
  };

  test("holds what was noted at the revision that its signer saw, and names that revision", () => {
    const told = toldAll(good);
    expect(factOf(asked(told, 5), "signed")?.signOff).toMatchObject({ revision: 5, saw: told });
    expect(factOf(asked(told, 4), "signed")?.signOff).toMatchObject({ revision: 4, saw: {} });
  });

  test("is refused when something got worse in the moment of signing", () => {
    const told = toldAll(good);
    expect(refusalOf(asked(told, 5, bad("orders", counts(210, 1_000, 3_000, 10_000))))).toEqual({ kind: "drifted", check: "2.orders" });
  });

  test("of the start is bound to the plan, and stays whatever the windows do", () => {
    const plan = { ...smallPlan, windows: { ...smallPlan.windows, prefer: [{ fromMinute: 0, toMinute: 60, says: "mon 00:00-01:00" }] } };
    const first = step({ ...newborn({ ...head, plan, startedBy: "Bruno" }) }, []);
    const approved = step(first.release, [ask("approve", "release-manager", { expectRevision: 1 })]);
    expect(factOf(approved.decision, "signed")?.signOff).toMatchObject({ for: { kind: "start" }, planHash: head.planHash });
    expect(approved.release.status).toMatchObject({ kind: "waiting", for: [{ kind: "window" }] });
    const opened = step(approved.release, [ask("override", "release-manager", { expectRevision: 2 })]);
    expect([opened.release.status.kind, opened.release.signOffs]).toEqual(["preparing", approved.release.signOffs]);
  });
});

describe("a machine", () => {
  const machine = (kind: Request["kind"]) =>
    ask(kind, "release-manager", {
      by: { name: "ci", roles: ["release-manager", "devops-lead", "qa-lead", "product-owner"], isMachine: true },
    });
  const paused = holding({ kind: "paused", by: "x" });
  test.each<[Request["kind"], Status, string]>([
    ["approve", observing(1), "machine"],
    ["override", observing(1), "machine"],
    ["acknowledge", observing(1), "machine"],
    ["report", observing(1), "accepted"],
    ["pause", observing(1), "accepted"],
    ["resume", paused, "accepted"],
    ["stop", observing(1), "accepted"],
    ["rollback", observing(1), "accepted"],
  ])("asks for %s", (kind, status, expected) => {
    const decision = decideOn(status, good, { requests: [machine(kind)] });
    expect(refusalOf(decision)?.kind ?? "accepted").toBe(expected);
  });

  test("does not look away from a guard that failed", () => {
    const why = { kind: "failed", checks: ["orders < 50% of stable"] } as const;
    expect(refusalOf(decideOn(holding(why, 2), good, { requests: [machine("resume")] }))?.kind).toBe("machine");
  });
});

describe("a problem that is reported", () => {
  const report = (more: Partial<Request> = {}) => ask("report", "viewer", { reason: "the basket is empty", ...more });

  test.each<[string, Status, string]>([
    ["while waiting", { kind: "waiting", sinceMs: startMs, for: [{ kind: "sign-off", roles: ["release-manager"] }] }, "waiting"],
    ["while observing", observing(), "observing 0"],
    ["in a hold", holding({ kind: "paused", by: "x" }), "holding paused"],
    ["on the way back", goingBack("rollback"), "rolling-back clearing"],
    ["after the promotion", { kind: "promoted", sinceMs: startMs, previous: "kept" }, "promoted"],
  ])("%s is told, and changes nothing", (_, status, expected) => {
    const early = { ...good, observedMs: [0, 0, 0] };
    const without = decideOn(status, early, {}, { told: toldAll(good) });
    const decision = decideOn(status, early, { requests: [report()] }, { told: toldAll(good) });
    expect(kindsOf(decision)).toEqual(expect.arrayContaining(["accepted", "reported"]));
    expect(factOf(decision, "reported")?.report).toMatchObject({ by: "viewer", reason: "the basket is empty" });
    expect(statusOf(decision)).toBe(expected);
    expect(decision?.status).toEqual(without?.status ?? status);
  });

  test("is refused when nobody can be taken back any more", () => {
    const over: Status = { kind: "rolled-back", sinceMs: startMs, cause: { kind: "person", by: "x", reason: "" } };
    expect(refusalOf(decideOn(over, good, { requests: [report()] }))?.kind).toBe("not-now");
    const next: Status = { kind: "promoted", sinceMs: startMs, previous: "gone" };
    expect(refusalOf(decideOn(next, good, { requests: [report()], superseded: true }))?.kind).toBe("not-now");
  });

  test("is something that a person who signs has to know", () => {
    const { release } = step(releaseIn(observing(1), { told: toldAll(good) }), [report()]);
    expect(release.materialRevision).toBe(6);
    expect(refusalOf(step(release, [ask("approve", "product-owner", { expectRevision: 5 })]).decision)?.kind).toBe("stale");
    expect(kindsOf(step(release, [ask("approve", "product-owner", { expectRevision: 6 })]).decision)).toContain("signed");
  });

  test("is answered by whoever may take people back and goes on, and by nobody else", () => {
    const first = step(releaseIn(observing(1), { told: toldAll(good) }), [report()]).release;
    const other = step(first, [ask("approve", "product-owner", { expectRevision: 6 })]).release;
    expect(other.reports).toHaveLength(1);
    const answered = step(other, [ask("approve", "release-manager", { expectRevision: 6 })]);
    expect([answered.release.reports, kindsOf(answered.decision).includes("report-answered")]).toEqual([[], true]);
  });

  test("of the same moment is not among what an approval has seen", () => {
    const { release } = step(releaseIn(observing(1), { told: toldAll(good) }), [report(), ask("approve", "release-manager")]);
    expect([release.reports.length, release.signOffs.length]).toEqual([1, 1]);
  });

  test("without a decision in the plan's time is said to be late, once", () => {
    const start = { ...releaseIn(holding({ kind: "paused", by: "x" }), { told: toldAll(good), wasExposed: true }) };
    const { release } = step(start, [report({ atMs: startMs })]);
    expect(kindsOf(step(release, [], startMs + 5 * minuteMs).decision)).not.toContain("report-late");
    const late = step(release, [], startMs + 5 * minuteMs + 1);
    expect(factOf(late.decision, "report-late")).toEqual({ kind: "report-late", afterMs: 5 * minuteMs + 1, withinMs: 5 * minuteMs });
    expect(kindsOf(step(late.release, [], startMs + 6 * minuteMs).decision)).not.toContain("report-late");
  });
});

describe("a rollback by hand", () => {
  /** Reported, decided after `decidedMs`, seen back after `backMs`. */
  function back(decidedMs: number, backMs: number, first: readonly Request[] = [ask("report", "viewer", { atMs: startMs })]) {
    const exposed = step(releaseIn(observing(), { told: toldAll(good), wasExposed: true }), first, startMs).release;
    const ordered = step(exposed, [ask("rollback", "release-manager", { expectRevision: null })], startMs + decidedMs).release;
    return step(ordered, [], startMs + backMs);
  }
  const acknowledge = (revision: number, more: Partial<Request> = {}) =>
    ask("acknowledge", "devops-lead", { expectRevision: revision, ...more });

  test("is measured from the report, and the DevOps lead is asked", () => {
    const { decision } = back(2 * minuteMs, 4 * minuteMs);
    expect(factOf(decision, "traffic-back")).toMatchObject({ tookMs: 2 * minuteMs });
    expect(factOf(decision, "way-back")).toEqual({ kind: "way-back", tookMs: 4 * minuteMs, withinMs: 5 * minuteMs });
    expect(factOf(decision, "asks")).toEqual({ kind: "asks", for: "acknowledgement", roles: ["devops-lead"] });
  });

  test("is measured from the decision when nobody reported", () => {
    const { decision } = back(minuteMs, 2 * minuteMs, []);
    expect(factOf(decision, "traffic-back")).toMatchObject({ tookMs: minuteMs, withinMs: 5 * minuteMs });
    expect(factOf(decision, "way-back")).toBeUndefined();
  });

  test("is acknowledged once, by the DevOps lead, and then the QA lead is asked", () => {
    const { release } = back(minuteMs, 2 * minuteMs);
    expect(refusalOf(step(release, [acknowledge(release.revision, by("Aline", "release-manager"))]).decision)?.kind).toBe("role");
    const said = step(release, [acknowledge(release.revision), acknowledge(release.revision)]);
    expect(said.release.acknowledged).toMatchObject({ by: "devops-lead", reason: "because" });
    expect(refusalOf(said.decision)?.kind).toBe("nothing-to-acknowledge");
    expect(factOf(said.decision, "asks")).toEqual({ kind: "asks", for: "validation", roles: ["qa-lead"] });
  });

  test("is not acknowledged before everybody is seen back, nor when it was serin's own", () => {
    const moving = releaseIn(goingBack("rollback"), { wasExposed: true, rollback: { committedMs: startMs, seenMs: null } });
    const unseen = { kind: "unseen", why: "time-out" } as const;
    const early = decide(moving, good, seen(moving, { traffic: unseen, requests: [acknowledge(5)] }));
    expect(refusalOf(early)?.kind).toBe("nothing-to-acknowledge");
    const breach = { check: "errors > 3%", atMs: startMs, reaction: { kind: "rollback" } } as const;
    const own: Status = { kind: "rolled-back", sinceMs: startMs, cause: { kind: "breach", breach } };
    const rollback = { committedMs: startMs, seenMs: startMs + 1 };
    expect(refusalOf(decideOn(own, good, { requests: [acknowledge(5)] }, { wasExposed: true, rollback }))?.kind).toBe(
      "nothing-to-acknowledge",
    );
  });
});

describe("an override", () => {
  /** Tuesday 2025-08-19 14:00 in Paris is minute 1440 + 840 of the week. */
  const tuesday = { fromMinute: 2_280, toMinute: 2_340, says: "tue 14:00-15:00" };
  const wednesday = { fromMinute: 2_880, toMinute: 4_320, says: "wed" };
  const waiting: Status = { kind: "waiting", sinceMs: startMs, for: [{ kind: "window" }] };
  const free = { start: { all: [] } } as const;
  const avoiding = planWith(free, { windows: { prefer: [], avoid: [tuesday, wednesday], avoidHolidays: [] } });
  const lets = (more: Partial<Request> = {}) => ask("override", "release-manager", { reason: "a fix that cannot wait", ...more });
  const start = (plan: Plan): Release => releaseIn(waiting, { plan });

  test("lets the start pass one window that is avoided, in the same moment", () => {
    const { release, decision } = step(start(avoiding), [lets()]);
    expect(release.status.kind).toBe("preparing");
    expect(factOf(decision, "overrode")?.override).toMatchObject({
      by: "release-manager",
      reason: "a fix that cannot wait",
      for: { kind: "start" },
      over: { kind: "window", why: "avoided", says: "tue 14:00-15:00" },
    });
  });

  test.each<[string, Partial<Plan>]>([
    ["a preferred range that is not open", { windows: { prefer: [wednesday], avoid: [], avoidHolidays: [] } }],
    ["a holiday", { windows: { prefer: [], avoid: [], avoidHolidays: ["HU"] } }],
  ])("lets the start pass %s", (_, more) => {
    // 20 August is Hungary's national day.
    const holidayMs = startMs + 24 * 60 * minuteMs;
    const atMs = more.windows?.avoidHolidays.length ? holidayMs : startMs + 1_000;
    const release = start(planWith(free, more));
    expect(step(release, [], atMs).release.status.kind).toBe("waiting");
    expect(step(release, [lets()], atMs).release.status.kind).toBe("preparing");
  });

  test("is for release managers, with something in the way, on what is seen", () => {
    const on = (plan: Plan, request: Request) => refusalOf(step(start(plan), [request]).decision)?.kind;
    expect(on(avoiding, ask("override", "devops-lead"))).toBe("role");
    expect(on(planWith(free), lets())).toBe("nothing-in-the-way");
    expect(on(avoiding, lets({ expectRevision: 3 }))).toBe("stale");
  });

  test("covers what stood in the way, and not what comes after it", () => {
    const signing = planWith({ start: { all: ["release-manager"] } }, { windows: avoiding.windows });
    const given = step(releaseIn(waiting, { plan: signing }), [lets()]);
    expect(given.release.overrides).toHaveLength(1);
    expect(given.release.status).toMatchObject({ for: [{ kind: "sign-off" }] });
    // At 15:00 the window that was avoided is over, on Wednesday another one begins.
    const over = step(given.release, [], startMs + 60 * minuteMs);
    expect([kindsOf(over.decision).includes("override-over"), over.release.overrides]).toEqual([true, []]);
    const wed = step(over.release, [], startMs + 11 * 60 * minuteMs);
    expect(wed.release.status).toMatchObject({ for: [{ kind: "sign-off" }, { kind: "window" }] });
  });

  test("lets an advance and the promotion pass, each by its own", () => {
    const plan = planWith({ advance: {} }, { windows: avoiding.windows });
    const at = (phase: number): Release => releaseIn(observing(phase), { plan, told: toldAll(good) });
    expect(step(at(0), []).release.status).toMatchObject({ kind: "holding", why: { kind: "window" } });
    const on = step(at(0), [lets()]);
    expect(on.release.status).toMatchObject({ kind: "shifting", phase: 1 });
    expect(step({ ...at(1), overrides: on.release.overrides }, []).release.status).toMatchObject({
      kind: "holding",
      why: { kind: "window" },
    });
    expect(step(at(2), []).release.status).toMatchObject({ kind: "holding", why: { kind: "window" } });
    expect(step(at(2), [lets()]).release.status).toMatchObject({ kind: "promoting" });
  });

  test("comes before a promotion that goes on early, and lets it go on", () => {
    const plan = planWith({ advance: {} }, { windows: avoiding.windows });
    const early = { ...good, observedMs: [minuteMs, 0, 0] };
    const release = releaseIn(observing(0), { plan, told: toldAll(good) });
    const asked = (requests: readonly Request[]) => decide(release, early, seen(release, { requests }));
    const promote = ask("promote", "release-manager");
    const window = { kind: "window", why: "avoided", says: "tue 14:00-15:00" };
    expect(refusalOf(asked([promote]))).toEqual({ kind: "in-the-way", obstacles: [window] });
    expect(statusOf(asked([promote]))).toBe("observing 0");
    expect(statusOf(asked([lets(), ask("promote", "release-manager")]))).toBe("shifting 1");
  });

  test("lets a step pass a freeze, until the freeze is lifted", () => {
    const plan = planWith({ advance: {} });
    const release = releaseIn(observing(0), { plan, told: toldAll(good) });
    const frozen = { frozen: ["production"] };
    expect(statusOf(decide(release, good, seen(release, frozen)))).toBe("holding freeze");
    expect(statusOf(decide(release, good, seen(release, { ...frozen, requests: [lets()] })))).toBe("shifting 1");
    const over = { kind: "freeze", environment: "production" } as const;
    const override = { by: "Aline", reason: "", atMs: startMs, for: { kind: "phase", phase: 1 }, over } as const;
    const lifted = { ...release, overrides: [override] };
    expect(kindsOf(decide(lifted, good, seen(lifted)))).toContain("override-over");
  });

  test("of a freeze is none of the freeze that is set after it", () => {
    const plan = planWith({ advance: { 1: { all: ["product-owner"] } } });
    const since = (sinceMs: number) => ({ frozen: ["production"], frozenSinceMs: { production: sinceMs } });
    const release = releaseIn(observing(0), { plan, told: toldAll(good) });
    const given = decide(release, whole, seen(release, { ...since(startMs), requests: [lets()] }));
    const { override } = factOf(given, "overrode") ?? {};
    expect(override?.over).toEqual({ kind: "freeze", environment: "production", sinceMs: startMs });
    const signing = { ...release, overrides: override ? [override] : [] };
    const approved = (sinceMs: number) =>
      decide(signing, whole, seen(signing, { ...since(sinceMs), requests: [ask("approve", "product-owner")] }));
    expect(statusOf(approved(startMs))).toBe("shifting 1");
    // Halted meanwhile: that is another reason than the one that was let pass.
    expect(statusOf(approved(startMs + 1))).toBe("holding freeze");
    expect(kindsOf(approved(startMs + 1))).toContain("override-over");
  });

  test("is never needed on the way back", () => {
    const release = releaseIn(observing(), { plan: avoiding, told: toldAll(good) });
    const request = ask("rollback", "release-manager", { expectRevision: null });
    expect(statusOf(decide(release, good, seen(release, { frozen: ["production"], requests: [request] })))).toBe("rolling-back traffic");
  });
});

describe("a scheduled start", () => {
  const atMs = startMs + 60 * minuteMs;
  const at14 = { fromMinute: 2_280, toMinute: 2_340, says: "tue 14:00-15:00" };
  const scheduled = (plan: Plan): Release => newborn({ ...head, plan, startedBy: "Bruno", notBeforeMs: atMs });

  test("waits for its moment, and may be approved until then", () => {
    const first = step(scheduled(smallPlan), []);
    expect(first.release.status).toMatchObject({
      for: [
        { kind: "scheduled", atMs },
        { kind: "sign-off", roles: ["release-manager"] },
      ],
    });
    const approved = step(first.release, [ask("approve", "release-manager", { expectRevision: 1 })]);
    expect(approved.release.status).toMatchObject({ kind: "waiting", for: [{ kind: "scheduled", atMs }] });
    expect(step(approved.release, [], atMs - 1).decision).toBeNull();
    expect(step(approved.release, [], atMs).release.status.kind).toBe("preparing");
  });

  test("looks at the window of that moment, not of now", () => {
    const windows = { prefer: [], avoid: [at14], avoidHolidays: [] };
    const plan = planWith({ start: { all: [] } }, { windows });
    expect(step(scheduled(plan), []).release.status).toMatchObject({ for: [{ kind: "scheduled" }] });
    const inside = { ...scheduled(plan), notBeforeMs: startMs + 30 * minuteMs };
    expect(step(inside, []).release.status).toMatchObject({ for: [{ kind: "scheduled" }, { kind: "window" }] });
    const let1 = step(inside, [ask("override", "release-manager", { expectRevision: 0 })]).release;
    expect([let1.status, step(let1, [], startMs + 30 * minuteMs).release.status.kind]).toMatchObject([
      { for: [{ kind: "scheduled" }] },
      "preparing",
    ]);
  });
});

test("a release of a journal without these words reads as one that has none of them", () => {
  const release = newborn(head);
  expect([release.notBeforeMs, release.reports, release.overrides, release.acknowledged, release.wasExposed]).toEqual([
    null,
    [],
    [],
    null,
    false,
  ]);
  expect(signed(2).signOffs?.every((signOff) => signOff.planHash === undefined)).toBe(true);
});
