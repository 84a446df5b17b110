import { access, constants } from "node:fs/promises";
import type { Phrase, SaidTrouble } from "../../../core/messages/phrases.ts";
import type { Clock } from "../../../ports.ts";
import { doubtful, fine, wrong } from "../../check.ts";
import type { Check, Examination, Surroundings } from "../../define.ts";
import { createExchange, NoAnswer, parseTimeout, publicUrl } from "../../exchange.ts";
import type { Answer } from "../../exchange.ts";
import { clockPath } from "./configuration.ts";
import { findings, subjects } from "./findings.ts";
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

/** Looks at the socket, the version, the rules, the map, the servers, the files and the clock of one HAProxy. Nothing is changed. */
export async function examineHaproxy({ options, examination, surroundings }: Examined, signal: AbortSignal): Promise<readonly Check[]> {
  const { clock } = surroundings;
  const runtime = createRuntime({ socket: options.socket, withinMs: parseTimeout(options.timeout), clock });
  const what = subjects.socket(options.socket);
  const commands = ["show info", "show cli level", "show map", `show map ${mapFile(options.folder)}`, "show backend", "show servers state"];
  let said: string;
  try {
    said = await runtime.ask(commands, signal);
  } catch (error) {
    signal.throwIfAborted();
    return [wrong(what, troubleOf(error))];
  }
  const level = checkLevel(options.socket, said);
  const checks = [checkVersion(said), level];
  if (level.verdict === "wrong") return checks;
  checks.push(checkRules(said, examination), checkMap(said, options), ...checkServers(said, options, examination));
  if (options.socket.startsWith("/")) checks.push(...(await checkFiles(options)));
  else checks.push(notKept(options));
  return [...checks, await checkDoor(said, { options, clock }, signal)];
}

function troubleOf(error: unknown): Phrase<SaidTrouble> {
  const code = error instanceof RuntimeTrouble ? error.code : null;
  if (code === "EACCES") return findings.noAccess(whyOf(error));
  return code === "ENOENT" || code === "ECONNREFUSED" ? findings.notThere(whyOf(error)) : findings.silent(whyOf(error));
}

function checkVersion(said: string): Check {
  const version = /^Version: (\d+)\.(\d+)(\S*)/m.exec(said);
  const what = subjects.version();
  if (version === null) return wrong(what, findings.notHaproxy());
  const [, major = "", minor = "", rest = ""] = version;
  const isEnough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 4);
  const shown = `${major}.${minor}${rest}`;
  return isEnough ? fine(what, findings.version(shown)) : wrong(what, findings.versionOld(shown));
}

function checkLevel(socket: string, said: string): Check {
  const isAdmin = /^admin$/m.test(said) && !/^Permission denied/m.test(said);
  const what = subjects.socket(socket);
  return isAdmin ? fine(what, findings.isAdmin()) : wrong(what, findings.notAdmin());
}

function checkRules(said: string, { plan }: Examination): Check {
  const rules = rulesName({ services: plan.services.map(({ name }) => name), routes: plan.traffic.routes, login: plan.traffic.login });
  const what = subjects.rules();
  const there = new RegExp(`^${rulesPrefix}\\S+$`, "m").exec(said)?.[0];
  if (there === undefined) return wrong(what, findings.noRules());
  return there === rules ? fine(what, findings.rulesFit()) : wrong(what, findings.rulesDiffer(there, rules));
}

function checkMap(said: string, { folder }: ExaminedConnection): Check {
  const what = subjects.map(mapFile(folder));
  return said.includes(`(${mapFile(folder)})`) ? fine(what, findings.hasMap()) : wrong(what, findings.noMap());
}

function checkServers(said: string, { places }: ExaminedConnection, { plan }: Examination): readonly Check[] {
  const servers = readServers(said);
  return plan.services.map(({ name }) => {
    const what = subjects.backends(backendOf(name, "canary"), backendOf(name, "stable"));
    const there = placesOf(servers, name);
    if (there >= places) return fine(what, findings.hasRoom(there));
    return there === 0 ? wrong(what, findings.noServers()) : doubtful(what, findings.littleRoom(there, places));
  });
}

function notKept({ socket }: ExaminedConnection): Check {
  return doubtful(subjects.restartFiles(), findings.notKept(socket));
}

async function checkFiles({ folder }: ExaminedConnection): Promise<readonly Check[]> {
  const can = async (path: string, mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  const isWritable = await can(folder, constants.W_OK | constants.X_OK);
  const hasServers = await can(serversFile(folder), constants.F_OK);
  const what = subjects.folder(folder);
  if (!isWritable) return [wrong(what, findings.notWritable())];
  return [fine(what, hasServers ? findings.keeps() : findings.mayKeep())];
}

const allowedSkewMs = 1_000;

/** The way in takes serin's proofs, and its clock, by which it ends a lease, goes as serin's. */
async function checkDoor(
  said: string,
  { options, clock }: { readonly options: ExaminedConnection; readonly clock: Clock },
  signal: AbortSignal,
): Promise<Check> {
  const what = subjects.door(publicUrl(options.url));
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
    return wrong(what, findings.doorSilent(whyOf(error)));
  }
  const theirMs = Number(answer.headers["serin-clock"] ?? Number.NaN);
  if (Number.isNaN(theirMs)) return wrong(what, findings.doorStrange());
  const skewMs = Math.max(0, sentMs - theirMs, theirMs - clock.nowMs());
  return skewMs <= allowedSkewMs ? fine(what, findings.door()) : wrong(what, findings.clockDiffers(skewMs));
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
