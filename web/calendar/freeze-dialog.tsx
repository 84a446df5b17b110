import { useEffect, useId, useRef, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { localNowMs } from "../app/clock.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { calendarWords } from "../words/calendar-words.ts";
import { useWords } from "../words/language.ts";
import { momentIn } from "./wall-time.ts";

interface Props {
  readonly kind: "freeze" | "lift";
  readonly environment: string;
  readonly timeZone: string;
  readonly close: () => void;
  /** The server did it. */
  readonly answered: () => void;
}

type Asking =
  | { readonly kind: "writing" }
  | { readonly kind: "sending" }
  | { readonly kind: "refused"; readonly problem: ProblemAnswer | null };

/** Names what a freeze or its lift does, takes the reason and perhaps an end, and asks once. */
export function FreezeDialog({ kind, environment, timeZone, close, answered }: Props): ReactNode {
  const words = useWords(calendarWords);
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [asking, setAsking] = useState<Asking>({ kind: "writing" });
  useEffect(() => dialog.current?.showModal(), []);
  const untilMs = momentIn(timeZone, until);
  const isOver = untilMs !== null && untilMs <= localNowMs();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (asking.kind === "sending" || reason.trim() === "" || isOver) return;
    setAsking({ kind: "sending" });
    const asked =
      kind === "freeze"
        ? call("setFreeze", { body: { environment, reason: reason.trim(), ...(untilMs === null ? {} : { untilMs }) } })
        : call("liftFreeze", { values: { environment }, body: { reason: reason.trim() } });
    asked.then(answered, (error: unknown) => setAsking({ kind: "refused", problem: problemOf(error) }));
  };
  const label = kind === "freeze" ? words.freeze(environment) : words.lift(environment);
  return (
    <dialog ref={dialog} className="ask" aria-labelledby={title} onClose={close}>
      <form onSubmit={submit}>
        <h2 id={title} className="ask-title">
          {label.replace(/…$/, "")}
        </h2>
        <p>{kind === "freeze" ? words.freezeConsequence(environment) : words.liftConsequence(environment)}</p>
        <Reason reason={reason} write={setReason} />
        {kind === "freeze" && <Until zone={timeZone} until={until} write={setUntil} isOver={isOver} />}
        {asking.kind === "refused" && <ProblemNotice problem={asking.problem} />}
        <div className="ask-foot">
          <p className="faint" role="status">
            {asking.kind === "sending" && words.sending}
          </p>
          <button type="button" className="button" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" className="button primary" disabled={asking.kind === "sending"}>
            {label.replace(/…$/, "")}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Reason({ reason, write }: { readonly reason: string; readonly write: (reason: string) => void }): ReactNode {
  const words = useWords(calendarWords);
  return (
    <label className="ask-reason">
      <span>
        {words.reason} <span className="faint">{words.reasonHint}</span>
      </span>
      <textarea
        className="field"
        rows={2}
        maxLength={2_000}
        required
        autoFocus
        value={reason}
        onChange={(event) => write(event.target.value)}
      />
    </label>
  );
}

interface UntilProps {
  readonly zone: string;
  readonly until: string;
  readonly write: (until: string) => void;
  readonly isOver: boolean;
}

function Until({ zone, until, write, isOver }: UntilProps): ReactNode {
  const words = useWords(calendarWords);
  const hint = useId();
  return (
    <label className="ask-reason">
      <span>{words.until(zone)}</span>
      <input
        type="datetime-local"
        className="field"
        value={until}
        aria-describedby={hint}
        aria-invalid={isOver}
        onChange={(event) => write(event.target.value)}
      />
      <span id={hint} className={isOver ? "small problem" : "faint"}>
        {isOver ? words.notFuture : words.untilHint}
      </span>
    </label>
  );
}
