import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { ByLanguage } from "../core/messages/context.ts";
import type { Language } from "../core/plan.ts";
import type { Exit } from "../errors.ts";
import { routes } from "../http/contract.ts";
import type { ExamineAnswer, ExamineBody, ExaminedPart } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { languageOf } from "./language-option.ts";
import { plainText } from "./plain-text.ts";
import { serviceVersions } from "./service-versions.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";
import { readTextFile } from "./text-file.ts";
import { wrap } from "./view/span.ts";

interface Options extends ConnectionOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly at?: string;
  readonly orphans?: boolean;
  readonly language?: string;
}

/** What is to be looked at from this machine, without a server. */
export interface AskedHere {
  readonly plan: { readonly text: string; readonly file: string };
  /** The server's file; `null`: none, so that only adapters without a connection are there. */
  readonly configFile: string | null;
  readonly versions: Readonly<Record<string, string>>;
  /** When the release is meant to start, epoch ms, by the plan's zone; `null`: now. */
  readonly startsMs: ((timeZone: string) => number) | null;
  /** The language of what is said; `null`: the plan's own. */
  readonly language: Language | null;
}

/** Looks at everything from this machine. */
export type ExamineHere = (asked: AskedHere) => Promise<ExamineAnswer>;

/** Adds `doctor PLAN`: what a release would rest on, looked at before the day. Exit: 0 nothing is wrong; 1 something is; 2 the plan is. */
export function addDoctor(program: Command, terminal: Terminal, examineHere: ExamineHere): Command {
  return withConnection(program.command("doctor <plan>"))
    .description("look at everything that a release of the plan would rest on, before the day; changes nothing")
    .option("--config <file>", "the server's file, when no server is asked (default: serin.yaml beside the plan)")
    .option("--set <service=version...>", "the version that shall be released, of each service")
    .option("--at <moment>", "when the release is meant to start: 2025-08-19T14:00, in the plan's zone (default: now)")
    .option("--orphans", "also look for what serin started and no release answers for; the server knows, and is asked")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .addHelpText(
      "after",
      "\nWhere a server is named (--server, SERIN_SERVER, a token) the server looks, with its own connections and rights; where none is, or with --config, this machine does.",
    )
    .action((file: string, options: Options) => run(terminal, options, () => doctor({ terminal, file, options, examineHere })));
}

interface Doctor {
  readonly terminal: Terminal;
  readonly file: string;
  readonly options: Options;
  readonly examineHere: ExamineHere;
}

async function doctor({ terminal, file, options, examineHere }: Doctor): Promise<Exit> {
  const asked = languageOf(options.language);
  const plan = { text: await readTextFile(file), file };
  const versions = serviceVersions(options.set ?? [], "--set");
  const startsMs = options.at === undefined ? null : (await import("./start-option.ts")).startOf(options.at);
  const { language, parts } = looksHere(options, terminal)
    ? await examineHere({ plan, configFile: options.config ?? (await fileBeside(file)), versions, startsMs, language: asked })
    : await askServer(terminal, options, asked, {
        plan,
        versions,
        ...(options.at === undefined ? {} : { at: options.at }),
        orphans: options.orphans ?? false,
      });
  const verdicts = parts.flatMap(({ checks }) => checks.map(({ verdict }) => verdict));
  const count = (verdict: string): number => verdicts.filter((one) => one === verdict).length;
  if (options.json) terminal.out(`${JSON.stringify({ file, ok: count("wrong") === 0, parts })}\n`);
  else {
    for (const part of parts) terminal.out(`${sayPart(part, language, Math.min(120, terminal.columns)).join("\n")}\n\n`);
    terminal.out(`${words[language].sum(plainText(file), count)}\n`);
  }
  return count("wrong") === 0 ? "done" : "no";
}

/** Who names a server, or a token for one, means the server; who names a file of connections means this machine. */
function looksHere({ server, orphans, config, tokenFile, person }: Options, { env }: Terminal): boolean {
  if (server !== undefined || orphans === true) return false;
  return config !== undefined || (tokenFile === undefined && person === undefined && !env["SERIN_SERVER"] && !env["SERIN_TOKEN"]);
}

async function askServer(terminal: Terminal, options: Options, language: Language | null, body: ExamineBody): Promise<ExamineAnswer> {
  const client = await connect(terminal, options);
  return client.call<ExamineAnswer>(routes.examine, { body, query: language === null ? {} : { language } });
}

async function fileBeside(plan: string): Promise<string | null> {
  const file = join(dirname(plan), "serin.yaml");
  return access(file).then(
    () => file,
    () => null,
  );
}

interface Words {
  /** Of one width. */
  readonly marks: Readonly<Record<ExaminedPart["checks"][number]["verdict"], string>>;
  sum(file: string, count: (verdict: ExaminedPart["checks"][number]["verdict"]) => number): string;
}

const words: ByLanguage<Words> = {
  en: {
    marks: { ok: "ok      ", doubtful: "doubtful", wrong: "WRONG   " },
    sum: (file, count) => `${file}: ${count("wrong")} wrong, ${count("doubtful")} doubtful, ${count("ok")} as they should be.`,
  },
  fr: {
    marks: { ok: "ok      ", doubtful: "douteux ", wrong: "MAUVAIS " },
    sum: (file, count) => `${file}\u202f: ${count("wrong")} à corriger, ${count("doubtful")} à vérifier, ${count("ok")} en ordre.`,
  },
};

const widest = 36;

/** A part as a table: verdict, what was looked at, what was found; beneath what is not right, what to do. */
function sayPart({ part, checks }: ExaminedPart, language: Language, columns: number): readonly string[] {
  // A long one has a row of its own, and leaves the others their room.
  const width = Math.max(0, ...checks.map(({ what }) => plainText(what).length).filter((length) => length <= widest));
  const room = Math.max(30, columns - width - 14);
  const lines = checks.flatMap(({ what, verdict, says, remedy }) => {
    const shown = plainText(what);
    const text = [...wrap(plainText(says), room), ...(remedy === null ? [] : wrap(`→ ${plainText(remedy)}`, room))];
    const isLong = shown.length > width;
    const rows = isLong ? ["", ...text] : text;
    return rows.map((row, at) =>
      `  ${at === 0 ? words[language].marks[verdict] : "        "}  ${(at === 0 ? shown : "").padEnd(width)}  ${row}`.trimEnd(),
    );
  });
  return [plainText(part), ...lines];
}
