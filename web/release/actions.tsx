import { useId } from "react";
import type { ReactNode } from "react";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { usePerson } from "../app/session.tsx";
import { releaseWords } from "../words/release-words.ts";
import type { ReleaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { isOver } from "../releases/order.ts";
import type { Asking } from "./asking.tsx";
import { whyGrey } from "./may-press.ts";

/** Each button keeps its place, whatever becomes of the others: the way back is always the last one. What is not named here comes first. */
const places: readonly ActionView["kind"][] = ["approve", "promote", "resume", "pause", "stop", "rollback"];

/** The actions of a release in their places. */
export function inPlace(actions: readonly ActionView[]): readonly ActionView[] {
  return actions.toSorted((a, b) => places.indexOf(a.kind) - places.indexOf(b.kind));
}

/** What the button of an action says: before the start approving is a Go, and stopping a No-Go. */
export function labelOf(action: ActionView, view: Pick<ReleaseView, "status">, words: ReleaseWords): string {
  if (view.status.kind === "waiting" && action.kind === "approve") return words.go;
  if (view.status.kind === "waiting" && action.kind === "stop") return words.noGo;
  return action.label;
}

interface Props {
  readonly view: ReleaseView;
  readonly asking: Asking;
}

/** What people may press, at the lower edge of the screen; grey what this person cannot press now, and why. */
export function Actions({ view, asking }: Props): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  const isDead = isOver(view) && view.actions.every(({ why }) => why !== null);
  if (isDead && asking.says === null && asking.dialog === null) return null;
  return (
    <section className="actions" aria-label={words.actions}>
      <div className="actions-says" role="status">
        {asking.says !== null && <p>{asking.says}</p>}
      </div>
      <div className="actions-row">
        {inPlace(view.actions).map((action) => (
          <ActionButton
            key={action.kind}
            action={action}
            label={labelOf(action, view, words)}
            why={whyGrey(action, person, view.environment, words)}
            asking={asking}
          />
        ))}
      </div>
      {asking.dialog}
    </section>
  );
}

/** Where there is no room for grey buttons: what cannot be pressed now, and why. */
export function NotNow({ view }: Pick<Props, "view">): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  const grey = inPlace(view.actions).flatMap((action) => {
    const why = whyGrey(action, person, view.environment, words);
    return why === null ? [] : [{ kind: action.kind, label: labelOf(action, view, words), why }];
  });
  if (grey.length === 0) return null;
  return (
    <section className="not-now">
      <h2 className="heading">{words.notNow}</h2>
      <ul>
        {grey.map(({ kind, label, why }) => (
          <li key={kind}>
            {label} <span className="faint">{why}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ButtonProps {
  readonly action: ActionView;
  readonly label: string;
  /** `null`: this person can press it. */
  readonly why: string | null;
  readonly asking: Asking;
}

/** A button; grey it can still be reached, and says why it is grey. */
function ActionButton({ action, label, why, asking }: ButtonProps): ReactNode {
  const id = useId();
  return (
    <div className={`action action-${action.kind}${why === null ? "" : " action-grey"}`}>
      <button
        type="button"
        className={`button${why === null ? looks[action.kind] : ""}`}
        aria-disabled={why !== null}
        aria-describedby={why === null ? undefined : id}
        title={why ?? action.consequence}
        onClick={() => (why === null ? asking.press(action, label) : asking.say(`${label}: ${why}`))}
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

const looks: Readonly<Record<ActionView["kind"], string>> = {
  approve: " primary",
  promote: " primary",
  resume: "",
  pause: "",
  stop: " careful",
  rollback: " grave",
};
