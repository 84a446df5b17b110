import { describe, expect, test } from "vitest";
import { decide } from "../src/core/decide.ts";
import { emptyBook } from "../src/core/evidence-book.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import type { Status } from "../src/core/status.ts";
import type { Decision } from "../src/core/decision.ts";
import type { Request } from "../src/core/requests.ts";
import {
  startMs,
  minuteMs,
  observing,
  holding,
  goingBack,
  releaseIn,
  counts,
  fine,
  bookOf,
  seen,
  ask,
  statusOf,
  decideOn,
  good,
} from "./decision-desk.ts";

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
    expect(decision?.facts[0]).toEqual({ kind: "created", by: "Aline", reason: "planned" });
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
