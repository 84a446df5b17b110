import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import type { ReadinessAnswer } from "../../src/http/contract/insight.ts";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { useParam } from "../app/address.tsx";
import { every } from "../app/clock.ts";
import { releaseWords } from "../words/release-words.ts";
import { useLanguage, useWords } from "../words/language.ts";

/** What a Go rests on is looked at again this often, ms. */
const lookAgainMs = 30_000;

/** Everything that a Go or a No-Go rests on, looked at now: the plan, the world, the window, the people, what can be decided at this traffic. */
export function GoNoGo({ view }: { readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  const answer = useReadiness(view);
  if (answer === "none") return null;
  if (answer === null) return <Looking />;
  return (
    <section className="readiness" aria-label={words.goTitle}>
      <h2 className="heading">{words.goTitle}</h2>
      <div className="sheet">
        <p className={`readiness-verdict ready-${answer.verdict}`}>{answer.sentence}</p>
        <div className="readiness-parts">
          {answer.parts.map((part) => (
            <Part key={part.part} part={part} />
          ))}
        </div>
      </div>
    </section>
  );
}

/** Its place until it is known, so that nothing moves: what is being looked at takes its time. */
function Looking(): ReactNode {
  const words = useWords(releaseWords);
  return (
    <section className="readiness readiness-place" aria-label={words.goTitle}>
      <h2 className="heading">{words.goTitle}</h2>
      <div className="sheet">
        <p className="faint">{words.goLooking}</p>
        {[0, 1, 2, 3, 4].map((at) => (
          <span key={at} className="bone" aria-hidden="true" />
        ))}
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
            <span className="ready-word">{words.itemVerdicts[item.verdict]}</span>
            <div>
              <p>
                <span className="strong">{item.what}</span> {item.says}
              </p>
              {item.remedy !== null && <p className="faint">{item.remedy}</p>}
            </div>
          </li>
        ))}
      </ul>
      {part.part === "power" && <Foreseen />}
    </details>
  );
}

/** The traffic to foresee with, where nobody has seen any yet; the address keeps it. */
function Foreseen(): ReactNode {
  const words = useWords(releaseWords);
  const [logins, setLogins] = useParam("logins");
  const [rps, setRps] = useParam("rps");
  const fields = [
    { name: words.loginsPerMinute, value: logins, set: setLogins },
    { name: words.requestsPerSecond, value: rps, set: setRps },
  ];
  return (
    <div className="foreseen">
      {fields.map(({ name, value, set }) => (
        <label key={name}>
          <span className="faint">{name}</span>{" "}
          <input
            className="field"
            inputMode="decimal"
            defaultValue={value ?? ""}
            onBlur={({ target }) => set(positive(target.value))}
            onKeyDown={({ key, currentTarget }) => key === "Enter" && currentTarget.blur()}
          />
        </label>
      ))}
    </div>
  );
}

/** What was written, when it is a number above 0; else `null`. */
function positive(text: string): string | null {
  const value = Number(text.trim().replace(",", "."));
  return value > 0 && value <= 1e7 ? String(value) : null;
}

/** The readiness of a release, asked anew when the release moves on and now and then; `null` while it is not known, `none` where it cannot be. */
function useReadiness({ id, revision }: ReleaseView): ReadinessAnswer | null | "none" {
  const language = useLanguage();
  const [logins] = useParam("logins");
  const [rps] = useParam("rps");
  const [answer, setAnswer] = useState<ReadinessAnswer | null | "none">(null);
  useEffect(() => {
    const leaving = new AbortController();
    const query = { language, loginsPerMinute: positive(logins ?? "") ?? undefined, rps: positive(rps ?? "") ?? undefined };
    const ask = (): void => {
      call("readiness", { values: { id }, query, signal: leaving.signal }).then(setAnswer, (error: unknown) => {
        // Without an answer the last one stays: the head of the screen says whether the server can be reached.
        if (!leaving.signal.aborted && problemOf(error) !== null) setAnswer((before) => before ?? "none");
      });
    };
    ask();
    const stop = every(lookAgainMs, ask);
    return () => {
      stop();
      leaving.abort();
    };
  }, [id, language, revision, logins, rps]);
  return answer;
}
