import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { ReadinessAnswer } from "../../src/http/contract/insight.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { every } from "../app/clock.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";

/** What a Go rests on is looked at again this often, ms. */
const lookAgainMs = 30_000;

/** Everything that a Go or a No-Go rests on, looked at now: the plan, the world, the window, the people, what can be decided at this traffic. */
export function GoNoGo({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const answer = useReadiness(view);
  if (answer === null) return null;
  return (
    <section className="readiness" aria-label={words.goTitle}>
      <h2 className="heading">{words.goTitle}</h2>
      <div className="sheet">
        <p className={`readiness-verdict ready-${answer.verdict}`}>
          <span className="strong">{words.goVerdicts[answer.verdict]}</span> {answer.sentence}
        </p>
        <div className="readiness-parts">
          {answer.parts.map((part) => (
            <Part key={part.part} part={part} />
          ))}
        </div>
      </div>
    </section>
  );
}

/** What is not right is seen at once; what is right opens. */
function Part({ part }: { readonly part: ReadinessAnswer["parts"][number] }): ReactNode {
  const words = useWords(releaseWords);
  return (
    <details className={`readiness-part ready-${part.verdict}`} open={part.verdict !== "ok"}>
      <summary>
        <span className="ready-word">{words.itemVerdicts[part.verdict]}</span> <span className="strong">{part.title}</span>
      </summary>
      <ul>
        {part.items.map((item) => (
          <li key={item.what} className={`ready-${item.verdict}`}>
            <p>
              <span className="ready-word">{words.itemVerdicts[item.verdict]}</span> <span className="strong">{item.what}</span> {item.says}
            </p>
            {item.remedy !== null && <p className="faint">{item.remedy}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The readiness of a release, asked anew when the release moves on and now and then; `null` while it is not known. */
function useReadiness({ id, revision }: ReleaseView): ReadinessAnswer | null {
  const language = useLanguage();
  const [answer, setAnswer] = useState<ReadinessAnswer | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    const ask = (): void => {
      // Without an answer the last one stays: the head of the screen says whether the server can be reached.
      call("readiness", { values: { id }, query: { language }, signal: leaving.signal }).then(setAnswer, (error: unknown) =>
        problemOf(error),
      );
    };
    ask();
    const stop = every(lookAgainMs, ask);
    return () => {
      stop();
      leaving.abort();
    };
  }, [id, language, revision]);
  return answer;
}
