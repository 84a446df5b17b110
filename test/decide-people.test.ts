import { describe, expect, test } from "vitest";
import { newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Needs } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { wayBackView } from "../src/core/view/way-back-view.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import {
  ask,
  bad,
  by,
  counts,
  decideOn,
  factOf,
  good,
  goingBack,
  head,
  holding,
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

  test.each<[string, Needs, readonly Request[], readonly string[]]>([
    ["is not alone either", { all: ["release-manager"] }, [manager], ["starter-alone"]],
    ["may be one of several", { all: ["release-manager", "qa-lead"] }, [manager, claire], ["Emil as release-manager", "Claire as qa-lead"]],
    [
      "is not enough together with who started",
      { all: ["release-manager", "devops-lead"] },
      [manager, ask("approve", "devops-lead", by("Omar", "devops-lead"))],
      ["Emil as release-manager", "starter-alone"],
    ],
  ])("in whose name it was started %s", (_, start, requests, expected) => {
    const decision = decideOn(waiting, good, { requests }, { plan: planWith({ start }), startedBy: "Omar", startedFor: "Emil" });
    const answers = (decision?.facts ?? []).flatMap((fact) =>
      fact.kind === "refused" ? [fact.refusal.kind] : fact.kind === "signed" ? [`${fact.signOff.by} as ${fact.signOff.role}`] : [],
    );
    expect(answers).toEqual(expected);
  });

  test.each(["EMIL", "\u0415mil", "Em\u0456l ", "E\u200bmil"])(
    "in whose name it was started is not alone as %j was spelt",
    (startedFor) => {
      const over = { plan: planWith({ start: { all: ["release-manager"] } }), startedBy: "pipeline", startedFor };
      expect(refusalOf(decideOn(waiting, good, { requests: [manager] }, over))?.kind).toBe("starter-alone");
    },
  );

  test("is not alone before a phase and before the promotion either, and may validate a rollback", () => {
    const rules = planWith({ advance: { 1: { all: ["release-manager"] } }, promote: { any: ["release-manager"] } });
    const on = (status: Status) =>
      refusalOf(decideOn(status, good, { requests: [manager] }, { plan: rules, startedBy: "Emil", told: toldAll(good) }))?.kind;
    expect(on(observing(0))).toBe("starter-alone");
    expect(on(observing(2))).toBe("starter-alone");
    const over: Status = { kind: "rolled-back", sinceMs: startMs, cause: { kind: "person", by: "x", reason: "" } };
    const validate = (wasExposed: boolean) =>
      decideOn(over, good, { requests: [ask("approve", "qa-lead", emil)] }, { plan: rules, startedBy: "Emil", wasExposed });
    expect(kindsOf(validate(true))).toContain("signed");
    expect(refusalOf(validate(false))?.kind).toBe("not-asked-for");
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
    ["while observing", observing(), "observing 0"],
    ["in a hold", holding({ kind: "paused", by: "x" }), "holding paused"],
    ["on its way to a share", { kind: "shifting", phase: 1, sinceMs: startMs }, "observing 1"],
    ["on the way back", goingBack("rollback"), "rolling-back clearing"],
    ["after the promotion", { kind: "promoted", sinceMs: startMs, previous: "kept" }, "promoted"],
  ])("%s is told, and changes nothing before the next step", (_, status, expected) => {
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

  test("about a promoted release is answered without going back by whoever may take people back, and by nobody else", () => {
    const promoted: Status = { kind: "promoted", sinceMs: startMs, previous: "kept" };
    const plan = planWith({ rollback: { any: ["release-manager"] } });
    const first = step(releaseIn(promoted, { plan, wasExposed: true }), [report()]).release;
    const stays = (role: "devops-lead" | "release-manager") => step(first, [ask("resume", role, { expectRevision: 6 })]);
    expect(refusalOf(stays("devops-lead").decision)).toEqual({ kind: "role", needs: ["release-manager"] });
    const said = stays("release-manager");
    expect([kindsOf(said.decision), said.release.reports, said.release.status]).toEqual([["accepted", "report-answered"], [], promoted]);
    expect(refusalOf(step(said.release, [ask("resume", "release-manager", { expectRevision: 7 })]).decision)?.kind).toBe("not-now");
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

  test("is none when the problem was reported while serin took everybody back by itself", () => {
    const breach = { check: "errors > 3%", atMs: startMs, reaction: { kind: "rollback" } } as const;
    const own = { kind: "rolled-back", sinceMs: startMs, cause: { kind: "breach", breach } } as const;
    const rollback = { committedMs: startMs + minuteMs, seenMs: startMs + 2 * minuteMs };
    const reported = (atMs: number): Release =>
      releaseIn(own, { wasExposed: true, rollback, reports: [{ by: "Vera", reason: "the basket is empty", atMs }] });
    const sentenceOf = (release: Release) => wayBackView(release, startMs + 3 * minuteMs, "en")?.sentence;
    const [before, after] = [reported(startMs), reported(startMs + minuteMs + 1)];
    expect([sentenceOf(before), sentenceOf(after)]).toEqual([expect.stringContaining("after the problem was reported"), undefined]);
    const acknowledged = (release: Release) => refusalOf(step(release, [acknowledge(5)], startMs + 3 * minuteMs).decision)?.kind;
    expect([acknowledged(before), acknowledged(after)]).toEqual([undefined, "nothing-to-acknowledge"]);
  });

  test("asks nobody to decide when a breach decides in the same moment", () => {
    const release = releaseIn(observing(), { told: toldAll(good), wasExposed: true });
    const broken = bad("errors", counts(300, 2_000, 10, 20_000));
    const decision = decide(release, broken, seen(release, { requests: [ask("report", "viewer")] }));
    expect([statusOf(decision), kindsOf(decision).includes("reported")]).toEqual(["rolling-back traffic", true]);
    expect(factOf(decision, "asks")).toBeUndefined();
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

test("what was denied and counted is written down, and never done: not when the role would be asked for by now, and on any revision", () => {
  const refusal = { kind: "role", needs: ["product-owner"] } as const;
  const manager = by("Rachel", "release-manager", "devops-lead", "qa-lead");
  for (const kind of ["approve", "resume", "rollback", "pause"] as const) {
    const request: Request = { ...ask(kind, "release-manager", manager), expectRevision: 1, denied: { refusal, times: 7 } };
    const decision = decideOn(holding({ kind: "paused", by: "x" }), good, { requests: [request] });
    expect(decision?.facts.filter((fact) => fact.kind !== "verdict")).toEqual([
      { kind: "refused", request: request.id, by: "Rachel", asked: kind, refusal, times: 7 },
    ]);
    expect(decision?.status).toEqual(holding({ kind: "paused", by: "x" }));
  }
});
