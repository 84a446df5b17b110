import type { Command } from "commander";
import type { Adapters } from "../config/catalogue.ts";
import { insteadOf } from "../config/near.ts";
import { sayLack } from "../core/messages/troubles.ts";
import type { Language, Plan } from "../core/plan.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import type { NamedScenario, Site } from "../sim/catalogue.ts";
import type { Stage } from "../sim/play.ts";
import { scenarioNames } from "../sim/scenario-names.ts";
import { languageOf } from "./language-option.ts";
import { readPersonFile } from "./person-file.ts";
import { serviceVersions } from "./service-versions.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { numberOf, trafficOf, withTrafficOptions } from "./traffic-options.ts";
import type { TrafficOptions } from "./traffic-options.ts";

interface Options extends TrafficOptions {
  readonly scenario: string;
  readonly seed: string;
  readonly peoplePerSecond?: string;
  readonly set?: readonly string[];
  readonly language?: string;
  readonly json?: boolean;
}

/** Nobody makes more requests in a visit; more is a slip of the pen, or people who were left out. */
const mostRequests = 1_000;
/** What is taken where nobody says what comes to the site. */
const usual = { peoplePerSecond: 50, requestsPerPerson: 3 } as const;
const everyScenario = "all";

/**
 * Adds `plan simulate FILE`: the release that this plan would have, told by the simulator with the real engine. Exit: 0 told; 1 a version that
 * does harm was promoted; 2 what was typed, or the plan, is wrong.
 */
export function addPlanSimulate(plan: Command, terminal: Terminal, adapters: () => Promise<Adapters>): void {
  const command = plan
    .command("simulate <file>")
    .description("tell the release that this plan would have: the real engine in a simulated world, hours in seconds")
    .option("--scenario <name>", "what goes wrong; `all` plays every scenario and prints a table", "good")
    .option("--seed <number>", "of everything that happens by chance; the same seed tells the same story", "1")
    .option("--people-per-second <number>", "new people a second, on both versions together (default: the logins, or 50)");
  withTrafficOptions(command)
    .option("--set <service=version...>", "what is released")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .option("--json", "write one JSON object a line")
    .addHelpText("after", `\nScenarios: ${scenarioNames.join(", ")}.`)
    .action((file: string, options: Options) => run(terminal, options, () => simulateFile(file, options, { terminal, adapters })));
}

interface Seat {
  readonly terminal: Terminal;
  readonly adapters: () => Promise<Adapters>;
}

interface Show {
  readonly stage: Stage;
  readonly language: Language;
  readonly terminal: Terminal;
  readonly json: boolean;
}

async function simulateFile(file: string, options: Options, { terminal, adapters }: Seat): Promise<Exit> {
  const language = languageOf(options.language);
  const [site, seed, versions] = [siteOf(options), seedOf(options.seed), serviceVersions(options.set ?? [], "--set")];
  const { catalogue } = await import("../sim/catalogue.ts");
  const named = options.scenario === everyScenario ? null : scenarioOf(options.scenario, catalogue);
  const plan = await planOf(file, await adapters());
  assertServices(versions, plan);
  const show = { stage: { plan, seed, site, versions }, language: language ?? plan.language, terminal, json: options.json === true };
  return named === null ? playAll(catalogue, show) : playOne(named, show);
}

async function playOne(named: NamedScenario, { stage, language, terminal, json }: Show): Promise<Exit> {
  const [{ lackOf }, { isMissed, play }, { drawSimulation }, { linesOf }] = await Promise.all([
    import("../sim/catalogue.ts"),
    import("../sim/play.ts"),
    import("./view/draw-simulation.ts"),
    import("./simulation-lines.ts"),
  ]);
  const lack = lackOf(named, stage.plan);
  if (lack !== null) throw new UserError("scenario-unseen", `${named.name}: ${sayLack(lack, language)}.`, { lacks: lack });
  const told = { named, stage, played: await play(named, stage), language };
  terminal.out(json ? linesOf(told) : drawSimulation(told));
  return isMissed(told) ? "no" : "done";
}

async function playAll(catalogue: readonly NamedScenario[], { stage, language, terminal, json }: Show): Promise<Exit> {
  const [{ lackOf }, { isMissed, play }, draw, { endLine, lackLine }] = await Promise.all([
    import("../sim/catalogue.ts"),
    import("../sim/play.ts"),
    import("./view/draw-simulation.ts"),
    import("./simulation-lines.ts"),
  ]);
  const missed: string[] = [];
  if (!json) terminal.out(draw.drawTableHead(stage, language));
  for (const named of catalogue) {
    const lack = lackOf(named, stage.plan);
    if (lack !== null) {
      terminal.out(json ? lackLine(named.name, lack) : draw.drawUnseen(named.name, lack, language));
      continue;
    }
    const told = { named, stage, played: await play(named, stage), language };
    if (isMissed(told)) missed.push(named.name);
    terminal.out(json ? endLine(told) : draw.drawTableRow(told));
  }
  if (!json) terminal.out(draw.drawTableFoot(missed, language));
  return missed.length > 0 ? "no" : "done";
}

async function planOf(file: string, lists: Adapters): Promise<Plan> {
  const [bytes, { readPlan }] = await Promise.all([readPersonFile(file), import("../config/plan-file.ts")]);
  const { plan, problems } = readPlan(bytes, file, { ...lists, server: null });
  const errors = problems.filter((problem) => problem.severity === "error");
  if (plan === null) throw new UserError("plan-invalid", `${file} cannot be simulated.`, { problems: errors });
  return plan;
}

function scenarioOf(name: string, catalogue: readonly NamedScenario[]): NamedScenario {
  const named = catalogue.find((scenario) => scenario.name === name);
  if (named) return named;
  throw new UserError("input-invalid", `There is no scenario "${name}". ${insteadOf(name, [...scenarioNames, everyScenario], "")}`);
}

function assertServices(versions: Readonly<Record<string, string>>, plan: Plan): void {
  const known = plan.services.map(({ name }) => name);
  const strange = Object.keys(versions).find((service) => !known.includes(service));
  if (strange === undefined) return;
  throw new UserError("input-invalid", `--set names ${strange}, which is no service of the plan. ${insteadOf(strange, known, "")}`);
}

/** Chance is seeded with 32 bits. */
const mostSeed = 2 ** 32 - 1;

function seedOf(text: string): number {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= mostSeed) return seed;
  throw new UserError("input-invalid", `--seed is a whole number from 0 to ${mostSeed}, not "${text}". Write --seed 1.`);
}

/** What comes to the site: what was typed, and for the rest people who all log in and make three requests each. */
function siteOf(options: Options): Site {
  const { loginsPerMinute, rps } = trafficOf(options);
  const logins = loginsPerMinute === null ? null : loginsPerMinute / 60;
  const peoplePerSecond = numberOf(options.peoplePerSecond, "--people-per-second", "50") ?? logins ?? usual.peoplePerSecond;
  const loginsPerSecond = logins ?? peoplePerSecond;
  if (loginsPerSecond > peoplePerSecond * 1.000001) {
    const most = Math.floor(peoplePerSecond * 60);
    throw new UserError(
      "input-invalid",
      `More people log in (${loginsPerMinute} a minute) than come (${peoplePerSecond} a second). Write --logins-per-minute ${most}, or less.`,
    );
  }
  const requestsPerPerson = rps === null ? usual.requestsPerPerson : rps / peoplePerSecond;
  if (requestsPerPerson > mostRequests) {
    const people = Math.ceil((rps ?? 0) / usual.requestsPerPerson);
    throw new UserError(
      "input-invalid",
      `--rps ${rps} is more than ${mostRequests} requests for each of ${peoplePerSecond} people a second. Write --people-per-second ${people}, or how many they are.`,
    );
  }
  return { peoplePerSecond, loginsPerSecond, requestsPerPerson };
}
