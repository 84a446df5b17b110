import type { ReactNode } from "react";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";
import { ProblemNotice } from "./problem-notice.tsx";
import { usePerson, useSession } from "./session.tsx";
import type { OtherLink as Other } from "./session.tsx";

/** Somebody who is signed in has opened a link of somebody else: they say who they go on as. */
export function OtherLink({ other: { code, problem } }: { readonly other: Other }): ReactNode {
  const words = useWords(frameWords);
  const { name } = usePerson();
  const { renew, change } = useSession();
  return (
    <main className="sign-in" id="content">
      <h1>{words.whoGoesOn}</h1>
      <ProblemNotice problem={problem} />
      <button type="button" className="button primary" onClick={renew}>
        {words.stay(name)}
      </button>
      <button type="button" className="button" onClick={() => change(code, name)}>
        {words.become(String(problem["who"]))}
      </button>
    </main>
  );
}
