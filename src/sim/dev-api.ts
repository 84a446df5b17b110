import { once } from "node:events";
import { parseArgs } from "node:util";
import { pathOf, routes } from "../http/contract.ts";
import type { CreateLinkAnswer } from "../http/contract/access.ts";
import { diligent, look } from "./colleagues.ts";
import { random } from "./random.ts";
import { scenarioNames } from "./scenario-names.ts";
import type { ScenarioName } from "./scenario-names.ts";
import { openSimulatedServer } from "./serve.ts";
import type { SimulatedServer } from "./serve.ts";

const usage = "npm run dev:api -- [--scenario NAME] [--speed N] [--listen ADDRESS] [--seed N] [--colleagues] [--history]";
/** Between two looks of the colleagues, ms of real time. */
const lookEveryMs = 1_000;

/** `npm run dev:api`: the API over a simulated world in which a release has just begun, for whoever works on the dashboard. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      scenario: { type: "string", default: "good" },
      speed: { type: "string", default: "60" },
      listen: { type: "string", default: "127.0.0.1:7707" },
      seed: { type: "string", default: "16" },
      colleagues: { type: "boolean", default: false },
      history: { type: "boolean", default: false },
    },
  });
  const [speed, seed] = [Number(values.speed), Number(values.seed)];
  if (!(speed > 0) || !Number.isInteger(seed)) throw new Error(`--speed and --seed want numbers: ${usage}`);
  const scenario = scenarioOf(values.scenario);
  const server = await openSimulatedServer({ scenario, speed, seed, listen: values.listen, hasHistory: values.history });
  const release = await begin(server);
  const at = values.colleagues ? setInterval(() => void signFor(server, release), lookEveryMs) : undefined;
  process.stdout.write(`${server.url}, a simulated minute every ${(60 / speed).toFixed(1)} s; Ctrl-C ends it\n`);
  for (const { name, roles } of server.people) {
    const link = await linkFor(server, name);
    process.stdout.write(`${name} (${roles.join(", ")}): ${link}\n  token ${server.tokenOf(name)}\n`);
  }
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  clearInterval(at);
  await server.close();
}

function scenarioOf(name: string): ScenarioName {
  const known = scenarioNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`--scenario wants one of ${scenarioNames.join(", ")}`);
  return known;
}

/** Begins a release by the API, as whoever may; answers its id. */
async function begin(server: SimulatedServer): Promise<string> {
  const [, { name }] = server.team;
  const versions = { frontend: "ecomsimply/frontend:3.0.0", backend: "ecomsimply/backend:3.0.0" };
  const answer = await fetch(server.url + pathOf(routes.startRelease), {
    method: "POST",
    headers: { authorization: `Bearer ${server.tokenOf(name)}`, "content-type": "application/json", "idempotency-key": "dev" },
    body: JSON.stringify({ plan: server.plan, versions, reason: "Awwwards UI Refonte" }),
  });
  const body = (await answer.json()) as { readonly id: string };
  if (!answer.ok) throw new Error(`no release began: ${JSON.stringify(body)}`);
  return body.id;
}

/** A one-time link to the dashboard, as this person. */
async function linkFor(server: SimulatedServer, name: string): Promise<string> {
  const { method } = routes.createLink;
  const answer = await fetch(server.url + pathOf(routes.createLink), {
    method,
    headers: { authorization: `Bearer ${server.tokenOf(name)}` },
  });
  return ((await answer.json()) as CreateLinkAnswer).url;
}

/** One look of everybody: who is asked signs. */
async function signFor({ engine, team }: SimulatedServer, release: string): Promise<void> {
  await look(engine, release, { ...diligent, signs: "on evidence", team }, random(engine.nowMs()));
}

await main();
