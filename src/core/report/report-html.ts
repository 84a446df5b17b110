import { htmlLine } from "../html-text.ts";
import { reportWords } from "../messages/report.ts";
import type { ReportWords } from "../messages/report.ts";
import { sayVerdictWord } from "../messages/verdicts.ts";
import { documentOf } from "./document.ts";
import type { Block, Cell, Section } from "./document.ts";
import { drawPlot } from "./plot.ts";
import type { CheckReport, ReleaseReport } from "./release-report.ts";
import { reportPolicy, reportStyle } from "./report-style.ts";

interface Page {
  readonly report: ReleaseReport;
  readonly words: ReportWords;
}

/** The report as one HTML file: style and plots are in it, it has no script and asks nobody for anything. Every text is escaped. A slice is some rows. */
export function* reportHtml(report: ReleaseReport): Generator<undefined, string> {
  const page: Page = { report, words: reportWords[report.language] };
  const { title, above, below, status, sections } = documentOf(report);
  const drawn: string[] = [];
  for (const section of sections) drawn.push(yield* drawSection(section, page));
  return `<!DOCTYPE html>
<html lang="${report.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlLine(reportPolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${htmlLine(`${title} · ${page.words.report}`)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<p class="soft">${htmlLine(above)}</p>
<h1>${htmlLine(title)}</h1>
<p>${drawBadge(status)}</p>
${below.map((one) => `<p class="soft">${htmlLine(one)}</p>`).join("\n")}
${drawn.join("\n")}
<footer>serin · ${htmlLine(report.release)}</footer>
</main>
</body>
</html>
`;
}

function* drawSection({ id, title, blocks }: Section, page: Page): Generator<undefined, string> {
  const legend = id === "evidence" ? `\n${drawLegend(page)}` : "";
  const drawn: string[] = [];
  for (const block of blocks) {
    drawn.push(yield* drawBlock(block, id, page));
    yield;
  }
  return `<section id="${id}">\n<h2>${htmlLine(title)}</h2>${legend}\n${drawn.join("\n")}\n</section>`;
}

/** So many rows of a table are drawn in one slice. */
const rowsInSlice = 50;

function* drawBlock(block: Block, section: string, page: Page): Generator<undefined, string> {
  switch (block.kind) {
    case "text":
      return `<p${section === "summary" ? ' class="summary"' : ""}>${htmlLine(block.text)}</p>`;
    case "heading":
      return `<h3>${htmlLine(block.text)}</h3>`;
    case "table": {
      const head = block.columns.map((name) => `<th scope="col">${htmlLine(name)}</th>`).join("");
      const rows: string[] = [];
      for (const row of block.rows) {
        rows.push(`<tr>${row.map(drawCell).join("")}</tr>`);
        if (rows.length % rowsInSlice === 0) yield;
      }
      return `<div class="scroll" tabindex="0" role="region" aria-label="${htmlLine(block.columns.join(", "))}"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table></div>`;
    }
    case "check":
      return drawCheck(block.check, page);
  }
}

function drawCell({ lines, look }: Cell): string {
  const text = lines.length === 1 ? htmlLine(lines[0] ?? "") : lines.map((one) => `<span>${htmlLine(one)}</span>`).join("");
  return `<td${look === null ? "" : ` class="look-${look}"`}>${text}</td>`;
}

function drawBadge({ lines, look }: Cell): string {
  return `<span class="badge look-${look ?? "calm"}">${htmlLine(lines.join(" "))}</span>`;
}

function drawCheck(check: CheckReport, { report, words }: Page): string {
  const { history, kind, word, phase, isAsked, reaction } = check;
  const about = [
    ...(phase === null ? [] : [isAsked ? words.phaseOf(phase) : words.notAsked]),
    `→ ${reaction}`,
    ...(history.pointsSay === history.says ? [] : [history.pointsSay]),
  ];
  const explains = history.explains.map((one) => `<li>${htmlLine(one)}</li>`).join("");
  const id = `c${report.checks.indexOf(check) + 1}`;
  const plot = drawPlot(history, { id, timeZone: report.timeZone, language: report.language, words });
  return `<article class="check${isAsked ? "" : " unasked"}">
<header><h4>${htmlLine(history.says)}</h4>${drawBadge({ lines: [word], look: kind })}</header>
<p class="about">${htmlLine(about.join(" · "))}</p>
${plot}
<ul>${explains}</ul>
</article>`;
}

/** What the strokes of every plot mean, once. */
function drawLegend({ words, report }: Page): string {
  const { legend } = words;
  const stroke = (shape: string, says: string): string =>
    `<li><svg viewBox="0 0 22 10" aria-hidden="true">${shape}</svg>${htmlLine(says)}</li>`;
  const line = (kind: string): string => `<line class="${kind}" x1="0" x2="22" y1="5" y2="5"/>`;
  return `<ul class="legend">${[
    stroke('<rect class="band" width="22" height="10"/>', legend.interval),
    stroke(line("line estimate"), legend.estimate),
    stroke(line("line canary"), legend.canary),
    stroke(line("line stable"), legend.stable),
    stroke(line("limit pass"), legend.pass),
    stroke(line("limit fail"), legend.fail),
    ...(["pass", "undecided", "no-data", "fail"] as const).map((kind) =>
      stroke(`<rect class="verdict ${kind}" width="22" height="10"/>`, sayVerdictWord("gate", kind, report.language)),
    ),
  ].join("")}</ul>`;
}
