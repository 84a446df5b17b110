import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Language } from "../core/plan.ts";
import type { ReportFormat } from "../core/report/write-report.ts";
import { UserError } from "../errors.ts";
import { routes } from "../http/contract.ts";
import { connect, withConnection } from "./connection-options.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { languageOf } from "./language-option.ts";
import { plainText } from "./plain-text.ts";
import { run } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends ConnectionOptions {
  readonly format: string;
  readonly language?: string;
  readonly out?: string;
  readonly data?: string;
}

/** A report of a release in a data folder that no server holds, as a file's text; `language` is `null` for the plan's own. */
export type ReportStored = (asked: {
  readonly dataDir: string;
  readonly release: string;
  readonly format: ReportFormat;
  readonly language: Language | null;
}) => Promise<string>;

/** Adds `release report ID`: what a release was, for people who were not there, as Markdown, one HTML file, or JSON. */
export function addReleaseReport(release: Command, terminal: Terminal, reportStored: ReportStored): void {
  withConnection(release.command("report <id>"))
    .description("write what a release was: timeline, people, evidence, deadlines, notices")
    .option("--format <format>", "`md`, `html` (one file) or `json`", "md")
    .option("--language <language>", "`fr` or `en`; without it the plan's own")
    .option("--out <file>", "write it there instead of to standard output")
    .option("--data <dir>", "read this data folder itself; no server may be running on it")
    .action((id: string, options: Options) => run(terminal, options, () => report(terminal, { id, options, reportStored })));
}

interface Asked {
  readonly id: string;
  readonly options: Options;
  readonly reportStored: ReportStored;
}

async function report(terminal: Terminal, { id, options, reportStored }: Asked): Promise<void> {
  const format = options.json ? "json" : formatOf(options.format);
  const language = languageOf(options.language);
  const text =
    options.data === undefined
      ? await ask(terminal, options, { id, format, language })
      : await reportStored({ dataDir: options.data, release: id, format, language });
  // A file keeps every character; a terminal obeys none of them.
  if (options.out === undefined) return terminal.out(terminal.isLive ? text.split("\n").map(plainText).join("\n") : text);
  await writeFile(options.out, text).catch((error: unknown) => {
    throw new UserError("input-invalid", `${error instanceof Error ? error.message : String(error)}.`);
  });
  terminal.err(`${options.out}\n`);
}

async function ask(
  terminal: Terminal,
  options: Options,
  { id, format, language }: { readonly id: string; readonly format: ReportFormat; readonly language: Language | null },
): Promise<string> {
  const client = await connect(terminal, options);
  return client.text(routes.report, { values: { id }, query: { format, ...(language === null ? {} : { language }) } });
}

function formatOf(text: string): ReportFormat {
  if (text === "md" || text === "html" || text === "json") return text;
  throw new UserError("input-invalid", `"${text}" is not a format of reports: write md, html or json.`);
}
