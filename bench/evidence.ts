import type { TestSpec } from "../src/evidence/test-spec.ts";
import { compare, stories } from "./evidence/against-peers.ts";
import { detection, effects } from "./evidence/detection.ts";
import { falseAlarms } from "./evidence/false-alarms.ts";
import { nullWorlds } from "./evidence/nulls.ts";
import { obviousHarm, scrapesToProve } from "./evidence/obvious.ts";
import type { Known } from "./evidence/obvious.ts";
import { updatesPerSecond } from "./evidence/speed.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const percent = (ratio: number): string => `${(100 * ratio).toFixed(2)} %`;

/** Speed, false alarms, delays against the bound, and the peers on the same streams. Quick: a tenth of the runs. */
export function bench(options: { readonly quick: boolean }): void {
  speed(options.quick ? 300 : 2000);
  alarms(options.quick ? 300 : 3000);
  delays(options.quick ? 200 : 2000);
  obvious(options.quick ? 100 : 1000);
  peers(options.quick ? 40 : 300);
}

function speed(forMs: number): void {
  const budget = { alpha: 0.01, beta: 0.05, plannedScrapes: 540 };
  const line = { good: "below", at: 0.01 } as const;
  const requests: TestSpec = { kind: "rate", unit: "request", pass: { good: "below", at: 0.005 }, fail: line, ...budget };
  const specs: Readonly<Record<string, TestSpec>> = {
    "a guard, people": { kind: "rate", unit: "person", pass: null, fail: line, ...budget },
    "a gate, people": { kind: "rate", unit: "person", pass: { good: "below", at: 0.005 }, fail: line, ...budget },
    "a gate, requests": requests,
    "against stable": { kind: "against-stable", unit: "person", pass: null, fail: { good: "below", at: 2 }, ...budget },
  };
  say("\nVerdicts a second, one core: a scrape is added and judged");
  const row = (name: string, rate: number): void => say(`  ${name.padEnd(30)}${Math.round(rate).toLocaleString("en").padStart(10)}`);
  for (const [name, spec] of Object.entries(specs)) row(name, updatesPerSecond(spec, { forMs, arms: "whole" }));
  row("a gate, requests in slices", updatesPerSecond(requests, { forMs, arms: "in slices" }));
}

function alarms(runs: number): void {
  for (const [wrong, title] of [
    ["fail", "False alarms at alpha 1 %"],
    ["pass", "False promotions at beta 5 %, exactly on the fail line"],
  ] as const) {
    say(`\n${title}: ${runs} runs of 60 scrapes, looked at after each`);
    say(`  ${"world".padEnd(13)}${"test".padEnd(64)}${"wrong".padStart(7)}${"rate".padStart(9)}  95 % limit`);
    for (const world of nullWorlds.filter((candidate) => candidate.wrong.includes(wrong))) {
      const { alarms: count, rate, high } = falseAlarms(world, { wrong, runs, scrapes: 60, seed: 20_260_801 });
      say(`  ${world.name.padEnd(13)}${world.says.padEnd(64)}${String(count).padStart(7)}${percent(rate).padStart(9)}  ${percent(high)}`);
    }
  }
}

function delays(runs: number): void {
  say(`\nMean delay against ln(1/error) / KL, ${runs} runs: the goal is 1.5 x the bound + 1 scrape (8 scrapes to the bound)`);
  say(
    `  ${"effect".padEnd(50)}${"proves".padEnd(7)}${"error".padStart(6)}${"bound".padStart(9)}${"mean".padStart(9)}  (mean - 1 scrape) / bound`,
  );
  for (const effect of effects) {
    const { bound, mean, ratio, missed } = detection(effect, { runs, seed: 20_260_802 });
    const marks = `${ratio > 1.5 ? "  over 1.5" : ""}${missed > 0 ? `  ${missed} not seen` : ""}`;
    const figures = `${String(effect.error).padStart(6)}${bound.toFixed(0).padStart(9)}${mean.toFixed(0).padStart(9)}`;
    say(`  ${effect.says.padEnd(50)}${effect.proves.padEnd(7)}${figures}  ${ratio.toFixed(2)}${marks}`);
  }
}

function obvious(runs: number): void {
  say(`\nObvious harm on requests, mean scrapes to prove it at alpha 0.16 %, ${runs} runs`);
  const known: readonly Known[] = ["slices beside stable", "slices alone", "whole"];
  say(`  ${"".padEnd(64)}${known.map((one) => one.padStart(22)).join("")}`);
  for (const harm of obviousHarm) {
    const means = known.map((seen) => scrapesToProve(harm, { runs, seed: 20_260_804, seen }).toFixed(2).padStart(22));
    say(`  ${harm.says.padEnd(64)}${means.join("")}`);
  }
}

function peers(runs: number): void {
  say(
    `\nRolled back, % of ${runs} runs (median seconds): 15 minutes, 10 % canary, line 1 %; all on the same streams. serin: of people, and of requests in slices`,
  );
  for (const [index, story] of stories.entries()) {
    const results = compare(story, { runs, seed: 20_260_803 });
    if (index === 0) say(`  ${"".padEnd(28)}${results.map(({ name }) => name.padStart(12)).join("")}`);
    const cells = results.map(({ rolledBackPct, medianS }) =>
      `${rolledBackPct.toFixed(0)}${medianS === null ? "" : ` (${medianS})`}`.padStart(12),
    );
    say(`  ${story.says.padEnd(28)}${cells.join("")}`);
  }
}
