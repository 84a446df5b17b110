import { meanAfter, prospectOf, sureAfter } from "../src/evidence/prospect.ts";
import { races, simulateRace } from "./power/races.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What `serin plan power` predicts beside what the real tests come to: mean scrapes until the verdict, and those enough in four lives of five. */
export function bench(options: { readonly quick: boolean }): void {
  const runs = options.quick ? 200 : 2000;
  say(`\nScrapes until the verdict, closed form and ${runs} simulated releases: the goal is a mean within 25 %`);
  say(`  ${"".padEnd(50)}${["mean", "simulated", "off by", "4 of 5", "simulated"].map((title) => title.padStart(11)).join("")}`);
  for (const race of races) {
    const prospect = prospectOf(race.spec, race.world);
    const mean = meanAfter(prospect, 0);
    const seen = simulateRace(race, { runs, proves: prospect.proves ?? "pass", most: Math.ceil(12 * mean + 10), marks: [] });
    const offPct = 100 * (mean / seen.mean - 1);
    const figures = [
      mean.toFixed(1),
      seen.mean.toFixed(1),
      `${offPct.toFixed(0)} %`,
      sureAfter(prospect, 0, 0.8).toFixed(1),
      String(seen.sure),
    ];
    say(`  ${race.says.padEnd(50)}${figures.map((figure) => figure.padStart(11)).join("")}${Math.abs(offPct) > 25 ? "  over 25 %" : ""}`);
  }
}
