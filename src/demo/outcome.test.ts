import { expect, test } from "vitest";
import type { Fact } from "../core/decision.ts";
import type { Status } from "../core/status.ts";
import type { ReleaseView } from "../http/release-view.ts";
import type { ChainedEntry } from "../ports.ts";
import type { CrowdTally } from "./crowd-count.ts";
import { complaintsOf, outcomeOf, sayEnd } from "./outcome.ts";
import type { Evidence } from "./outcome.ts";
import type { End, Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const scenario = (name: string): Scenario => {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
};
const breach = { check: "5xx-rate > 1%", atMs: 1_005_000, reaction: { kind: "rollback" } } as const;
const observing: Status = { kind: "observing", phase: 0, sinceMs: 1_002_000 };
const rollingBack: Status = {
  kind: "rolling-back",
  sinceMs: 1_005_000,
  reaction: breach.reaction,
  cause: { kind: "breach", breach },
  step: "traffic",
  from: "canary",
};
const rolledBack: Status = { kind: "rolled-back", sinceMs: 1_005_200, cause: { kind: "breach", breach } };

const entriesOf = (...steps: readonly [number, Status][]): readonly ChainedEntry[] =>
  steps.map(([atMs, status], index) => ({
    entry: { release: "r1", revision: index + 1, atMs, row: index + 1, decision: { status, facts: [{ kind: "became", status }] } },
    previous: "",
    rowsDigest: "",
    hash: "",
  }));
const tally = (some: Partial<CrowdTally>): CrowdTally => ({
  people: 0,
  turnedAway: 0,
  requests: 0,
  failedRequests: 0,
  usersHarmed: 0,
  peopleByVersion: {},
  firstFaultMs: {},
  lastAnswerMs: {},
  failures: [],
  ...some,
});
const viewOf = (status: Status): ReleaseView =>
  ({ id: "r1", status, phases: [{ name: "10 %" }, { name: "50 %" }] }) as unknown as ReleaseView;
const phases = ["10 %", "50 %"];
const seen = (some: Partial<Evidence>): Evidence => ({
  scenario: scenario("errors"),
  view: viewOf(rolledBack),
  entries: entriesOf(
    [1_000_000, { kind: "preparing", sinceMs: 1_000_000 }],
    [1_002_000, observing],
    [1_005_000, rollingBack],
    [1_005_200, rolledBack],
  ),
  clockAheadMs: 1_000_000,
  lastCanaryMs: 5_030,
  before: tally({ people: 100, requests: 300, usersHarmed: 2 }),
  after: tally({
    people: 1100,
    requests: 3300,
    usersHarmed: 14,
    firstFaultMs: { "2-errors": 2_500, "3-other": 1 },
    lastAnswerMs: { "2-errors": 5_044, "1": 9_000 },
  }),
  isVerified: true,
  keptDir: null,
  troubledMs: null,
  usersHarmedBound: null,
  ...some,
});

test("a rolled-back release: times by the real clock, harm since the release began", () => {
  const outcome = outcomeOf(seen({}));
  expect(outcome).toEqual({
    scenario: "errors",
    status: "rolled-back",
    hold: null,
    cause: "breach",
    usersHarmedBound: null,
    reaction: "rollback",
    guard: "5xx-rate > 1%",
    phase: "10 %",
    detectMs: 2_500,
    rollbackMs: 30,
    drainMs: 44,
    usersHarmed: 12,
    people: 1000,
    requests: 3000,
    failedRequests: 0,
    journal: { release: "r1", entries: 4, verified: true, data: null },
  });
  expect(complaintsOf(outcome, scenario("errors"), phases)).toEqual([]);
});

test("nobody reached the canary after the decision: 0 ms; nobody ever did: 0 ms too", () => {
  expect(outcomeOf(seen({ lastCanaryMs: 4_900 })).rollbackMs).toBe(0);
  expect(outcomeOf(seen({ lastCanaryMs: null })).rollbackMs).toBe(0);
});

test("a promoted release has no reaction and no times", () => {
  const promoted: Status = { kind: "promoted", sinceMs: 1_090_000, previous: "kept" };
  const outcome = outcomeOf(
    seen({ scenario: scenario("good"), view: viewOf(promoted), entries: entriesOf([1_002_000, observing], [1_090_000, promoted]) }),
  );
  expect(outcome).toMatchObject({
    status: "promoted",
    reaction: null,
    guard: null,
    phase: null,
    detectMs: null,
    rollbackMs: null,
    drainMs: null,
  });
  expect(complaintsOf(outcome, scenario("good"), phases)).toEqual([]);
  expect(complaintsOf(outcome, scenario("errors"), phases)).toEqual([
    "the release ended promoted, not rolled-back by 5xx-rate > 1% in 10 %",
  ]);
});

test("every promise that was not kept is named", () => {
  const outcome = outcomeOf(seen({ lastCanaryMs: 6_500, after: tally({ failedRequests: 3 }), isVerified: false }));
  expect(complaintsOf(outcome, scenario("good"), phases)).toEqual([
    "the release ended rolled-back by 5xx-rate > 1% in 10 %, not promoted",
    "3 requests failed though no fault was meant",
    "the last person left the canary 1500 ms after the decision",
    "the journal was not verified",
  ]);
});

test("a rollback by a person has no guard; one before the first phase has no phase", () => {
  const cause = { kind: "person", by: "Camille", reason: "a feeling" } as const;
  const stopped: Status = { kind: "stopped", sinceMs: 1, cause, canary: "gone" };
  expect(outcomeOf(seen({ view: viewOf(stopped), entries: entriesOf([1_000_000, stopped]) }))).toMatchObject({
    guard: null,
    reaction: null,
    phase: null,
  });
  const early = { ...rollingBack };
  expect(outcomeOf(seen({ entries: entriesOf([1_000_000, { kind: "preparing", sinceMs: 1 }], [1_005_000, early]) })).phase).toBeNull();
});

const held: Status = { kind: "holding", phase: 0, sinceMs: 1_005_000, why: { kind: "failed", checks: ["1.api-latency", "1.error-rate"] } };
const heldView = (status: Status): ReleaseView =>
  ({
    id: "r1",
    status,
    phases: [
      { name: "10 %", state: "now" },
      { name: "50 %", state: "ahead" },
    ],
  }) as unknown as ReleaseView;

test("a release that had to hold ended where it held, though it was taken back by hand afterwards", () => {
  const byHand: Status = { kind: "rolled-back", sinceMs: 1_009_000, cause: { kind: "person", by: "Camille", reason: "nobody decides" } };
  const entries = entriesOf([1_002_000, observing], [1_005_000, held], [1_009_000, byHand]);
  const outcome = outcomeOf(
    seen({ scenario: scenario("slow"), view: heldView(held), entries, after: tally({ firstFaultMs: { "2-slow": 2_100 } }) }),
  );
  expect(outcome).toMatchObject({
    status: "holding",
    hold: { why: "failed", checks: ["1.api-latency", "1.error-rate"] },
    phase: "10 %",
    cause: null,
    guard: null,
    detectMs: 2_900,
    rollbackMs: null,
  });
  expect(complaintsOf(outcome, scenario("slow"), phases)).toEqual([]);
  const other = { ...outcome, hold: { why: "failed", checks: ["1.error-rate"] } };
  expect(complaintsOf(other, scenario("slow"), phases)).toEqual([
    "the release ended holding (failed: 1.error-rate) in 10 %, not holding (failed: 1.api-latency) in 10 %",
  ]);
});

test("what begins with a trouble is noticed from the trouble on, and a breach counts before the rollback that it leads to", () => {
  const waiting: Status = {
    kind: "holding",
    phase: 0,
    sinceMs: 1_005_000,
    why: { kind: "countdown", breach, commitByMs: 1_008_000, doneByMs: 1_009_000 },
  };
  const entries = entriesOf([1_002_000, observing], [1_005_000, waiting], [1_008_000, rollingBack]);
  const told = entries.map((link, at) =>
    at === 1
      ? {
          ...link,
          entry: { ...link.entry, decision: { status: waiting, facts: [{ kind: "breach", check: breach.check } as unknown as Fact] } },
        }
      : link,
  ) as readonly ChainedEntry[];
  expect(outcomeOf(seen({ entries: told, troubledMs: 4_000, after: tally({}) })).detectMs).toBe(1_000);
  expect(outcomeOf(seen({ entries: told, troubledMs: 4_000 })).detectMs).toBe(2_500);
});

test.each<[string, End, string]>([
  ["to the end", { kind: "promoted" }, "promoted"],
  ["back", { kind: "rolled-back", by: "5xx-rate > 1%", phase: 1 }, "rolled-back by 5xx-rate > 1% in 50 %"],
  ["nowhere", { kind: "stopped", by: "not-ready", phase: null }, "stopped by not-ready"],
  ["to a hold", { kind: "holding", why: "undecided", checks: ["2.conversion"], phase: 1 }, "holding (undecided: 2.conversion) in 50 %"],
  ["to a hold that names nothing", { kind: "holding", why: "invalid", checks: [], phase: 0 }, "holding (invalid) in 10 %"],
])("an end is said in one line: %s", (_says, end, line) => expect(sayEnd(end, phases)).toBe(line));
