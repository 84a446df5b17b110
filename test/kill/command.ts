import { parseArgs } from "node:util";
import { killRounds } from "./rounds.ts";

/**
 * `npm run test:kill -- [--rounds N] [--seed N]`: rounds of seeds SEED, SEED+1, …; exit code 1 when something broke, with what it was, the
 * seed and the folder that is kept; 2 when the command is wrong.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "50" }, seed: { type: "string", default: "1" } } });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || seed < 0) {
    say("--rounds and --seed want whole numbers: npm run test:kill -- --rounds 50 --seed 1");
    return 2;
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error("interrupted")));
  try {
    const { reports, kept } = await killRounds({ rounds, seed, signal: interrupted.signal, say });
    const broken = reports.filter((report) => report.broken.length > 0);
    for (const report of broken) for (const why of report.broken) say(`seed ${report.seed} (${report.kind}): ${why}`);
    for (const folder of kept) say(`kept: ${folder}`);
    return broken.length === 0 ? 0 : 1;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    say("interrupted; what was started is stopped");
    return 1;
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
