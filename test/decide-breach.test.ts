import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { bookAfterDecision } from "../src/core/evidence-book.ts";
import { bookAfterRow } from "../src/core/evidence-book.ts";
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
    expect(decision?.facts.filter((fact) => fact.kind === "signed")).toHaveLength(2);
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
