import { expect, test } from "vitest";
import type { Outcome } from "../demo/outcome.ts";
import { scenarios } from "../demo/scenarios.ts";
import { sayTable } from "./demo-all.ts";
import type { Played } from "./demo-all.ts";

const outcome: Outcome = {
  scenario: "errors",
  status: "rolled-back",
  hold: null,
  reaction: "rollback",
  guard: "5xx-rate > 1%",
  phase: "10 %",
  cause: "breach",
  detectMs: 1_171,
  rollbackMs: 3,
  drainMs: 9,
  usersHarmed: 6,
  usersHarmedBound: 9,
  people: 1_238,
  requests: 3_648,
  failedRequests: 0,
  journal: { release: "r1", entries: 13, verified: true, data: null },
};
const phases = ["10 %", "50 %", "100 %"];
const played = (name: string, some: Partial<Played>): Played => {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return { scenario, phases, outcome: null, complaints: [], tookMs: 30_400, ...some };
};

test("the table has a line a scenario: what was expected, what came of it, and the figures beside the bound", () => {
  const held: Outcome = {
    ...outcome,
    status: "holding",
    hold: { why: "undecided", checks: ["2.conversion"] },
    guard: null,
    cause: null,
    rollbackMs: null,
  };
  const lines = sayTable([
    played("errors", { outcome }),
    played("conversion-dip", { outcome: { ...held, phase: "50 %", usersHarmedBound: null } }),
    played("good", { outcome, complaints: ["the release ended rolled-back", "another"] }),
    played("critical", { complaints: ["the release is not over after 300 s"], phases: [] }),
  ]);
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    ["scenario", "expected", "got", "detected", "back", "harmed", "bound", "took"],
    ["errors", "rolled-back by 5xx-rate > 1% in 10 %", "the same", "1171", "3", "6", "9", "30 s"],
    ["conversion-dip", "holding (undecided: 2.conversion) in 50 %", "the same", "1171", "-", "6", "-", "30 s"],
    ["good", "promoted", "rolled-back by 5xx-rate > 1% in 10 %: the release ended rolled-back", "1171", "3", "6", "9", "30 s"],
    ["critical", "rolled-back by 3.critical-errors", "nothing: the release is not over after 300 s", "-", "-", "-", "-", "30 s"],
    ["2 of 4 ended as stated, in 122 s"],
    [expect.stringContaining("times in ms")],
    [expect.stringContaining("bound: ")],
  ]);
});
