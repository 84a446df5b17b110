import type { ReactNode } from "react";
import type { KnownPerson } from "../../src/http/contract/access.ts";
import { call } from "../api/call.ts";
import { usePerson } from "../app/session.tsx";
import { frameWords } from "../words/frame-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayAge } from "../words/numbers.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskedSection } from "./asked-section.tsx";
import { useNow } from "./server-time.ts";
import { useMine } from "./use-mine.ts";

const askedEveryMs = 15_000;
const ask = (signal: AbortSignal) => call("people", { signal });

/** Who holds which role, where, and who is here now: these first. */
export function People(): ReactNode {
  const words = useWords(settingsWords);
  const [asked] = useMine("people", ask, askedEveryMs);
  return (
    <AskedSection title={words.people} says={null} asked={asked}>
      {({ people }) =>
        people.length === 0 ? (
          <p className="faint">{words.noPeople}</p>
        ) : (
          <ul className="sheet">
            {people.toSorted(hereFirst).map((person) => (
              <Person key={person.name} person={person} />
            ))}
          </ul>
        )
      }
    </AskedSection>
  );
}

function hereFirst(a: KnownPerson, b: KnownPerson): number {
  return Number(b.isOn) - Number(a.isOn) || a.name.localeCompare(b.name);
}

function Person({ person }: { readonly person: KnownPerson }): ReactNode {
  const words = useWords(settingsWords);
  const { roles: titles } = useWords(frameWords);
  const language = useLanguage();
  const me = usePerson();
  const nowMs = useNow(15_000);
  const { name, roles, environments, from, lastSeenMs, isOn } = person;
  const seen = isOn ? words.isOn : lastSeenMs === null ? words.notSeen : words.lastSeen(sayAge(nowMs - lastSeenMs, language));
  return (
    <li className="settings-row">
      <span>
        <span className={`presence ${isOn ? "presence-on" : ""}`} aria-hidden="true" />
        <span className="strong">{name}</span>
        {name === me.name && <span className="faint"> ({words.you})</span>}
      </span>
      <span>
        {roles.map((role) => titles[role]).join(", ")}{" "}
        <span className="faint">{environments === null ? words.everywhere : words.inEnvironments(environments.join(", "))}</span>
      </span>
      <span className="faint settings-row-end">
        {seen}, {words.from[from]}
      </span>
    </li>
  );
}
