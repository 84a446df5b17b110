import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Command } from "commander";
import { add, begin, judge } from "../evidence/evidence.ts";
import type { TestState } from "../evidence/test-spec.ts";
import type { Verdict } from "../evidence/verdict.ts";
import { questionOf } from "./judge-question.ts";
import type { JudgeOptions, JudgeQuestion } from "./judge-question.ts";
import { notWorseYetSentence, whySentence } from "./judge-sentence.ts";
import { incrementOf, lineInvalid, readLine, withKept } from "./judge-stream.ts";
import type { StreamLine } from "./judge-stream.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Adds `judge`: recorded counters in, one JSON object a line, one verdict a line out. Exit: 0 all was read; 2 a line, or what was asked, is wrong. */
export function addJudge(program: Command, terminal: Terminal, input: Readable = process.stdin): void {
  program
    .command("judge")
    .description("judge recorded counters: one JSON object a line on standard input, one verdict a line on standard output")
    .option("--condition <text>", 'what must hold: "< 0.5%", "p95 < 500ms", "no regression", "none"')
    .option("--fail <text>", 'what must not hold: "> 1%", "< 50% of stable"')
    .option("--against <arm>", "`stable`: blame the canary only for what it does worse than stable")
    .option("--unit <unit>", "what is counted: `person`, or `request` when one person makes several", "request")
    .option("--better <side>", '`higher` or `lower`: what "no regression" keeps from falling, or from rising', "higher")
    .option("--alpha <probability>", "of a false fail, however often one looks", "0.01")
    .option("--beta <probability>", "of a false pass, however often one looks", "0.05")
    .option("--scrapes <number>", "lines that a stream is expected to have; more are welcome", "240")
    .addHelpText("after", helpText)
    .action((options: JudgeOptions) => run(terminal, {}, () => judgeLines(terminal, questionOf(options), input)));
}

const helpText = `
Counters are cumulative from 0, and may restart; streams may be interleaved:
  {"stream":"checkout","atMs":15000,"canary":{"bad":1,"total":150},"stable":{"bad":9,"total":1350}}
Where each person's requests are counted in one of several parts, "canarySlices" and "slices" (stable's), lists of {"bad","total"}, prove harm sooner.
A verdict: {"stream","atMs","verdict","logE","low","high","assumes","why"}; logE is the evidence (natural logarithm) that it is bad, or that it is
good where the verdict is pass; low and high are null while nothing was counted.`;

interface StreamState {
  readonly last: StreamLine;
  readonly state: TestState;
  readonly blame: TestState | null;
}

async function judgeLines(terminal: Terminal, question: JudgeQuestion, input: Readable): Promise<void> {
  const streams = new Map<string | null, StreamState>();
  let number = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (text.trim() === "") continue;
    const line = readLine(text, number);
    if (question.needsStable && line.stable === null) {
      throw lineInvalid(number, 'it has no "stable", which this question compares with.');
    }
    const next = nextState(question, streams.get(line.stream) ?? null, line);
    streams.set(line.stream, next);
    terminal.out(`${JSON.stringify(answerOf(question, next))}\n`);
  }
}

function nextState(question: JudgeQuestion, before: StreamState | null, line: StreamLine): StreamState {
  const increment = incrementOf(before?.last ?? null, line);
  const { spec, blame } = question;
  return {
    last: withKept(before?.last ?? null, line),
    state: add(spec, before?.state ?? begin(spec), increment),
    blame: blame === null ? null : add(blame, before?.blame ?? begin(blame), increment),
  };
}

function answerOf(question: JudgeQuestion, { last, state, blame }: StreamState): Readonly<Record<string, unknown>> {
  const alone = judge(question.spec, state);
  const against = question.blame === null || blame === null ? null : judge(question.blame, blame);
  const verdict = against === null ? alone : blamed(alone, against);
  const isNotWorseYet = alone.kind === "fail" && verdict.kind !== "fail";
  return {
    stream: last.stream,
    atMs: last.atMs,
    verdict: verdict.kind,
    logE: verdict.kind === "pass" ? verdict.logEPass : verdict.logEFail,
    low: verdict.interval?.low ?? null,
    high: verdict.interval?.high ?? null,
    assumes: verdict.assumes,
    why: isNotWorseYet ? notWorseYetSentence(question.spec, alone) : whySentence(question.spec, verdict),
  };
}

/**
 * A line is broken, and stable is proven to do better: both, or nobody is blamed. The evidence is that of the weaker half. Where stable breaks the
 * line too, `alone` says so itself.
 */
function blamed(alone: Verdict, against: Verdict): Verdict {
  const logEFail = Math.min(alone.logEFail, against.logEFail);
  if (alone.kind !== "fail") return { ...alone, logEFail };
  if (against.kind === "fail") return { ...alone, logEFail, assumes: against.assumes === "exact" ? alone.assumes : against.assumes };
  return { ...alone, kind: "undecided", logEFail };
}
