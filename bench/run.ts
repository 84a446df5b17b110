import { readdirSync } from "node:fs";

/** A benchmark prints its figures; `quick` is for a look, not for quoting. */
interface Benchmark {
  bench(options: { readonly quick: boolean }): Promise<void> | void;
}

/** Runs `bench/NAME.ts`: `node bench/run.ts NAME [--quick]`. */
async function main(words: readonly string[]): Promise<void> {
  const names = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".ts") && file !== "run.ts")
    .map((file) => file.slice(0, -".ts".length));
  const [name] = words.filter((word) => !word.startsWith("--"));
  const strange = words.find((word) => word.startsWith("--") && word !== "--quick");
  if (name === undefined || !names.includes(name) || strange !== undefined) {
    process.stderr.write(`usage: npm run bench -- NAME [--quick], where NAME is one of: ${names.join(", ")}\n`);
    process.exitCode = 2;
    return;
  }
  const benchmark = (await import(`./${name}.ts`)) as Benchmark;
  await benchmark.bench({ quick: words.includes("--quick") });
}

await main(process.argv.slice(2));
