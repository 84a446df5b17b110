import { useState } from "react";
import type { ReactNode } from "react";
import { routes } from "../../src/http/contract/routes.ts";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ListFreezesAnswer } from "../../src/http/contract.ts";
import { pathOfRelease, To } from "../app/address.tsx";
import { rolesIn } from "../app/roles.ts";
import { usePerson } from "../app/session.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import { useLanguage, useWords } from "../words/language.ts";
import { sayWhen } from "../words/numbers.ts";
import { FreezeForm } from "./freeze-form.tsx";

type Freeze = ListFreezesAnswer["freezes"][number];

interface Props {
  readonly environment: string;
  readonly timeZone: string;
  readonly nowMs: number;
  /** Of every environment. */
  readonly freezes: readonly Freeze[];
  /** Something was frozen or lifted. */
  readonly changed: () => void;
}

/** The freezes of an environment, and for who may: to freeze it, and to lift them. */
export function FreezePanel({ environment, timeZone, nowMs, freezes, changed }: Props): ReactNode {
  const words = useWords(calendarWords);
  const person = usePerson();
  const [open, setOpen] = useState<"freeze" | "lift" | null>(null);
  const here = freezes.filter((freeze) => freeze.environment === environment);
  const done = (): void => {
    setOpen(null);
    changed();
  };
  return (
    <>
      {here.length > 0 && (
        <div className="freeze" role="status">
          <p className="strong">{words.frozen(environment)}</p>
          <ul>
            {here.map((freeze) => (
              <li key={`${freeze.sinceMs} ${freeze.release ?? ""}`}>
                <Said freeze={freeze} timeZone={timeZone} nowMs={nowMs} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="freeze-buttons">
        {mayIn(person, routes.setFreeze.access, environment) && (
          <button type="button" className="button small" aria-expanded={open === "freeze"} onClick={() => setOpen("freeze")}>
            {words.freeze(environment)}
          </button>
        )}
        {here.length > 0 && mayIn(person, routes.liftFreeze.access, environment) && (
          <button type="button" className="button small" aria-expanded={open === "lift"} onClick={() => setOpen("lift")}>
            {words.lift(environment)}
          </button>
        )}
      </div>
      {open !== null && (
        <FreezeForm key={open} kind={open} environment={environment} timeZone={timeZone} cancel={() => setOpen(null)} done={done} />
      )}
    </>
  );
}

function Said({ freeze, timeZone, nowMs }: { readonly freeze: Freeze; readonly timeZone: string; readonly nowMs: number }): ReactNode {
  const words = useWords(calendarWords);
  const language = useLanguage();
  const { by, reason, release, sinceMs, untilMs } = freeze;
  const say = (atMs: number): string => sayWhen(atMs, nowMs, timeZone, language);
  const span = `${words.since(say(sinceMs))}, ${untilMs === null ? words.untilLifted : words.untilMoment(say(untilMs))}`;
  return (
    <>
      {release === null ? reason : <To path={pathOfRelease(release)}>{words.halted(release)}</To>} (
      {by === null ? "" : `${words.byWhom(by)}, `}
      {span})
    </>
  );
}

/** True when one of the person's roles holds in the environment and is among those. */
export function mayIn(person: SessionPerson, roles: readonly SessionPerson["roles"][number][], environment: string): boolean {
  return rolesIn(person, environment).some((role) => roles.includes(role));
}
