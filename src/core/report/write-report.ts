import type { ReleaseReport } from "./release-report.ts";
import { reportHtml } from "./report-html.ts";
import { reportMarkdown } from "./report-markdown.ts";

export type ReportFormat = "md" | "html" | "json";

/** The report as a file's text. */
export function writeReport(report: ReleaseReport, format: ReportFormat): string {
  switch (format) {
    case "md":
      return reportMarkdown(report);
    case "html":
      return reportHtml(report);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}
