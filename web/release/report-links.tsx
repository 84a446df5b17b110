import type { ReactNode } from "react";
import { addressOf } from "../api/call.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";

const formats = [
  { format: "html", name: "HTML" },
  { format: "md", name: "Markdown" },
  { format: "json", name: "JSON" },
] as const;

/** The whole release as one file, to keep or to send. */
export function ReportLinks({ id }: { readonly id: string }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  return (
    <p className="report-links faint">
      {words.report}{" "}
      {formats.map(({ format, name }) => (
        <a
          key={format}
          href={addressOf("report", { values: { id }, query: { format, language } })}
          target="_blank"
          rel="noopener noreferrer"
        >
          {name}
        </a>
      ))}
    </p>
  );
}
