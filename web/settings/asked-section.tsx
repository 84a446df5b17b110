import { useId } from "react";
import type { ReactNode } from "react";
import type { Asked } from "../api/use-asked.ts";
import { useLocalNow } from "../app/clock.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";
import { settingsWords } from "../words/settings-words.ts";

/**
 * A section of the settings: its heading, what can be pressed beside it, and what the server answered last. Before the first answer there is the shape of what
 * comes; an answer that is old says how old.
 */
export function AskedSection<Value>(props: {
  readonly title: string;
  /** One sentence beneath the heading; `null`: none is needed. */
  readonly says: string | null;
  readonly asked: Asked<Value>;
  readonly beside?: ReactNode;
  readonly children: (value: Value) => ReactNode;
}): ReactNode {
  const { title, says, asked, beside, children } = props;
  const id = useId();
  return (
    <section className="settings-section" aria-labelledby={id}>
      <div className="settings-head">
        <h2 id={id} className="settings-title">
          {title}
        </h2>
        {beside}
      </div>
      {says !== null && <p className="faint">{says}</p>}
      {asked.failure !== null && <Failure asked={asked} />}
      {asked.value !== null ? children(asked.value) : asked.failure === null && <Skeleton />}
    </section>
  );
}

function Failure({ asked }: { readonly asked: Asked<unknown> }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  const nowMs = useLocalNow(5_000);
  if (asked.failure?.problem) return <ProblemNotice problem={asked.failure.problem} />;
  if (asked.value === null) return <ProblemNotice problem={null} />;
  return (
    <p className="settings-old" role="status">
      {words.asOf(sayAge(nowMs - asked.heardMs, language))}
    </p>
  );
}

function Skeleton(): ReactNode {
  return (
    <div className="sheet skeleton" aria-hidden="true">
      {[0, 1, 2].map((at) => (
        <div key={at} className="settings-row">
          <span className="bone" />
          <span className="bone" />
        </div>
      ))}
    </div>
  );
}
