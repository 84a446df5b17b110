import { useId } from "react";
import type { ReactNode } from "react";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { usePerson } from "../app/session.tsx";
import { releaseWords } from "../words/release-words.ts";
import type { ReleaseWords } from "../words/release-words.ts";
import { useWords } from "../words/language.ts";
import { isOver } from "../releases/order.ts";
import type { Asking } from "./asking.tsx";
import { rolesToSpeakAs, whyGrey } from "./may-press.ts";

/** Each button keeps its place, whatever becomes of the others: the way back is always the last one. */
const places: readonly ActionView["kind"][] = [
  "report",
  "override",
  "acknowledge",
  "approve",
  "promote",
  "resume",
  "pause",
  "stop",
  "rollback",
];

/** The actions of a release in their places; of one that is over, only what can still be done. */
export function inPlace({ actions, tone }: Pick<ReleaseView, "actions" | "tone">): readonly ActionView[] {
  const shown = isOver({ tone }) ? actions.filter(({ why }) => why === null) : actions;
  return shown.toSorted((a, b) => places.indexOf(a.kind) - places.indexOf(b.kind));
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

/** What people may press, at the lower edge of the screen; grey what this person cannot press now, and in one line above why. */
export function Actions({ view, asking }: Props): ReactNode {
  const words = useWords(releaseWords);
  const person = usePerson();
  const grey = useGrey(view);
  const actions = inPlace(view);
  if (actions.length === 0 && asking.says === null && asking.dialog === null) return null;
  return (
    <section className="actions" aria-label={words.actions}>
      <div className="actions-says" role="status">
        {asking.says !== null && <p>{asking.says}</p>}
      </div>
      {/* Of each button that is grey the same is said where it stands. */}
      {grey.length > 0 && (
        <p className="actions-why" aria-hidden="true">
          {grey.map(({ labels, why }) => (
            <span key={why}>
              <span className="strong">{labels}</span> {why}
            </span>
          ))}
        </p>
      )}
      <div className="actions-row">
        {actions.map((action) => (
          <ActionButton
            key={action.kind}
            action={action}
            label={labelOf(action, view, words)}
            why={whyGrey(action, person, view.environment, words)}
            looks={looksOf(action, view, person)}
            asking={asking}
          />
        ))}
      </div>
      {asking.dialog}
    </section>
  );
}

/** What this person cannot press now: the buttons that have a reason in common stand together. */
function useGrey(view: ReleaseView): readonly { readonly labels: string; readonly why: string }[] {
  const words = useWords(releaseWords);
  const person = usePerson();
  const byReason = new Map<string, readonly string[]>();
  for (const action of inPlace(view)) {
    const why = whyGrey(action, person, view.environment, words);
    if (why !== null) byReason.set(why, [...(byReason.get(why) ?? []), labelOf(action, view, words).replace(/…$/, "")]);
  }
  return [...byReason].map(([why, labels]) => ({ labels: labels.join(", "), why }));
}

/** Where there is no room for grey buttons: what cannot be pressed now, and why. */
export function NotNow({ view }: Pick<Props, "view">): ReactNode {
  const words = useWords(releaseWords);
  const grey = useGrey(view);
  if (grey.length === 0) return null;
  return (
    <section className="not-now">
      <h2 className="heading">{words.notNow}</h2>
      <ul>
        {grey.map(({ labels, why }) => (
          <li key={why}>
            {labels} <span className="faint">{why}</span>
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
  /** The class that says how much it is asked for, with a space before it; empty: it is only there. */
  readonly looks: string;
  readonly asking: Asking;
}

/** A button; grey it can still be reached, and says why it is grey. */
function ActionButton({ action, label, why, looks, asking }: ButtonProps): ReactNode {
  const id = useId();
  return (
    <div className={`action action-${action.kind}${why === null ? "" : " action-grey"}`}>
      <button
        type="button"
        className={`button${why === null ? looks : ""}`}
        aria-disabled={why !== null}
        aria-describedby={why === null ? undefined : id}
        title={why ?? action.consequence}
        onClick={() => (why === null ? asking.press(action, label) : asking.say(`${label}: ${why}`))}
      >
        {label}
      </button>
      {why !== null && (
        <span id={id} className="unseen">
          {why}
        </span>
      )}
    </div>
  );
}

/** How a button looks that can be pressed: what is asked of this person stands out, and the way back does as soon as anybody is out there. */
function looksOf(action: ActionView, view: ReleaseView, person: SessionPerson): string {
  switch (action.kind) {
    case "approve":
      return isAsked(action, view, person) ? " primary" : "";
    case "acknowledge":
      return " primary";
    case "override":
    case "stop":
      return " careful";
    case "rollback":
      return isAnybodyOut(view) ? " grave" : " careful";
    default:
      return "";
  }
}

/** A yes is asked for, and nothing speaks against it just now. */
function isAsked(action: ActionView, view: ReleaseView, person: SessionPerson): boolean {
  const isReported = view.wayBack?.steps.some(({ kind, atMs }) => kind === "decided" && atMs === null) ?? false;
  return view.tone !== "danger" && !isReported && rolesToSpeakAs(view, action, person).length > 0;
}

function isAnybodyOut({ status, traffic }: ReleaseView): boolean {
  return status.kind === "promoted" || traffic.wantedPct > 0 || (traffic.seenPct ?? 0) > 0;
}
