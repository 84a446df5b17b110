import type { ReactNode } from "react";
import type { ReleaseView } from "../../src/http/release-view.ts";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";

const signs = { signed: "✓", asked: "●", later: "○" } as const;

/** Who signed what, who is asked now, who comes later. */
export function People({ people }: { readonly people: ReleaseView["people"] }): ReactNode {
  const words = useWords(releaseWords);
  return (
    <section aria-label={words.people}>
      <h2 className="heading">{words.people}</h2>
      <ul className="people sheet">
        {people.length === 0 && <li className="faint">{words.nobodyAsked}</li>}
        {people.map(({ role, title, state, says, by }) => (
          <li key={`${role} ${says}`} className={`person-line person-${state}`}>
            <span className="person-sign" aria-hidden="true">
              {signs[state]}
            </span>
            <span>
              <span className="strong">{title}</span> {says}
              {by !== null && <span className="faint"> · {by}</span>}
              <span className="unseen"> ({words[state]})</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
