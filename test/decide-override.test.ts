import { describe, expect, test } from "vitest";
import { newborn } from "../src/core/apply.ts";
import { decide } from "../src/core/decide.ts";
import type { Plan } from "../src/core/plan.ts";
import type { Release } from "../src/core/release.ts";
import type { Request } from "../src/core/requests.ts";
import type { Status } from "../src/core/status.ts";
import { smallPlan } from "../src/sim/small-plan.ts";
import {
  ask,
  factOf,
  good,
  head,
  kindsOf,
  minuteMs,
  observing,
  planWith,
  refusalOf,
  releaseIn,
  seen,
  startMs,
  statusOf,
  step,
  toldAll,
  whole,
} from "./decision-desk.ts";

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
