import { useEffect, useId, useState } from "react";
import type { ReactNode } from "react";
import type { AskAnswer } from "../../src/http/contract.ts";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { after } from "../app/clock.ts";
import { usePerson } from "../app/session.tsx";
import { releaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { AskDialog } from "./ask-dialog.tsx";
import { whyGrey } from "./may-press.ts";

/** Each button keeps its place, whatever becomes of the others: the way back is always the last one. */
const places: readonly ActionView["kind"][] = ["approve", "promote", "resume", "pause", "stop", "rollback"];

interface Pressed {
  readonly action: ActionView;
  readonly label: string;
}

/** What people may press, at the lower edge of the screen; grey what this person cannot press now, and why. */
export function Actions({ view, refresh }: { readonly view: ReleaseView; readonly refresh: () => void }): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  const [pressed, setPressed] = useState<Pressed | null>(null);
  const [says, setSays] = useState<string | null>(null);
  useEffect(() => (says === null ? undefined : after(10_000, () => setSays(null))), [says]);
  const place = (kind: ActionView["kind"]): number => (places.includes(kind) ? places.indexOf(kind) : -1);
  const actions = view.actions.toSorted((a, b) => place(a.kind) - place(b.kind));
  const answered = ({ answer, sentence }: AskAnswer): void => {
    setSays(answer === "accepted" ? `${words.accepted} ${sentence}` : words.stored);
    setPressed(null);
    refresh();
  };
  const isBeforeStart = view.status.kind === "waiting";
  const labelOf = (action: ActionView): string =>
    (isBeforeStart ? { approve: words.go, stop: words.noGo }[action.kind as string] : undefined) ?? action.label;
  return (
    <section className="actions" aria-label={words.actions}>
      <div className="actions-says" role="status">
        {says !== null && <p>{says}</p>}
      </div>
      <div className="actions-row">
        {actions.map((action) => (
          <ActionButton
            key={action.kind}
            action={action}
            label={labelOf(action)}
            why={whyGrey(action, person, view.environment, words)}
            press={() => setPressed({ action, label: labelOf(action) })}
            explain={setSays}
          />
        ))}
      </div>
      {pressed !== null && (
        <AskDialog
          action={pressed.action}
          label={pressed.label}
          view={view}
          person={person}
          close={() => setPressed(null)}
          answered={answered}
        />
      )}
    </section>
  );
}

/** A button; grey it can still be reached, and says why it is grey. */
function ActionButton(props: {
  readonly action: ActionView;
  readonly label: string;
  readonly why: string | null;
  readonly press: () => void;
  readonly explain: (says: string) => void;
}): ReactNode {
  const id = useId();
  const { action, label, why } = props;
  const look = why !== null ? "" : action.isGrave ? " grave" : action.kind === "approve" || action.kind === "promote" ? " primary" : "";
  return (
    <div className={`action action-${action.kind}${why === null ? "" : " action-grey"}`}>
      <button
        type="button"
        className={`button${look}`}
        aria-disabled={why !== null}
        aria-describedby={why === null ? undefined : id}
        title={why ?? action.consequence}
        onClick={() => (why === null ? props.press() : props.explain(`${label}: ${why}`))}
      >
        {label}
      </button>
      {why !== null && (
        <span id={id} className="action-why">
          {why}
        </span>
      )}
    </div>
  );
}
