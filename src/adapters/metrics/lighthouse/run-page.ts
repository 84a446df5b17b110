import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../../ports.ts";
import { outcome, reportFiles } from "./job.ts";
import type { Job } from "./job.ts";

/** The process's file: source where this one is, compiled where this one is. */
const runnerPath = fileURLToPath(new URL(`./runner${extname(import.meta.url)}`, import.meta.url));

/** What one run of Lighthouse left. */
export type Ran =
  /** `report`: its report as Lighthouse writes it in JSON; `html`: path of the same for people; `text`: what people see of the page. */
  | {
      readonly kind: "ran";
      readonly report: string;
      readonly html: string;
      readonly text: string;
      readonly trouble: string | null;
    }
  | { readonly kind: "failed"; readonly why: string };

/** Runs Lighthouse once. Never rejects: what goes wrong is `failed`. Nothing of the run is left running when it resolves. */
export type RunPage = (told: Job, signal: AbortSignal) => Promise<Ran>;

/** Larger reports are not read, bytes. */
const largestReport = 64 * 1024 * 1024;
/** What of serin's own environment a run sees: it may hold secrets, and pages are strangers. */
const inherited = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "FONTCONFIG_PATH", "XDG_RUNTIME_DIR"];

/** Returns a `RunPage` that starts a process of its own for each run; it and its browser are one process group, and are killed as one. */
export function createRunPage(clock: Clock, withinMs: number): RunPage {
  return async (told, signal) => {
    const ended = await runProcess(told, { clock, withinMs, signal });
    // Only the reports are of use.
    await rm(join(told.folder, "profile"), { recursive: true, force: true, maxRetries: 3 });
    return ended;
  };
}

async function runProcess(
  told: Job,
  { clock, withinMs, signal }: { readonly clock: Clock; readonly withinMs: number; readonly signal: AbortSignal },
): Promise<Ran> {
  if (signal.aborted) return { kind: "failed", why: "it was not begun: the server is closing" };
  const env = Object.fromEntries(inherited.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  const child = spawn(process.execPath, [runnerPath], { detached: true, env, stdio: ["pipe", "pipe", "pipe"] });
  child.once("error", () => {});
  child.stdin.on("error", () => {});
  const over = new AbortController();
  const tooLate = clock.wait(withinMs, AbortSignal.any([signal, over.signal])).then((): Ran => ({
    kind: "failed",
    why: signal.aborted ? "it was ended: the server is closing" : `it took more than ${withinMs} ms and was ended`,
  }));
  child.stdin.write(`${JSON.stringify(told)}\n`);
  const answer = answerOf(child, told.folder).catch((cause: unknown): Ran => ({
    kind: "failed",
    why: `its report is lost: ${String(cause)}`,
  }));
  const ran = await Promise.race([answer, tooLate]);
  over.abort();
  await killGroup(child);
  return ran;
}

/** The process's last line, and its report. */
async function answerOf({ stdout, stderr }: ChildProcessWithoutNullStreams, folder: string): Promise<Ran> {
  let last = "";
  createInterface({ input: stderr }).on("line", (line) => (last = line.trim() === "" ? last : line.slice(0, 300)));
  const answered = new Promise<string | null>((resolve) => {
    createInterface({ input: stdout })
      .once("line", resolve)
      .once("close", () => resolve(null));
  });
  const line = await answered;
  if (line === null) return { kind: "failed", why: `its process ended without an answer: ${last === "" ? "it said nothing" : last}` };
  const said = outcome.safeParse(parse(line));
  if (!said.success) return { kind: "failed", why: "its process answered something else than an outcome" };
  if (said.data.kind === "failed") return said.data;
  const html = join(folder, reportFiles.html);
  const json = join(folder, reportFiles.json);
  const { size } = await stat(json);
  if (size > largestReport) return { kind: "failed", why: `its report has ${size} bytes, more than ${largestReport}` };
  return { kind: "ran", report: await readFile(json, "utf8"), html, text: said.data.text, trouble: said.data.trouble };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Kills the process and all that it started. Resolves when the process itself has been waited for. */
async function killGroup(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.pid === undefined) return;
  const isEnded = child.exitCode !== null || child.signalCode !== null;
  const ended = isEnded ? null : once(child, "exit");
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  await ended;
}
