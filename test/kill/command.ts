import { parseArgs } from "node:util";
import { killRounds } from "./rounds.ts";

/** `npm run test:kill -- [--rounds N] [--seed N]`: rounds of seeds SEED, SEED+1, …; exit code 1 when something broke. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "50" }, seed: { type: "string", default: "1" } } });
  const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
  if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed) || seed < 0)
    throw new Error("--rounds and --seed want whole numbers: npm run test:kill -- --rounds 50 --seed 1");
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort(new Error("interrupted")));
  const { reports, kept } = await killRounds({
    rounds,
    seed,
    signal: interrupted.signal,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  const broken = reports.filter((report) => report.broken.length > 0);
  for (const report of broken) for (const why of report.broken) process.stdout.write(`seed ${report.seed} (${report.kind}): ${why}\n`);
  for (const folder of kept) process.stdout.write(`kept: ${folder}\n`);
  process.exitCode = broken.length === 0 && reports.length === rounds ? 0 : 1;
}

await main();
