import type { ReactNode } from "react";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";

/** A refusal in the words of the catalogue: what, why, and what to do. `null`: the server could not be reached. */
export function ProblemNotice({ problem }: { readonly problem: ProblemAnswer | null }): ReactNode {
  const words = useWords(frameWords);
  if (problem === null) return <p className="problem">{words.neverHeard}</p>;
  return (
    <div className="problem" role="alert">
      <p className="strong">{problem.title}</p>
      <p>{problem.detail}</p>
      <p className="faint">{problem.remedy}</p>
    </div>
  );
}
