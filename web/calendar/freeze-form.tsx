import { useState } from "react";
import type { ReactNode } from "react";
import { call } from "../api/call.ts";
import { AskingForm, Field } from "../settings/asking-form.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import { useWords } from "../words/language.ts";
import { momentIn } from "./wall-time.ts";

interface Props {
  readonly kind: "freeze" | "lift";
  readonly environment: string;
  readonly timeZone: string;
  readonly cancel: () => void;
  /** The server did it. */
  readonly done: () => void;
}

/** Says what a freeze or its lift does, takes the reason and perhaps an end in the plan's zone, and asks once. */
export function FreezeForm({ kind, environment, timeZone, cancel, done }: Props): ReactNode {
  const words = useWords(calendarWords);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const isFreeze = kind === "freeze";
  const label = (isFreeze ? words.freeze : words.lift)(environment).replace(/…$/, "");
  const send = async (): Promise<void> => {
    const untilMs = momentIn(timeZone, until);
    if (isFreeze) await call("setFreeze", { body: { environment, reason: reason.trim(), ...(untilMs === null ? {} : { untilMs }) } });
    else await call("liftFreeze", { values: { environment }, body: { reason: reason.trim() } });
    done();
  };
  return (
    <AskingForm label={label} confirm={label} isGrave={isFreeze} send={send} cancel={cancel}>
      <p>{isFreeze ? words.freezeConsequence(environment) : words.liftConsequence(environment)}</p>
      <Field label={words.reason} hint={words.reasonHint} value={reason} write={setReason} longest={2_000} isRequired isFirst />
      {isFreeze && <Field label={words.until(timeZone)} hint={words.untilHint} value={until} write={setUntil} type="datetime-local" />}
    </AskingForm>
  );
}
