import type { ReactNode } from "react";
import type { CheckView, ReleaseView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { saySpan } from "../words/numbers.ts";
import { CheckHistory } from "./check-history.tsx";
import { Findings, findingsOf } from "./findings.tsx";

/** What stands behind one gate or guard: its whole verdict, its line, what a failure sets off, how its evidence grew, what its source names. */
export function CheckPanel({ check, view }: { readonly check: CheckView; readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const language = useLanguage();
  const findings = findingsOf(check);
  return (
    <div className="check-panel">
      <p className="check-sentence">{check.sentence}</p>
      <dl className="facts">
        <div>
          <dt>{words.line}</dt>
          <dd>{check.says}</dd>
        </div>
        <div>
          <dt>{words.reaction}</dt>
          <dd>{check.reaction ?? words.holdsAndAsks}</dd>
        </div>
        {check.verdict !== null && (
          <div>
            <dt>{words.restsOn}</dt>
            <dd>{words.assumes[check.verdict.assumes]}</dd>
          </div>
        )}
        {check.moreMs !== null && (
          <div>
            <dt>{words.timeLeft}</dt>
            <dd>{saySpan(check.moreMs, language)}</dd>
          </div>
        )}
      </dl>
      <CheckHistory check={check.id} view={view} known={check.sentence} />
      {findings.length > 0 && (
        <section>
          <h3 className="heading">{words.named}</h3>
          <Findings findings={findings} />
        </section>
      )}
    </div>
  );
}
