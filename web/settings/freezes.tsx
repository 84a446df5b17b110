import { useState } from "react";
import type { ReactNode } from "react";
import type { ListFreezesAnswer } from "../../src/http/contract.ts";
import { call } from "../api/call.ts";
import { pathOfRelease, To, useParam } from "../app/address.tsx";
import { rolesIn } from "../app/roles.ts";
import { usePerson } from "../app/session.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { settingsWords } from "../words/settings-words.ts";
import { AskedSection } from "./asked-section.tsx";
import { AskingForm, Field } from "./asking-form.tsx";
import { localMoment, momentOf } from "./local-time.ts";
import { useNow } from "./server-time.ts";
import { useMine } from "./use-mine.ts";

const askedEveryMs = 10_000;
type Freeze = ListFreezesAnswer["freezes"][number];
const ask = async (signal: AbortSignal): Promise<{ readonly freezes: readonly Freeze[]; readonly environments: readonly string[] }> => {
  const [{ freezes }, { releases }] = await Promise.all([call("listFreezes", { signal }), call("listReleases", { signal })]);
  return { freezes, environments: [...new Set(releases.map(({ environment }) => environment))].toSorted() };
};

/** What is frozen, by whom, why and until when; set by those who may, and lifted with a reason. */
export function Freezes(): ReactNode {
  const words = useWords(settingsWords);
  const { roles } = usePerson();
  const [asked, again] = useMine("freezes", ask, askedEveryMs);
  const [open, setOpen] = useParam("new");
  const mayFreeze = roles.includes("release-manager") || roles.includes("devops-lead");
  const isAsking = open === "freeze" && mayFreeze;
  const begin = mayFreeze && (
    <button type="button" className="button small" aria-expanded={isAsking} onClick={() => setOpen(isAsking ? null : "freeze")}>
      {words.newFreeze}
    </button>
  );
  const done = (): void => {
    setOpen(null);
    again();
  };
  return (
    <AskedSection
      title={words.freezes}
      says={mayFreeze ? words.freezesSay : `${words.freezesSay} ${words.mayNotFreeze}`}
      asked={asked}
      beside={begin}
    >
      {({ freezes, environments }) => (
        <>
          {isAsking && <NewFreeze likely={environments} done={done} cancel={() => setOpen(null)} />}
          {freezes.length === 0 ? (
            <p className="faint">{words.noFreezes}</p>
          ) : (
            <ul className="sheet">
              {freezes.map((freeze) => (
                <FreezeRow key={`${freeze.environment} ${freeze.sinceMs}`} freeze={freeze} again={again} />
              ))}
            </ul>
          )}
        </>
      )}
    </AskedSection>
  );
}

function NewFreeze(props: { readonly likely: readonly string[]; readonly done: () => void; readonly cancel: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const [environment, setEnvironment] = useState(props.likely.length === 1 ? (props.likely[0] ?? "") : "");
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const send = async (): Promise<void> => {
    const untilMs = momentOf(until);
    const body = { environment: environment.trim(), reason: reason.trim(), ...(untilMs === null ? {} : { untilMs }) };
    await call("setFreeze", { body });
    props.done();
  };
  return (
    <AskingForm label={words.newFreeze} confirm={words.freeze} isGrave send={send} cancel={props.cancel}>
      <Field
        label={words.environment}
        hint=""
        value={environment}
        write={setEnvironment}
        longest={100}
        likely={props.likely}
        isRequired
        isFirst
      />
      <Field label={words.reason} hint={words.reasonHint} value={reason} write={setReason} longest={2_000} isRequired />
      <Field label={words.until} hint={words.untilHint} value={until} write={setUntil} type="datetime-local" />
    </AskingForm>
  );
}

function FreezeRow({ freeze, again }: { readonly freeze: Freeze; readonly again: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const language = useLanguage();
  const nowMs = useNow(30_000);
  const person = usePerson();
  const [isAsking, setAsking] = useState(false);
  const when = (atMs: number): string => localMoment(atMs, nowMs, language);
  const { environment, release, sinceMs, by, reason, untilMs } = freeze;
  return (
    <li className="settings-row">
      <span className="strong">{words.frozenSince(environment, when(sinceMs))}</span>
      <span>
        {release === null ? words.frozenBy(by ?? "", reason ?? "") : <To path={pathOfRelease(release)}>{words.halted(release)}</To>}
      </span>
      <span className="faint">{untilMs === null ? words.endsNever : words.endsAt(when(untilMs))}</span>
      {rolesIn(person, environment).includes("release-manager") && (
        <button
          type="button"
          className="button small"
          aria-label={words.liftNamed(environment)}
          aria-expanded={isAsking}
          onClick={() => setAsking(!isAsking)}
        >
          {words.lift}
        </button>
      )}
      {isAsking && <Lift environment={environment} again={again} cancel={() => setAsking(false)} />}
    </li>
  );
}

function Lift(props: { readonly environment: string; readonly again: () => void; readonly cancel: () => void }): ReactNode {
  const words = useWords(settingsWords);
  const { environment, again, cancel } = props;
  const [reason, setReason] = useState("");
  const send = async (): Promise<void> => {
    await call("liftFreeze", { values: { environment }, body: { reason: reason.trim() } });
    again();
  };
  return (
    <div className="settings-row-asks">
      <AskingForm label={words.liftNamed(environment)} confirm={words.lift} send={send} cancel={cancel}>
        <p>{words.liftSays(environment)}</p>
        <Field label={words.reason} hint={words.reasonHint} value={reason} write={setReason} longest={2_000} isRequired isFirst />
      </AskingForm>
    </div>
  );
}
