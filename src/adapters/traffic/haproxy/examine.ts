import { access, constants } from "node:fs/promises";
import type { Clock } from "../../../ports.ts";
import type { Check, Examination, Surroundings } from "../../define.ts";
import { createExchange, NoAnswer, parseTimeout, publicUrl } from "../../exchange.ts";
import type { Answer } from "../../exchange.ts";
import { clockPath } from "./configuration.ts";
import { mapFile, serversFile } from "./kept-files.ts";
import { proofOfArms } from "./proof.ts";
import { backendOf, rulesName, rulesPrefix, stateKey } from "./rules.ts";
import { createRuntime, RuntimeTrouble } from "./runtime.ts";
import { placesOf, readServers } from "./servers.ts";
import { readState } from "./state.ts";

/** What an examination needs of the connection. */
interface ExaminedConnection {
  readonly socket: string;
  readonly url: string;
  readonly folder: string;
  readonly token: string;
  readonly places: number;
  readonly timeout: string;
}

interface Examined {
  readonly options: ExaminedConnection;
  readonly examination: Examination;
  readonly surroundings: Surroundings;
}

const rewrite = 'Write it with "serin router config PLAN" and reload HAProxy.';

/** Looks at the socket, the version, the rules, the map, the servers, the files and the clock of one HAProxy. Nothing is changed. */
export async function examineHaproxy({ options, examination, surroundings }: Examined, signal: AbortSignal): Promise<readonly Check[]> {
  const { clock } = surroundings;
  const runtime = createRuntime({ socket: options.socket, withinMs: parseTimeout(options.timeout), clock });
  const what = `socket ${options.socket}`;
  const commands = ["show info", "show cli level", "show map", `show map ${mapFile(options.folder)}`, "show backend", "show servers state"];
  let said: string;
  try {
    said = await runtime.ask(commands, signal);
  } catch (error) {
    signal.throwIfAborted();
    return [{ what, verdict: "wrong", says: sentence(error), remedy: remedyOf(error) }];
  }
  const level = checkLevel(what, said);
  const checks = [checkVersion(said), level];
  if (level.verdict === "wrong") return checks;
  checks.push(checkRules(said, examination), checkMap(said, options), ...checkServers(said, options, examination));
  if (options.socket.startsWith("/")) checks.push(...(await checkFiles(options)));
  else checks.push(notKept(options));
  return [...checks, await checkDoor(said, { options, clock }, signal)];
}

function remedyOf(error: unknown): string {
  const code = error instanceof RuntimeTrouble ? error.code : null;
  if (code === "EACCES") return "Let the user of serin use it: `user`, `group` and `mode 660` of the `stats socket` line.";
  if (code === "ENOENT" || code === "ECONNREFUSED")
    return "Start HAProxy with the configuration of serin, or correct `socket` of the connection.";
  return "See whether HAProxy runs and is not overloaded.";
}

function checkVersion(said: string): Check {
  const version = /^Version: (\d+)\.(\d+)(\S*)/m.exec(said);
  const what = "HAProxy's version";
  if (version === null)
    return { what, verdict: "wrong", says: "What answers there is not HAProxy.", remedy: "Correct `socket` of the connection." };
  const [, major = "", minor = "", rest = ""] = version;
  const isEnough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 4);
  const says = `It is ${major}.${minor}${rest}.`;
  return isEnough ? { what, verdict: "ok", says, remedy: null } : { what, verdict: "wrong", says, remedy: "Install 2.4 or later." };
}

function checkLevel(what: string, said: string): Check {
  const isAdmin = /^admin$/m.test(said) && !/^Permission denied/m.test(said);
  return isAdmin
    ? { what, verdict: "ok", says: "It may be used, at the level admin.", remedy: null }
    : {
        what,
        verdict: "wrong",
        says: "Its level is not admin, so that servers cannot be set.",
        remedy: "Write `level admin` in the `stats socket` line.",
      };
}

function checkRules(said: string, { plan }: Examination): Check {
  const rules = rulesName({ services: plan.services.map(({ name }) => name), routes: plan.traffic.routes, login: plan.traffic.login });
  const what = "rules of the configuration";
  const there = new RegExp(`^${rulesPrefix}\\S+$`, "m").exec(said)?.[0];
  if (there === undefined) return { what, verdict: "wrong", says: "HAProxy has none of serin's.", remedy: rewrite };
  if (there === rules) return { what, verdict: "ok", says: "They were written for this plan.", remedy: null };
  return {
    what,
    verdict: "wrong",
    says: `They are ${there}, and this plan needs ${rules}: other services, routes or login.`,
    remedy: rewrite,
  };
}

function checkMap(said: string, { folder }: ExaminedConnection): Check {
  const what = `map ${mapFile(folder)}`;
  const isThere = said.includes(`(${mapFile(folder)})`);
  return isThere
    ? { what, verdict: "ok", says: "HAProxy has it.", remedy: null }
    : { what, verdict: "wrong", says: "HAProxy has no such map.", remedy: `Correct \`folder\` of the connection. ${rewrite}` };
}

function checkServers(said: string, { places }: ExaminedConnection, { plan }: Examination): readonly Check[] {
  const servers = readServers(said);
  return plan.services.map(({ name }) => {
    const what = `backends ${backendOf(name, "canary")} and ${backendOf(name, "stable")}`;
    const there = placesOf(servers, name);
    if (there >= places) return { what, verdict: "ok", says: `Each arm has room for ${there} addresses.`, remedy: null };
    if (there === 0) return { what, verdict: "wrong", says: "HAProxy has no servers of serin in them.", remedy: rewrite };
    return { what, verdict: "doubtful", says: `Each arm has room for ${there} addresses, not ${places}.`, remedy: rewrite };
  });
}

function notKept({ socket }: ExaminedConnection): Check {
  return {
    what: "files for a restart",
    verdict: "doubtful",
    says: `HAProxy at ${socket} may be another machine's, so that nothing is written for it: after a reload it has no address until serin's next word.`,
    remedy: "Do not reload it during a release, or run serin beside it with a path as `socket`.",
  };
}

async function checkFiles({ folder }: ExaminedConnection): Promise<readonly Check[]> {
  const can = async (path: string, mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  const isWritable = await can(folder, constants.W_OK | constants.X_OK);
  const hasServers = await can(serversFile(folder), constants.F_OK);
  const what = `folder ${folder}`;
  if (!isWritable) {
    const says = "serin cannot write there, so that a reload would bring an old share and old addresses back.";
    return [{ what, verdict: "wrong", says, remedy: "Make the folder, owned by the user of serin and readable for HAProxy." }];
  }
  if (hasServers) return [{ what, verdict: "ok", says: "serin keeps the share and the addresses there.", remedy: null }];
  return [{ what, verdict: "ok", says: "serin can write there, and has not yet.", remedy: null }];
}

const allowedSkewMs = 1_000;

/** The way in takes serin's proofs, and its clock, by which it ends a lease, goes as serin's. */
async function checkDoor(
  said: string,
  { options, clock }: { readonly options: ExaminedConnection; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Check> {
  const what = `way in ${publicUrl(options.url)}`;
  const entry = new RegExp(`^0x[0-9a-f]+ ${stateKey} (\\S+)$`, "m").exec(said)?.[1];
  const tag = (entry === undefined ? null : readState(entry))?.tag ?? "";
  const arms = "serin:clock";
  const headers = { baggage: `serin.arm=${arms},serin.proof=${proofOfArms({ token: options.token, tag, arms })}` };
  const url = new URL(clockPath, options.url).href;
  const sentMs = clock.nowMs();
  let answer: Answer;
  try {
    answer = await createExchange(clock)(
      { method: "GET", url, shownAs: publicUrl(url), headers, body: null, withinMs: parseTimeout(options.timeout) },
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof NoAnswer)) throw error;
    return {
      what,
      verdict: "wrong",
      says: sentence(error),
      remedy: "Correct `url` of the connection, or the `bind` line of the configuration.",
    };
  }
  const theirMs = Number(answer.headers["serin-clock"] ?? Number.NaN);
  if (Number.isNaN(theirMs)) {
    const says = "What answers there does not take serin's proof: it is not this HAProxy, or its token is another one.";
    return {
      what,
      verdict: "wrong",
      says,
      remedy: `Give HAProxy the token of the connection, and \`url\` the address of its \`bind\` line. ${rewrite}`,
    };
  }
  const skewMs = Math.max(0, sentMs - theirMs, theirMs - clock.nowMs());
  if (skewMs <= allowedSkewMs) return { what, verdict: "ok", says: "It takes serin's proof, and its clock is serin's.", remedy: null };
  return {
    what,
    verdict: "wrong",
    says: `Its clock differs by ${skewMs} ms: a lease would end at another time.`,
    remedy: "Synchronise both clocks (NTP).",
  };
}

function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}
