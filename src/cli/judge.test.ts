import { Readable } from "node:stream";
import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addJudge } from "./judge.ts";
import { processTerminal } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Answered {
  readonly lines: readonly Record<string, unknown>[];
  readonly err: string;
  readonly exit: string;
}

/** Runs `judge` with these words on these lines, in this process. */
async function judged(words: readonly string[], input: string | readonly object[]): Promise<Answered> {
  const written: string[] = [];
  let err = "";
  let exit = "";
  const terminal: Terminal = {
    ...processTerminal(),
    out: (text) => void written.push(text),
    err: (text) => void (err += text),
    exit: (code) => void (exit = code),
  };
  const text = typeof input === "string" ? input : input.map((line) => `${JSON.stringify(line)}\n`).join("");
  const program = new Command();
  addJudge(program, terminal, Readable.from([text]));
  await program.parseAsync(["judge", ...words], { from: "user" });
  const out = written.join("");
  expect(out === "" || out.endsWith("\n")).toBe(true);
  return {
    lines: out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    err,
    exit,
  };
}

const rates = ["--condition", "< 0.5%", "--fail", "> 1%", "--unit", "person"];
const at = (index: number, bad: number, total: number, more: object = {}): object => ({
  atMs: index * 15_000,
  canary: { bad, total },
  ...more,
});
/** Cumulative counters of so many equal scrapes. */
const scrapes = (times: number, bad: number, total: number, stable?: readonly [number, number]): readonly object[] =>
  Array.from({ length: times }, (_, index) =>
    at(
      index,
      bad * (index + 1),
      total * (index + 1),
      stable && { stable: { bad: stable[0] * (index + 1), total: stable[1] * (index + 1) } },
    ),
  );
const last = ({ lines }: Answered): unknown => lines.at(-1)?.["verdict"];

describe("serin judge", () => {
  test("answers each line with one object of exactly the fields that are promised", async () => {
    const { lines, exit } = await judged(rates, [at(1, 0, 50), at(2, 0, 1000)]);
    expect(exit).toBe("done");
    expect(lines.map((line) => Object.keys(line))).toEqual(
      lines.map(() => ["stream", "atMs", "verdict", "logE", "low", "high", "assumes", "why"]),
    );
    expect(lines[0]).toMatchObject({ stream: null, atMs: 15_000, verdict: "undecided", assumes: "exact" });
    expect(lines[1]).toMatchObject({ verdict: "pass", low: 0 });
    expect(lines[1]?.["why"]).toMatch(/^The rate is proven below 1\s%: 0\s% is seen, .*\.$/);
  });

  test("keeps interleaved streams apart", async () => {
    const good = scrapes(12, 0, 100).map((line) => ({ stream: "good", ...line }));
    const bad = scrapes(12, 10, 100).map((line) => ({ stream: "bad", ...line }));
    const mixed = await judged(
      rates,
      good.flatMap((line, index) => [line, bad[index] ?? line]),
    );
    const alone = await judged(rates, bad);
    expect(mixed.lines.filter(({ stream }) => stream === "bad")).toEqual(alone.lines);
    expect(mixed.lines.filter(({ stream }) => stream === "good").at(-1)).toMatchObject({ verdict: "pass" });
    expect(last(alone)).toBe("fail");
  });

  test("takes a counter that went down for a restart: what it shows is new", async () => {
    const whole = await judged(rates, [at(1, 2, 300), at(2, 3, 500)]);
    const restarted = await judged(rates, [at(1, 2, 300), at(2, 1, 200)]);
    expect(restarted.lines).toEqual(whole.lines);
  });

  test("gives as many decimals of evidence as one likes: logE is of the bad side until it passes", async () => {
    const { lines } = await judged(rates, scrapes(30, 5, 100));
    expect(lines.at(-1)).toMatchObject({ verdict: "fail" });
    expect(lines.at(-1)?.["logE"]).toBeGreaterThan(-Math.log(0.01));
  });

  test.each<[string, readonly string[], readonly object[], string, string]>([
    ["requests fail by bounded bets", ["--condition", "< 0.5%", "--fail", "> 1%"], scrapes(20, 8, 150), "fail", "robust"],
    ["a slow fraction is a rate", ["--condition", "p95 < 500ms", "--unit", "person"], scrapes(20, 1, 100), "pass", "exact"],
    ["a consensus is good above its line", ["--condition", "> 70%", "--unit", "person"], scrapes(20, 90, 100), "pass", "exact"],
    [
      "no regression",
      ["--condition", "no regression", "--against", "stable", "--unit", "person"],
      scrapes(20, 30, 100, [270, 900]),
      "pass",
      "exact",
    ],
    ["half of stable's", ["--fail", "< 50% of stable", "--unit", "person"], scrapes(20, 9, 100, [270, 900]), "fail", "exact"],
    [
      "errors must not double",
      ["--condition", "no regression", "--better", "lower", "--unit", "person"],
      scrapes(30, 9, 100, [18, 900]),
      "fail",
      "exact",
    ],
    ["no event", ["--condition", "none"], scrapes(40, 0, 100), "pass", "exact"],
    ["fixed lines against stable: worse than stable", [...rates, "--against", "stable"], scrapes(20, 5, 100, [2, 900]), "fail", "exact"],
    [
      "fixed lines against stable: no worse than stable",
      [...rates, "--against", "stable"],
      scrapes(20, 5, 100, [45, 900]),
      "undecided",
      "exact",
    ],
  ])("%s", async (_, words, lines, verdict, assumes) => {
    const answered = await judged(words, lines);
    expect(answered.lines.at(-1)).toMatchObject({ verdict, assumes });
  });

  test("says whether stable breaks the line too, or is only not proven to do better yet", async () => {
    const asked = ["--condition", "< 0.5%", "--against", "stable"];
    const alone = await judged(asked, scrapes(40, 4, 50, [1, 1000]));
    const proven = alone.lines.findIndex(({ verdict }) => verdict === "fail");
    const whys = alone.lines.slice(0, proven).map(({ why }) => String(why));
    expect(proven).toBeGreaterThan(0);
    expect(
      whys.some((why) => /^The rate is proven above 0\.5\s%, but not yet to be worse than stable's: 8\s% is seen, .*\.$/.test(why)),
    ).toBe(true);
    expect(whys.join()).not.toContain("Stable breaks the line too");
    const both = await judged(asked, scrapes(40, 8, 100, [80, 1000]));
    expect(both.lines.at(-1)).toMatchObject({ verdict: "undecided", why: expect.stringContaining("Stable breaks the line too") });
  });

  test("finds harm sooner where the canary's parts are recorded, which are counters too", async () => {
    const asked = ["--condition", "< 0.5%", "--fail", "> 1%"];
    const alone = scrapes(2, 50, 1000, [0, 1000]);
    const parts = (times: number): object => ({ canarySlices: Array.from({ length: 10 }, () => ({ bad: 5 * times, total: 100 * times })) });
    const sliced = alone.map((line, index) => ({ ...line, ...parts(index + 1) }));
    expect(last(await judged(asked, alone))).toBe("undecided");
    // Without a stable arm nobody could say that it was no burst.
    const nobody = scrapes(2, 50, 1000).map((line, index) => ({ ...line, ...parts(index + 1) }));
    expect(last(await judged(asked, nobody))).toBe("undecided");
    expect((await judged(asked, sliced)).lines).toMatchObject([{ verdict: "fail", assumes: "robust" }, { verdict: "fail" }]);
    const { err, exit } = await judged(asked, [{ ...at(1, 1, 9), canarySlices: [{ bad: 3, total: 2 }] }]);
    expect({ err, exit }).toEqual({ err: expect.stringMatching(/Line 1: "canarySlices.0": counts more bad ones/), exit: "bad-input" });
  });

  test.each<[string, readonly string[], string, number, RegExp]>([
    ["not JSON", rates, `{"atMs":1,"canary":{"bad":0,"total":9}}\nnonsense\n`, 1, /Line 2: not JSON: .* is not valid JSON\. Correct/],
    ["cut off", rates, `{"atMs":1,"canary":{"bad":0,"total":9}}\n\n{"atMs":2,"can`, 1, /Line 3: not JSON/],
    ["without a canary", rates, `{"atMs":1}\n`, 0, /Line 1: "canary"/],
    ["more bad than total", rates, `{"atMs":1,"canary":{"bad":10,"total":9}}\n`, 0, /Line 1: "canary": counts more bad ones/],
    ["negative", rates, `{"atMs":1,"canary":{"bad":-1,"total":9}}\n`, 0, /Line 1: "canary.bad"/],
    ["a list", rates, `[]\n`, 0, /Line 1/],
    [
      "without stable, which was asked for",
      [...rates, "--against", "stable"],
      `{"atMs":1,"canary":{"bad":0,"total":9}}\n`,
      0,
      /Line 1: it has no "stable"/,
    ],
  ])("a line that is %s: its number, exit 2, and what came before it", async (_, words, input, answers, message) => {
    const { lines, err, exit } = await judged(words, input);
    expect(lines).toHaveLength(answers);
    expect(err).toMatch(message);
    expect(exit).toBe("bad-input");
  });

  test.each<[string, readonly string[], RegExp]>([
    ["nothing is asked", [], /Nothing was asked/],
    ["a condition is none", ["--condition", "roughly fine"], /is not a condition/],
    ["the lines look in two directions", ["--condition", "< 0.5%", "--fail", "< 1%"], /two directions/],
    ["the lines are the wrong way round", ["--condition", "< 2%", "--fail", "> 1%"], /good side of the pass line/],
    ["a rate meets a share of stable's", ["--condition", "< 2%", "--fail", "> 50% of stable"], /in the same way/],
    ["a probe is asked of counts", ["--condition", "is down"], /judged by lines/],
    ["the unit is unknown", [...rates, "--unit", "user"], /--unit does not know "user"/],
    ["alpha is no probability", [...rates, "--alpha", "5"], /--alpha is a probability/],
    ["the arm is unknown", [...rates, "--against", "canary"], /--against does not know/],
  ])("refuses when %s", async (_, words, message) => {
    const { lines, err, exit } = await judged(words, [at(1, 0, 10)]);
    expect({ lines, exit }).toEqual({ lines: [], exit: "bad-input" });
    expect(err).toMatch(message);
  });
});
