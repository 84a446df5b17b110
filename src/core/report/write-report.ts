import type { ReleaseReport } from "./release-report.ts";
import { reportHtml } from "./report-html.ts";
import { reportMarkdown } from "./report-markdown.ts";

export type ReportFormat = "md" | "html" | "json";

/** The report as a file's text. A journal has thousands of lines: whoever drives the generator lets others have their turn between two slices. */
export function* writeReport(report: ReleaseReport, format: ReportFormat): Generator<undefined, string> {
  switch (format) {
    case "md":
      return yield* reportMarkdown(report);
    case "html":
      return yield* reportHtml(report);
    case "json":
      return yield* reportJson(report);
  }
}

/** So many items are written in one slice. */
const itemsInSlice = 100;

/** The report as JSON in lines of two spaces. A slice is some items of one of its lists. */
function* reportJson(report: ReleaseReport): Generator<undefined, string> {
  const fields: string[] = [];
  for (const [name, value] of Object.entries<unknown>({ ...report })) {
    fields.push(`${JSON.stringify(name)}: ${Array.isArray(value) && value.length > 0 ? yield* listJson(value) : indented(value)}`);
    yield;
  }
  return `{\n  ${fields.join(",\n  ")}\n}\n`;
}

function* listJson(items: readonly unknown[]): Generator<undefined, string> {
  const written: string[] = [];
  for (const item of items) {
    if (written.push(indented(item, "    ")) % itemsInSlice === 0) yield;
  }
  return `[\n    ${written.join(",\n    ")}\n  ]`;
}

/** The lines of a value behind its first one stand `by` further in: no text of JSON has a line of its own. */
function indented(value: unknown, by = "  "): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${by}`);
}
