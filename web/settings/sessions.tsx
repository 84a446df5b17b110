import { useState } from "react";
import type { ReactNode } from "react";
import type { SessionView } from "../../src/http/contract/access.ts";
import { call } from "../api/call.ts";
import { usePerson, useSession } from "../app/session.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskedSection } from "./asked-section.tsx";
import { AskingForm } from "./asking-form.tsx";
import { localMoment } from "./local-time.ts";
import { useNow } from "./server-time.ts";
import { useMine } from "./use-mine.ts";

const askedEveryMs = 30_000;
const ask = (signal: AbortSignal) => call("listSessions", { signal });

/** Where one is signed in, and of release managers everybody whom they may sign out; all of a person's sessions end together. */
export function Sessions(): ReactNode {
  const words = useWords(settingsWords);
  const { signOut } = useSession();
  const { name: me } = usePerson();
  const [asked, again] = useMine("sessions", ask, askedEveryMs);
  const [isAsking, setAsking] = useState(false);
  const end = async (): Promise<void> => {
    await call("endSessions");
    signOut();
  };
  const everywhere = (
    <button type="button" className="button small" aria-expanded={isAsking} onClick={() => setAsking(!isAsking)}>
      {words.signOutEverywhere}
    </button>
  );
  return (
    <AskedSection title={words.sessions} says={words.sessionsSay} asked={asked} beside={everywhere}>
      {({ sessions }) => (
        <>
          {isAsking && (
            <AskingForm
              label={words.signOutEverywhere}
              confirm={words.signOutEverywhere}
              isGrave
              send={end}
              cancel={() => setAsking(false)}
            >
              <p>{words.signOutEverywhereSays}</p>
            </AskingForm>
          )}
          {!sessions.some(({ name }) => name === me) && <p className="faint">{words.noSessions}</p>}
          {sessions.length > 0 && (
            <ul className="sheet">
              {byPerson(sessions, me).map(([name, theirs]) => (
                <Person key={name} name={name} sessions={theirs} isMe={name === me} again={again} />
              ))}
            </ul>
          )}
        </>
      )}
    </AskedSection>
  );
}

/** Oneself first, then by name. */
function byPerson(sessions: readonly SessionView[], me: string): readonly (readonly [string, readonly SessionView[]])[] {
  return [...Map.groupBy(sessions, ({ name }) => name)].toSorted(([a], [b]) => Number(b === me) - Number(a === me) || a.localeCompare(b));
}

interface PersonShown {
  readonly name: string;
  readonly sessions: readonly SessionView[];
  readonly isMe: boolean;
  /** Asks for the list anew. */
  readonly again: () => void;
}

function Person({ name, sessions, isMe, again }: PersonShown): ReactNode {
  const words = useWords(settingsWords);
  const [isAsking, setAsking] = useState(false);
  const end = async (): Promise<void> => {
    await call("endSessionsOf", { values: { name } });
    again();
  };
  return (
    <li className="settings-row">
      <span>
        <span className="strong">{name}</span>
        {isMe && <span className="faint"> ({words.you})</span>}
      </span>
      <ul className="session-list">
        {sessions.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
      {!isMe && (
        <button
          type="button"
          className="button small"
          aria-label={words.signOutNamed(name)}
          aria-expanded={isAsking}
          onClick={() => setAsking(!isAsking)}
        >
          {words.signOutOther}
        </button>
      )}
      {isAsking && (
        <div className="settings-row-asks">
          <AskingForm label={words.signOutNamed(name)} confirm={words.signOutOther} isGrave send={end} cancel={() => setAsking(false)}>
            <p>{words.signOutOtherSays(name)}</p>
          </AskingForm>
        </div>
      )}
    </li>
  );
}

function Session({ session }: { readonly session: SessionView }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  const nowMs = useNow(30_000);
  const { agent, via, createdMs, lastSeenMs, isThis } = session;
  const seen = lastSeenMs === null ? words.notSeen : words.sessionSeen(sayAge(nowMs - lastSeenMs, language));
  return (
    <li>
      {agent ?? words.otherBrowser}
      {isThis && `, ${words.thisSession}`}{" "}
      <span className="faint">
        {words.signedIn(via, localMoment(createdMs, nowMs, language))}
        {!isThis && `, ${seen}`}
      </span>
    </li>
  );
}
