import { markdownCode, markdownText } from "../markdown.ts";
import { reportWords } from "../messages/report.ts";
import type { ReportWords } from "../messages/report.ts";
import type { HistoryPoint, HistoryView } from "../history-view.ts";
import type { VerdictKind } from "../../evidence/verdict.ts";
import { plainLine } from "../plain-line.ts";
import { documentOf } from "./document.ts";
import type { Block, Cell } from "./document.ts";
import type { CheckReport, ReleaseReport } from "./release-report.ts";

/** The report as Markdown: readable as it is, in a wiki, a ticket or a mail. What people wrote is escaped; plots are rows of blocks. A slice is some lines. */
export function* reportMarkdown(report: ReleaseReport): Generator<undefined, string> {
  const words = reportWords[report.language];
  const { title, above, below, status, sections } = documentOf(report);
  const lines = [
    `# ${markdownText(title)}${words.colon}${sayCell(status)}`,
    "",
    markdownText(above),
    "",
    ...below.map((one) => `${markdownText(one)}  `),
  ];
  for (const { title: heading, blocks: all } of sections) {
    lines.push("", `## ${heading}`);
    for (const block of all) {
      lines.push("");
      for (const said of sayBlock(block, words)) {
        lines.push(said);
        if (lines.length % linesInSlice === 0) yield;
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

/** So many lines are written in one slice. */
const linesInSlice = 50;

function* sayBlock(block: Block, words: ReportWords): Generator<string, void> {
  switch (block.kind) {
    case "text":
      yield markdownText(block.text);
      return;
    case "heading":
      yield `### ${block.text}`;
      return;
    case "table":
      yield `| ${block.columns.join(" | ")} |`;
      yield `|${block.columns.map(() => " --- |").join("")}`;
      for (const row of block.rows) yield `| ${row.map(sayCell).join(" | ")} |`;
      return;
    case "check":
      yield* sayCheck(block.check, words);
  }
}

function sayCell({ lines, look }: Cell): string {
  // A cell is never the beginning of a line, so a number in front of it is no list.
  const say = look === "code" ? markdownCode : (text: string): string => markdownText(`|${text}`).replace(String.raw`\|`, "");
  const text = lines
    .filter((one) => one !== "")
    .map(say)
    .join("<br>");
  return look === "missed" || look === "fail" ? `**${text}**` : text;
}

function sayCheck({ history, word, phase, isAsked, reaction }: CheckReport, words: ReportWords): readonly string[] {
  const about = [...(phase === null ? [] : [isAsked ? words.phaseOf(phase) : words.notAsked]), `→ ${reaction}`];
  return [
    `#### ${markdownText(plainLine(history.says))}${words.colon}${word}`,
    "",
    markdownText(plainLine(about.join(" · "))),
    "",
    ...plotOf(history, words),
    ...history.explains.map((one) => `- ${markdownText(plainLine(one))}`),
  ];
}

/** Columns of a plot in Markdown. */
const columns = 60;
const blocks = "▁▂▃▄▅▆▇█";
const marks: Readonly<Record<VerdictKind, string>> = { pass: "✓", fail: "✗", undecided: "?", "no-data": "·", invalid: "!" };

/** The estimate as a row of blocks, and the verdicts as a row of marks; empty where nothing was judged. */
function plotOf({ points }: HistoryView, words: ReportWords): readonly string[] {
  if (points.length === 0) return [];
  const shown = Array.from(
    { length: Math.min(columns, points.length) },
    (_, column, count = Math.min(columns, points.length)) => points[Math.floor(((column + 1) * points.length) / count) - 1],
  ).filter((point) => point !== undefined);
  const label = (text: string): string => text.padEnd(Math.max(words.story.estimates.length, words.story.verdicts.length));
  const hasEstimate = shown.some(({ estimate }) => estimate !== null);
  const most = shown.reduce((greatest, { estimate }) => Math.max(greatest, estimate ?? 0), 0);
  return [
    "```text",
    ...(hasEstimate ? [`${label(words.story.estimates)}  ${shown.map((point) => blockOf(point, most)).join("")}`] : []),
    `${label(words.story.verdicts)}  ${shown.map(({ kind }) => marks[kind]).join("")}`,
    "```",
    "",
  ];
}

function blockOf({ estimate }: HistoryPoint, most: number): string {
  if (estimate === null) return " ";
  return blocks[Math.min(blocks.length - 1, Math.floor((most === 0 ? 0 : estimate / most) * blocks.length))] ?? " ";
}
