import { useId, useLayoutEffect, useRef, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import type { ProblemAnswer } from "../../src/http/contract.ts";
import { problemOf } from "../api/problem.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { useWords } from "../words/language.ts";
import { settingsWords } from "../words/settings-words.ts";

/**
 * A form that does one thing: `send` is called once at a time, and a refusal is said above the buttons, with what was typed still there. Escape
 * cancels it. It has the focus from its first field on, and gives it back to what had it before.
 */
export function AskingForm(props: {
  readonly label: string;
  readonly confirm: string;
  readonly isGrave?: boolean;
  /** Resolves when it is done. */
  readonly send: () => Promise<void>;
  readonly cancel: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const words = useWords(settingsWords);
  const { label, confirm, isGrave = false, send, cancel, children } = props;
  const [isSending, setSending] = useState(false);
  const [refused, setRefused] = useState<{ readonly problem: ProblemAnswer | null } | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const [before] = useState(() => document.activeElement);
  // As layout: what takes the place of the form may want the focus too.
  useLayoutEffect(() => {
    if (form.current?.contains(document.activeElement) === false) form.current.querySelector<HTMLElement>("input, button")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [before]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    setRefused(null);
    send().catch((error: unknown) => {
      setRefused({ problem: problemOf(error) });
      setSending(false);
    });
  };
  return (
    <form
      ref={form}
      className="sheet asking-form"
      aria-label={label}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancel();
      }}
    >
      {children}
      {refused !== null && <ProblemNotice problem={refused.problem} />}
      <div className="asking-foot">
        <button type="button" className="button" onClick={cancel}>
          {words.cancel}
        </button>
        <button type="submit" className={`button ${isGrave ? "grave" : "primary"}`} disabled={isSending}>
          {confirm}
        </button>
      </div>
    </form>
  );
}

/** A labelled input of one line. */
export function Field(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly write: (value: string) => void;
  readonly type?: "text" | "datetime-local";
  readonly longest?: number;
  readonly isRequired?: boolean;
  readonly isFirst?: boolean;
  /** Values that are likely; others may be written. */
  readonly likely?: readonly string[];
}): ReactNode {
  const { label, hint, value, write, type = "text", longest, isRequired = false, isFirst = false, likely = [] } = props;
  const id = useId();
  const listId = likely.length === 0 ? undefined : id;
  return (
    <label className="asking-field">
      <span>
        {label} <span className="faint">{hint}</span>
      </span>
      <input
        className="field"
        type={type}
        value={value}
        maxLength={longest}
        required={isRequired}
        autoFocus={isFirst}
        autoComplete="off"
        list={listId}
        onChange={(event) => write(event.target.value)}
      />
      {listId !== undefined && (
        <datalist id={listId}>
          {likely.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </label>
  );
}
