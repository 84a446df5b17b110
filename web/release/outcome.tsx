import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { ReportAnswer } from "../../src/http/contract/insight.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";

/** What a release that is over came to: what became of it, what the evidence said, who was told, and how long the way back took. */
export function Outcome({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const report = useReport(view);
  // Without a report the screen says all the same what happened; its place is kept until it is known.
  if (report === "none") return null;
  return (
    <section className="outcome" aria-label={words.outcome}>
      <h2 className="heading">{words.outcome}</h2>
      <ul className="sheet outcome-says">
        {report === null
          ? [0, 1, 2].map((at) => <li key={at} className="bone" aria-hidden="true" />)
          : [...(report.wayBack === null ? [] : [report.wayBack.says]), ...report.summary].map((says) => <li key={says}>{says}</li>)}
      </ul>
    </section>
  );
}

/** The report of a release, asked for anew when the release moves on; `null` while it is not known, `none` where the server has none. */
function useReport({ id, revision }: ReleaseView): ReportAnswer | null | "none" {
  const language = useLanguage();
  const [report, setReport] = useState<ReportAnswer | null | "none">(null);
  useEffect(() => {
    const leaving = new AbortController();
    call("report", { values: { id }, query: { format: "json", language }, signal: leaving.signal }).then(setReport, (error: unknown) => {
      if (leaving.signal.aborted) return;
      problemOf(error);
      setReport((before) => before ?? "none");
    });
    return () => leaving.abort();
  }, [id, language, revision]);
  return report;
}
