import { once } from "node:events";
import { parseArgs } from "node:util";
import { scenarioNames } from "./scenario-names.ts";
import type { ScenarioName } from "./scenario-names.ts";
import { openSimulatedServer } from "./serve.ts";

/** `npm run dev:api -- [--scenario NAME] [--speed N] [--listen ADDRESS]`: the API over a simulated world, for whoever works on the dashboard. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scenario: { type: "string", default: "good" },
      speed: { type: "string", default: "60" },
      listen: { type: "string", default: "127.0.0.1:7707" },
      seed: { type: "string", default: "16" },
    },
  });
  const [speed, seed] = [Number(values.speed), Number(values.seed)];
  if (!(speed > 0) || !Number.isInteger(seed)) throw new Error("--speed and --seed want numbers: npm run dev:api -- --speed 60");
  const server = await openSimulatedServer({ scenario: scenarioOf(values.scenario), speed, seed, listen: values.listen });
  process.stdout.write(`${server.url}, a simulated minute every ${(60 / speed).toFixed(1)} s; Ctrl-C ends it\n`);
  for (const { name, roles } of server.people) process.stdout.write(`${name} (${roles.join(", ")}): ${server.tokenOf(name)}\n`);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await server.close();
}

function scenarioOf(name: string): ScenarioName {
  const known = scenarioNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`--scenario wants one of ${scenarioNames.join(", ")}`);
  return known;
}

await main();
