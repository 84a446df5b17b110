import { resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { insteadOf } from "../config/near.ts";
import type { DemoOptions } from "../demo/run.ts";
import { UserError } from "../errors.ts";
import type { Exit } from "../errors.ts";
import type { Scenario } from "../demo/scenario.ts";
import { scenarios, usualScenarios } from "../demo/scenarios.ts";
import { targets } from "../demo/targets.ts";
import type { Target } from "../demo/targets.ts";
import type { DemoScreen } from "./demo-screen.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options {
  readonly scenario?: string;
  readonly all?: true;
  readonly once?: true;
  readonly json?: true;
  readonly seed: number;
  readonly speed?: number;
  readonly people?: number;
  readonly keep?: string;
  readonly stay?: true;
  readonly target: string;
}

/** Adds `demo`: a real release on this machine, from plan file to verdict. Exit: 0 every release ended as its name says, 1 not, with the reason; 2 what was typed is wrong. */
export function addDemo(program: Command, terminal: Terminal): void {
  program
    .command("demo")
    .description("release a good and a bad version of a small shop on this machine, with real processes, HTTP and people")
    .option(
      "--scenario <name>",
      `play this scenario only; they are listed below (default: ${usualScenarios.map(({ name }) => name).join(", then ")})`,
    )
    .option("--all", "play every scenario, each on a stage of its own, and end with a table")
    .option("--once", "end after one release")
    .option("--json", "plain lines on standard error; one object a release on standard output")
    .option("--seed <number>", "of the people and the colleagues", wholeNumber, 1)
    .option(
      "--speed <factor>",
      "the plan's durations and scrape interval are divided by this (default: the plan takes about 90 s)",
      positive,
    )
    .option("--people <number>", "new people a second (default: what this machine carries, at most 300)", positive)
    .option("--target <name>", `what people come in by: ${targets.join(", ")}; haproxy and nginx have to be installed`, "edge")
    .option("--stay", "keep shop and dashboard after the last release, until Ctrl-C")
    .option("--keep <dir>", "keep plan, journal and logs in this empty folder")
    .addHelpText("after", () => `\nScenarios:\n${sayScenarios()}`)
    .action((options: Options) => run(terminal, options, () => playDemo(options, terminal)));
}

/** Every scenario with its sentence, a line each. */
function sayScenarios(): string {
  const longest = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, says }) => `  ${name.padEnd(longest)}  ${says}`).join("\n");
}

/** What is to be played on one stage. Throws `input-invalid`. */
function chosen({ scenario: name, all, once }: Options, target: Target): readonly [Scenario, ...Scenario[]] {
  if (name === undefined) return once === undefined ? usualScenarios : [usualScenarios[0]];
  if (all !== undefined) throw new UserError("input-invalid", "Write --scenario or --all, not both.");
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) {
    if (!found.needsEdge || target === "edge") return [found];
    throw new UserError("input-invalid", `The scenario ${found.name} is about what only the edge does. Leave --target out.`);
  }
  const names = scenarios.map((scenario) => scenario.name);
  throw new UserError("input-invalid", `There is no scenario ${JSON.stringify(name)}. ${insteadOf(name, names, "")}`);
}

function targetOf({ target: name }: Options): Target {
  const found = targets.find((target) => target === name);
  if (found !== undefined) return found;
  throw new UserError("input-invalid", `There is no target ${JSON.stringify(name)}. ${insteadOf(name, targets, "")}`);
}

async function playDemo(options: Options, terminal: Terminal): Promise<Exit> {
  if (options.all && options.stay) throw new UserError("input-invalid", "Write --stay or --all, not both.");
  const target = targetOf(options);
  const named = chosen(options, target);
  const screen = await openScreen(options, terminal);
  const interrupted = interruption();
  const asked = {
    target,
    speed: options.speed ?? null,
    peoplePerSecond: options.people ?? null,
    seed: options.seed,
    keepDir: options.keep === undefined ? null : resolve(options.keep),
    isKept: options.stay === true,
  };
  try {
    const complaints =
      options.all === undefined
        ? await (await import("../demo/run.ts")).runDemo({ ...asked, scenarios: named }, screen, interrupted.signal)
        : await playAll(asked, screen, interrupted.signal);
    screen.close();
    for (const complaint of complaints) terminal.err(`serin: ${complaint}\n`);
    return complaints.length === 0 ? "done" : "no";
  } catch (error) {
    screen.close();
    if (error instanceof UserError) throw error;
    terminal.err(`serin: ${interrupted.signal.aborted ? "the demo was interrupted" : sayError(error)}\n`);
    return "no";
  } finally {
    interrupted.stop();
  }
}

/** Plays every scenario and shows the table; answers why some did not end as they should. */
async function playAll(asked: Omit<DemoOptions, "scenarios">, screen: DemoScreen, signal: AbortSignal): Promise<readonly string[]> {
  const { playEach, sayTable } = await import("./demo-all.ts");
  const playable = scenarios.filter(({ needsEdge }) => asked.target === "edge" || !needsEdge);
  const played = await playEach(playable, asked, screen, signal);
  for (const line of sayTable(played)) screen.say(line);
  return played.flatMap(({ scenario, complaints }) => complaints.map((complaint) => `${scenario.name}: ${complaint}`));
}

async function openScreen(options: Options, terminal: Terminal): Promise<DemoScreen> {
  const { jsonScreen, liveScreen, plainScreen } = await import("./demo-screen.ts");
  if (options.json) return jsonScreen({ words: (line) => terminal.err(`${line}\n`), json: (line) => terminal.out(`${line}\n`) });
  const isDrawing = terminal.isLive && terminal.env["TERM"] !== "dumb";
  return isDrawing ? liveScreen(process.stdout, terminal.env) : plainScreen((line) => terminal.out(`${line}\n`));
}

/** Aborts on Ctrl-C, SIGTERM, and when the terminal is closed; a second one changes nothing, since everything is being stopped already. */
function interruption(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, abort);
  return {
    signal: controller.signal,
    stop() {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}

function sayError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${sayError(error.cause)}`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
