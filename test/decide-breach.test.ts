import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { bookAfterDecision } from "../src/core/evidence-book.ts";
import { bookAfterRow } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import type { ReadingSeen } from "../src/core/observation.ts";
import {
  startMs,
  minuteMs,
  observing,
  holding,
  countdown,
  investigation,
  goingBack,
  releaseIn,
  counts,
  level,
  probe,
  fine,
  bookOf,
  seen,
  ask,
  statusOf,
  decideOn,
  good,
  bad,
  toldAll,
} from "./decision-desk.ts";

describe("a breach", () => {
  test.each<[string, string, ReadingSeen, string]>([
    ["errors over the line: back at once", "errors", counts(400, 2_000, 10, 20_000), "rolling-back traffic"],
    ["a slow tail: a countdown", "latency>2000ms", counts(600, 2_000, 20, 20_000), "holding countdown"],
    ["orders under half of stable: an investigation", "orders", counts(30, 1_000, 3_000, 10_000), "holding investigation"],
    ["nobody activates a trial: stop", "trials", counts(0, 1_000, 3_000, 10_000), "rolling-back traffic"],
    ["prices are down: halt", "prices", probe(true), "rolling-back traffic"],
    ["a fatal event, although its gate is two phases away", "fatal", counts(3, 3_000, 0, 30_000), "rolling-back traffic"],
    ["a saturated processor has no reaction and its gate is in the next phase", "cpu", level(0.97), "observing 0"],
  ])("%s", (_, quantity, reading, expected) => {
    expect(statusOf(decideOn(observing(), bad(quantity, reading)))).toBe(expected);
  });

  test.each<[string, ReadingSeen, string]>([
    ["fatal", counts(3, 3_000, 0, 30_000), "event-seen"],
    ["errors", counts(400, 2_000, 10, 20_000), "proven-bad"],
  ])("%s say which errors stand behind them, also when the last reading did not", (quantity, reading, because) => {
    const findings = [{ issue: "TypeError", events: 3, isNew: true, frames: ["pay (checkout.ts:41)"], url: null }];
    const named = reading.kind === "increment" && reading.increment.kind === "counts" ? { ...reading.increment, findings } : null;
    if (named === null) throw new Error("these are counts");
    const release = releaseIn(observing());
    const told = bookAfterRow(good, release, seen(release, { readings: { [quantity]: { kind: "increment", increment: named } } }));
    const more = seen(release, { readings: { [quantity]: reading } });
    const book = Array.from({ length: 12 }).reduce<EvidenceBook>((before) => bookAfterRow(before, release, more), told);
    const decision = decideOn(observing(), book);
    const verdicts = decision?.facts.flatMap((fact) => (fact.kind === "breach" || fact.kind === "verdict" ? [fact.verdict] : []));
    expect(verdicts).toContainEqual(
      expect.objectContaining({ kind: "fail", because: expect.objectContaining({ kind: because, findings }) }),
    );
  });

  test.each<[string, string, ReadingSeen, string]>([
    ["errors", "errors", counts(400, 2_000, 10, 20_000), "rollback"],
    ["trials", "trials", counts(0, 1_000, 3_000, 10_000), "stop"],
    ["prices", "prices", probe(true), "halt"],
  ])("%s sets off the reaction that the plan says", (_, quantity, reading, expected) => {
    const decision = decideOn(observing(), bad(quantity, reading));
    expect(decision?.status.kind === "rolling-back" ? decision.status.reaction.kind : null).toBe(expected);
    expect(decision?.facts[0]).toMatchObject({ kind: "became" });
    expect(decision?.facts[1]).toMatchObject({ kind: "breach" });
  });

  test("the strictest of several wins", () => {
    const book = bookOf({
      ...fine,
      prices: probe(true),
      errors: counts(400, 2_000, 10, 20_000),
      "latency>2000ms": counts(600, 2_000, 20, 20_000),
    });
    const decision = decideOn(observing(), book);
    expect(decision?.status).toMatchObject({ kind: "rolling-back", reaction: { kind: "halt" } });
  });

  test("in the same tick beats the last sign-off", () => {
    const book = { ...bad("errors", counts(400, 2_000, 10, 20_000)), observedMs: [0, 9 * minuteMs, 0] };
    const approvals = [ask("approve", "release-manager"), ask("approve", "product-owner")];
    const decision = decideOn(observing(1), book, { requests: approvals });
    expect(statusOf(decision)).toBe("rolling-back traffic");
    const refused = decision?.facts.flatMap((fact) => (fact.kind === "refused" ? [fact.refusal] : []));
    expect(refused).toEqual([
      { kind: "drifted", check: "errors > 3%" },
      { kind: "drifted", check: "errors > 3%" },
    ]);
  });

  test("upgrades a running countdown, and never the other way", () => {
    const errors = bad("errors", counts(400, 2_000, 10, 20_000));
    expect(statusOf(decideOn(holding(countdown(startMs + minuteMs)), errors))).toBe("rolling-back traffic");
    const slow = bad("latency>2000ms", counts(600, 2_000, 20, 20_000));
    expect(decideOn(goingBack("rollback"), slow)?.status).not.toMatchObject({ kind: "holding" });
    expect(decideOn(goingBack("stop"), bad("prices", probe(true)))?.status).toMatchObject({
      kind: "rolling-back",
      reaction: { kind: "halt" },
    });
  });

  test("that the stable version has too is nobody's fault: hold and ask", () => {
    const both = bookOf({ ...fine, errors: counts(200, 2_000, 2_000, 20_000) });
    expect(statusOf(decideOn(observing(), both))).toBe("holding shared-incident");
  });

  test("of a check that somebody looked at and dismissed does not react again", () => {
    const book = bad("orders", counts(30, 1_000, 3_000, 10_000));
    const decision = decideOn(observing(), book, {}, { dismissed: ["orders < 50% of stable"] });
    expect(statusOf(decision)).not.toContain("investigation");
  });
});

describe("a relative guard at 100 %", () => {
  const few = bad("orders", counts(30, 1_000, 3_000, 10_000));
  const everybody = { ...few, observedMs: [0, 0, 4 * minuteMs] };
  const guard = "orders < 50% of stable";

  test.each<[string, Parameters<typeof decideOn>, string]>([
    ["only holds and asks, because nothing is left to compare with", [observing(2), everybody], "holding failed"],
    ["still reacts while the share is on its way", [{ kind: "shifting", phase: 2, sinceMs: startMs }, few], "holding investigation"],
    [
      "still reacts when some people are held back",
      [observing(2), few, {}, { plan: { ...smallPlan, holdbackPct: 1 } }],
      "holding investigation",
    ],
    ["does not take a promotion back", [{ kind: "promoting", step: "replacing", sinceMs: startMs }, few], "promoting returning"],
    ["holds no more once somebody has looked at it", [observing(2), everybody, {}, { dismissed: [guard] }], "promoting cloning"],
  ])("%s", (_, asked, expected) => {
    expect(statusOf(decideOn(...asked))).toBe(expected);
  });

  test("is looked at by the release manager, who goes on", () => {
    const resume = ask("resume", "release-manager");
    const held = holding({ kind: "failed", checks: [guard] }, 2);
    const decision = decideOn(held, everybody, { requests: [resume] });
    expect(decision?.facts.map((fact) => fact.kind)).toContain("dismissed");
    expect(statusOf(decision)).toBe("promoting cloning");
    const gate = decideOn(holding({ kind: "failed", checks: ["2.cpu"] }, 1), everybody, { requests: [resume] });
    expect(gate?.facts.map((fact) => fact.kind)).not.toContain("dismissed");
  });
});

describe("while people are on their way back", () => {
  const down = { prices: probe(true) };
  const after = (status: ReturnType<typeof goingBack>): string => {
    const release = releaseIn(status, { told: toldAll(good) });
    let book = good;
    for (let scrape = 0; scrape < 3; scrape += 1) book = bookAfterRow(book, release, { ...seen(release), readings: down });
    const decision = decide(release, book, seen(release, { traffic: { kind: "unseen", why: "time-out" } }));
    return decision?.status.kind === "rolling-back" ? decision.status.reaction.kind : statusOf(decision);
  };

  test("the reaction may become stricter", () => {
    expect(after(goingBack("rollback"))).toBe("halt");
  });

  test("what is read after they are back changes nothing", () => {
    expect(after({ ...goingBack("rollback"), step: "clearing" } as ReturnType<typeof goingBack>)).toBe("rolled-back");
  });
});

describe("a delayed reaction", () => {
  const slow = bad("latency>2000ms", counts(600, 2_000, 20, 20_000));

  test("keeps its margin: it commits early enough to be done in time", () => {
    const decision = decideOn(observing(), slow, {}, { rehearsedMs: 4_000 });
    const why = decision?.status.kind === "holding" ? decision.status.why : null;
    expect(why).toMatchObject({
      kind: "countdown",
      doneByMs: startMs + 1_000 + 2 * minuteMs,
      commitByMs: startMs + 1_000 + 2 * minuteMs - 8_000,
    });
  });

  test("never puts off what a running one has promised", () => {
    const decision = decideOn(holding(investigation(startMs + 30_000)), slow);
    const why = decision?.status.kind === "holding" ? decision.status.why : null;
    expect(why).toMatchObject({ kind: "countdown", commitByMs: startMs + 30_000 });
  });

  test("gives way to one of its kind that acts sooner, and to no later one", () => {
    const errors = bad("errors", counts(400, 2_000, 10, 20_000));
    const within = (withinMs: number): EvidenceBook => ({
      ...errors,
      checks: errors.checks.map((check) =>
        check.id === "errors > 3%" ? { ...check, reaction: { kind: "rollback-within", withinMs } } : check,
      ),
    });
    const running = holding(countdown(startMs + 5 * minuteMs));
    expect(decideOn(running, within(minuteMs))?.status).toMatchObject({ why: { breach: { check: "errors > 3%" } } });
    expect(decideOn(running, within(9 * minuteMs), {}, { told: toldAll(errors) })).toBeNull();
  });

  test.each<[string, number, string]>([
    ["commits when its time has come", startMs + 1_000, "rolling-back traffic"],
    ["waits until then", startMs + 1_001, "stay"],
  ])("%s", (_, commitByMs, expected) => {
    expect(statusOf(decideOn(holding(countdown(commitByMs)), slow, {}, { told: toldAll(slow) }))).toBe(expected);
    expect(statusOf(decideOn(holding(investigation(commitByMs)), good, {}, { told: toldAll(good) }))).toBe(expected);
  });

  test("is cancelled by fresh evidence only", () => {
    const began = decideOn(observing(), slow);
    if (!began) throw new Error("there was no breach");
    const release = releaseIn(began.status, { told: { ...toldAll(slow), "latency p95 > 2s": "fail" } });
    let book = bookAfterDecision(slow, began);
    expect(decide(release, book, seen(release))).toBeNull();
    for (let scrape = 0; scrape < 6; scrape += 1) book = bookAfterRow(book, release, { ...seen(release), readings: { ...fine } });
    const cancelled = decide(release, book, seen(release));
    expect(cancelled?.status.kind).toBe("observing");
    expect(cancelled?.facts.map((fact) => fact.kind)).toContain("cancelled");
    if (!cancelled) throw new Error("the countdown went on");
    const after = releaseIn(cancelled.status, { told: { ...toldAll(good) } });
    expect(statusOf(decide(after, bookAfterDecision(book, cancelled), seen(after)))).not.toContain("countdown");
  });

  test("is cancelled within its time at little traffic: what the first test measured is known to the second", () => {
    /** Sixteen people of three requests each, so many requests of them slow. */
    const scrape = (slow: number): ReadingSeen => {
      const slices = Array.from({ length: 10 }, (_, index) => ({ bad: index < slow ? 1 : 0, total: 3 + 3 * (index % 3) }));
      const canary = slices.reduce((sum, { bad: more, total }) => ({ bad: sum.bad + more, total: sum.total + total }), {
        bad: 0,
        total: 0,
      });
      const stable = { bad: 0, total: 480 };
      const stableSlices = slices.map(() => ({ bad: 0, total: 48 }));
      return {
        kind: "increment",
        increment: { kind: "counts", atMs: startMs, canary, stable, slices: stableSlices, canarySlices: slices },
      };
    };
    const tailed = bookOf({ ...fine, "latency>2000ms": scrape(8) });
    const began = decideOn(observing(), tailed);
    if (began?.status.kind !== "holding") throw new Error("there was no countdown");
    const release = releaseIn(began.status);
    let book = bookAfterDecision(tailed, began);
    for (let read = 0; read < 7; read += 1)
      book = bookAfterRow(book, release, { ...seen(release), readings: { "latency>2000ms": scrape(0) } });
    expect(decide(release, book, seen(release))?.facts.map((fact) => fact.kind)).toContain("cancelled");
  });

  test("leaves an order to go back nothing to wait for", () => {
    expect(statusOf(decideOn(observing(), slow, { requests: [ask("rollback", "devops-lead")] }))).toBe("rolling-back traffic");
  });

  test("an investigation ends by the release manager's word", () => {
    const decision = decideOn(holding(investigation(startMs + minuteMs)), bad("orders", counts(30, 1_000, 3_000, 10_000)), {
      requests: [ask("resume", "release-manager")],
    });
    expect(decision?.facts.map((fact) => fact.kind)).toContain("dismissed");
    expect(statusOf(decision)).not.toContain("investigation");
  });
});
