import { useId, useState } from "react";
import type { ReactNode, SubmitEvent } from "react";
import type { AskAnswer, ProblemAnswer } from "../../src/http/contract.ts";
import type { SessionPerson } from "../../src/http/contract/access.ts";
import type { ActionView, ReleaseView } from "../../src/http/release-view.ts";
import { call } from "../api/call.ts";
import { problemOf } from "../api/problem.ts";
import { ProblemNotice } from "../app/problem-notice.tsx";
import { useModal } from "../app/use-modal.ts";
import { frameWords } from "../words/frame-words.ts";
import { useWords } from "../words/language.ts";
import { releaseWords } from "../words/release-words.ts";
import { rolesToSpeakAs } from "./may-press.ts";

/** What is asked, of which release as it was seen. */
interface Props {
  readonly action: ActionView;
  /** What the button says: "Go" for an approval of the start. */
  readonly label: string;
  readonly view: ReleaseView;
  readonly person: SessionPerson;
  readonly close: () => void;
  readonly answered: (answer: AskAnswer) => void;
}

type Asking =
  | { readonly kind: "writing" }
  | { readonly kind: "sending" }
  | { readonly kind: "refused"; readonly problem: ProblemAnswer | null };

/** Whoever takes people back, or keeps them from harm, is not slowed down by finding words. */
const safe: readonly ActionView["kind"][] = ["rollback", "stop", "pause"];

/**
 * Names what pressing does, takes the reason, and asks once. The request carries the revision that was seen when the dialog opened; when the release
 * has moved on, it says what is new, and only a person asks again.
 */
export function AskDialog({ action, label, view, person, close, answered }: Props): ReactNode {
  const words = useWords(releaseWords);
  const dialog = useModal();
  const title = useId();
  const roles = action.kind === "approve" ? rolesToSpeakAs(view, action, person) : [];
  const [role, setRole] = useState(roles[0]);
  const [reason, setReason] = useState(safe.includes(action.kind) ? (words.emergencyReasons[action.kind] ?? "") : "");
  const [seen, setSeen] = useState(view.revision);
  const [asking, setAsking] = useState<Asking>({ kind: "writing" });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (asking.kind === "sending" || reason.trim() === "") return;
    setAsking({ kind: "sending" });
    const as = action.kind === "approve" && role !== undefined ? { as: role } : {};
    const body = { kind: action.kind, reason: reason.trim(), ...as };
    call("ask", { values: { id: view.id }, revision: seen, query: { language: view.language }, body }).then(answered, (error: unknown) =>
      setAsking({ kind: "refused", problem: problemOf(error) }),
    );
  };
  const lookAgain = (): void => {
    setSeen(view.revision);
    setAsking({ kind: "writing" });
  };
  const isStale = asking.kind === "refused" && asking.problem?.code === "revision-stale";
  return (
    <dialog ref={dialog} className="ask" aria-labelledby={title} onClose={close}>
      <form onSubmit={submit}>
        <h2 id={title} className="ask-title">
          {label.replace(/…$/, "")}
        </h2>
        <p className="ask-of faint">{words.ofRelease(view.name, view.environment)}</p>
        {action.consequence !== "" && <p className="ask-consequence">{action.consequence}</p>}
        {roles.length > 1 && <RoleChoice roles={roles} chosen={role} choose={setRole} />}
        <Reason reason={reason} write={setReason} isFirst={!safe.includes(action.kind)} />
        {asking.kind === "refused" && <Refused problem={asking.problem} view={view} />}
        <News view={view} since={seen} />
        <Foot
          isSending={asking.kind === "sending"}
          cancel={close}
          lookAgain={isStale ? lookAgain : null}
          confirm={{ label: label.replace(/…$/, ""), isGrave: action.isGrave, isFirst: safe.includes(action.kind) }}
        />
      </form>
    </dialog>
  );
}

interface FootProps {
  readonly isSending: boolean;
  readonly cancel: () => void;
  /** Takes the place of the confirmation where the release has moved on; `null`: it has not. */
  readonly lookAgain: (() => void) | null;
  readonly confirm: { readonly label: string; readonly isGrave: boolean; readonly isFirst: boolean };
}

function Foot({ isSending, cancel, lookAgain, confirm }: FootProps): ReactNode {
  const words = useWords(releaseWords);
  return (
    <div className="ask-foot">
      <p className="faint" role="status">
        {isSending && words.sending}
      </p>
      <button type="button" className="button" onClick={cancel}>
        {words.cancel}
      </button>
      {lookAgain === null ? (
        // With a key of its own: in the place of "look again" the same button would submit what was only to be looked at.
        <button
          key="confirm"
          type="submit"
          className={`button ${confirm.isGrave ? "grave" : "primary"}${confirm.isFirst ? " ask-first" : ""}`}
          disabled={isSending}
        >
          {confirm.label}
        </button>
      ) : (
        <button key="look-again" type="button" className="button primary" onClick={lookAgain}>
          {words.lookAgain}
        </button>
      )}
    </div>
  );
}

/** The field for why; `isFirst`: it has the focus when the dialog opens. */
export function Reason(props: { readonly reason: string; readonly write: (reason: string) => void; readonly isFirst: boolean }): ReactNode {
  const words = useWords(releaseWords);
  return (
    <label className="ask-reason">
      <span>
        {words.reason} <span className="faint">{words.reasonHint}</span>
      </span>
      <textarea
        className={props.isFirst ? "field ask-first" : "field"}
        rows={2}
        maxLength={2_000}
        required
        value={props.reason}
        onChange={(event) => props.write(event.target.value)}
      />
    </label>
  );
}

/** A refusal; one that only means that the release moved on says where it stands now. */
function Refused({ problem, view }: { readonly problem: ProblemAnswer | null; readonly view: ReleaseView }): ReactNode {
  const words = useWords(releaseWords);
  if (problem?.code !== "revision-stale") return <ProblemNotice problem={problem} />;
  return (
    <div className="problem" role="alert">
      <p className="strong">{words.movedOn}</p>
      <p>{view.sentence}</p>
    </div>
  );
}

/** What happened since the revision that the person saw; nothing when nothing did. */
function News({ view, since }: { readonly view: ReleaseView; readonly since: number }): ReactNode {
  const words = useWords(releaseWords);
  const news = view.story.filter(({ revision }) => revision > since);
  if (news.length === 0) return null;
  return (
    <div className="ask-news">
      <p className="heading">{words.sinceYouLooked}</p>
      <ul>
        {news.slice(0, 4).map((entry) => (
          <li key={entry.revision}>
            {entry.time} {entry.says[0]}
          </li>
        ))}
      </ul>
    </div>
  );
}

type Role = SessionPerson["roles"][number];

function RoleChoice(props: {
  readonly roles: readonly Role[];
  readonly chosen: Role | undefined;
  readonly choose: (role: Role) => void;
}): ReactNode {
  const words = useWords(releaseWords);
  const { roles: names } = useWords(frameWords);
  return (
    <fieldset className="choice">
      <legend>{words.as}</legend>
      {props.roles.map((role) => (
        <label key={role}>
          <input type="radio" name="as" checked={role === props.chosen} onChange={() => props.choose(role)} /> {names[role]}
        </label>
      ))}
    </fieldset>
  );
}
