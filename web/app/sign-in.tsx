import { useEffect } from "react";
import type { ReactNode } from "react";
import { routes } from "../../src/http/contract/routes.ts";
import type { SessionAnswer } from "../../src/http/contract/access.ts";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";
import { ProblemNotice } from "./problem-notice.tsx";
import { useSession } from "./session.tsx";

interface Props {
  readonly answer: SessionAnswer;
  readonly refused: ProblemAnswer | null;
  readonly hasEnded: boolean;
}

/**
 * The page of somebody who is not signed in: the ways in that this server has. Who comes back to it, signed in by another page meanwhile, goes on.
 */
export function SignIn({ answer, refused, hasEnded }: Props): ReactNode {
  const words = useWords(frameWords);
  useEffect(() => {
    document.title = `${words.signIn} · serin`;
  }, [words]);
  const { renew } = useSession();
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) renew();
    };
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [renew]);
  return (
    <main className="sign-in" id="content">
      <h1>{words.signIn}</h1>
      {hasEnded && (
        <div className="problem" role="alert">
          <p className="strong">{words.ended}</p>
          <p>{words.endedSays}</p>
        </div>
      )}
      {refused !== null && <ProblemNotice problem={refused} />}
      {answer.hasLogin && (
        <a className="button primary" href={`${routes.login.path}?to=${encodeURIComponent(`${location.pathname}${location.search}`)}`}>
          {words.signInBy}
        </a>
      )}
      <p>{answer.hasLogin ? words.orLink : words.openLink}</p>
      <pre>
        <code>serin link</code>
      </pre>
      <p className="faint">{words.linkSays}</p>
      <p className="faint">{words.linkNeeds}</p>
    </main>
  );
}
