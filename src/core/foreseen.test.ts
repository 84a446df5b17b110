import { describe, expect, test } from "vitest";
import { samplePlan } from "../../test/sample-plan.ts";
import { newborn } from "./apply.ts";
import { foresee } from "./foreseen.ts";
import type { Foreseen } from "./foreseen.ts";
import type { Plan } from "./plan.ts";
import type { Status } from "./status.ts";
import type { FrozenSpan } from "./when.ts";

const MINUTE_MS = 60_000;
const at = (time: string): number => Date.parse(`2025-08-19T${time}:00+02:00`);
const minutes = (plan: Plan): readonly (readonly number[])[] =>
  plan.phases.map(({ observeMs, extendMs }) => [observeMs / MINUTE_MS, extendMs / MINUTE_MS]);

/** 15 + 30 + 60 min, the first 30 min longer at most; Tuesday to Thursday from 14:00 to 17:00. */
const plan = samplePlan;

interface Case {
  readonly status: Status;
  readonly nowMs: number;
  /** By phase, min. */
  readonly observed?: readonly number[];
  readonly freezes?: readonly FrozenSpan[];
  readonly notBeforeMs?: number | null;
}

function foreseen({ status, nowMs, observed = [0, 0, 0], freezes = [], notBeforeMs = null }: Case): Foreseen {
  const head = { id: "r1", plan, planHash: "", versions: {}, startedBy: "ada", reason: "", createdMs: at("13:50"), notBeforeMs };
  const book = { observedMs: observed.map((ms) => ms * MINUTE_MS) };
  return foresee({ release: { ...newborn(head), status }, entries: [], book }, nowMs, freezes);
}

describe("a release on the calendar", () => {
  test("the plan is the one of the document", () => {
    expect(minutes(plan)).toEqual([
      [15, 30],
      [30, 0],
      [60, 0],
    ]);
  });

  test("one that waits begins when its window opens, and takes the whole plan", () => {
    const waiting: Status = { kind: "waiting", sinceMs: at("13:50"), for: [{ kind: "window" }] };
    const found = foreseen({ status: waiting, nowMs: at("13:55") });
    expect(found).toMatchObject({ state: "planned", fromMs: at("14:00"), toMs: at("15:45"), extendedToMs: at("16:15"), misfit: null });
    expect(foreseen({ status: waiting, nowMs: at("15:30") })).toMatchObject({ fromMs: at("15:30"), misfit: { kind: "too-late" } });
  });

  test("one that is scheduled begins then, and sticks out where that leaves no time; where it is closed then, it waits for the opening", () => {
    const scheduled = (time: string): Foreseen => {
      const status: Status = { kind: "waiting", sinceMs: at("13:50"), for: [{ kind: "scheduled", atMs: at(time) }] };
      return foreseen({ status, nowMs: at("09:00"), notBeforeMs: at(time) });
    };
    expect(scheduled("14:30")).toMatchObject({ fromMs: at("14:30"), toMs: at("16:15"), misfit: null });
    expect(scheduled("16:00")).toMatchObject({ fromMs: at("16:00"), toMs: at("17:45"), misfit: { kind: "too-late" } });
    expect(scheduled("12:00")).toMatchObject({ fromMs: at("14:00"), misfit: null });
  });

  test("one that waits for a freeze with an end begins when that is over; without an end it does not fit", () => {
    const waiting: Status = { kind: "waiting", sinceMs: at("13:50"), for: [] };
    const freeze = (untilMs: number | null): FrozenSpan => ({ environment: plan.environment, sinceMs: at("13:00"), untilMs });
    const ends = foreseen({ status: waiting, nowMs: at("14:10"), freezes: [freeze(at("14:30"))] });
    expect(ends).toMatchObject({ fromMs: at("14:30"), toMs: at("16:15"), misfit: null });
    const endless = foreseen({ status: waiting, nowMs: at("14:10"), freezes: [freeze(null)] });
    expect(endless).toMatchObject({ fromMs: at("14:10"), misfit: { kind: "frozen", untilMs: null } });
  });

  test("one that runs needs what is left to observe, and of its extension what is not used up", () => {
    const running = (phase: number): Status => ({ kind: "observing", phase, sinceMs: at("14:00") });
    expect(foreseen({ status: running(0), nowMs: at("14:10"), observed: [10, 0, 0] })).toMatchObject({
      state: "running",
      fromMs: at("13:50"),
      toMs: at("15:45"),
      extendedToMs: at("16:15"),
      misfit: null,
    });
    const extended = foreseen({ status: running(0), nowMs: at("14:25"), observed: [25, 0, 0] });
    expect(minutes(extended.rest)).toEqual([
      [0, 20],
      [30, 0],
      [60, 0],
    ]);
    expect(extended).toMatchObject({ toMs: at("15:55"), extendedToMs: at("16:15") });
  });

  test("one that was held for long runs on past its window, and says so", () => {
    const held: Status = { kind: "holding", phase: 1, sinceMs: at("15:00"), why: { kind: "paused", by: "ada" } };
    const found = foreseen({ status: held, nowMs: at("16:20"), observed: [15, 20, 0] });
    expect(found).toMatchObject({ toMs: at("17:30"), misfit: { kind: "too-late", closesMs: at("17:00"), endsMs: at("17:30") } });
  });

  test("one that goes back, or is promoted, has nothing left to observe", () => {
    const promoting: Status = { kind: "promoting", step: "cloning", sinceMs: at("18:00") };
    expect(foreseen({ status: promoting, nowMs: at("18:01") })).toMatchObject({ state: "running", toMs: at("18:01"), misfit: null });
    const promoted: Status = { kind: "promoted", sinceMs: at("18:05"), previous: "kept" };
    expect(foreseen({ status: promoted, nowMs: at("19:00") })).toMatchObject({
      state: "over",
      toMs: at("18:05"),
      extendedToMs: at("18:05"),
    });
  });
});
