import { describe, expect, test } from "vitest";
import { readOtherCondition } from "../src/config/other-condition.ts";
import { checksOf } from "../src/core/checks.ts";
import type { OtherTest } from "../src/core/history/follow-check.ts";
import { judgeAnew, otherTest } from "../src/core/history/judge-anew.ts";
import type { Judgement } from "../src/core/history/judge-anew.ts";
import { askedCheck } from "../src/core/messages/context.ts";
import type { AskedCheck } from "../src/core/messages/context.ts";
import { sayWhatIf } from "../src/core/messages/what-if.ts";
import type { Language } from "../src/core/plan.ts";
import type { StoredRelease } from "../src/ports.ts";
import { simulate } from "../src/sim/simulate.ts";
import { stories } from "../src/sim/stories.ts";
import { tapeOf } from "./fixtures/tape.ts";

const [promoted, rolledBack] = (await Promise.all([stories.promoted, stories["rolled back within two minutes"]].map(simulate))).map(
  ({ stored }) => stored,
) as [StoredRelease, StoredRelease];
const { plan } = promoted.head;

function done<Result>(work: Generator<undefined, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function asked(id: string): AskedCheck {
  const found = askedCheck(plan, id);
  if (found === null)
    throw new Error(
      `no check ${id}; there are ${checksOf(plan)
        .map((check) => check.id)
        .join(", ")}`,
    );
  return found;
}

function judge(stored: StoredRelease, id: string, instead: OtherTest | null = null): Judgement {
  return done(judgeAnew(tapeOf(stored, instead?.quantity ?? asked(id).check.quantity), id, { instead }));
}

function judged(stored: StoredRelease, id: string, text: string): Judgement {
  const read = readOtherCondition(plan, asked(id), text);
  if (!read.ok) throw new Error(read.message);
  return judge(stored, id, otherTest(plan, id, read.value));
}

const noted = ({ entries }: StoredRelease, id: string, kind: string): number | null =>
  entries.find(({ entry }) =>
    entry.decision.facts.some(
      (fact) => (fact.kind === "verdict" || fact.kind === "breach") && fact.check === id && fact.verdict.kind === kind,
    ),
  )?.entry.atMs ?? null;

test("judged by its own condition, a check passes and fails when the journal says that it did", () => {
  let decided = 0;
  for (const stored of [promoted, rolledBack]) {
    for (const { id } of checksOf(plan)) {
      const own = judge(stored, id);
      const [breach, pass] = [noted(stored, id, "fail"), noted(stored, id, "pass")];
      expect(own.failedMs).toBe(breach);
      expect(own.passedMs).toBe(pass ?? own.passedMs);
      expect(judge(stored, id, otherTest(plan, id, asked(id).condition))).toEqual(own);
      decided += breach === null ? 0 : 1;
    }
  }
  expect(decided).toBeGreaterThan(0);
});

test("a wider line passes sooner, a tighter one later or never, and one that is tight enough fails", () => {
  const own = judge(promoted, "1.errors");
  const wide = judged(promoted, "1.errors", "< 5%");
  expect(own.passedMs).not.toBeNull();
  expect(wide.passedMs ?? Number.POSITIVE_INFINITY).toBeLessThan(own.passedMs ?? 0);
  expect(judged(promoted, "1.errors", "< 0.01%").passedMs).toBeNull();
  const latency = "latency p95 > 2s";
  expect(judge(rolledBack, latency).failedMs).not.toBeNull();
  expect(judged(rolledBack, latency, "p50 > 2s").failedMs).toBeNull();
});

describe("what may be asked", () => {
  test.each<[string, string, string]>([
    ["a line", "1.errors", "< 2%"],
    ["with its metric", "1.errors", "errors < 2%"],
    ["a comparison instead of a line", "1.errors", "no regression"],
    ["another quantile", "latency p95 > 2s", "p99 > 2s"],
    ["a level without its slope", "2.cpu", "< 70%"],
  ])("%s", (_, id, text) => expect(readOtherCondition(plan, asked(id), text)).toMatchObject({ ok: true }));

  test.each<[string, string, string, RegExp]>([
    ["no condition", "1.errors", "less", /not a condition/u],
    ["a line without its unit", "1.errors", "< 2", /cannot be told of "errors", which is a ratio/u],
    ["a condition of another kind", "2.cpu", "p95 < 500ms", /cannot be told of "cpu"/u],
    ["the other way", "1.errors", "> 2%", /points the other way/u],
    ["a guard as a gate", "latency p95 > 2s", "p95 < 2s", /points the other way/u],
    [
      "a bound that was not counted",
      "latency p95 > 2s",
      "p95 > 800ms",
      /counted answers slower than 500 ms or 2000 ms, and not than 800 ms/u,
    ],
    ["a probe, which has no line", "prices is down", "is down", /no line/u],
    ["no regression of a guard", "latency p95 > 2s", "no regression", /guard says what must not hold/u],
  ])("refused: %s", (_, id, text, says) => {
    const read = readOtherCondition(plan, asked(id), text);
    expect(read.ok ? "" : read.message).toMatch(says);
    expect(read.ok ? "" : read.remedy).not.toBe("");
  });
});

test.each<[Language, RegExp]>([
  [
    "en",
    /^With “errors < 5%” it would have passed at 14:\d\d, .+ earlier and would never have failed; as the plan says it passed at 14:\d\d and never failed$/u,
  ],
  [
    "fr",
    /^Avec «.errors < 5%.», il aurait été validé à 14:\d\d, .+ plus tôt, et n’aurait jamais échoué.; comme le plan le dit, il a été validé à 14:\d\d et n’a jamais échoué$/u,
  ],
])("the answer is a sentence: %s", (language, says) => {
  const own = judge(promoted, "1.errors");
  const other = judged(promoted, "1.errors", "< 5%");
  expect(sayWhatIf(plan, { asked: asked("1.errors"), says: "errors < 5%", other, own }, language)).toMatch(says);
});
