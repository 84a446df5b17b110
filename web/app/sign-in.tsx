import { useEffect } from "react";
import type { ReactNode } from "react";
import { routes } from "../../src/http/contract/routes.ts";
import type { SessionAnswer } from "../../src/http/contract/access.ts";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";
import { ProblemNotice } from "./problem-notice.tsx";

/** The page of somebody who is not signed in: the ways in that this server has. */
export function SignIn({ answer, refused }: { readonly answer: SessionAnswer; readonly refused: ProblemAnswer | null }): ReactNode {
  const words = useWords(frameWords);
  useEffect(() => {
    document.title = `${words.signIn} · serin`;
  }, [words]);
  return (
    <main className="sign-in" id="content">
      <h1>{words.signIn}</h1>
      {refused !== null && <ProblemNotice problem={refused} />}
      {answer.hasLogin && (
        <a className="button primary" href={`${routes.login.path}?to=${encodeURIComponent(`${location.pathname}${location.search}`)}`}>
          {words.signInBy}
        </a>
      )}
      <p>{words.signInLink}</p>
      <pre>
        <code>serin link</code>
      </pre>
    </main>
  );
}
