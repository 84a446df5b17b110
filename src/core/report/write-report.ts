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
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
