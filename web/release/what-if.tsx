import { useId, useState } from "react";
import type { FormEvent, ReactNode } from "react";
import type { HistoryAnswer } from "../../src/http/contract/insight.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { historyWords } from "../words/history-words.ts";
import { useLanguage, useWords } from "../words/language.ts";

type Answered =
  | { readonly kind: "nothing" }
  | { readonly kind: "asking" }
  | { readonly kind: "says"; readonly says: string }
  | { readonly kind: "refused"; readonly problem: ReturnType<typeof problemOf> };

/** A field for another line of a check: the server judges the stored readings with it, and says when it would have passed and failed. */
export function WhatIf({ release, history }: { readonly release: string; readonly history: HistoryAnswer }): ReactNode {
  const words = useWords(historyWords);
  const language = useLanguage();
  const field = useId();
  const [condition, setCondition] = useState(() => conditionOf(history.says));
  const [answered, setAnswered] = useState<Answered>({ kind: "nothing" });
  const ask = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setAnswered({ kind: "asking" });
    try {
      const { says } = await call("whatIf", { values: { id: release }, query: { check: history.check, condition, language } });
      setAnswered({ kind: "says", says });
    } catch (error) {
      setAnswered({ kind: "refused", problem: problemOf(error) });
    }
  };
  return (
    <form className="what-if" onSubmit={(event) => void ask(event)}>
      <h3 className="heading">{words.whatIf}</h3>
      <label htmlFor={field}>{words.otherLine}</label>
      <div className="what-if-row">
        <input
          id={field}
          className="what-if-field"
          value={condition}
          maxLength={200}
          required={true}
          spellCheck={false}
          autoComplete="off"
          onChange={({ target }) => setCondition(target.value)}
        />
        <button type="submit" className="button" disabled={answered.kind === "asking"}>
          {words.tryIt}
        </button>
      </div>
      <div role="status">
        {answered.kind === "asking" && <p className="faint">{words.trying}</p>}
        {answered.kind === "says" && <p className="what-if-says">{answered.says}.</p>}
      </div>
      {answered.kind === "refused" && <ProblemNotice problem={answered.problem} />}
    </form>
  );
}

/** The condition behind the metric's name: "errors < 1%" is "< 1%". */
function conditionOf(says: string): string {
  return says.slice(says.indexOf(" ") + 1);
}
