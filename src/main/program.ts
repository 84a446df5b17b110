import type { Command } from "commander";
import type { Terminal } from "../cli/terminal.ts";
import { adapterLists, version } from "./server-makings.ts";

/*
 * Which command is in which file. Each is imported when it is asked for, so that no command pays for another.
 */

/** A word after `serin`, and what stands beneath it. */
interface Group {
  readonly says: string;
  add(group: Command, terminal: Terminal): Promise<void>;
}

const groups: Readonly<Record<string, Group>> = {
  plan: { says: "check, foresee, explain, simulate and render plan files", add: addPlan },
  release: { says: "begin, watch and steer the releases of a running server", add: addRelease },
  stable: {
    says: "start the stable version on this machine",
    add: async (group, terminal) => (await import("../cli/stable-start.ts")).addStableStart(group, terminal),
  },
  router: {
    says: "configure the routers that are other people's servers",
    add: async (group, terminal) => (await import("../cli/router-config.ts")).addRouterConfig(group, terminal, adapterLists),
  },
  freeze: { says: "see, set and lift freezes", add: addFreeze },
  token: { says: "make, list and revoke tokens of machines", add: addToken },
  session: { says: "see where people are signed in, and sign them out", add: addSession },
};

/** Commands that stand directly beneath `serin`. */
const commands: Readonly<Record<string, (program: Command, terminal: Terminal) => Promise<void>>> = {
  server: addServerCommands,
  edge: async (program, terminal) => void (await import("../cli/edge.ts")).addEdge(program, terminal),
  doctor: async (program, terminal) =>
    void (await import("../cli/doctor.ts")).addDoctor(program, terminal, async (asked) =>
      (await import("./without-server.ts")).examineHere(asked),
    ),
  link: async (program, terminal) => (await import("../cli/link.ts")).addLink(program, terminal),
  judge: async (program, terminal) => (await import("../cli/judge.ts")).addJudge(program, terminal),
  demo: async (program, terminal) => (await import("../cli/demo.ts")).addDemo(program, terminal),
};

async function addPlan(plan: Command, terminal: Terminal): Promise<void> {
  const [lint, power, when, explain, simulate, render, schema] = await Promise.all([
    import("../cli/plan-lint.ts"),
    import("../cli/plan-power.ts"),
    import("../cli/plan-when.ts"),
    import("../cli/plan-explain.ts"),
    import("../cli/plan-simulate.ts"),
    import("../cli/plan-render.ts"),
    import("../cli/schema.ts"),
  ]);
  lint.addPlanLint(plan, terminal, adapterLists);
  power.addPlanPower(plan, terminal, adapterLists);
  when.addPlanWhen(plan, terminal, adapterLists);
  explain.addPlanExplain(plan, terminal, adapterLists);
  simulate.addPlanSimulate(plan, terminal, adapterLists);
  render.addPlanRender(plan, terminal, adapterLists);
  schema.addPlanSchema(plan, terminal, adapterLists);
}

async function addServerCommands(program: Command, terminal: Terminal): Promise<void> {
  const [server, schema] = await Promise.all([import("../cli/server.ts"), import("../cli/schema.ts")]);
  schema.addServerSchema(
    server.addServer(program, terminal, async (start) => (await import("./open-server.ts")).openServer(start)),
    terminal,
    adapterLists,
  );
}

async function addRelease(release: Command, terminal: Terminal): Promise<void> {
  const [start, list, show, watch, why, readiness, ask, verify, report] = await Promise.all([
    import("../cli/release-start.ts"),
    import("../cli/release-list.ts"),
    import("../cli/release-show.ts"),
    import("../cli/release-watch.ts"),
    import("../cli/release-why.ts"),
    import("../cli/release-readiness.ts"),
    import("../cli/release-ask.ts"),
    import("../cli/release-verify.ts"),
    import("../cli/release-report.ts"),
  ]);
  start.addReleaseStart(release, terminal);
  list.addReleaseList(release, terminal);
  show.addReleaseShow(release, terminal);
  watch.addReleaseWatch(release, terminal);
  why.addReleaseWhy(release, terminal);
  readiness.addReleaseReadiness(release, terminal);
  ask.addReleaseAsk(release, terminal);
  verify.addReleaseVerify(release, terminal, async (asked) => (await import("./without-server.ts")).verifyStored(asked));
  report.addReleaseReport(release, terminal, async (asked) => (await import("./without-server.ts")).reportStored(asked));
}

async function addFreeze(freeze: Command, terminal: Terminal): Promise<void> {
  const [list, set, lift] = await Promise.all([
    import("../cli/freeze-list.ts"),
    import("../cli/freeze-set.ts"),
    import("../cli/freeze-lift.ts"),
  ]);
  list.addFreezeList(freeze, terminal);
  set.addFreezeSet(freeze, terminal);
  lift.addFreezeLift(freeze, terminal);
}

async function addToken(token: Command, terminal: Terminal): Promise<void> {
  const [create, list, revoke] = await Promise.all([
    import("../cli/token-create.ts"),
    import("../cli/token-list.ts"),
    import("../cli/token-revoke.ts"),
  ]);
  create.addTokenCreate(token, terminal);
  list.addTokenList(token, terminal);
  revoke.addTokenRevoke(token, terminal);
}

async function addSession(session: Command, terminal: Terminal): Promise<void> {
  const [list, end] = await Promise.all([import("../cli/session-list.ts"), import("../cli/session-end.ts")]);
  list.addSessionList(session, terminal);
  end.addSessionEnd(session, terminal);
}

/** What stands beneath the list of commands. */
const afterCommands = `
To begin: serin demo, or serin plan lint PLAN and serin plan simulate PLAN; they need no server.

Commands about a running server ask the one that --server or SERIN_SERVER names (default:
http://127.0.0.1:7707), with the token of --token-file or SERIN_TOKEN.

Exit codes: 0 done, or yes; 1 the answer is no; 2 what was typed is wrong; 3 no server, or no
answer; 4 not allowed; 5 the release has moved on; 6 it ended otherwise than waited for.`;

/** The command line with the command that `words` ask for, or with all of them when they ask for none; a wrong one throws a `CommanderError`. */
export async function createProgram(words: readonly string[], terminal: Terminal): Promise<Command> {
  const { Command, Help } = await import("commander");
  const program = new Command("serin").description("progressive delivery with honest evidence").version(version());
  program.showHelpAfterError("(--help shows what the command takes)").addHelpText("after", afterCommands).exitOverride();
  program.configureHelp({
    optionDescription: (option) => `${new Help().optionDescription(option)}${option.mandatory ? " (required)" : ""}`,
  });
  const asked = words.find((word) => !word.startsWith("-")) ?? "";
  const isAsked = (name: string): boolean => asked === name || !(Object.hasOwn(groups, asked) || Object.hasOwn(commands, asked));
  for (const [name, group] of Object.entries(groups)) {
    if (isAsked(name)) await group.add(program.command(name).description(group.says), terminal);
  }
  for (const [name, add] of Object.entries(commands)) {
    if (isAsked(name)) await add(program, terminal);
  }
  return program;
}
