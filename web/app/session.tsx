import { createContext, use, useCallback, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";
import type { SessionAnswer, SessionPerson } from "../../src/http/contract/access.ts";
import { call, onSignedOut } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { forgetAsked } from "../api/use-asked.ts";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { after } from "./clock.ts";

/** Who looks. `asking`: not known yet. `away`: the server cannot be reached. `refused`: a link that was opened is not good any more. */
export type Session =
  | { readonly kind: "asking" }
  | { readonly kind: "away" }
  | {
      readonly kind: "known";
      readonly answer: SessionAnswer;
      readonly refused: ProblemAnswer | null;
      /** A link of somebody else was opened, and nobody has said yet whether to sign in by it. Absent: none was. */
      readonly other?: OtherLink;
      /** True: somebody was signed in on this page, and the server has ended that. */
      readonly hasEnded: boolean;
    };

/** A link whose owner is not who is signed in here. */
export interface OtherLink {
  readonly code: string;
  /** Why the server has not signed in by it. */
  readonly problem: ProblemAnswer;
}

interface SessionParts {
  readonly session: Session;
  /** Signs in by a link of somebody else, and ends the session of `instead` for it. */
  readonly change: (code: string, instead: string) => void;
  /** Asks the server again. */
  readonly renew: () => void;
  /** Ends the session here and on the server. */
  readonly signOut: () => void;
}

const SessionContext = createContext<SessionParts | null>(null);

/** The code of a one-time link, taken out of the address so that neither history nor a copied address keeps it; `null`: there is none. */
export function takeCode(): string | null {
  const code = /^#once=([A-Za-z0-9_-]+)$/.exec(location.hash)?.[1] ?? null;
  if (code !== null) history.replaceState(history.state, "", `${location.pathname}${location.search}`);
  return code;
}

async function begin(code: string | null, instead?: string): Promise<Session> {
  try {
    if (code === null) return { kind: "known", answer: await call("session"), refused: null, hasEnded: false };
    await call("openSession", { body: { code, ...(instead === undefined ? {} : { instead }) } });
    return { kind: "known", answer: await call("session"), refused: null, hasEnded: false };
  } catch (error) {
    const refused = problemOf(error);
    if (refused === null) return { kind: "away" };
    const answer = await call("session");
    const other = code !== null && refused.code === "session-other" ? { other: { code, problem: refused } } : {};
    return { kind: "known", answer, refused, hasEnded: false, ...other };
  }
}

/** `next` as it follows on `before`: that a session was ended is said until somebody is signed in again. */
function later(before: Session, next: Session, why: "ended" | "asked"): Session {
  if (next.kind !== "known" || before.kind !== "known" || next.answer.person !== null) return next;
  return { ...next, hasEnded: before.hasEnded || (why === "ended" && before.answer.person !== null) };
}

/** Finds out who looks, by the code of a one-time link where the address has one, and tells everybody below. */
export function SessionProvider({ code, children }: { readonly code: string | null; readonly children: ReactNode }): ReactNode {
  const [session, setSession] = useState<Session>({ kind: "asking" });
  const learn = useCallback(
    (why: "ended" | "asked") =>
      void begin(null).then(
        (next) => setSession((before) => later(before, next, why)),
        () => setSession({ kind: "away" }),
      ),
    [],
  );
  const renew = useCallback(() => learn("asked"), [learn]);
  useEffect(() => {
    void begin(code).then(setSession, () => setSession({ kind: "away" }));
  }, [code]);
  useEffect(() => onSignedOut(() => learn("ended")), [learn]);
  useEffect(() => (session.kind === "away" ? after(3_000, renew) : undefined), [session, renew]);
  const signOut = useCallback(() => {
    forgetAsked();
    void call("closeSession").then(renew, renew);
  }, [renew]);
  const change = useCallback((other: string, instead: string) => {
    forgetAsked();
    void begin(other, instead).then(setSession, () => setSession({ kind: "away" }));
  }, []);
  const parts = useMemo(() => ({ session, renew, signOut, change }), [session, renew, signOut, change]);
  return <SessionContext value={parts}>{children}</SessionContext>;
}

/** The session, and what can be done about it. Throws outside of `SessionProvider`. */
export function useSession(): SessionParts {
  const parts = use(SessionContext);
  if (parts === null) throw new Error("there is no session here");
  return parts;
}

/** Who is signed in. Throws where nobody is: screens are shown to people only. */
export function usePerson(): SessionPerson {
  const { session } = useSession();
  const person = session.kind === "known" ? session.answer.person : null;
  if (person === null) throw new Error("nobody is signed in");
  return person;
}
