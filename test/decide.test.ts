import { describe, expect, test } from "vitest";
import { newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Decision } from "../src/core/decision.ts";
import { bookAfterDecision, bookAfterRow, emptyBook } from "../src/core/evidence-book.ts";
import type { EvidenceBook } from "../src/core/evidence-book.ts";
import type { Observation, ReadingSeen } from "../src/core/observation.ts";
import type { Role } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Request } from "../src/core/requests.ts";
import type { Breach, HoldReason, Status } from "../src/core/status.ts";
import { sayTargets } from "../src/core/targets.ts";
import { targetsOf, wanted } from "../src/core/wanted.ts";
import { smallPlan } from "../src/sim/small-plan.ts";

const startMs = Date.UTC(2025, 7, 19, 12);
const minuteMs = 60_000;

const head = {
  id: "r1",
  plan: smallPlan,
  planHash: "0".repeat(64),
  versions: { frontend: { canary: "v2", stable: "v1" }, backend: { canary: "v2", stable: "v1" } },
  startedBy: "Aline",
  createdMs: startMs,
};

const observing = (phase = 0): Status => ({ kind: "observing", phase, sinceMs: startMs });
const holding = (why: HoldReason, phase = 0): Status => ({ kind: "holding", phase, sinceMs: startMs, why });
const breach: Breach = { check: "latency p95 > 2s", atMs: startMs, reaction: { kind: "rollback-within", withinMs: 2 * minuteMs } };
const countdown = (commitByMs: number): HoldReason => ({ kind: "countdown", breach, commitByMs, doneByMs: commitByMs + 1_000 });
const investigation = (commitByMs: number): HoldReason => ({
  kind: "investigation",
  breach: { ...breach, check: "orders < 50% of stable", reaction: { kind: "investigate", forMs: 3 * minuteMs } },
  commitByMs,
  doneByMs: commitByMs + 2 * minuteMs,
});
const goingBack = (kind: "stop" | "rollback" | "halt"): Status => ({
  kind: "rolling-back",
  sinceMs: startMs,
  reaction: { kind },
  cause: { kind: "person", by: "Aline", reason: "" },
  step: "traffic",
  from: "canary",
});

const releaseIn = (status: Status, more: Partial<Release> = {}): Release => ({
  ...newborn(head),
  revision: 5,
  materialRevision: 4,
  status,
  ...more,
});

const counts = (bad: number, total: number, stableBad: number, stableTotal: number): ReadingSeen => ({
  kind: "increment",
  increment: {
    kind: "counts",
    atMs: startMs,
    canary: { bad, total },
    stable: { bad: stableBad, total: stableTotal },
    slices: Array.from({ length: 10 }, () => ({ bad: stableBad / 10, total: stableTotal / 10 })),
  },
});
const level = (canary: number): ReadingSeen => ({ kind: "increment", increment: { kind: "level", atMs: startMs, canary, stable: 0.4 } });
const probe = (down: boolean): ReadingSeen => ({ kind: "increment", increment: { kind: "probe", atMs: startMs, down } });

/** One scrape of a healthy world, large enough to prove something in a few of them. */
const fine: Observation["readings"] = {
  errors: counts(1, 2_000, 10, 20_000),
  "latency>500ms": counts(20, 2_000, 200, 20_000),
  "latency>2000ms": counts(2, 2_000, 20, 20_000),
  orders: counts(300, 1_000, 3_000, 10_000),
  trials: counts(300, 1_000, 3_000, 10_000),
  cpu: level(0.4),
  fatal: counts(0, 3_000, 0, 30_000),
  prices: probe(false),
};

/** The book after `scrapes` times the same readings, seen while observing phase 0; with `observedMs` counted for every phase. */
function bookOf(
  readings: Observation["readings"],
  options: { readonly scrapes?: number; readonly observedMs?: number } = {},
): EvidenceBook {
  let book = emptyBook(smallPlan);
  const release = releaseIn(observing());
  for (let scrape = 0; scrape < (options.scrapes ?? 12); scrape += 1)
    book = bookAfterRow(book, release, { ...seen(release), readings: later(readings, scrape * 15_000) });
  return { ...book, observedMs: smallPlan.phases.map(() => options.observedMs ?? 0) };
}

/** The same readings, taken `byMs` later. */
function later(readings: Observation["readings"], byMs: number): Observation["readings"] {
  return Object.fromEntries(
    Object.entries(readings).map(([quantity, reading]) => [
      quantity,
      reading.kind === "increment" ? { ...reading, increment: { ...reading.increment, atMs: reading.increment.atMs + byMs } } : reading,
    ]),
  );
}

/** A world that is exactly as `release` wants it. */
function seen(release: Release, more: Partial<Observation> = {}): Observation {
  const want = wanted(release);
  const workloads = Object.fromEntries(
    Object.entries(want?.slots ?? {}).map(([service, slots]) => [
      service,
      Object.fromEntries(
        Object.entries(slots).map(([slot, version]) => [
          slot,
          { version: version ?? "", isReady: true, urls: [`http://${service}-${slot}`], restarts: 0, detail: "" },
        ]),
      ),
    ]),
  );
  const traffic = want && {
    release: "r1",
    sharePct: want.traffic.sharePct,
    audience: want.traffic.audience,
    stableSlot: want.traffic.stableSlot,
    targets: sayTargets(targetsOf(want, workloads)),
    isServing: true,
    drawn: null,
    forwarded: null,
    lastCanaryMs: null,
  };
  return {
    nowMs: startMs + 1_000,
    traffic: traffic ? { kind: "seen", value: traffic } : { kind: "unseen", why: "nothing is asked" },
    workloads: { kind: "seen", value: workloads },
    readings: {},
    draws: null,
    observedMs: 0,
    requests: [],
    frozen: [],
    superseded: false,
    checks: [],
    ...more,
  };
}

let asked = 0;
function ask(kind: Request["kind"], role: Role, more: Partial<Request> = {}): Request {
  asked += 1;
  return {
    id: `q${asked}`,
    release: "r1",
    atMs: startMs + asked,
    by: { name: role, roles: [role] },
    kind,
    expectRevision: 5,
    reason: "because",
    as: null,
    ...more,
  };
}

const statusOf = (decision: Decision | null): string => {
  if (!decision) return "stay";
  const { status } = decision;
  const detail =
    status.kind === "holding" ? ` ${status.why.kind}` : "phase" in status ? ` ${status.phase}` : "step" in status ? ` ${status.step}` : "";
  return `${status.kind}${detail}`;
};

const decideOn = (status: Status, book: EvidenceBook, more: Partial<Observation> = {}, release: Partial<Release> = {}): Decision | null => {
  const now = releaseIn(status, release);
  return decide(now, book, seen(now, more));
};

const good = bookOf(fine, { observedMs: 3 * minuteMs });
const bad = (quantity: string, reading: ReadingSeen): EvidenceBook => bookOf({ ...fine, [quantity]: reading });
const signed = (phase: number): Partial<Release> => ({
  signOffs: (["release-manager", "product-owner"] as const).map((role) => ({
    by: role,
    role,
    for: { kind: "phase", phase },
    revision: 5,
    atMs: startMs,
    saw: {},
  })),
});

describe("a phase that goes well", () => {
  test.each<[string, Status, EvidenceBook, Partial<Observation>, Partial<Release>, string]>([
    ["goes on exactly when its time is over and every gate passes", observing(), good, {}, {}, "shifting 1"],
    ["does not go on a moment before its time", observing(), { ...good, observedMs: [3 * minuteMs - 1, 0, 0] }, {}, {}, "observing 0"],
    ["waits for those who have to sign", observing(1), good, {}, {}, "holding sign-off"],
    ["goes on when they have signed", observing(1), good, {}, signed(2), "shifting 2"],
    ["does not go on into a freeze", observing(), good, { frozen: ["production"] }, {}, "holding freeze"],
    ["promotes after the last phase", observing(2), { ...good, observedMs: [0, 0, 4 * minuteMs] }, {}, {}, "promoting cloning"],
    ["becomes observed when the router shows the share", { kind: "shifting", phase: 1, sinceMs: startMs }, good, {}, {}, "observing 1"],
    ["goes on by itself when the reason to hold is gone", holding({ kind: "undecided", checks: ["1.errors"] }), good, {}, {}, "shifting 1"],
    ["stays paused however good it looks", holding({ kind: "paused", by: "Aline" }), good, {}, {}, "stay"],
  ])("%s", (_, status, book, more, release, expected) => {
    const decision = decideOn(status, book, more, { told: toldAll(book), ...release });
    expect(decision ? statusOf(decision) : expected === "observing 0" ? "observing 0" : "stay").toBe(expected);
  });

  test("is not observed while the router shows another share", () => {
    const release = releaseIn({ kind: "shifting", phase: 1, sinceMs: startMs }, { told: toldAll(good) });
    const now = seen(release);
    const other = now.traffic.kind === "seen" ? { ...now.traffic.value, sharePct: 10 } : null;
    expect(decide(release, good, { ...now, traffic: other ? { kind: "seen", value: other } : now.traffic })).toBeNull();
    expect(decide(release, good, { ...now, traffic: { kind: "unseen", why: "connection refused" } })).toBeNull();
  });
});

/** As if every verdict was in the journal already, so that a test sees only what it is about. */
function toldAll(book: EvidenceBook): Release["told"] {
  const release = releaseIn(observing());
  const first = decide(release, book, seen(release));
  return Object.fromEntries(
    (first?.facts ?? []).flatMap((fact) => (fact.kind === "verdict" || fact.kind === "breach" ? [[fact.check, fact.verdict.kind]] : [])),
  );
}

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

describe("time is over", () => {
  const few = bookOf({ ...fine, errors: counts(0, 6, 10, 20_000) }, { observedMs: 3 * minuteMs });

  test("and a gate undecided: the phase is extended when the forecast says that it helps, and says so once", () => {
    const decision = decideOn(observing(), few);
    expect(decision?.facts.map((fact) => fact.kind)).toContain("extended");
    expect(decision?.status).toEqual(observing());
    expect(decideOn(observing(), few, {}, { extended: 0, told: toldAll(few) })).toBeNull();
  });

  test("and the extension too: hold and ask", () => {
    expect(statusOf(decideOn(observing(), { ...few, observedMs: [6 * minuteMs, 0, 0] }))).toBe("holding undecided");
  });

  test("and nothing was ever counted: hold, never pass", () => {
    const blind = { ...emptyBook(smallPlan), observedMs: [9 * minuteMs, 0, 0] };
    expect(statusOf(decideOn(observing(), blind))).toBe("holding no-data");
  });

  test("sources that fell silent hold at once", () => {
    expect(statusOf(decideOn(observing(), good, { nowMs: startMs + 61_001 }))).toBe("holding no-data");
  });
});

describe("requests", () => {
  const facts = (decision: Decision | null): readonly string[] =>
    (decision?.facts ?? []).flatMap((fact) =>
      fact.kind === "refused" ? [`refused ${fact.refusal.kind}`] : fact.kind === "accepted" ? ["accepted"] : [],
    );
  const waits = releaseIn({ kind: "waiting", sinceMs: startMs, for: [] });

  test.each<[string, Status, Request, string, string]>([
    ["an approval by the right role counts", observing(1), ask("approve", "product-owner"), "accepted", "observing 1"],
    ["an approval by another role does not", observing(1), ask("approve", "qa-lead"), "refused role", "observing 1"],
    ["nor one that nobody asked for", observing(0), ask("approve", "product-owner"), "refused not-asked-for", "observing 0"],
    ["nor one of an older story", observing(1), ask("approve", "product-owner", { expectRevision: 3 }), "refused stale", "observing 1"],
    [
      "nor one that names no story",
      observing(1),
      ask("approve", "product-owner", { expectRevision: null }),
      "refused stale",
      "observing 1",
    ],
    ["a pause holds", observing(), ask("pause", "qa-lead"), "accepted", "holding paused"],
    ["a viewer pauses nothing", observing(), ask("pause", "viewer"), "refused role", "observing 0"],
    ["a resume goes on", holding({ kind: "paused", by: "x" }), ask("resume", "devops-lead"), "accepted", "observing 0"],
    ["a resume of nothing is refused", observing(), ask("resume", "devops-lead"), "refused not-now", "observing 0"],
    [
      "a rollback needs no story",
      observing(),
      ask("rollback", "devops-lead", { expectRevision: null }),
      "accepted",
      "rolling-back traffic",
    ],
    ["a rollback by the QA lead is refused", observing(), ask("rollback", "qa-lead"), "refused role", "observing 0"],
    ["a stop ends it", observing(), ask("stop", "release-manager"), "accepted", "rolling-back traffic"],
    [
      "a stop while waiting ends it there",
      { kind: "waiting", sinceMs: startMs, for: [] },
      ask("stop", "release-manager"),
      "accepted",
      "stopped",
    ],
    [
      "nothing moves what is rolled back",
      { kind: "rolled-back", sinceMs: startMs, cause: { kind: "person", by: "x", reason: "" } },
      ask("rollback", "release-manager"),
      "refused not-now",
      "rolled-back",
    ],
    ["a promotion does not pass an open gate", observing(), ask("promote", "release-manager"), "refused gate-open", "observing 0"],
  ])("%s", (_, status, request, answer, expected) => {
    const book = emptyBook(smallPlan);
    const decision = decideOn(status, { ...book, answeredMs: good.answeredMs }, { requests: [request] });
    expect(facts(decision)).toEqual([answer]);
    expect(statusOf(decision)).toBe(expected);
  });

  test("a promotion goes on before the time when every gate passes", () => {
    const early = { ...good, observedMs: [minuteMs, 0, 0] };
    expect(statusOf(decideOn(observing(), early, { requests: [ask("promote", "release-manager")] }))).toBe("shifting 1");
  });

  test("one person counts for one role", () => {
    const both = { name: "Emil", roles: ["release-manager", "product-owner"] } as const;
    const decision = decideOn(observing(1), good, {
      requests: [ask("approve", "viewer", { by: both }), ask("approve", "viewer", { by: both })],
    });
    expect(facts(decision)).toEqual(["accepted", "refused already-signed"]);
  });

  test("an approval lapses when the evidence gets worse, and says so", () => {
    const saw = { "2.orders": "pass", "errors > 3%": "pass" } as const;
    const signOff = { by: "Driss", role: "product-owner", for: { kind: "phase", phase: 2 }, revision: 5, atMs: startMs, saw } as const;
    const worse = bookOf({ ...fine, orders: counts(210, 1_000, 3_000, 10_000) });
    const decision = decideOn(observing(1), worse, {}, { signOffs: [signOff] });
    expect(decision?.facts.find((fact) => fact.kind === "lapsed")).toMatchObject({ check: "2.orders" });
  });

  test("the first decision says who created it and what it waits for", () => {
    const decision = decide({ ...waits, revision: 0 }, emptyBook(smallPlan), seen(waits));
    expect(decision?.facts[0]).toEqual({ kind: "created", by: "Aline" });
    expect(decision?.status).toMatchObject({ kind: "waiting", for: [{ kind: "sign-off", roles: ["release-manager"] }] });
  });
});

describe("going back", () => {
  test.each<[string, "stop" | "rollback" | "halt", string]>([
    ["a stop keeps the canary for inspection", "stop", "stopped"],
    ["a rollback clears it away", "rollback", "rolling-back clearing"],
    ["a halt too", "halt", "rolling-back clearing"],
  ])("%s", (_, kind, expected) => {
    const decision = decideOn(goingBack(kind), good);
    expect(statusOf(decision)).toBe(expected);
    expect(decision?.facts.map((fact) => fact.kind)).toContain("traffic-back");
  });

  test("is not done before the router was read back, workloads unreadable or not", () => {
    const unseen = { kind: "unseen", why: "time-out" } as const;
    expect(decideOn(goingBack("rollback"), good, { traffic: unseen })).toBeNull();
    expect(statusOf(decideOn(goingBack("rollback"), good, { workloads: unseen }))).toBe("rolling-back clearing");
  });
});
